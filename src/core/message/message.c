/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "base/lines.h"
#include "report/delivery-status.h"
#include "message/reader.h"

struct bounce_message_parser {
	struct bounce_walk_shared shared;
	struct bounce_message_settings set;
	struct bounce_message *message;
	struct bounce_lines lines;
	struct bounce_walk *walk;
};

static bool
parser_line(const unsigned char *data, size_t size, bool start, void *context)
{
	struct bounce_message_parser *parser = context;

	return bounce_walk_line(parser->walk, data, size, start);
}

struct bounce_message_parser *
bounce_message_parser_init(pool_t pool,
			   const struct bounce_message_settings *set)
{
	struct bounce_message_parser *parser;

	parser = p_new(pool, struct bounce_message_parser, 1);
	parser->set = *set;
	parser->shared.pool = pool;
	parser->shared.set = &parser->set;
	parser->message = p_new(pool, struct bounce_message, 1);
	parser->walk = bounce_walk_init(&parser->shared, parser->message);
	bounce_lines_init(&parser->lines, pool, parser_line, parser);
	return parser;
}

bool bounce_message_parser_more(struct bounce_message_parser *parser,
				const unsigned char *data, size_t size)
{
	bool go_on;

	T_BEGIN {
		go_on = bounce_lines_more(&parser->lines, data, size);
	} T_END;
	return go_on;
}

/* Returns the Message-IDs of the originals: they look like addresses, and must
   not be taken for recipients. */
static const char *const *
t_message_ids(const struct bounce_original *original)
{
	ARRAY_TYPE(const_string) ids;
	const char *value;

	t_array_init(&ids, 4);
	for (; original != NULL; original = original->next) {
		value = t_bounce_header_value(original->message.header,
					      "Message-ID");
		if (value == NULL)
			continue;
		if (*value == '<')
			value = t_strcut(value + 1, '>');
		array_push_back(&ids, &value);
	}
	array_append_zero(&ids);
	return array_front(&ids);
}

const struct bounce_message *
bounce_message_parser_finish(struct bounce_message_parser **_parser)
{
	struct bounce_message_parser *parser = *_parser;
	struct bounce_message *message = parser->message;

	*_parser = NULL;
	T_BEGIN {
		(void)bounce_lines_finish(&parser->lines);
		bounce_walk_deinit(&parser->walk);
		if (message->report == NULL && !message->header_only) {
			message->report = bounce_report_from_text(
				parser->shared.pool, message->header,
				t_message_ids(message->originals),
				message->text, message->text_size);
		}
	} T_END;
	return message;
}

int bounce_message_read(pool_t pool, struct istream *input,
			const struct bounce_message_settings *set,
			const struct bounce_message **message_r,
			const char **error_r)
{
	struct bounce_message_parser *parser;
	const unsigned char *data;
	size_t size;
	bool go_on = TRUE;

	parser = bounce_message_parser_init(pool, set);
	while (go_on && i_stream_read_more(input, &data, &size) > 0) {
		go_on = bounce_message_parser_more(parser, data, size);
		i_stream_skip(input, size);
	}
	*message_r = bounce_message_parser_finish(&parser);
	if (input->stream_errno != 0) {
		*error_r = i_stream_get_error(input);
		return -1;
	}
	return 0;
}
