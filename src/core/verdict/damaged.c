/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "name/address.h"
#include "verdict/damaged.h"
#include "dkim/dkim-private.h"
#include "name/domain-name.h"
#include "base/envelope.h"
#include "message/message.h"
#include "verdict/policy.h"
#include "verdict/verdict.h"

/* One form that the signature may have had before the damage. */
struct candidate {
	struct bounce_dkim_candidate field;
	struct bounce_dkim_signature sig;
	enum bounce_domains_answer answer;
	/* where the value of b= begins in the field; 0: there is no b= */
	size_t b_start;
};

struct trial {
	struct bounce_damaged *damaged;
	struct bounce_signature_evidence *evidence;
	struct candidate candidates[BOUNCE_DKIM_MAX_CANDIDATES];
	unsigned int count;

	/* the candidate whose d= and s= can be read; NULL: none can */
	const struct candidate *named;
	/* A b= that came back whole was tried with a key of its size, and the
	   key did not make it. whole: the signature names the key;
	   whole_guessed: the key was only a guess. */
	bool whole, whole_guessed;
	/* not all keys could be tried */
	bool untried;
	/* why the key that is named could not be looked up; NULL: it could */
	const char *lookup_error;
	/* libcrypto failed */
	bool failed;
};

void bounce_damaged_deinit(struct bounce_damaged *damaged)
{
	unsigned int i;

	for (i = 0; i < damaged->queries_count; i++)
		bounce_key_unref(&damaged->queries[i].key);
	damaged->queries_count = 0;
}

static void
trial_set(struct trial *trial, enum bounce_dkim_header header,
	  enum bounce_reason reason, const char *text)
{
	trial->evidence->header = header;
	trial->evidence->reason = reason;
	trial->evidence->text = text;
}

/*
 * Candidates
 */

/* Returns the value of the signature's field. If a line was broken within h=,
   the rest may look like a field of its own, such as "ubject : date". b= is
   then in one of the fields that follow, which are included. */
static const unsigned char *
trial_value(const struct trial *trial, size_t *size_r)
{
	const struct bounce_header *header =
		trial->evidence->original->message.header;
	const struct bounce_dkim_signature *sig = trial->evidence->sig;
	const unsigned char *value = sig->data + sig->value_offset;
	unsigned int i, last;
	size_t start, size;

	*size_r = sig->size - sig->value_offset;
	if (bounce_dkim_b_find(value, *size_r, &start))
		return value;
	last = I_MIN(header->fields_count - 1,
		     sig->field + BOUNCE_DKIM_MAX_SWALLOWED);
	for (i = sig->field + 1; i <= last; i++) {
		size = header->data + header->fields[i].offset +
			bounce_dkim_field_size(header, &header->fields[i]) -
			value;
		if (size > BOUNCE_DKIM_UNDO_MAX_SIZE)
			break;
		if (bounce_dkim_b_find(value, size, &start)) {
			*size_r = size;
			break;
		}
	}
	return value;
}

static bool candidate_is_readable(const struct candidate *candidate)
{
	return candidate->sig.error == NULL && !candidate->sig.damaged;
}

static void trial_add(struct trial *trial,
		      const struct bounce_dkim_candidate *field)
{
	struct candidate *candidate = &trial->candidates[trial->count++];
	size_t name_size = strlen(BOUNCE_DKIM_FIELD_NAME);
	struct bounce_dkim_tags read;

	candidate->field = *field;
	t_bounce_dkim_tags_read(field->data, field->size, name_size,
				name_size + 1, &read);
	candidate->answer = bounce_domains_lookup(
		trial->damaged->policy->domains, read.domain);
	bounce_dkim_signature_parse_owned(trial->damaged->pool, &read,
					  candidate->answer, &candidate->sig);
	candidate->sig.field = trial->evidence->sig->field;
	(void)bounce_dkim_b_find(field->data, field->size,
				 &candidate->b_start);
	if (trial->named == NULL && candidate->sig.own &&
	    candidate_is_readable(candidate) &&
	    candidate->sig.selector[0] != '\0')
		trial->named = candidate;
}

