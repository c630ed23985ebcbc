/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "base64.h"
#include "str-sanitize.h"
#include "bounce-address.h"
#include "bounce-limits.h"
#include "bounce-tags.h"
#include "bounce-domain-name.h"
#include "bounce-domains.h"
#include "bounce-dkim-private.h"

#define DKIM_SIGNATURE_FIELD BOUNCE_DKIM_CANDIDATE_NAME
/* What of an unknown a= is shown to a human */
#define DKIM_ALGORITHM_MAX_SIZE 40
/* RFC 6376 section 3.5: t= and x= are 1*12DIGIT */
#define DKIM_TIME_MAX_DIGITS 12
/* ... and l= is 1*76DIGIT, of which fewer fit into our integers */
#define DKIM_LENGTH_MAX_DIGITS 76

/* Errors that may be damage. */
static const char sig_error_names[] = "h= has what is no name";
static const char sig_error_hash[] = "bh= is no SHA-256 hash";

struct dkim_signatures_parser {
	pool_t pool;
	const struct bounce_header *header;
	const struct bounce_domains *domains;
	ARRAY(struct bounce_dkim_signature) sigs;
	struct bounce_dkim_signatures *result;
	unsigned int own_count, foreign_count;
};

/* One of them while it is parsed. */
struct dkim_signature_parser {
	pool_t pool;
	/* the field, without its last line end */
	const unsigned char *data;
	size_t size;
	struct bounce_tags tags;
	/* what is wrong with the tag-list, or NULL */
	const char *tags_error;
	/* its d= */
	const char *domain;
	enum bounce_domains_answer answer;
	struct bounce_dkim_signature *sig;
};

/* The first error stands. */
static void sig_error(struct bounce_dkim_signature *sig, const char *error)
{
	if (sig->error == NULL)
		sig->error = error;
}

static const struct bounce_tag *
sig_require(struct dkim_signature_parser *parser, const char *name,
	    const char *error)
{
	const struct bounce_tag *tag = bounce_tags_find(&parser->tags, name);

	if (tag == NULL)
		sig_error(parser->sig, error);
	return tag;
}

/* "" if that is no sequence of labels. RFC 8616 section 4: d=, s= and i= may
   be U-labels. */
static const char *t_sig_name(const unsigned char *data, size_t size)
{
	const char *name;

	name = t_bounce_domain_normalise(t_strndup(data, size));
	return name != NULL ? name : "";
}

static const char *t_sig_tag_name(const struct bounce_tag *tag)
{
	return tag == NULL ? "" : t_sig_name(tag->value, tag->value_size);
}

static void sig_parse_version(struct dkim_signature_parser *parser)
{
	const struct bounce_tag *tag;

	tag = sig_require(parser, "v", "v= is missing");
	if (tag != NULL && !bounce_tag_is(tag, "1"))
		sig_error(parser->sig, "v= is not 1");
}

static void sig_parse_algorithm(struct dkim_signature_parser *parser)
{
	struct bounce_dkim_signature *sig = parser->sig;
	const struct bounce_tag *tag;

	sig->algorithm_name = "";
	tag = sig_require(parser, "a", "a= is missing");
	if (tag == NULL)
		return;
	sig->algorithm_name = p_strdup(parser->pool,
		str_sanitize(t_strndup(tag->value, tag->value_size),
			     DKIM_ALGORITHM_MAX_SIZE));
	if (bounce_tag_is(tag, "rsa-sha256"))
		sig->algorithm = BOUNCE_DKIM_ALGORITHM_RSA_SHA256;
	else if (bounce_tag_is(tag, "ed25519-sha256"))
		sig->algorithm = BOUNCE_DKIM_ALGORITHM_ED25519_SHA256;
	else if (bounce_tag_is(tag, "rsa-sha1")) {
		sig->algorithm = BOUNCE_DKIM_ALGORITHM_RSA_SHA1;
		sig_error(sig, "a=rsa-sha1 is not accepted any more");
	} else {
		sig_error(sig, "a= is not known");
	}
}

static int
canon_parse(const unsigned char *data, size_t size,
	    enum bounce_dkim_canon *canon_r)
{
	struct bounce_tag word = { .value = data, .value_size = size };

