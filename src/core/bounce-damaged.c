/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "bounce-address.h"
#include "bounce-damaged.h"
#include "bounce-dkim-private.h"
#include "bounce-domain-name.h"
#include "bounce-envelope.h"
#include "bounce-message.h"
#include "bounce-policy.h"
#include "bounce-verdict.h"

#include <openssl/err.h>

/* What the signature may have been. */
struct damaged_candidate {
	struct bounce_dkim_signature sig;
	enum bounce_domains_answer answer;
	const char *repair;
	bool guess;
	/* where b= begins; 0: there is none */
	size_t b_start;
};

struct damaged_trial {
	struct bounce_damaged *damaged;
	struct bounce_signature_evidence *evidence;
	struct damaged_candidate candidates[BOUNCE_DKIM_MAX_CANDIDATES];
	unsigned int candidates_count;

	/* the candidate whose d= and s= can be read; NULL: none can */
	const struct damaged_candidate *named;
	/* keys are tried that nothing in the signature names */
	bool guessing;
	/* A b= that came back whole was tried with a key of its size: the one
	   that is named, or a guess. */
	bool whole, whole_guessed;
	/* not all of the keys could be tried */
	bool untried;
	/* the key that is named could not be looked up: why */
	const char *lookup_error;
	/* libcrypto failed */
	bool failed;
};

void bounce_damaged_init(struct bounce_damaged *damaged, pool_t pool,
			 const struct bounce_policy *policy,
			 const struct bounce_envelope *envelope,
			 struct bounce_key_source *keys)
{
	i_zero(damaged);
	damaged->pool = pool;
	damaged->policy = policy;
	damaged->envelope = envelope;
	damaged->keys = keys;
}

void bounce_damaged_deinit(struct bounce_damaged *damaged)
{
	unsigned int i;

	for (i = 0; i < damaged->queries_count; i++) {
		if (damaged->queries[i].key != NULL)
			bounce_key_unref(&damaged->queries[i].key);
	}
	damaged->queries_count = 0;
}

static void
trial_set(struct damaged_trial *trial, enum bounce_dkim_header header,
	  enum bounce_reason reason, const char *text)
{
	trial->evidence->header = header;
	trial->evidence->reason = reason;
	trial->evidence->text = text;
}

/*
 * Candidates
 */

/* The field's value. A line that was broken within h= may look like a field of
   its own, as "ubject : date" does: then b= is in one of those that follow. */
static const unsigned char *
trial_value(const struct damaged_trial *trial, size_t *size_r)
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

static bool candidate_is_readable(const struct damaged_candidate *candidate)
{
	return candidate->sig.error == NULL && !candidate->sig.damaged;
}

static void trial_init_candidates(struct damaged_trial *trial)
{
	const struct bounce_dkim_signature *sig = trial->evidence->sig;
	struct bounce_dkim_candidate fields[BOUNCE_DKIM_MAX_CANDIDATES];
	pool_t pool = trial->damaged->pool;
	struct damaged_candidate *candidate;
	const unsigned char *value;
	unsigned int i;
	size_t size;

	value = trial_value(trial, &size);
	trial->candidates_count = bounce_dkim_undo(pool, value, size, fields);
	trial->named = NULL;
	for (i = 0; i < trial->candidates_count; i++) T_BEGIN {
		size_t name_size = strlen(BOUNCE_DKIM_FIELD_NAME);
		struct bounce_dkim_tags read;

		candidate = &trial->candidates[i];
		candidate->repair = fields[i].repair;
		candidate->guess = fields[i].guess;
		t_bounce_dkim_tags_read(fields[i].data, fields[i].size,
					name_size, name_size + 1, &read);
		candidate->answer = bounce_domains_lookup(
			trial->damaged->policy->domains, read.domain);
		bounce_dkim_signature_parse_owned(pool, &read,
						  candidate->answer,
						  &candidate->sig);
		candidate->sig.field = sig->field;
		if (!bounce_dkim_b_find(fields[i].data, fields[i].size,
					&candidate->b_start))
			candidate->b_start = 0;
		if (trial->named == NULL && candidate->sig.own &&
		    candidate_is_readable(candidate) &&
		    candidate->sig.selector[0] != '\0')
			trial->named = candidate;
	} T_END;
}

