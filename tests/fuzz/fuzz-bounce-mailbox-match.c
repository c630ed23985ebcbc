/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Whose mail is it? The input is lines: RCPT TO, ORCPT, the user's name, the
   aliases, h= of the signature; and then the returned header.
   Covers: src/core/verdict/mailbox-match.c */

#include "fuzz-common.h"
#include "name/address.h"
#include "dkim/dkim.h"
#include "base/envelope.h"
#include "verdict/policy.h"
#include "verdict/mailbox-match.h"

#define FUZZ_LINES 5

struct fuzz_sender {
	struct bounce_policy policy;
	struct bounce_envelope envelope;
	const struct bounce_header *header;
	struct bounce_dkim_signature sig;
};

static bool
fuzz_matches(struct fuzz_sender *fuzz, enum bounce_sender_match match,
	     const struct bounce_dkim_signature *sig)
{
	fuzz->policy.sender_match = match;
	return bounce_sender_matches(&fuzz->policy, &fuzz->envelope,
				     fuzz->header, sig);
}

static bool fuzz_is_known(const char *address)
{
	return address != NULL && strchr(address, '@') != NULL;
}

static void fuzz_sender(struct fuzz_sender *fuzz)
{
	static const struct bounce_envelope none;
	const struct bounce_dkim_signature *sigs[] = { NULL, &fuzz->sig };
	unsigned int i;
	bool address, domain, known = fuzz_is_known(fuzz->envelope.rcpt_to) ||
		fuzz_is_known(fuzz->envelope.orcpt) ||
		fuzz_is_known(fuzz->envelope.user);

	for (i = 0; i < N_ELEMENTS(sigs); i++) {
		i_assert(fuzz_matches(fuzz, BOUNCE_SENDER_MATCH_NONE,
				      sigs[i]));
		address = fuzz_matches(fuzz, BOUNCE_SENDER_MATCH_ADDRESS,
				       sigs[i]);
		domain = fuzz_matches(fuzz, BOUNCE_SENDER_MATCH_DOMAIN,
				      sigs[i]);
		i_assert(domain || !address);
		i_assert(known || address);
	}
	fuzz->envelope = none;
	i_assert(fuzz_matches(fuzz, BOUNCE_SENDER_MATCH_ADDRESS, NULL));
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size, *lf;
	const char *lines[FUZZ_LINES], *error;
	struct fuzz_sender fuzz;
	unsigned int i;
	pool_t pool = pool_allocfree_create("fuzz");

	i_zero(&fuzz);
	bounce_policy_init(&fuzz.policy);
	fuzz.policy.recipient_delimiter = "+";
	for (i = 0; i < FUZZ_LINES; i++) {
		lf = data == end ? NULL : memchr(data, '\n', end - data);
		if (lf == NULL)
			break;
		lines[i] = p_strndup(pool, data, lf - data);
		data = lf + 1;
	}
	if (i == FUZZ_LINES &&
	    bounce_address_parse_patterns(pool, lines[3], &fuzz.policy.aliases,
					  &error) == 0) {
		fuzz.envelope.rcpt_to = lines[0];
		fuzz.envelope.orcpt = *lines[1] == '\0' ? NULL : lines[1];
		fuzz.envelope.user = *lines[2] == '\0' ? NULL : lines[2];
		fuzz.sig.names = (const unsigned char *)lines[4];
		fuzz.sig.names_size = strlen(lines[4]);
		fuzz.header = bounce_header_parse(pool, data, end - data);
		fuzz_sender(&fuzz);
	}
	pool_unref(&pool);
}
FUZZ_END