	if (bounce_tag_is(&word, "simple"))
		*canon_r = BOUNCE_DKIM_CANON_SIMPLE;
	else if (bounce_tag_is(&word, "relaxed"))
		*canon_r = BOUNCE_DKIM_CANON_RELAXED;
	else
		return -1;
	return 0;
}

static void sig_parse_canon(struct dkim_signature_parser *parser)
{
	struct bounce_dkim_signature *sig = parser->sig;
	const struct bounce_tag *tag = bounce_tags_find(&parser->tags, "c");
	const unsigned char *slash;
	size_t size;

	sig->canon_header = sig->canon_body = BOUNCE_DKIM_CANON_SIMPLE;
	if (tag == NULL)
		return;
	size = tag->value_size;
	slash = memchr(tag->value, '/', size);
	if (slash != NULL) {
		size = slash - tag->value;
		if (canon_parse(slash + 1, tag->value_size - size - 1,
				&sig->canon_body) < 0)
			sig_error(sig, "c= is not known");
	}
	if (canon_parse(tag->value, size, &sig->canon_header) < 0)
		sig_error(sig, "c= is not known");
}

/* d=, s= and i= */
static void sig_parse_names(struct dkim_signature_parser *parser)
{
	struct bounce_dkim_signature *sig = parser->sig;
	const struct bounce_tag *tag;
	const char *identity;

	if (sig_require(parser, "d", "d= is missing") != NULL &&
	    *sig->domain == '\0')
		sig_error(sig, "d= is no domain name");
	/* an invalid selector is no error: it has no key */
	tag = sig_require(parser, "s", "s= is missing");
	sig->selector = p_strdup(parser->pool, t_sig_tag_name(tag));

	sig->identity_domain = sig->domain;
	tag = bounce_tags_find(&parser->tags, "i");
	if (tag == NULL)
		return;
	/* the local-part may be quoted, and hold another one */
	identity = t_bounce_domain_normalise(bounce_address_domain(
		t_strndup(tag->value, tag->value_size)));
	if (identity == NULL ||
	    !bounce_domain_is_within(identity, sig->domain)) {
		sig_error(sig, "i= is not of the domain in d=");
		return;
	}
	sig->identity_domain = p_strdup(parser->pool, identity);
}

bool bounce_dkim_signature_covers(const struct bounce_dkim_signature *sig,
				  const char *field_name)
{
	const unsigned char *p = sig->names, *end = p + sig->names_size, *name;
	size_t size, field_size = strlen(field_name);

	while (bounce_dkim_names_next(&p, end, &name, &size)) {
		if (size == field_size &&
		    strncasecmp((const char *)name, field_name, size) == 0)
			return TRUE;
	}
	return FALSE;
}

/* What is wrong with the names of h=, or NULL. */
static const char *
names_error(const unsigned char *p, const unsigned char *end)
{
	const unsigned char *name;
	unsigned int count = 0;
	size_t size, i;

	while (bounce_dkim_names_next(&p, end, &name, &size)) {
		if (++count > BOUNCE_DKIM_MAX_NAMES)
			return "h= has too many names";
		if (size == 0)
			return "h= has an empty name";
		for (i = 0; i < size; i++) {
			if (name[i] <= 32 || name[i] >= 127)
				return sig_error_names;
		}
	}
	return NULL;
}

static void sig_parse_fields(struct dkim_signature_parser *parser)
{
	struct bounce_dkim_signature *sig = parser->sig;
	const struct bounce_tag *tag;
	const char *error;

	tag = sig_require(parser, "h", "h= is missing");
	if (tag == NULL)
		return;
	sig->names = tag->value;
	sig->names_size = tag->value_size;
	error = names_error(tag->value, tag->value + tag->value_size);
	if (error != NULL)
		sig_error(sig, error);
	else if (!bounce_dkim_signature_covers(sig, "From"))
		sig_error(sig, "h= does not name From");
}

static void sig_parse_query(struct dkim_signature_parser *parser)
{
	const struct bounce_tag *tag = bounce_tags_find(&parser->tags, "q");

	if (tag != NULL && !bounce_tag_has_word(tag, "dns/txt"))
		sig_error(parser->sig, "q= does not allow dns/txt");
}

