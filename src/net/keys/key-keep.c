/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "hex-binary.h"
#include "sha2.h"
#include "str.h"
#include "strnum.h"
#include "base/sanitize.h"
#include "name/domain-name.h"
#include "keys/key-keep.h"

/* The first line of a state, and its last, behind which is when the keys were
   looked at. Between them each key has a line: NAME SEEN FIRST LAST COPY GONE.
   "-" stands for no digest. A '!' before the digest of the copy says that it is
   revoked. */
#define KEEP_FIRST_LINE "backscatter kept keys 1"
#define KEEP_LAST_LINE "end "
#define KEEP_NONE "-"
#define KEEP_REVOKED '!'
#define KEEP_WORDS 6
#define KEEP_INFIX "._domainkey."

#define KEEP_FOLDER "kept"

const char *t_bounce_key_keep_path(const char *key_dir)
{
	return t_strconcat(key_dir, "/"KEEP_FOLDER, NULL);
}

/*
 * What to do
 */

static void keep_limit_times(struct bounce_kept_key *key, time_t now)
{
	key->first = I_MIN(key->first, now);
	key->last = I_MIN(key->last, now);
	key->gone = I_MIN(key->gone, now);
}

time_t bounce_key_keep_resume(ARRAY_TYPE(bounce_kept_key) *keys, time_t ran,
			      time_t now)
{
	struct bounce_kept_key *key;
	time_t over = now - ran - BOUNCE_KEY_KEEP_PAUSE_SECS;

	if (ran == 0 || over <= 0)
		return 0;
	array_foreach_modifiable(keys, key) {
		keep_limit_times(key, now);
		key->first += over;
		key->last += over;
		if (key->gone > 0)
			key->gone += over;
	}
	return over;
}

static enum bounce_key_keep_action
keep_found(struct bounce_kept_key *key, const char *digest, time_t now)
{
	if (null_strcmp(key->seen, digest) != 0) {
		key->seen = digest;
		key->first = now;
	}
	key->last = now;
	/* somebody has put the key into DNS again */
	if (key->copy != NULL && key->revoked)
		return BOUNCE_KEY_KEEP_DELETE;
	if (null_strcmp(key->copy, digest) == 0) {
		key->gone = 0;
		return BOUNCE_KEY_KEEP_NOTHING;
	}
	if (key->copy != NULL && key->gone == 0)
		key->gone = now;
	return now - key->first >= BOUNCE_KEY_KEEP_AGREE_SECS ?
		BOUNCE_KEY_KEEP_SAVE : BOUNCE_KEY_KEEP_NOTHING;
}

static enum bounce_key_keep_action keep_revoked(struct bounce_kept_key *key)
{
	key->seen = NULL;
	if (key->copy == NULL)
		return BOUNCE_KEY_KEEP_NOTHING;
	key->gone = 0;
	return key->revoked ? BOUNCE_KEY_KEEP_NOTHING : BOUNCE_KEY_KEEP_REVOKE;
}

static enum bounce_key_keep_action
keep_missing(struct bounce_kept_key *key, time_t now, unsigned int hold_secs)
{
	key->seen = NULL;
	if (key->copy == NULL)
		return BOUNCE_KEY_KEEP_NOTHING;
	if (key->gone == 0) {
		key->gone = now;
		return BOUNCE_KEY_KEEP_NOTHING;
	}
	return now - key->gone >= (time_t)hold_secs ?
		BOUNCE_KEY_KEEP_DELETE : BOUNCE_KEY_KEEP_NOTHING;
}

enum bounce_key_keep_action
bounce_key_keep_decide(struct bounce_kept_key *key,
		       const struct bounce_key_keep_answer *answer, time_t now,
		       unsigned int hold_secs)
{
	keep_limit_times(key, now);
	switch (answer->status) {
	case BOUNCE_KEY_FOUND:
		return keep_found(key, answer->digest, now);
	case BOUNCE_KEY_REVOKED:
		return keep_revoked(key);
	case BOUNCE_KEY_MISSING:
	case BOUNCE_KEY_UNUSABLE:
		return keep_missing(key, now, hold_secs);
	case BOUNCE_KEY_TEMPERROR:
		break;
	}
	/* DNS has not answered for this name for long */
	if (now - key->last >= (time_t)hold_secs)
		key->seen = NULL;
	return BOUNCE_KEY_KEEP_NOTHING;
}

void bounce_key_keep_done(struct bounce_kept_key *key,
			  enum bounce_key_keep_action action)
{
	switch (action) {
	case BOUNCE_KEY_KEEP_NOTHING:
		return;
	case BOUNCE_KEY_KEEP_SAVE:
		key->copy = key->seen;
		break;
	case BOUNCE_KEY_KEEP_DELETE:
		key->copy = NULL;
		break;
	case BOUNCE_KEY_KEEP_REVOKE:
		break;
	}
	key->revoked = action == BOUNCE_KEY_KEEP_REVOKE;
	key->gone = 0;
}