static void trial_init_candidates(struct trial *trial)
{
	struct bounce_dkim_candidate fields[BOUNCE_DKIM_MAX_CANDIDATES];
	const unsigned char *value;
	unsigned int i, count;
	size_t size;

	value = trial_value(trial, &size);
	count = bounce_dkim_undo(trial->damaged->pool, value, size, fields);
	for (i = 0; i < count; i++) T_BEGIN {
		trial_add(trial, &fields[i]);
	} T_END;
}

/* TRUE if the signature is plainly of another domain once its encoding is
   undone. Candidates for which lines were joined or brackets removed do not
   count, as they are guesses. */
static bool trial_is_foreign(const struct trial *trial)
{
	const struct candidate *candidate;
	unsigned int i;

	for (i = 0; i < trial->count; i++) {
		candidate = &trial->candidates[i];
		if (candidate->sig.own)
			return FALSE;
		if (!candidate->field.guess &&
		    candidate->answer == BOUNCE_DOMAINS_FOREIGN &&
		    !candidate->sig.domain_unreadable)
			return TRUE;
	}
	return FALSE;
}

/*
 * One key
 */

/* Fill in the evidence: a key of ours made the signature of this candidate. */
static void
trial_proven(struct trial *trial, const struct bounce_dkim_signature *made,
	     const struct bounce_key_query *query, const char *repair)
{
	struct bounce_signature_evidence *evidence = trial->evidence;
	pool_t pool = trial->damaged->pool;
	struct bounce_dkim_signature *sig;

	sig = p_memdup(pool, made, sizeof(*made));
	sig->own = TRUE;
	sig->domain_unreadable = FALSE;
	sig->domain = p_strdup(pool, query->domain);
	sig->selector = p_strdup(pool, query->selector);
	evidence->sig = sig;
	evidence->repair = repair;
	evidence->key_origin = query->origin;
	evidence->key_bits = query->key->bits;
	evidence->key_retired = query->key->retired;
}

/* Returns FALSE if the message has cost as many public-key operations as are
   allowed. */
static bool trial_spend(struct trial *trial, unsigned int operations)
{
	if (trial->damaged->operations >= BOUNCE_DKIM_MAX_DAMAGED_OPERATIONS)
		return FALSE;
	trial->damaged->operations += operations;
	return TRUE;
}

/* Returns TRUE if a candidate that can be read verifies with the key. */
static bool
trial_verify(struct trial *trial, const struct bounce_key_query *query)
{
	const struct candidate *candidate;
	struct bounce_dkim_result result;
	unsigned int i;

	for (i = 0; i < trial->count; i++) {
		candidate = &trial->candidates[i];
		/* A candidate that names another domain is not taken for ours.
		   This may be two operations, as a header is also verified with
		   a repair if the key is Ed25519. */
		if (!candidate->sig.own ||
		    strcmp(candidate->sig.domain, query->domain) != 0 ||
		    !candidate_is_readable(candidate) ||
		    !trial_spend(trial, 2))
			continue;
		bounce_dkim_verify_header(trial->damaged->pool,
			trial->evidence->original->message.header,
			&candidate->sig, query->key, &result);
		if (result.header == BOUNCE_DKIM_HEADER_TEMPERROR)
			trial->failed = TRUE;
		if (result.header != BOUNCE_DKIM_HEADER_PASS)
			continue;
		trial_set(trial, result.header, result.reason, result.text);
		trial_proven(trial, &candidate->sig, query,
			     candidate->field.repair == NULL ? result.repair :
			     candidate->field.repair);
		return TRUE;
	}
	return FALSE;
}