/* Once its encoding is undone, it is plainly another domain's. Where lines were
   joined or brackets taken away to read it, that is a guess. */
static bool trial_is_foreign(const struct damaged_trial *trial)
{
	const struct damaged_candidate *candidate;
	unsigned int i;

	for (i = 0; i < trial->candidates_count; i++) {
		candidate = &trial->candidates[i];
		if (candidate->sig.own)
			return FALSE;
		if (!candidate->guess &&
		    candidate->answer == BOUNCE_DOMAINS_FOREIGN &&
		    !candidate->sig.domain_unreadable)
			return TRUE;
	}
	return FALSE;
}

/*
 * Trying keys
 */

/* A key of ours made the signature of this candidate. */
static void
trial_proven(struct damaged_trial *trial,
	     const struct damaged_candidate *candidate,
	     const struct bounce_key_query *query, const char *repair)
{
	struct bounce_dkim_signature *sig;

	sig = p_new(trial->damaged->pool, struct bounce_dkim_signature, 1);
	*sig = candidate->sig;
	sig->own = TRUE;
	sig->domain_unreadable = FALSE;
	sig->domain = p_strdup(trial->damaged->pool, query->domain);
	sig->selector = p_strdup(trial->damaged->pool, query->selector);
	trial->evidence->sig = sig;
	trial->evidence->repair = repair;
	trial->evidence->key_origin = query->origin;
	trial->evidence->key_bits = query->key->bits;
	trial->evidence->key_retired = query->key->retired;
}

/* Does a candidate that can be read verify? */
static bool
trial_verify(struct damaged_trial *trial, const struct bounce_key_query *query)
{
	const struct bounce_header *header =
		trial->evidence->original->message.header;
	struct damaged_candidate *candidate;
	struct bounce_dkim_result result;
	unsigned int i;

	for (i = 0; i < trial->candidates_count; i++) {
		candidate = &trial->candidates[i];
		/* what reads as another domain's is never made ours */
		if (!candidate->sig.own ||
		    strcmp(candidate->sig.domain, query->domain) != 0 ||
		    !candidate_is_readable(candidate) ||
		    trial->damaged->operations >=
		    BOUNCE_DKIM_MAX_DAMAGED_OPERATIONS)
			continue;
		/* Ed25519 also verifies a repaired header */
		trial->damaged->operations += 2;
		bounce_dkim_verify_header(trial->damaged->pool, header,
					  &candidate->sig, query->key,
					  &result);
		if (result.header == BOUNCE_DKIM_HEADER_TEMPERROR)
			trial->failed = TRUE;
		if (result.header != BOUNCE_DKIM_HEADER_PASS)
			continue;
		trial_set(trial, result.header, result.reason, result.text);
		trial_proven(trial, candidate, query,
			     candidate->repair == NULL ? result.repair :
			     candidate->repair);
		return TRUE;
	}
	return FALSE;
}

static const char *trial_altered_text(const struct damaged_trial *trial)
{
	const struct bounce_dkim_signature *sig = trial->evidence->sig;

	if (sig->error == NULL)
		return "the key made this signature, but the header was "
			"changed since";
	return p_strdup_printf(trial->damaged->pool,
		"the key made this signature, but it came back changed: %s",
		sig->error);
}

static bool
b_was_tried(const struct damaged_trial *trial, unsigned int index,
	    const buffer_t *b, size_t key_size)
{
	const struct damaged_candidate *candidate;
	buffer_t *other = t_buffer_create(key_size);
	unsigned int i;

	for (i = 0; i < index; i++) {
		candidate = &trial->candidates[i];
		if (candidate->b_start == 0)
			continue;
		buffer_set_used_size(other, 0);
		if (bounce_dkim_b_decode(
			candidate->sig.data + candidate->b_start,
			candidate->sig.size - candidate->b_start,
			key_size, other) != BOUNCE_DKIM_B_SHORT &&
		    buffer_cmp(other, b))
			return TRUE;
	}
	return FALSE;
}

