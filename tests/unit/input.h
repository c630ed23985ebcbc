#ifndef TEST_BOUNCE_INPUT_H
#define TEST_BOUNCE_INPUT_H

/* Input for tests as it is at its worst: each piece in a heap block of its
   exact size, without a NUL behind it, and freed as soon as it was given, so
   that valgrind and ASan see an overread and a pointer that is kept. */

#include "buffer.h"
#include "str.h"
#include "base/limits.h"
#include "base/envelope.h"
#include "report/delivery-status.h"
#include "message/message.h"

static inline unsigned char *test_input_copy(const void *data, size_t size)
{
	unsigned char *copy = i_malloc(I_MAX(size, 1));

	memcpy(copy, data, size);
	return copy;
}

/* test_assert_memcmp() is newer than some 2.3.19. */
static inline bool test_input_equals(const void *data1, size_t size1,
				     const void *data2, size_t size2)
{
	return size1 == size2 && memcmp(data1, data2, size1) == 0;
}

/* An envelope, for the settings below. */
static const struct bounce_envelope test_null_sender = {
	.mail_from = "", .rcpt_to = NULL
};

/* Reads a message that comes in pieces of chunk octets; 0: whole. */
static inline const struct bounce_message *
test_input_parse(pool_t pool, const struct bounce_message_settings *set,
		 const void *data, size_t size, size_t chunk)
{
	struct bounce_message_parser *parser =
		bounce_message_parser_init(pool, set);
	const unsigned char *p = data;
	unsigned char *copy;
	bool go_on = TRUE;
	size_t n;

	if (chunk == 0)
		chunk = I_MAX(size, 1);
	while (size > 0 && go_on) {
		n = I_MIN(size, chunk);
		copy = test_input_copy(p, n);
		go_on = bounce_message_parser_more(parser, copy, n);
		i_free(copy);
		p += n;
		size -= n;
	}
	return bounce_message_parser_finish(&parser);
}

static inline void
test_input_describe_message(string_t *str, const struct bounce_message *message)
{
	const struct bounce_original *original;

	str_printfa(str, "{type=%s report-type=%s parts=%x limit=%d "
		    "header-only=%d unclosed=%d report=%d header=<",
		    message->content_type,
		    message->report_type == NULL ? "-" : message->report_type,
		    (unsigned int)message->parts, (int)message->over_limit,
		    (int)message->header_only, (int)message->unclosed,
		    message->report == NULL ? -1 :
		    (int)message->report->recipients_count);
	str_append_data(str, message->header->data, message->header->size);
	str_printfa(str, "> fields=%u complete=%d text=<",
		    message->header->fields_count,
		    (int)message->header->complete);
	str_append_data(str, message->text, message->text_size);
	str_append(str, ">}\n");
	for (original = message->originals; original != NULL;
	     original = original->next) {
		str_printfa(str, "%*s%u: %s %s seen=%"PRIuUOFF_T" size=%"
			    PRIuUOFF_T" ", (int)original->level * 2, "",
			    original->level,
			    original->source == BOUNCE_SOURCE_PART ?
			    "part" : "text",
			    bounce_original_state_name(original->state),
			    original->body_seen, original->body_size);
		/* the recursion is as deep as BOUNCE_MAX_LEVELS */
		test_input_describe_message(str, &original->message);
	}
}

/* All that was found, as text: two are the same if these are. */
static inline const char *
t_test_input_describe(const struct bounce_message *message)
{
	string_t *str = t_str_new(1024);

	test_input_describe_message(str, message);
	return str_c(str);
}

static inline unsigned int
test_input_count(const struct bounce_original *original)
{
	unsigned int count = 0;

	for (; original != NULL; original = original->next)
		count++;
	return count;
}

#endif
