/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The MIME walk: what is read of a message does not depend on how the stream
   was cut.
   Covers: src/core/bounce-message.c
   Covers: src/core/bounce-walk.c
   Covers: src/core/bounce-mime.c
   Covers: src/core/bounce-header.c */

#include "fuzz-common.h"
#include "bounce-domains.h"
#include "bounce-message.h"
#include "bounce-policy.h"

static void
fuzz_read(string_t *str, const unsigned char *data, size_t size,
	  unsigned int step)
{
	static const struct bounce_envelope envelope = { .mail_from = "" };
	struct bounce_message_settings set = { .envelope = &envelope };
	struct bounce_message_parser *parser;
	struct bounce_domains *domains;
	const char *error;
	size_t take;
	pool_t pool = pool_allocfree_create("fuzz");

	if (bounce_domains_parse(pool, "example.org", &domains, &error) < 0)
		i_unreached();
	set.domains = domains;
	parser = bounce_message_parser_init(pool, &set);
	for (; size > 0; data += take, size -= take) {
		take = I_MIN(step, size);
		if (!bounce_message_parser_more(parser, data, take))
			break;
	}
	fuzz_message_describe(str, bounce_message_parser_finish(&parser));
	pool_unref(&pool);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	string_t *whole = t_str_new(1024), *cut = t_str_new(1024);

	fuzz_read(whole, data, size, UINT_MAX);
	fuzz_read(cut, data, size, size == 0 ? 1 : 1 + data[0] % 64);
	i_assert(str_equals(whole, cut));
}
FUZZ_END