/* Returns TRUE if the key made this b=. */
static bool
trial_recover(struct trial *trial, const struct bounce_key_query *query,
	      const buffer_t *b, enum bounce_dkim_b state, bool guessing)
{
	const struct bounce_dkim_signature *sig = trial->evidence->sig;
	unsigned char digest[BOUNCE_DKIM_HASH_SIZE];
	int ret;

	if (query->key->type != BOUNCE_KEY_TYPE_RSA) {
		/* b= of Ed25519 can only be verified, as trial_verify() does;
		   if the field can be read, its failure says enough */
		if (state == BOUNCE_DKIM_B_WHOLE && !guessing &&
		    !sig->damaged && !sig->marked)
			trial->whole = TRUE;
		return FALSE;
	}
	if (!trial_spend(trial, 1)) {
		trial->untried = TRUE;
		return FALSE;
	}
	ret = bounce_crypto_recover(query->key, b->data, b->used, digest);
	if (ret < 0)
		trial->failed = TRUE;
	else if (ret == 0 && state == BOUNCE_DKIM_B_WHOLE) {
		/* a guess is only evidence if the key is in use: a retired key
		   may have a successor of the same size */
		if (!guessing)
			trial->whole = TRUE;
		else if (query->key->retired == 0)
			trial->whole_guessed = TRUE;
	}
	return ret > 0;
}

/* Returns the candidate with a b= that the key made, and gives its signature
   that b=; NULL: there is none. The same b= is not tried twice. */
static struct candidate *
trial_find_made(struct trial *trial, const struct bounce_key_query *query,
		bool guessing)
{
	buffer_t *b[BOUNCE_DKIM_MAX_CANDIDATES];
	size_t key_size = query->key->size;
	unsigned int i, j, count = 0;
	struct candidate *candidate;
	enum bounce_dkim_b state;

	for (i = 0; i < trial->count && key_size > 0; i++) {
		candidate = &trial->candidates[i];
		if (candidate->b_start == 0)
			continue;
		b[count] = t_buffer_create(key_size);
		state = bounce_dkim_b_decode(
			candidate->field.data + candidate->b_start,
			candidate->field.size - candidate->b_start,
			key_size, b[count]);
		for (j = 0; j < count && !buffer_cmp(b[j], b[count]); j++) ;
		if (state == BOUNCE_DKIM_B_SHORT || j < count)
			continue;
		if (trial_recover(trial, query, b[count], state, guessing)) {
			candidate->sig.b = p_memdup(trial->damaged->pool,
				b[count]->data, b[count]->used);
			candidate->sig.b_size = b[count]->used;
			return candidate;
		}
		count++;
	}
	return NULL;
}

/* Returns the signature of the first candidate whose t= can be read, with the
   b= that was found; if there is none, that of the candidate itself. */
static const struct bounce_dkim_signature *
trial_dated(struct trial *trial, const struct candidate *made)
{
	struct bounce_dkim_signature *sig;
	unsigned int i;

	for (i = 0; i < trial->count; i++) {
		sig = &trial->candidates[i].sig;
		if (sig->timestamp >= 0) {
			sig->b = made->sig.b;
			sig->b_size = made->sig.b_size;
			return sig;
		}
	}
	return &made->sig;
}

static const char *trial_altered_text(const struct trial *trial)
{
	const struct bounce_dkim_signature *sig = trial->evidence->sig;

	if (sig->error == NULL)
		return "the key made this signature, but the header was "
			"changed since";
	return p_strdup_printf(trial->damaged->pool,
		"the key made this signature, but it came back changed: %s",
		sig->error);
}

/* Returns TRUE if the key made the signature, and fills in the evidence.
   guessing: nothing in the signature names the key. */
static bool
trial_try_key(struct trial *trial, const struct bounce_key_query *query,
	      bool guessing)
{
	bool rsa = query->key->type == BOUNCE_KEY_TYPE_RSA;
	const struct candidate *made;

	if (rsa && query->key->bits < trial->damaged->policy->min_rsa_bits)
		return FALSE;
	made = trial_find_made(trial, query, guessing);
	if (rsa && made == NULL)
		return FALSE;
	if (trial_verify(trial, query))
		return TRUE;
	if (made == NULL)
		return FALSE;
	trial_set(trial, BOUNCE_DKIM_HEADER_FAIL, BOUNCE_REASON_ALTERED,
		  trial_altered_text(trial));
	trial_proven(trial, trial_dated(trial, made), query, NULL);
	return TRUE;
}