/* Returns TRUE if the key made what is left of the candidate's b=. */
static bool
trial_recover(struct damaged_trial *trial, unsigned int index,
	      const struct bounce_key_query *query)
{
	struct damaged_candidate *candidate = &trial->candidates[index];
	unsigned char digest[BOUNCE_DKIM_HASH_SIZE];
	int ret, key_size = EVP_PKEY_get_size(query->key->pkey);
	enum bounce_dkim_b state;
	buffer_t *b;

	if (candidate->b_start == 0 || key_size <= 0)
		return FALSE;
	b = t_buffer_create(key_size);
	state = bounce_dkim_b_decode(candidate->sig.data + candidate->b_start,
				     candidate->sig.size - candidate->b_start,
				     key_size, b);
	if (state == BOUNCE_DKIM_B_SHORT ||
	    b_was_tried(trial, index, b, key_size))
		return FALSE;
	if (query->key->type != BOUNCE_KEY_TYPE_RSA) {
		/* it can only be verified; where the field can be read,
		   that says enough */
		if (state == BOUNCE_DKIM_B_WHOLE && !trial->guessing &&
		    !trial->evidence->sig->damaged &&
		    !trial->evidence->sig->marked)
			trial->whole = TRUE;
		return FALSE;
	}
	if (trial->damaged->operations >= BOUNCE_DKIM_MAX_DAMAGED_OPERATIONS) {
		trial->untried = TRUE;
		return FALSE;
	}
	trial->damaged->operations++;
	ret = bounce_dkim_recover(query->key, b->data, b->used, digest);
	if (ret < 0)
		trial->failed = TRUE;
	else if (ret == 0 && state == BOUNCE_DKIM_B_WHOLE) {
		/* a key that is retired has a successor of its size */
		if (!trial->guessing)
			trial->whole = TRUE;
		else if (query->key->retired == 0)
			trial->whole_guessed = TRUE;
	}
	if (ret <= 0)
		return FALSE;
	candidate->sig.b = p_memdup(trial->damaged->pool, b->data, b->used);
	candidate->sig.b_size = b->used;
	return TRUE;
}

/* Of the candidates with the same b= one whose t= can be read. */
static const struct damaged_candidate *
trial_dated_candidate(struct damaged_trial *trial, unsigned int index)
{
	const struct damaged_candidate *found = &trial->candidates[index];
	struct damaged_candidate *candidate;
	unsigned int i;

	for (i = 0; i < trial->candidates_count; i++) {
		candidate = &trial->candidates[i];
		if (candidate->sig.timestamp >= 0) {
			candidate->sig.b = found->sig.b;
			candidate->sig.b_size = found->sig.b_size;
			return candidate;
		}
	}
	return found;
}

/* Returns TRUE if the key made the signature: the evidence is set. */
static bool
trial_try_key(struct damaged_trial *trial,
	      const struct bounce_key_query *query)
{
	unsigned int i;
	bool found = FALSE;

	if (query->key->type == BOUNCE_KEY_TYPE_RSA &&
	    query->key->bits < trial->damaged->policy->min_rsa_bits)
		return FALSE;
	for (i = 0; i < trial->candidates_count && !found; i++) T_BEGIN {
		found = trial_recover(trial, i, query);
	} T_END;
	if (!found && query->key->type == BOUNCE_KEY_TYPE_RSA)
		return FALSE;
	if (trial_verify(trial, query))
		return TRUE;
	if (!found)
		return FALSE;
	trial_set(trial, BOUNCE_DKIM_HEADER_FAIL, BOUNCE_REASON_ALTERED,
		  trial_altered_text(trial));
	trial_proven(trial, trial_dated_candidate(trial, i - 1), query, NULL);
	return TRUE;
}

/*
 * Which keys
 */

/* Keys of the domain that are known without a lookup. */
static void
trial_add_known_of(struct damaged_trial *trial, const char *domain)
{
	struct bounce_damaged *damaged = trial->damaged;
	struct bounce_key_source *keys = damaged->keys;
	/* one place is kept for a key that is looked up */
	unsigned int i, max = N_ELEMENTS(damaged->queries) -
		(damaged->looked_up ? 0 : 1);

	if (keys->known == NULL || domain == NULL ||
	    !bounce_domains_match(damaged->policy->domains, domain))
		return;
	for (i = 0; i < damaged->asked_count; i++) {
		if (strcmp(damaged->asked[i], domain) == 0)
			return;
	}
	if (damaged->queries_count >= max ||
	    damaged->asked_count == N_ELEMENTS(damaged->asked)) {
		damaged->untried = TRUE;
		return;
	}
	damaged->asked[damaged->asked_count++] =
		p_strdup(damaged->pool, domain);
	damaged->queries_count += keys->known(keys, damaged->pool, domain,
		damaged->queries + damaged->queries_count,
		max - damaged->queries_count);
	/* there may be more of them */
	if (damaged->queries_count >= max)
		damaged->untried = TRUE;
}