static int
digits_parse(const struct bounce_tag *tag, size_t max_digits, uintmax_t *num_r)
{
	size_t i;

	*num_r = 0;
	if (tag->value_size == 0 || tag->value_size > max_digits)
		return -1;
	for (i = 0; i < tag->value_size; i++) {
		unsigned int digit = tag->value[i] - '0';

		if (digit > 9 || *num_r > (UINTMAX_MAX - digit) / 10)
			return -1;
		*num_r = *num_r * 10 + digit;
	}
	return 0;
}

static void
sig_parse_time(struct dkim_signature_parser *parser, const char *name,
	       const char *error, int64_t *time_r)
{
	const struct bounce_tag *tag = bounce_tags_find(&parser->tags, name);
	uintmax_t num;

	*time_r = -1;
	if (tag == NULL)
		return;
	if (digits_parse(tag, DKIM_TIME_MAX_DIGITS, &num) < 0)
		sig_error(parser->sig, error);
	else
		*time_r = num;
}

static void sig_parse_numbers(struct dkim_signature_parser *parser)
{
	struct bounce_dkim_signature *sig = parser->sig;
	const struct bounce_tag *tag = bounce_tags_find(&parser->tags, "l");
	uintmax_t num;

	sig_parse_time(parser, "t", "t= is invalid", &sig->timestamp);
	sig->timestamp_broken = sig->timestamp < 0 &&
		bounce_tags_find(&parser->tags, "t") != NULL;
	sig_parse_time(parser, "x", "x= is invalid", &sig->expires);
	if (sig->timestamp >= 0 && sig->expires >= 0 &&
	    sig->expires <= sig->timestamp)
		sig_error(sig, "x= is not after t=");
	if (tag == NULL)
		return;
	if (digits_parse(tag, DKIM_LENGTH_MAX_DIGITS, &num) < 0 ||
	    num > UOFF_T_MAX) {
		sig_error(sig, "l= is invalid");
		return;
	}
	sig->length = num;
	sig->have_length = TRUE;
}

static void sig_parse_body_hash(struct dkim_signature_parser *parser)
{
	struct bounce_dkim_signature *sig = parser->sig;
	const struct bounce_tag *tag;
	buffer_t *hash;

	tag = sig_require(parser, "bh", "bh= is missing");
	if (tag == NULL)
		return;
	hash = t_buffer_create(MAX_BASE64_DECODED_SIZE(tag->value_size));
	if (bounce_tag_decode(tag, hash) < 0 ||
	    hash->used != sizeof(sig->body_hash))
		sig_error(sig, sig_error_hash);
	else
		memcpy(sig->body_hash, hash->data, hash->used);
}

/* From the "=" to the semicolon or the end: the value and the white space
   around it. */
static void
sig_parse_b_span(struct dkim_signature_parser *parser,
		 const struct bounce_tag *tag)
{
	const unsigned char *p = tag->name + tag->name_size;
	const unsigned char *end = parser->data + parser->size;

	while (*p++ != '=') ;
	parser->sig->b_start = p - parser->data;
	p = memchr(p, ';', end - p);
	parser->sig->b_end = (p == NULL ? end : p) - parser->data;
}

static void sig_parse_b(struct dkim_signature_parser *parser)
{
	struct bounce_dkim_signature *sig = parser->sig;
	const struct bounce_tag *tag;
	buffer_t *b;

	tag = sig_require(parser, "b", "b= is missing");
	if (tag == NULL)
		return;
	sig_parse_b_span(parser, tag);
	b = t_buffer_create(MAX_BASE64_DECODED_SIZE(tag->value_size));
	if (bounce_tag_decode(tag, b) < 0)
		sig_error(sig, "b= is not base64");
	else if (b->used == 0)
		sig_error(sig, "b= is empty");
	else {
		sig->b = p_memdup(parser->pool, b->data, b->used);
		sig->b_size = b->used;
	}
}

/* A field that was cut lacks the tags behind the cut, or some of its last
   value. Of b= that can be seen here only where it is no base64 any more:
   bounce_dkim_verify_header() knows the size that it has to have. */