const char *bounce_key_keep_digest(const void *data, size_t size)
{
	unsigned char digest[SHA256_RESULTLEN];

	sha256_get_digest(data, size, digest);
	return binary_to_hex(digest, sizeof(digest));
}

/*
 * The state
 */

static bool keep_name_is_valid(const char *name)
{
	const char *infix = strstr(name, KEEP_INFIX);

	return infix != NULL &&
		bounce_dns_name_is_valid(t_strdup_until(name, infix)) &&
		bounce_dns_name_is_valid(infix + strlen(KEEP_INFIX)) &&
		strcmp(name, t_str_lcase(name)) == 0;
}

static int
keep_parse_digest(pool_t pool, const char *word, const char **digest_r)
{
	*digest_r = NULL;
	if (strcmp(word, KEEP_NONE) == 0)
		return 0;
	if (strlen(word) != BOUNCE_KEY_KEEP_DIGEST_SIZE ||
	    strspn(word, "0123456789abcdef") != BOUNCE_KEY_KEEP_DIGEST_SIZE)
		return -1;
	*digest_r = p_strdup(pool, word);
	return 0;
}

static int
keep_parse_key(pool_t pool, const char *line, struct bounce_kept_key *key)
{
	const char *const *words = t_strsplit(line, " ");

	if (str_array_length(words) != KEEP_WORDS ||
	    !keep_name_is_valid(words[0]))
		return -1;
	key->name = p_strdup(pool, words[0]);
	key->revoked = words[4][0] == KEEP_REVOKED;
	if (keep_parse_digest(pool, words[1], &key->seen) < 0 ||
	    str_to_time(words[2], &key->first) < 0 || key->first < 0 ||
	    str_to_time(words[3], &key->last) < 0 || key->last < 0 ||
	    keep_parse_digest(pool, words[4] + (key->revoked ? 1 : 0),
			      &key->copy) < 0 ||
	    (key->revoked && key->copy == NULL) ||
	    str_to_time(words[5], &key->gone) < 0 || key->gone < 0)
		return -1;
	return 0;
}

int bounce_key_keep_parse(pool_t pool, const unsigned char *data, size_t size,
			  ARRAY_TYPE(bounce_kept_key) *keys, time_t *ran_r,
			  const char **error_r)
{
	const char *const *lines, *last;
	unsigned int i, count;

	if (memchr(data, '\0', size) != NULL) {
		*error_r = "it is not text";
		return -1;
	}
	lines = t_strsplit(t_strndup(data, size), "\n");
	count = str_array_length(lines);
	if (count == 0 || strcmp(lines[0], KEEP_FIRST_LINE) != 0) {
		*error_r = "its first line is not \""KEEP_FIRST_LINE"\"";
		return -1;
	}
	/* a line feed ends the last line */
	last = count < 3 || lines[count - 1][0] != '\0' ? "" :
		lines[count - 2];
	if (strncmp(last, KEEP_LAST_LINE, strlen(KEEP_LAST_LINE)) != 0 ||
	    str_to_time(last + strlen(KEEP_LAST_LINE), ran_r) < 0 ||
	    *ran_r < 0) {
		*error_r = "its last line is not \""KEEP_LAST_LINE"TIME\": "
			"it is not complete";
		return -1;
	}
	if (count - 3 > BOUNCE_KEY_KEEP_MAX_KEYS) {
		*error_r = t_strdup_printf("it has more than %u keys",
					   BOUNCE_KEY_KEEP_MAX_KEYS);
		return -1;
	}
	for (i = 1; i < count - 2; i++) {
		if (keep_parse_key(pool, lines[i],
				   array_append_space(keys)) < 0) {
			*error_r = t_strdup_printf(
				"line %u is not about a key: %s", i + 1,
				t_bounce_sanitize_text(lines[i], 80));
			return -1;
		}
	}
	return 0;
}

void bounce_key_keep_write(const struct bounce_kept_key *keys,
			   unsigned int count, time_t ran, string_t *dest)
{
	unsigned int i;

	str_append(dest, KEEP_FIRST_LINE"\n");
	for (i = 0; i < count; i++) {
		str_printfa(dest, "%s %s %s %s ", keys[i].name,
			    keys[i].seen == NULL ? KEEP_NONE : keys[i].seen,
			    dec2str(keys[i].first), dec2str(keys[i].last));
		if (keys[i].revoked)
			str_append_c(dest, KEEP_REVOKED);
		str_printfa(dest, "%s %s\n",
			    keys[i].copy == NULL ? KEEP_NONE : keys[i].copy,
			    dec2str(keys[i].gone));
	}
	str_printfa(dest, KEEP_LAST_LINE"%s\n", dec2str(ran));
}
