#ifndef BOUNCE_KEY_H
#define BOUNCE_KEY_H

/* DKIM public keys, RFC 6376 section 3.6.1, and the port through which they are
   looked up. A key is parsed once and then shared: caches and queries hold
   references to it. */

#include "dkim/crypto.h"

struct bounce_dns_query;

enum bounce_key_status {
	/* The key was found, and can be used. */
	BOUNCE_KEY_FOUND,
	/* The name does not exist, or has no TXT record ("no key for signature"
	   in RFC 6376 section 6.1.2). */
	BOUNCE_KEY_MISSING,
	/* p= is empty (section 3.6.1). */
	BOUNCE_KEY_REVOKED,
	/* There is a record that cannot be used: it is not a key record, has an
	   unknown k=, an h= without sha256, an s= without email, or a p= that
	   is not a key. */
	BOUNCE_KEY_UNUSABLE,
	/* This could not be found out now. */
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
	struct evp_pkey_st *pkey;
	/* With RSA, a context that is ready for EVP_PKEY_verify_recover(), with
	   the padding of PKCS #1 v1.5 and SHA-256. It is kept because making it
	   takes a quarter of the time of a check. */
	struct evp_pkey_ctx_st *recover;
	/* the size of the modulus (RSA), or 256 */
	unsigned int bits;
	/* how many octets a signature by this key has */
	size_t size;
	/* Signatures that were made after this time do not count; 0: the key
	   was not retired. */
	time_t retired;
	/* t=s: i= must not be in a subdomain of d= */
	bool strict:1;
	/* t=y: the domain is testing DKIM; this has no effect */
	bool testing:1;
};

/* Parse the text of a key record, which is the joined strings of a TXT record.
   Returns FOUND, REVOKED, UNUSABLE, or TEMPERROR if the record may be good but
   libcrypto failed, for want of memory or of a provider. With FOUND, *key_r is
   a key with one reference; otherwise it is NULL, and *error_r (data stack)
   says what is wrong. */
enum bounce_key_status
bounce_key_parse(const unsigned char *data, size_t size,
		 struct bounce_key **key_r, const char **error_r);

/* Add a reference to the key, and drop one. unref() sets *key to NULL, and
   frees the key with its last reference. */
void bounce_key_ref(struct bounce_key *key);
void bounce_key_unref(struct bounce_key **key);

/* The port through which keys are looked up. */

struct bounce_key_query {
	/* The question. Both names are in lower case, as A-labels, and without
	   a trailing dot. They are sequences of DNS labels (letters, digits,
	   '-' and '_'), so that a selector can be part of a file's name. */
	const char *selector;
	const char *domain;

	/* The answer. */
	enum bounce_key_status status;
	enum bounce_key_origin origin;
	/* With FOUND, a reference to the key, which the caller drops; otherwise
	   NULL. */
	struct bounce_key *key;
	/* Unless it is FOUND: what happened, for people. Allocated from the
	   pool that was given to lookup(). */
	const char *error;
};

struct bounce_key_source {
	/* Answer all queries, in parallel and before the source's deadline.
	   Never fails: what could not be found out is TEMPERROR. */
	void (*lookup)(struct bounce_key_source *source, pool_t pool,
		       struct bounce_key_query *queries, unsigned int count);
	/* Fill in queries with the keys of a domain that are known without
	   asking the DNS. Each of them is FOUND, and its names are from the
	   pool. Returns how many there are, at most max. The callback is NULL
	   if the source knows no such keys. */
	unsigned int (*known)(struct bounce_key_source *source, pool_t pool,
			      const char *domain,
			      struct bounce_key_query *queries,
			      unsigned int max);
	/* Ask the DNS for something other than a key, before the same deadline
	   and with a cache. Never fails: what could not be found out is
	   TEMPERROR. The callback is NULL if the source asks no DNS. */
	void (*ask)(struct bounce_key_source *source, pool_t pool,
		    struct bounce_dns_query *query);
};

#endif
