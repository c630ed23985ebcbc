#ifndef BOUNCE_KEY_KEEP_H
#define BOUNCE_KEY_KEEP_H

/* Copies of our keys in DNS, which are kept so that they still verify when they
   have left DNS. They are in the folder "kept" of the key directory, in files
   like those of the key directory. A kept key answers only where DNS has no
   usable key; it never overrules one that is in DNS, nor a file of an admin.

   This file decides what is to be done with each copy. It does no I/O: answers
   and the time are passed in, and the state is a text. */

#include "dkim/key.h"

/* The file of the state in that folder. */
#define BOUNCE_KEY_KEEP_STATE "state"

/* A key is saved if two answers that are this many seconds apart agree, and no
   answer between them disagreed. */
#define BOUNCE_KEY_KEEP_AGREE_SECS (24 * 3600)
/* From one run to the next no more time counts than this. */
#define BOUNCE_KEY_KEEP_PAUSE_SECS (2 * 24 * 3600)
/* More keys are not kept, and a larger state is not read (in octets). */
#define BOUNCE_KEY_KEEP_MAX_KEYS 10000
#define BOUNCE_KEY_KEEP_MAX_SIZE (8 * 1024 * 1024)
/* The digest of a record: of SHA-256, in hexadecimal digits. */
#define BOUNCE_KEY_KEEP_DIGEST_SIZE 64

/* Returns the path of the folder in this key directory (data stack). */
const char *t_bounce_key_keep_path(const char *key_dir);

/* What is remembered of one key. If neither seen nor copy is set, there is
   nothing to remember. */
struct bounce_kept_key {
	/* "selector._domainkey.domain", in lower case */
	const char *name;
	/* The digest of the record that DNS has; NULL: it had no usable key at
	   the last answer. */
	const char *seen;
	/* When that record was there for the first time, and the last time, in
	   seconds since 1970. */
	time_t first, last;
	/* The digest of the record that was saved; NULL: there is no copy. */
	const char *copy;
	/* The copy says that the key is revoked; its digest is that of the key
	   that was saved before. */
	bool revoked;
	/* When it was first seen that DNS does not have the record of the copy;
	   0: DNS has it. */
	time_t gone;
};
ARRAY_DEFINE_TYPE(bounce_kept_key, struct bounce_kept_key);

struct bounce_key_keep_answer {
	/* UNUSABLE is as good as MISSING: some other text has that name. */
	enum bounce_key_status status;
	/* With FOUND, the digest of the record. */
	const char *digest;
};

enum bounce_key_keep_action {
	BOUNCE_KEY_KEEP_NOTHING,
	/* Save the record as the copy, in the place of an earlier one. */
	BOUNCE_KEY_KEEP_SAVE,
	/* Make the copy say that the key is revoked. */
	BOUNCE_KEY_KEEP_REVOKE,
	/* Delete the copy. */
	BOUNCE_KEY_KEEP_DELETE
};

/* Call this before the first answer that came now. ran is when the keys were
   looked at before; 0: that is not known. If this is longer ago than
   BOUNCE_KEY_KEEP_PAUSE_SECS, the times of the keys move on by what is over
   that: a clock that is set far ahead must not end the time that a copy is
   held. Returns by how many seconds. */
time_t bounce_key_keep_resume(ARRAY_TYPE(bounce_kept_key) *keys, time_t ran,
			      time_t now);
/* Take note of an answer that came now, and return what is to be done. A copy
   is deleted when DNS has not had it for hold_secs. If the clock was set back,
   times that lie ahead of it become now, so that everything is done later, and
   never earlier. */
enum bounce_key_keep_action
bounce_key_keep_decide(struct bounce_kept_key *key,
		       const struct bounce_key_keep_answer *answer, time_t now,
		       unsigned int hold_secs);
/* Take note that the action was done. If this is not called, the next answer
   leads to the same action. Strings stay those of the key. */
void bounce_key_keep_done(struct bounce_kept_key *key,
			  enum bounce_key_keep_action action);

/* Returns the digest of a record (data stack). */
const char *bounce_key_keep_digest(const void *data, size_t size);

/* Parse the text of a state, and append its keys, which are allocated from the
   pool. ran_r is when the keys were looked at. Returns 0, or -1 with an error
   (data stack) if it is not complete, or not a state of this version: then none
   of it can be relied on. */
int bounce_key_keep_parse(pool_t pool, const unsigned char *data, size_t size,
			  ARRAY_TYPE(bounce_kept_key) *keys, time_t *ran_r,
			  const char **error_r);
/* Append the text of a state. */
void bounce_key_keep_write(const struct bounce_kept_key *keys,
			   unsigned int count, time_t ran, string_t *dest);

#endif