static bool sig_is_truncated(const struct dkim_signature_parser *parser)
{
	static const char *const required[] = {
		"v", "a", "d", "s", "h", "bh", "b"
	};
	const struct bounce_tags *tags = &parser->tags;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(required); i++) {
		if (bounce_tags_find(tags, required[i]) == NULL)
			return TRUE;
	}
	return parser->sig->b == NULL &&
		bounce_tags_find(tags, "b") == &tags->tags[tags->count - 1];
}

/* A semicolon ends it. */
static bool
sig_tag_is_complete(const struct dkim_signature_parser *parser,
		    const struct bounce_tag *tag)
{
	const unsigned char *end = parser->data + parser->size;
	const unsigned char *p =
		bounce_space_skip(tag->value + tag->value_size, end);

	return p < end && *p == ';';
}

/* Does its d= say clearly whose it is? */
static bool sig_domain_is_readable(const struct dkim_signature_parser *parser)
{
	const struct bounce_tags *tags = &parser->tags;
	const struct bounce_tag *tag = bounce_tags_find(tags, "d");

	if (tag == NULL || parser->domain[0] == '\0' ||
	    bounce_dkim_name_is_broken(tag->value, tag->value_size))
		return FALSE;
	/* where the field was cut, d= may have been longer */
	if (tag == &tags->tags[tags->count - 1] &&
	    bounce_tags_find(tags, "b") == NULL &&
	    !sig_tag_is_complete(parser, tag))
		return FALSE;
	return !bounce_dkim_tags_are_qp(tags);
}

/* Read the tags, and whose signature it is. */
static void
sig_parse_begin(struct dkim_signature_parser *parser, uint32_t value_offset,
		const struct bounce_domains *domains)
{
	parser->tags_error = NULL;
	(void)bounce_tags_parse(parser->data + value_offset,
				parser->size - value_offset,
				&parser->tags, &parser->tags_error);
	parser->domain = t_sig_tag_name(bounce_tags_find(&parser->tags, "d"));
	parser->answer = bounce_domains_lookup(domains, parser->domain);
}

/* What mail software may have done, and no signer does. */
static bool sig_is_damaged(const struct dkim_signature_parser *parser)
{
	const struct bounce_dkim_signature *sig = parser->sig;

	if (sig->domain_unreadable)
		return TRUE;
	/* an invalid selector is no error */
	if (sig->error == NULL)
		return sig->selector[0] == '\0' && sig->marked;
	return (parser->tags_error != NULL &&
		!bounce_tags_error_is_rule(parser->tags_error)) ||
		sig->error == sig_error_names || sig->error == sig_error_hash ||
		sig->b == NULL || sig->marked;
}

static void
sig_parse(struct dkim_signature_parser *parser, uint32_t name_size,
	  uint32_t value_offset)
{
	struct bounce_dkim_signature *sig = parser->sig;

	sig->data = parser->data;
	sig->size = parser->size;
	sig->name_size = name_size;
	sig->value_offset = value_offset;
	sig->own = parser->answer == BOUNCE_DOMAINS_OWN;
	sig->own_unknown = parser->answer == BOUNCE_DOMAINS_UNKNOWN;
	sig->own_over_limit = parser->answer == BOUNCE_DOMAINS_OVER_LIMIT;
	sig->domain_unreadable = parser->answer == BOUNCE_DOMAINS_FOREIGN &&
		!sig_domain_is_readable(parser);
	sig->error = parser->tags_error;
	sig->domain = p_strdup(parser->pool, parser->domain);
	sig_parse_version(parser);
	sig_parse_algorithm(parser);
	sig_parse_canon(parser);
	sig_parse_names(parser);
	sig_parse_fields(parser);
	sig_parse_query(parser);
	sig_parse_numbers(parser);
	sig_parse_body_hash(parser);
	sig_parse_b(parser);
	sig->marked = bounce_dkim_tags_are_damaged(&parser->tags);
	sig->damaged = sig_is_damaged(parser);
}

enum bounce_domains_answer
bounce_dkim_signature_parse(pool_t pool, const unsigned char *data,
			    size_t size, uint32_t name_size,
			    uint32_t value_offset,
			    const struct bounce_domains *domains,
			    struct bounce_dkim_signature *sig_r)
{
	struct dkim_signature_parser parser;

	i_zero(sig_r);
	parser.pool = pool;
	parser.data = data;
	parser.size = size;
	parser.sig = sig_r;
	sig_parse_begin(&parser, value_offset, domains);
	sig_parse(&parser, name_size, value_offset);
	return parser.answer;
}