/*
 * Which keys
 */

/* Add the keys of the domain that are known without a lookup. */
static void
damaged_add_known(struct bounce_damaged *damaged, const char *domain)
{
	struct bounce_key_source *keys = damaged->keys;
	/* one place is left for a key that is looked up */
	unsigned int i, max = N_ELEMENTS(damaged->queries) -
		(damaged->looked_up ? 0 : 1);

	if (keys->known == NULL || domain == NULL ||
	    !bounce_domains_match(damaged->policy->domains, domain))
		return;
	for (i = 0; i < damaged->asked_count; i++) {
		if (strcmp(damaged->asked[i], domain) == 0)
			return;
	}
	if (damaged->queries_count < max &&
	    damaged->asked_count < N_ELEMENTS(damaged->asked)) {
		damaged->asked[damaged->asked_count++] =
			p_strdup(damaged->pool, domain);
		damaged->queries_count += keys->known(keys, damaged->pool,
			domain, damaged->queries + damaged->queries_count,
			max - damaged->queries_count);
	}
	/* there may be more keys than these */
	if (damaged->queries_count >= max ||
	    damaged->asked_count == N_ELEMENTS(damaged->asked))
		damaged->untried = TRUE;
}

/* Add the known keys of the domains in d=, in From and of the recipient. */
static void trial_add_known(struct trial *trial)
{
	struct bounce_damaged *damaged = trial->damaged;
	struct bounce_address from;
	unsigned int i;

	for (i = 0; i < trial->count; i++) {
		if (trial->candidates[i].sig.own) {
			damaged_add_known(damaged,
					  trial->candidates[i].sig.domain);
			break;
		}
	}
	if (t_bounce_address_parse_first(t_bounce_header_value(
			trial->evidence->original->message.header, "From"),
			&from)) {
		damaged_add_known(damaged,
				  t_bounce_domain_normalise(from.domain));
	}
	damaged_add_known(damaged, t_bounce_domain_normalise(
		bounce_address_domain(damaged->envelope->rcpt_to)));
}

/* TRUE if the repaired signature names this key. */
static bool
trial_names(const struct trial *trial, const char *selector,
	    const char *domain)
{
	return trial->named != NULL &&
		strcmp(selector, trial->named->sig.selector) == 0 &&
		strcmp(domain, trial->named->sig.domain) == 0;
}

/* Returns the key that a repaired d= and s= name, or NULL. Strangers can choose
   these names, so there is only one such lookup for a message. */
static const struct bounce_key_query *trial_lookup(struct trial *trial)
{
	struct bounce_damaged *damaged = trial->damaged;
	const struct bounce_dkim_signature *sig = trial->evidence->sig;
	struct bounce_key_query *query;
	unsigned int i;

	/* if it came back with these names, they were looked up before, and
	   there is no such key */
	if (trial->named == NULL || damaged->looked_up ||
	    (sig->own && trial_names(trial, sig->selector, sig->domain)))
		return NULL;
	for (i = 0; i < damaged->queries_count; i++) {
		query = &damaged->queries[i];
		if (trial_names(trial, query->selector, query->domain))
			return NULL;
	}
	damaged->looked_up = TRUE;
	query = &damaged->queries[damaged->queries_count++];
	i_zero(query);
	query->selector = trial->named->sig.selector;
	query->domain = trial->named->sig.domain;
	damaged->keys->lookup(damaged->keys, damaged->pool, query, 1);
	if (query->status == BOUNCE_KEY_TEMPERROR)
		trial->lookup_error = query->error;
	return query->status == BOUNCE_KEY_FOUND ? query : NULL;
}

