/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The search for an original in a text, plain, quoted-printable or base64.
   Covers: src/core/message/text-scan.c
   Covers: src/core/header/block.c */

#include "fuzz-common.h"
#include "base/limits.h"
#include "message/message.h"
#include "base/envelope.h"

static const char *const fuzz_headers[] = {
	"From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n\n",
	"From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n"
	"Content-Transfer-Encoding: quoted-printable\n\n",
	"From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\n"
	"Content-Transfer-Encoding: base64\n\n",
};

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	static const struct bounce_envelope envelope = { .mail_from = "" };
	struct bounce_message_settings set = { .envelope = &envelope };
	struct bounce_message_parser *parser;
	const struct bounce_message *message;
	const struct bounce_original *original;
	const char *header;
	pool_t pool = pool_allocfree_create("fuzz");

	header = fuzz_headers[size == 0 ? 0 :
			      data[0] % N_ELEMENTS(fuzz_headers)];
	parser = bounce_message_parser_init(pool, &set);
	(void)bounce_message_parser_more(parser,
					 (const unsigned char *)header,
					 strlen(header));
	(void)bounce_message_parser_more(parser, data, size);
	message = bounce_message_parser_finish(&parser);
	for (original = message->originals; original != NULL;
	     original = original->next) {
		i_assert(original->message.header->fields_count >= 2);
		i_assert(original->body_size <= original->body_seen);
	}
	fuzz_message_describe(t_str_new(256), message);
	pool_unref(&pool);
}
FUZZ_END
