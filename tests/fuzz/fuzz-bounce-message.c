/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The MIME walk: what is read of a message does not depend on how the stream
   was cut.
   Covers: src/core/message/message.c
   Covers: src/core/message/reader.c
   Covers: src/core/header/decoder.c
   Covers: src/core/message/part.c
   Covers: src/core/header/mime.c
   Covers: src/core/header/header.c */

#include "fuzz-common.h"
#include "istream.h"
#include "name/own-domains.h"
#include "message/message.h"
#include "base/envelope.h"

static const struct bounce_message *
fuzz_parse(pool_t pool, const struct bounce_message_settings *set,
	   const unsigned char *data, size_t size, unsigned int step)
{
	struct bounce_message_parser *parser =
		bounce_message_parser_init(pool, set);
	size_t take;

	for (; size > 0; data += take, size -= take) {
		take = I_MIN(step, size);
		if (!bounce_message_parser_more(parser, data, take))
			break;
	}
	return bounce_message_parser_finish(&parser);
}

static const struct bounce_message *
fuzz_read(pool_t pool, const struct bounce_message_settings *set,
	  const unsigned char *data, size_t size)
{
	struct istream *input = i_stream_create_from_data(data, size);
	const struct bounce_message *message;
	const char *error;

	if (bounce_message_read(pool, input, set, &message, &error) < 0)
		i_unreached();
	i_stream_unref(&input);
	return message;
}

/* In pieces of that many octets, or with 0 from a stream. */
static void
fuzz_describe(string_t *str, const unsigned char *data, size_t size,
	      unsigned int step)
{
	static const struct bounce_envelope envelope = { .mail_from = "" };
	struct bounce_message_settings set = { .envelope = &envelope };
	pool_t pool = pool_allocfree_create("fuzz");

	fuzz_message_describe(str, step == 0 ?
		fuzz_read(pool, &set, data, size) :
		fuzz_parse(pool, &set, data, size, step));
	pool_unref(&pool);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	string_t *whole = t_str_new(1024), *cut = t_str_new(1024);

	fuzz_describe(whole, data, size, 0);
	fuzz_describe(cut, data, size, size == 0 ? 1 : 1 + data[0] % 64);
	i_assert(str_equals(whole, cut));
}
FUZZ_END