static bool trial_try_keys(struct trial *trial)
{
	struct bounce_damaged *damaged = trial->damaged;
	const struct bounce_key_query *query;
	unsigned int i;

	trial_add_known(trial);
	for (i = 0; i < damaged->queries_count; i++) {
		query = &damaged->queries[i];
		if (query->key != NULL &&
		    trial_try_key(trial, query, !trial_names(trial,
				query->selector, query->domain)))
			return TRUE;
	}
	query = trial_lookup(trial);
	if (query != NULL && trial_try_key(trial, query, FALSE))
		return TRUE;
	/* That none of the guessed keys made b= counts only if the signature
	   names no other key, and if all known keys were tried. */
	if (trial->whole_guessed && trial->named == NULL &&
	    !trial->untried && !damaged->untried)
		trial->whole = TRUE;
	return FALSE;
}

/*
 * The answer
 */

/* TRUE if From is missing and stands in the field of the signature: Exim 4.98
   appends the next field to one of more than 998 octets. A signature without
   From cannot vouch, and forgers could imitate this too easily to be excused
   for it. */
static bool trial_has_swallowed_from(const struct trial *trial)
{
	const struct bounce_dkim_signature *sig = trial->evidence->sig;
	const char *value;

	if (bounce_header_find(trial->evidence->original->message.header,
			       "From") != NULL)
		return FALSE;
	value = t_strndup(sig->data, sig->size);
	return strstr(value, " From: ") != NULL;
}

static void trial_unproven(struct trial *trial)
{
	const struct bounce_dkim_signature *sig = trial->evidence->sig;

	if (trial->failed) {
		trial_set(trial, BOUNCE_DKIM_HEADER_TEMPERROR,
			  BOUNCE_REASON_STATE, "libcrypto failed");
	} else if (trial->whole) {
		trial_set(trial, BOUNCE_DKIM_HEADER_FAIL,
			  BOUNCE_REASON_BAD_SIGNATURE,
			  sig->algorithm ==
			  BOUNCE_DKIM_ALGORITHM_ED25519_SHA256 ?
			  "b= does not verify" :
			  "b= came back whole, and was not made with our key");
	} else if (trial->lookup_error != NULL) {
		trial_set(trial, BOUNCE_DKIM_HEADER_TEMPERROR,
			  BOUNCE_REASON_DNS, trial->lookup_error);
	} else if (bounce_dkim_b_is_complete(sig)) {
		trial_set(trial, BOUNCE_DKIM_HEADER_FAIL,
			  BOUNCE_REASON_BAD_SIGNATURE,
			  "b= is of a key of another size");
	} else if (trial_has_swallowed_from(trial)) {
		trial_set(trial, BOUNCE_DKIM_HEADER_PERMERROR,
			  BOUNCE_REASON_BAD_SIGNATURE,
			  "the header's From stands in it");
	} else {
		trial_set(trial, BOUNCE_DKIM_HEADER_PERMERROR,
			  BOUNCE_REASON_DAMAGED, sig->error != NULL ?
			  sig->error : sig->damaged || sig->marked ?
			  "it cannot be read" : "b= is not of the key's size");
	}
}

void bounce_damaged_check(struct bounce_damaged *damaged,
			  struct bounce_signature_evidence *evidence,
			  const struct bounce_key_query *query)
{
	struct trial trial;
	bool proven;

	i_zero(&trial);
	trial.damaged = damaged;
	trial.evidence = evidence;
	T_BEGIN {
		trial_init_candidates(&trial);
		if (evidence->sig->domain_unreadable &&
		    trial_is_foreign(&trial)) {
			trial_set(&trial, BOUNCE_DKIM_HEADER_SKIPPED,
				  BOUNCE_REASON_FOREIGN_SIGNATURE,
				  "it is another domain's");
		} else {
			proven = query == NULL ? trial_try_keys(&trial) :
				query->key != NULL &&
				trial_try_key(&trial, query, FALSE);
			if (!proven)
				trial_unproven(&trial);
		}
	} T_END;
}