/* FALSE: it is one more than are kept. */
static bool
signatures_count(struct dkim_signatures_parser *parser,
		 const struct dkim_signature_parser *sig_parser)
{
	enum bounce_domains_answer answer = sig_parser->answer;

	if (answer == BOUNCE_DOMAINS_OWN ||
	    (answer == BOUNCE_DOMAINS_FOREIGN &&
	     !sig_domain_is_readable(sig_parser))) {
		if (parser->own_count == BOUNCE_DKIM_MAX_OWN) {
			parser->result->over_limit = TRUE;
			return FALSE;
		}
		parser->own_count++;
	} else {
		if (parser->foreign_count == BOUNCE_DKIM_MAX_FOREIGN) {
			/* it may have been ours */
			if (answer != BOUNCE_DOMAINS_FOREIGN)
				parser->result->over_limit = TRUE;
			return FALSE;
		}
		parser->foreign_count++;
	}
	return TRUE;
}

/* A field that was renamed on the way is looked at where it may be ours:
   others, such as X-Google-DKIM-Signature, are their makers' own. */
static bool
sig_is_renamed(const struct dkim_signature_parser *parser)
{
	return (parser->answer != BOUNCE_DOMAINS_FOREIGN ||
		!sig_domain_is_readable(parser)) &&
		bounce_tags_find(&parser->tags, "b") != NULL &&
		bounce_tags_find(&parser->tags, "bh") != NULL;
}

static void
signatures_add(struct dkim_signatures_parser *parser, unsigned int index,
	       bool renamed)
{
	const struct bounce_header *header = parser->header;
	const struct bounce_field *field = &header->fields[index];
	struct dkim_signature_parser sig_parser;
	struct bounce_dkim_signature *sig;

	sig_parser.pool = parser->pool;
	sig_parser.data = header->data + field->offset;
	sig_parser.size = bounce_dkim_field_size(header, field);
	sig_parse_begin(&sig_parser, field->value_offset, parser->domains);
	if (renamed && !sig_is_renamed(&sig_parser))
		return;
	parser->result->fields_count++;
	if (!signatures_count(parser, &sig_parser))
		return;

	sig = array_append_space(&parser->sigs);
	sig->field = index;
	sig_parser.sig = sig;
	sig_parse(&sig_parser, field->name_size, field->value_offset);
	if (renamed) {
		sig_error(sig, "its field was renamed");
		sig->damaged = TRUE;
	}
	if (sig->error != NULL && index + 1 == header->fields_count)
		sig->truncated = sig_is_truncated(&sig_parser);
}

/* Returns 1 for the name of a signature's field, 0 for another one that holds it,
   as X-DKIM-Signature and DKIM_Signature-Orig do, -1 for any other. */
static int
field_signature_name(const struct bounce_header *header,
		     const struct bounce_field *field)
{
	const unsigned char *name = header->data + field->offset;
	size_t i, size = strlen(DKIM_SIGNATURE_FIELD);

	for (i = 0; i + size <= field->name_size; i++) {
		if (strncasecmp((const char *)name + i, "DKIM", 4) == 0 &&
		    strncasecmp((const char *)name + i + 5, "Signature",
				9) == 0)
			return field->name_size == size && name[4] == '-';
	}
	return -1;
}

const struct bounce_dkim_signatures *
bounce_dkim_signatures_parse(pool_t pool, const struct bounce_header *header,
			     const struct bounce_domains *domains)
{
	struct dkim_signatures_parser parser;
	unsigned int i;
	int ret;

	i_zero(&parser);
	parser.pool = pool;
	parser.header = header;
	parser.domains = domains;
	parser.result = p_new(pool, struct bounce_dkim_signatures, 1);
	p_array_init(&parser.sigs, pool, 2);
	for (i = 0; i < header->fields_count; i++) {
		ret = field_signature_name(header, &header->fields[i]);
		if (ret < 0)
			continue;
		T_BEGIN {
			signatures_add(&parser, i, ret == 0);
		} T_END;
	}
	parser.result->sigs = array_get(&parser.sigs, &parser.result->count);
	return parser.result;
}
