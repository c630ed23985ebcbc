#ifndef BACKSCATTER_VERIFIER_H
#define BACKSCATTER_VERIFIER_H

/* The verifier: a shared library beside ours, with all that needs libcrypto,
   c-ares, libspf2 or libidn2. Loading these takes longer than delivering a
   message, and only bounces need them, so it is loaded with the first one
   (load.c), as Dovecot's lib-ssl-iostream loads its TLS.

   Our library has the same functions, which call those of the verifier
   (calls.c), so that nobody else knows of it. Where it cannot be loaded they
   fail as if libcrypto or the DNS did. */

#include "dkim/key.h"
#include "dns/dns.h"
#include "name/idn.h"
#include "spf/spf.h"

#define BACKSCATTER_VERIFIER_BUILD_SIZE 33

/* The verifier exports one such struct, backscatter_verifier. */
struct backscatter_verifier {
	/* Which build it is of, in hexadecimal digits. This has to stay the
	   first member: of another build nothing else may be read. */
	char build[BACKSCATTER_VERIFIER_BUILD_SIZE];

	/* dkim/crypto.h */
	typeof(bounce_crypto_hash_create) *hash_create;
	typeof(bounce_crypto_hash_free) *hash_free;
	typeof(bounce_crypto_hash_reset) *hash_reset;
	typeof(bounce_crypto_hash_more) *hash_more;
	typeof(bounce_crypto_hash_get) *hash_get;
	typeof(bounce_crypto_key_init) *key_init;
	typeof(bounce_crypto_key_deinit) *key_deinit;
	typeof(bounce_crypto_key_equals) *key_equals;
	typeof(bounce_crypto_pem_decode) *pem_decode;
	typeof(bounce_crypto_recover) *recover;
	typeof(bounce_crypto_verify) *verify;
	/* dns/dns.h, spf/spf.h, name/idn.h */
	typeof(bounce_dns_lookup) *dns_lookup;
	typeof(bounce_dns_answer_parse) *dns_answer_parse;
	typeof(bounce_spf_check) *spf_check;
	typeof(t_bounce_idn_to_ascii) *idn_to_ascii;
};

/* Load the verifier, if that was not done before; it stays until the process
   ends. Returns 0 and the verifier, or -1 with an error (data stack) that says
   what the admin can do. What failed for want of memory or descriptors is tried
   again with each call, but a verifier of another build is refused for good. */
int backscatter_verifier_load(const struct backscatter_verifier **verifier_r,
			      const char **error_r);

#endif
