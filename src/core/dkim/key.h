#ifndef BOUNCE_KEY_H
#define BOUNCE_KEY_H

/* DKIM public keys, RFC 6376 section 3.6.1, and the port through which they
   are looked up. Keys are parsed once and then shared: caches and evidence
   hold references. */

#include <openssl/evp.h>

enum bounce_key_type {
	BOUNCE_KEY_TYPE_RSA,
	BOUNCE_KEY_TYPE_ED25519	/* RFC 8463 */
};

enum bounce_key_status {
	/* There it is. */
	BOUNCE_KEY_FOUND,
	/* The name does not exist, or has no TXT record (RFC 6376 section
	   6.1.2: no key for signature). */
	BOUNCE_KEY_MISSING,
	/* p= is empty (section 3.6.1). */
	BOUNCE_KEY_REVOKED,
	/* A record is there and cannot be used: not a key record, an unknown
	   k=, h= without sha256, s= without email, p= that is no key. */
	BOUNCE_KEY_UNUSABLE,
	/* It could not be found out now. */
	BOUNCE_KEY_TEMPERROR
};

/* Where a key came from. */
enum bounce_key_origin {
	BOUNCE_KEY_ORIGIN_NONE,
	BOUNCE_KEY_ORIGIN_DIR,
	BOUNCE_KEY_ORIGIN_DNS
};

struct bounce_key {
	int refcount;

	enum bounce_key_type type;
	EVP_PKEY *pkey;
	/* RSA: ready for EVP_PKEY_verify_recover(), with the padding of PKCS #1
	   v1.5 and SHA-256. To make it anew costs a quarter of a check. */
	EVP_PKEY_CTX *recover;
	unsigned int bits;
	/* Signatures made after this do not count; 0: not retired. */
	time_t retired;
	/* t=s: i= may not name a subdomain */
	bool strict:1;
	/* t=y: a domain that is testing; changes nothing */
	bool testing:1;
};

/* Parse the text of a key record: the strings of a TXT record joined. On
   FOUND *key_r is a key with one reference; in any other case it is NULL and
   *error_r (data stack) says what is wrong with the record. Returns FOUND,
   REVOKED, UNUSABLE, or TEMPERROR if not the record but libcrypto is to blame:
   it has no memory or no provider. */
enum bounce_key_status
bounce_key_parse(const unsigned char *data, size_t size,
		 struct bounce_key **key_r, const char **error_r);

/* A key is shared by counting its references. unref() sets *key to NULL, and frees
   the key with the last of them. */
void bounce_key_ref(struct bounce_key *key);
void bounce_key_unref(struct bounce_key **key);

/* The port. */

struct bounce_key_query {
	/* Asked: both are in lower case, A-labels, without a trailing dot,
	   and are sequences of DNS labels (letters, digits, '-', '_'), so that
	   a selector can be part of a file name. */
	const char *selector;
	const char *domain;

	/* Answered: */
	enum bounce_key_status status;
	enum bounce_key_origin origin;
	/* A reference that the caller drops, or NULL. */
	struct bounce_key *key;
	/* For all but FOUND: what happened, for a human. Allocated from the
	   pool that was given to lookup(). */
	const char *error;
};

struct bounce_key_source {
	/* Answer all queries, together and before the source's deadline. Never
	   fails: what could not be found out is TEMPERROR. */
	void (*lookup)(struct bounce_key_source *source, pool_t pool,
		       struct bounce_key_query *queries, unsigned int count);
	/* Answer with the keys of a domain that are known without a question to
	   the DNS: for each a query that is FOUND, its names from the pool.
	   Returns their number, at most max. NULL: none are known. */
	unsigned int (*known)(struct bounce_key_source *source, pool_t pool,
			      const char *domain,
			      struct bounce_key_query *queries,
			      unsigned int max);
};

#endif
