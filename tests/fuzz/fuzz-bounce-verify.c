/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Whole verification: a header with its body, and the keys of RFC 8463. No
   input has a private key, so what passes is what was signed there.
   Covers: src/core/dkim/verify.c
   Covers: src/core/dkim/signature.c */

#include "fuzz-common.h"
#include "base/limits.h"
#include "name/own-domains.h"
#include "dkim/dkim.h"

#include <openssl/err.h>

static const char *const fuzz_records[] = {
	"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
	"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWR"
	"iGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutAC"
	"DfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3"
	"Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
};

static void
fuzz_result(const struct bounce_dkim_signature *sig,
	    const struct bounce_dkim_result *result)
{
	i_assert(sig->own == (result->header != BOUNCE_DKIM_HEADER_SKIPPED));
	i_assert((result->text != NULL) ==
		 (result->reason != BOUNCE_REASON_NONE));
	i_assert(result->header != BOUNCE_DKIM_HEADER_TEMPERROR);
	i_assert(result->header == BOUNCE_DKIM_HEADER_PASS ||
		 result->repair == NULL);
}

static void
fuzz_verify(pool_t pool, const struct bounce_header *header,
	    const struct bounce_dkim_signatures *sigs)
{
	struct bounce_dkim_result result;
	struct bounce_key *key;
	const char *error;
	unsigned int i, j;

	for (i = 0; i < N_ELEMENTS(fuzz_records); i++) {
		if (bounce_key_parse((const unsigned char *)fuzz_records[i],
				     strlen(fuzz_records[i]), &key,
				     &error) != BOUNCE_KEY_FOUND)
			i_unreached();
		for (j = 0; j < sigs->count; j++) {
			bounce_dkim_verify_header(pool, header, &sigs->sigs[j],
						  key, &result);
			fuzz_result(&sigs->sigs[j], &result);
		}
		bounce_key_unref(&key);
	}
	i_assert(ERR_peek_error() == 0);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	pool_t pool = pool_allocfree_create("fuzz");
	const struct bounce_header *header;
	const struct bounce_dkim_signatures *sigs;
	struct bounce_dkim_body_hasher *hasher;
	const struct bounce_dkim_body_hashes *hashes;
	struct bounce_domains *domains;
	const char *error;
	unsigned int i;

	if (bounce_domains_parse(pool, ".example.com", &domains, &error) < 0)
		i_unreached();
	header = bounce_header_parse(pool, data, size);
	sigs = bounce_dkim_signatures_parse(pool, header, domains);
	hasher = bounce_dkim_body_init(pool, header);
	bounce_dkim_body_more(hasher, data, size);
	hashes = bounce_dkim_body_finish(&hasher);
	for (i = 0; i < sigs->count; i++)
		(void)bounce_dkim_body_check(hashes, &sigs->sigs[i]);
	fuzz_verify(pool, header, sigs);
	pool_unref(&pool);
}
FUZZ_END
