/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dkim/dkim-private.h"

struct dkim_verifier {
	pool_t pool;
	const struct bounce_header *header;
	const struct bounce_dkim_signature *sig;
	const struct bounce_key *key;
	struct bounce_dkim_result *result;

	struct bounce_dkim_selection selection;
	struct bounce_dkim_input input;
	struct bounce_dkim_hash hash;
	/* RSA: the digest that the key's owner signed */
	unsigned char recovered[BOUNCE_DKIM_HASH_SIZE];
	/* libcrypto failed */
	bool failed;
};

static const char *const header_names[] = {
	[BOUNCE_DKIM_HEADER_SKIPPED] = "skipped",
	[BOUNCE_DKIM_HEADER_PASS] = "pass",
	[BOUNCE_DKIM_HEADER_FAIL] = "fail",
	[BOUNCE_DKIM_HEADER_TEMPERROR] = "temperror",
	[BOUNCE_DKIM_HEADER_PERMERROR] = "permerror"
};

const char *bounce_dkim_header_name(enum bounce_dkim_header header)
{
	i_assert(header < N_ELEMENTS(header_names));
	return header_names[header];
}

static void
result_set(struct dkim_verifier *verifier, enum bounce_dkim_header header,
	   enum bounce_reason reason, const char *text)
{
	verifier->result->header = header;
	verifier->result->reason = reason;
	verifier->result->text = text;
}

/* Returns FALSE if the signature cannot be verified; the result says why. */
static bool verifier_check(struct dkim_verifier *verifier)
{
	const struct bounce_dkim_signature *sig = verifier->sig;
	/* with both algorithms, all signatures of a key have the same size */
	size_t key_size = verifier->key->size;
	enum bounce_key_type type =
		sig->algorithm == BOUNCE_DKIM_ALGORITHM_ED25519_SHA256 ?
		BOUNCE_KEY_TYPE_ED25519 : BOUNCE_KEY_TYPE_RSA;

	if (sig->truncated) {
		result_set(verifier, BOUNCE_DKIM_HEADER_PERMERROR,
			   BOUNCE_REASON_TRUNCATED,
			   "the header was cut inside the signature");
	} else if (sig->error != NULL) {
		result_set(verifier, BOUNCE_DKIM_HEADER_PERMERROR,
			   sig->damaged ? BOUNCE_REASON_DAMAGED :
			   BOUNCE_REASON_BAD_SIGNATURE, sig->error);
	} else if (verifier->key->type != type) {
		/* section 6.1.2 */
		result_set(verifier, BOUNCE_DKIM_HEADER_PERMERROR,
			   BOUNCE_REASON_KEY_UNUSABLE,
			   "the key is not of the signature's algorithm");
	} else if (sig->b_size < key_size &&
		   sig->field + 1 == verifier->header->fields_count) {
		result_set(verifier, BOUNCE_DKIM_HEADER_PERMERROR,
			   BOUNCE_REASON_TRUNCATED,
			   "the header was cut inside b=");
	} else if (sig->b_size != key_size) {
		result_set(verifier, BOUNCE_DKIM_HEADER_FAIL,
			   BOUNCE_REASON_DAMAGED,
			   "b= is not of the key's size");
	} else {
		return TRUE;
	}
	return FALSE;
}

static void verifier_init_input(struct dkim_verifier *verifier)
{
	const struct bounce_header *header = verifier->header;
	const struct bounce_dkim_selection *selection = &verifier->selection;
	const struct bounce_dkim_signature *sig = verifier->sig;
	struct bounce_dkim_input *input = &verifier->input;
	const struct bounce_field *field;
	struct bounce_dkim_span *span;
	unsigned int i;

	input->canon = sig->canon_header;
	input->count = selection->count + 1;
	input->spans = span = t_new(struct bounce_dkim_span, input->count);
	for (i = 0; i < selection->count; i++, span++) {
		field = &header->fields[selection->fields[i]];
		span->data = header->data + field->offset;
		span->size = bounce_dkim_field_size(header, field);
		span->name_size = field->name_size;
		span->value_offset = field->value_offset;
	}
	span->data = sig->data;
	span->size = sig->size;
	span->name_size = sig->name_size;
	span->value_offset = sig->value_offset;
	span->cut_start = sig->b_start;
	span->cut_end = sig->b_end;
}