static void trial_add_known(struct damaged_trial *trial)
{
	const char *value = t_bounce_header_value(
		trial->evidence->original->message.header, "From");
	struct bounce_address from;
	unsigned int i;

	for (i = 0; i < trial->candidates_count; i++) {
		if (trial->candidates[i].sig.own) {
			trial_add_known_of(trial,
					   trial->candidates[i].sig.domain);
			break;
		}
	}
	if (t_bounce_address_parse_first(value, &from)) {
		trial_add_known_of(trial,
				   t_bounce_domain_normalise(from.domain));
	}
	trial_add_known_of(trial, t_bounce_domain_normalise(
		bounce_address_domain(trial->damaged->envelope->rcpt_to)));
}

/* It is the key that the signature names. */
static bool
trial_names_key(const struct damaged_trial *trial,
		const struct bounce_key_query *query)
{
	return trial->named != NULL &&
		strcmp(query->selector, trial->named->sig.selector) == 0 &&
		strcmp(query->domain, trial->named->sig.domain) == 0;
}

/* The signature names it as it came, and there is none. */
static bool trial_was_asked(const struct damaged_trial *trial)
{
	const struct bounce_dkim_signature *sig = trial->evidence->sig;

	return sig->own && strcmp(sig->selector,
				  trial->named->sig.selector) == 0 &&
		strcmp(sig->domain, trial->named->sig.domain) == 0;
}

/* The key that a repaired d= and s= name. A stranger chooses them: one lookup
   for a message. NULL: there is none. */
static const struct bounce_key_query *
trial_lookup(struct damaged_trial *trial)
{
	struct bounce_damaged *damaged = trial->damaged;
	struct bounce_key_query *query;
	unsigned int i;

	if (trial->named == NULL || damaged->looked_up ||
	    trial_was_asked(trial))
		return NULL;
	for (i = 0; i < damaged->queries_count; i++) {
		if (trial_names_key(trial, &damaged->queries[i]))
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

static bool trial_try_keys(struct damaged_trial *trial)
{
	const struct bounce_key_query *query;
	unsigned int i;

	trial_add_known(trial);
	for (i = 0; i < trial->damaged->queries_count; i++) {
		query = &trial->damaged->queries[i];
		trial->guessing = !trial_names_key(trial, query);
		if (query->key != NULL && trial_try_key(trial, query))
			return TRUE;
	}
	trial->guessing = FALSE;
	query = trial_lookup(trial);
	if (query != NULL && trial_try_key(trial, query))
		return TRUE;
	/* That guesses did not make it says something where nothing names
	   another key, and all that are known were tried. */
	if (trial->whole_guessed && trial->named == NULL &&
	    !trial->untried && !trial->damaged->untried)
		trial->whole = TRUE;
	return FALSE;
}

/* From is gone, and stands in the signature's own field: Exim 4.98 glues the
   next field on to one of over 998 octets. Nothing signed without From can
   vouch, and to swallow it is too easy for a forger to be excused. */
static bool trial_has_swallowed_from(const struct damaged_trial *trial)
{
	const struct bounce_dkim_signature *sig = trial->evidence->sig;
	const char *value;

	if (bounce_header_find(trial->evidence->original->message.header,
			       "From") != NULL)
		return FALSE;
	value = t_strndup(sig->data, sig->size);
	return strstr(value, " From: ") != NULL;
}

static void trial_unproven(struct damaged_trial *trial)
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
	struct damaged_trial trial;
	bool proven;

	i_zero(&trial);
	trial.damaged = damaged;
	trial.evidence = evidence;
	ERR_set_mark();
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
				trial_try_key(&trial, query);
			if (!proven)
				trial_unproven(&trial);
		}
	} T_END;
	ERR_pop_to_mark();
}
