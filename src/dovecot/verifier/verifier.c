/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "verifier/verifier.h"
#include "verifier-build.h"

extern const struct backscatter_verifier backscatter_verifier;

__attribute__((visibility("default")))
const struct backscatter_verifier backscatter_verifier = {
	.build = BACKSCATTER_VERIFIER_BUILD,
	.hash_create = bounce_crypto_hash_create,
	.hash_free = bounce_crypto_hash_free,
	.hash_reset = bounce_crypto_hash_reset,
	.hash_more = bounce_crypto_hash_more,
	.hash_get = bounce_crypto_hash_get,
	.key_init = bounce_crypto_key_init,
	.key_deinit = bounce_crypto_key_deinit,
	.key_equals = bounce_crypto_key_equals,
	.pem_decode = bounce_crypto_pem_decode,
	.recover = bounce_crypto_recover,
	.verify = bounce_crypto_verify,
	.dns_lookup = bounce_dns_lookup,
	.dns_answer_parse = bounce_dns_answer_parse,
	.spf_check = bounce_spf_check,
	.idn_to_ascii = t_bounce_idn_to_ascii
};