int bounce_dkim_input_hash(struct bounce_dkim_hash *hash,
			   const struct bounce_dkim_input *input,
			   unsigned char digest_r[BOUNCE_DKIM_HASH_SIZE])
{
	unsigned int i;

	bounce_dkim_hash_reset(hash);
	for (i = 0; i < input->count; i++) {
		bounce_dkim_canon_field(hash, input->canon, &input->spans[i],
					i + 1 < input->count);
	}
	return bounce_dkim_hash_finish(hash, digest_r);
}

/* bounce_dkim_match_t */
static bool
verifier_match(const struct bounce_dkim_input *input, void *context)
{
	struct dkim_verifier *verifier = context;
	const struct bounce_dkim_signature *sig = verifier->sig;
	unsigned char digest[BOUNCE_DKIM_HASH_SIZE];
	int ret;

	if (bounce_dkim_input_hash(&verifier->hash, input, digest) < 0)
		ret = -1;
	else if (verifier->key->type == BOUNCE_KEY_TYPE_RSA) {
		ret = memcmp(digest, verifier->recovered,
			     sizeof(digest)) == 0 ? 1 : 0;
	} else {
		ret = bounce_crypto_verify(verifier->key, sig->b, sig->b_size,
					   digest);
	}
	if (ret < 0)
		verifier->failed = TRUE;
	return ret > 0;
}

/* TRUE if the field holds a NUL or a CR without an LF: signers and mail
   programs differ in what they make of these. */
static bool span_is_ambiguous(const struct bounce_dkim_span *span)
{
	const unsigned char *p = span->data, *end = p + span->size;

	if (memchr(p, '\0', span->size) != NULL)
		return TRUE;
	while (p < end && (p = memchr(p, '\r', end - p)) != NULL) {
		if (++p == end || *p != '\n')
			return TRUE;
	}
	return FALSE;
}

/* TRUE if the header has a field of that name which was not signed, and others
   below it which were. */
static bool
verifier_has_unsigned(const struct dkim_verifier *verifier, const char *name)
{
	const struct bounce_dkim_selection *selection = &verifier->selection;
	const struct bounce_header *header = verifier->header;
	unsigned int i, count = 0;

	for (i = 0; i < selection->count; i++) {
		if (bounce_field_is(header,
				    &header->fields[selection->fields[i]],
				    name))
			count++;
	}
	return count > 0 && count < bounce_header_count(header, name);
}

/* Returns why a mail program may show something else than what b= was verified
   over, or NULL. */
static const char *
verifier_find_ambiguity(const struct dkim_verifier *verifier)
{
	static const char *const names[] = { "Subject", "To", "Date" };
	unsigned int i, count;

	/* RFC 6376 section 3.6.1, t=s */
	if (verifier->key->strict &&
	    strcmp(verifier->sig->identity_domain,
		   verifier->sig->domain) != 0)
		return "the key forbids an i= in a subdomain";
	count = bounce_header_count(verifier->header, "From");
	if (count != 1) {
		return count == 0 ? "From is not there" :
			"From is there more than once";
	}
	for (i = 0; i < N_ELEMENTS(names); i++) {
		if (verifier_has_unsigned(verifier, names[i])) {
			return p_strconcat(verifier->pool, names[i],
				" was added above the signed one", NULL);
		}
	}
	for (i = 0; i < verifier->input.count; i++) {
		if (span_is_ambiguous(&verifier->input.spans[i]))
			return "a signed field holds a NUL or a bare CR";
	}
	return NULL;
}

static void verifier_pass(struct dkim_verifier *verifier, const char *repair)
{
	const char *error = verifier_find_ambiguity(verifier);

	if (error != NULL) {
		result_set(verifier, BOUNCE_DKIM_HEADER_FAIL,
			   BOUNCE_REASON_ALTERED, error);
		return;
	}
	result_set(verifier, BOUNCE_DKIM_HEADER_PASS, BOUNCE_REASON_NONE,
		   NULL);
	verifier->result->repair = repair;
}

/* Each candidate is hashed from its beginning, which would take too long for a
   large header. */
static const char *verifier_try_repairs(struct dkim_verifier *verifier)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < verifier->input.count; i++)
		size += verifier->input.spans[i].size;
	if (size > BOUNCE_DKIM_REPAIR_MAX_SIZE)
		return NULL;
	return bounce_dkim_repair(verifier->pool, &verifier->input,
		verifier->key->type == BOUNCE_KEY_TYPE_RSA ?
		BOUNCE_DKIM_REPAIR_MAX_CANDIDATES :
		BOUNCE_DKIM_REPAIR_MAX_CANDIDATES_ED25519,
		verifier_match, verifier);
}

/* The header does not verify as it came back: repair it, or say why it does not
   verify. */
static void verifier_repair(struct dkim_verifier *verifier)
{
	const char *repair = verifier_try_repairs(verifier);

	if (repair != NULL)
		verifier_pass(verifier, repair);
	else if (verifier->key->type == BOUNCE_KEY_TYPE_RSA) {
		result_set(verifier, BOUNCE_DKIM_HEADER_FAIL,
			   BOUNCE_REASON_ALTERED,
			   "the key made this signature, "
			   "but the header was changed since");
	} else if (verifier->header->over_limit) {
		result_set(verifier, BOUNCE_DKIM_HEADER_FAIL,
			   BOUNCE_REASON_OVER_LIMIT,
			   "the header is larger than what is read of it");
	} else {
		result_set(verifier, BOUNCE_DKIM_HEADER_FAIL,
			   BOUNCE_REASON_BAD_SIGNATURE, "b= does not verify");
	}
}

static void verifier_run(struct dkim_verifier *verifier)
{
	const struct bounce_dkim_signature *sig = verifier->sig;
	const char *error;
	int ret = 1;

	if (verifier->key->type == BOUNCE_KEY_TYPE_RSA)
		ret = bounce_crypto_recover(verifier->key, sig->b, sig->b_size,
					    verifier->recovered);
	if (ret == 0) {
		result_set(verifier, BOUNCE_DKIM_HEADER_FAIL,
			   BOUNCE_REASON_BAD_SIGNATURE,
			   "b= was not made with this key");
		return;
	}
	if (bounce_dkim_select(verifier->header, sig, &verifier->selection,
			       &error) < 0) {
		result_set(verifier, BOUNCE_DKIM_HEADER_PERMERROR,
			   BOUNCE_REASON_OVER_LIMIT, error);
		return;
	}
	verifier_init_input(verifier);
	bounce_dkim_hash_init(&verifier->hash);
	verifier->failed = ret < 0;
	if (!verifier->failed && verifier_match(&verifier->input, verifier))
		verifier_pass(verifier, NULL);
	else if (!verifier->failed)
		verifier_repair(verifier);
	bounce_dkim_hash_deinit(&verifier->hash);
	if (verifier->failed) {
		result_set(verifier, BOUNCE_DKIM_HEADER_TEMPERROR,
			   BOUNCE_REASON_STATE, "libcrypto failed");
		verifier->result->repair = NULL;
	}
}

void bounce_dkim_verify_header(pool_t pool, const struct bounce_header *header,
			       const struct bounce_dkim_signature *sig,
			       const struct bounce_key *key,
			       struct bounce_dkim_result *result_r)
{
	struct dkim_verifier verifier;

	i_zero(result_r);
	if (!sig->own)
		return;
	verifier.pool = pool;
	verifier.header = header;
	verifier.sig = sig;
	verifier.key = key;
	verifier.result = result_r;
	if (!verifier_check(&verifier))
		return;
	T_BEGIN {
		verifier_run(&verifier);
	} T_END;
}
