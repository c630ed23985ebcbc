/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "base64.h"
#include "strnum.h"
#include "base/sanitize.h"
#include "name/address.h"
#include "name/domain-name.h"
#include "dkim/dkim-private.h"

/* How many octets of an unknown a= people are shown */
#define DKIM_ALGORITHM_MAX_SIZE 40
/* RFC 6376 section 3.5: t= and x= are 1*12DIGIT, */
#define DKIM_TIME_MAX_DIGITS 12
/* and l= is 1*76DIGIT, more than fit into our integers */
#define DKIM_LENGTH_MAX_DIGITS 76

/* The errors that damage may have caused. */
static const char sig_error_names[] = "h= has an invalid name";
static const char sig_error_hash[] = "bh= is not a SHA-256 hash";

struct sig_parser {
	pool_t pool;
	const struct bounce_dkim_tags *read;
	struct bounce_dkim_signature *sig;
};

/* Set the error of the signature, unless it has one already. */
static void sig_error(struct sig_parser *parser, const char *error)
{
	if (parser->sig->error == NULL)
		parser->sig->error = error;
}

/* Returns the name in its normal form, or "" if it is not a sequence of labels.
   d=, s= and i= may have U-labels: RFC 8616 section 4. */
static const char *t_sig_name(const unsigned char *data, size_t size)
{
	const char *name = t_bounce_domain_normalise(t_strndup(data, size));

	return name != NULL ? name : "";
}

static void
sig_parse_version(struct sig_parser *parser, const struct bounce_tag *tag)
{
	if (!bounce_tag_is(tag, "1"))
		sig_error(parser, "v= is not 1");
}

static void
sig_parse_algorithm(struct sig_parser *parser, const struct bounce_tag *tag)
{
	struct bounce_dkim_signature *sig = parser->sig;

	sig->algorithm_name = p_strdup(parser->pool,
		t_bounce_sanitize_text(t_strndup(tag->value, tag->value_size),
				       DKIM_ALGORITHM_MAX_SIZE));
	if (bounce_tag_is(tag, "rsa-sha256"))
		sig->algorithm = BOUNCE_DKIM_ALGORITHM_RSA_SHA256;
	else if (bounce_tag_is(tag, "ed25519-sha256"))
		sig->algorithm = BOUNCE_DKIM_ALGORITHM_ED25519_SHA256;
	else if (bounce_tag_is(tag, "rsa-sha1")) {
		sig->algorithm = BOUNCE_DKIM_ALGORITHM_RSA_SHA1;
		sig_error(parser, "a=rsa-sha1 is not accepted any more");
	} else {
		sig_error(parser, "a= is not known");
	}
}

static void
canon_parse(struct sig_parser *parser, const unsigned char *data, size_t size,
	    enum bounce_dkim_canon *canon_r)
{
	const struct bounce_tag word = { .value = data, .value_size = size };

	if (bounce_tag_is(&word, "relaxed"))
		*canon_r = BOUNCE_DKIM_CANON_RELAXED;
	else if (!bounce_tag_is(&word, "simple"))
		sig_error(parser, "c= is not known");
}

static void
sig_parse_canon(struct sig_parser *parser, const struct bounce_tag *tag)
{
	const unsigned char *slash = memchr(tag->value, '/', tag->value_size);
	size_t size = slash == NULL ? tag->value_size :
		(size_t)(slash - tag->value);

	canon_parse(parser, tag->value, size, &parser->sig->canon_header);
	if (slash != NULL) {
		canon_parse(parser, slash + 1, tag->value_size - size - 1,
			    &parser->sig->canon_body);
	}
}

static void
sig_parse_domain(struct sig_parser *parser,
		 const struct bounce_tag *tag ATTR_UNUSED)
{
	if (parser->sig->domain[0] == '\0')
		sig_error(parser, "d= is not a domain name");
}

/* A selector that is invalid is not an error: no key will be found for it. */
static void
sig_parse_selector(struct sig_parser *parser, const struct bounce_tag *tag)
{
	parser->sig->selector = p_strdup(parser->pool,
		t_sig_name(tag->value, tag->value_size));
}

static void
sig_parse_identity(struct sig_parser *parser, const struct bounce_tag *tag)
{
	struct bounce_dkim_signature *sig = parser->sig;
	const char *identity = t_bounce_domain_normalise(bounce_address_domain(
		t_strndup(tag->value, tag->value_size)));

	if (identity == NULL ||
	    !bounce_domain_is_within(identity, sig->domain))
		sig_error(parser, "i= is not of the domain in d=");
	else
		sig->identity_domain = p_strdup(parser->pool, identity);
}

bool bounce_dkim_signature_covers(const struct bounce_dkim_signature *sig,
				  const char *field_name)
{
	const unsigned char *p = sig->names, *end = p + sig->names_size;
	size_t size = strlen(field_name);
	struct bounce_tag name;

	while (bounce_tag_next_word(&p, end, &name)) {
		if (name.value_size == size &&
		    strncasecmp((const char *)name.value, field_name,
				size) == 0)
			return TRUE;
	}
	return FALSE;
}

/* Returns what is wrong with the names of h=, or NULL. */
static const char *
names_error(const unsigned char *p, const unsigned char *end)
{
	struct bounce_tag name;
	size_t i;

	while (bounce_tag_next_word(&p, end, &name)) {
		if (name.value_size == 0)
			return "h= has an empty name";
		for (i = 0; i < name.value_size; i++) {
			if (name.value[i] <= 32 || name.value[i] >= 127)
				return sig_error_names;
		}
	}
	return NULL;
}

static void
sig_parse_fields(struct sig_parser *parser, const struct bounce_tag *tag)
{
	struct bounce_dkim_signature *sig = parser->sig;
	const char *error;

	sig->names = tag->value;
	sig->names_size = tag->value_size;
	error = names_error(tag->value, tag->value + tag->value_size);
	if (error != NULL)
		sig_error(parser, error);
	else if (!bounce_dkim_signature_covers(sig, "From"))
		sig_error(parser, "h= does not name From");
}

static void
sig_parse_query(struct sig_parser *parser, const struct bounce_tag *tag)
{
	if (!bounce_tag_has_word(tag, "dns/txt"))
		sig_error(parser, "q= does not allow dns/txt");
}

static int
number_parse(const struct bounce_tag *tag, size_t max_digits, uint64_t *num_r)
{
	return tag->value_size > max_digits ? -1 :
		str_to_uint64(t_strndup(tag->value, tag->value_size), num_r);
}

static void
sig_parse_timestamp(struct sig_parser *parser, const struct bounce_tag *tag)
{
	uint64_t num;

	if (number_parse(tag, DKIM_TIME_MAX_DIGITS, &num) == 0) {
		parser->sig->timestamp = num;
		return;
	}
	parser->sig->timestamp_broken = TRUE;
	sig_error(parser, "t= is invalid");
}

/* t= must have been parsed before x=. */
static void
sig_parse_expires(struct sig_parser *parser, const struct bounce_tag *tag)
{
	struct bounce_dkim_signature *sig = parser->sig;
	uint64_t num;

	if (number_parse(tag, DKIM_TIME_MAX_DIGITS, &num) < 0) {
		sig_error(parser, "x= is invalid");
		return;
	}
	sig->expires = num;
	if (sig->timestamp >= 0 && sig->expires <= sig->timestamp)
		sig_error(parser, "x= is not after t=");
}

static void
sig_parse_length(struct sig_parser *parser, const struct bounce_tag *tag)
{
	uint64_t num;

	if (number_parse(tag, DKIM_LENGTH_MAX_DIGITS, &num) < 0) {
		sig_error(parser, "l= is invalid");
		return;
	}
	parser->sig->length = num;
	parser->sig->have_length = TRUE;
}

static void
sig_parse_body_hash(struct sig_parser *parser, const struct bounce_tag *tag)
{
	struct bounce_dkim_signature *sig = parser->sig;
	buffer_t *hash;

	hash = t_buffer_create(MAX_BASE64_DECODED_SIZE(tag->value_size));
	if (bounce_tag_decode(tag, hash) < 0 ||
	    hash->used != sizeof(sig->body_hash))
		sig_error(parser, sig_error_hash);
	else
		memcpy(sig->body_hash, hash->data, hash->used);
}

static void
sig_parse_b(struct sig_parser *parser, const struct bounce_tag *tag)
{
	struct bounce_dkim_signature *sig = parser->sig;
	const unsigned char *p = tag->name + tag->name_size;
	const unsigned char *end = sig->data + sig->size;
	buffer_t *b;

	/* everything between the "=" and the semicolon or the end is left out:
	   the value and the white space around it */
	while (*p++ != '=') ;
	sig->b_start = p - sig->data;
	p = memchr(p, ';', end - p);
	sig->b_end = (p == NULL ? end : p) - sig->data;

	b = t_buffer_create(MAX_BASE64_DECODED_SIZE(tag->value_size));
	if (bounce_tag_decode(tag, b) < 0)
		sig_error(parser, "b= is not base64");
	else if (b->used == 0)
		sig_error(parser, "b= is empty");
	else {
		sig->b = p_memdup(parser->pool, b->data, b->used);
		sig->b_size = b->used;
	}
}

/* The tags in the order in which they are parsed: the first error counts. */
static const struct {
	const char *name;
	/* the error if the tag is missing; NULL: it need not be there */
	const char *missing;
	void (*parse)(struct sig_parser *parser, const struct bounce_tag *tag);
} sig_tags[] = {
	{ "v", "v= is missing", sig_parse_version },
	{ "a", "a= is missing", sig_parse_algorithm },
	{ "c", NULL, sig_parse_canon },
	{ "d", "d= is missing", sig_parse_domain },
	{ "s", "s= is missing", sig_parse_selector },
	{ "i", NULL, sig_parse_identity },
	{ "h", "h= is missing", sig_parse_fields },
	{ "q", NULL, sig_parse_query },
	{ "t", NULL, sig_parse_timestamp },
	{ "x", NULL, sig_parse_expires },
	{ "l", NULL, sig_parse_length },
	{ "bh", "bh= is missing", sig_parse_body_hash },
	{ "b", "b= is missing", sig_parse_b }
};

bool bounce_dkim_tags_are_complete(const struct bounce_tags *tags)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(sig_tags); i++) {
		if (sig_tags[i].missing != NULL &&
		    bounce_tags_find(tags, sig_tags[i].name) == NULL)
			return FALSE;
	}
	return TRUE;
}

/* TRUE if d= says clearly whose signature it is. */
static bool domain_is_readable(const struct bounce_dkim_tags *read)
{
	const struct bounce_tags *tags = &read->tags;
	const struct bounce_tag *tag = bounce_tags_find(tags, "d");

	if (tag == NULL || read->domain[0] == '\0' ||
	    bounce_dkim_name_is_broken(tag->value, tag->value_size))
		return FALSE;
	/* if the field was cut after d=, that may have been longer */
	if (tag == &tags->tags[tags->count - 1] &&
	    bounce_tags_find(tags, "b") == NULL &&
	    memchr(tag->value, ';',
		   read->data + read->size - tag->value) == NULL)
		return FALSE;
	return !bounce_dkim_tags_are_qp(tags);
}

void t_bounce_dkim_tags_read(const unsigned char *data, size_t size,
			     uint32_t name_size, uint32_t value_offset,
			     struct bounce_dkim_tags *read_r)
{
	const struct bounce_tag *tag;

	read_r->data = data;
	read_r->size = size;
	read_r->name_size = name_size;
	read_r->value_offset = value_offset;
	read_r->error = NULL;
	(void)bounce_tags_parse(data + value_offset, size - value_offset,
				&read_r->tags, &read_r->error);
	tag = bounce_tags_find(&read_r->tags, "d");
	read_r->domain = tag == NULL ? "" :
		t_sig_name(tag->value, tag->value_size);
	read_r->domain_readable = domain_is_readable(read_r);
}

/* TRUE if mail software may have caused the signature's error, which no signer
   makes. */
static bool sig_is_damaged(const struct sig_parser *parser)
{
	const struct bounce_dkim_signature *sig = parser->sig;
	const char *tags_error = parser->read->error;

	/* an invalid selector is not an error, but may be damage */
	if (sig->error == NULL)
		return sig->selector[0] == '\0' && sig->marked;
	return (tags_error != NULL && !bounce_tags_error_is_rule(tags_error)) ||
		sig->error == sig_error_names || sig->error == sig_error_hash ||
		sig->b == NULL || sig->marked;
}

void bounce_dkim_signature_parse(pool_t pool,
				 const struct bounce_dkim_tags *read,
				 struct bounce_dkim_signature *sig_r)
{
	struct sig_parser parser = { .pool = pool, .read = read, .sig = sig_r };
	const struct bounce_tag *tag;
	unsigned int i;

	i_zero(sig_r);
	sig_r->data = read->data;
	sig_r->size = read->size;
	sig_r->name_size = read->name_size;
	sig_r->value_offset = read->value_offset;
	sig_r->error = read->error;
	sig_r->domain = sig_r->identity_domain = p_strdup(pool, read->domain);
	sig_r->selector = sig_r->algorithm_name = "";
	sig_r->names = (const unsigned char *)"";
	sig_r->timestamp = sig_r->expires = -1;
	for (i = 0; i < N_ELEMENTS(sig_tags); i++) {
		tag = bounce_tags_find(&read->tags, sig_tags[i].name);
		if (tag != NULL)
			sig_tags[i].parse(&parser, tag);
		else if (sig_tags[i].missing != NULL)
			sig_error(&parser, sig_tags[i].missing);
	}
	sig_r->marked = !bounce_dkim_tags_are_complete(&read->tags) ||
		bounce_dkim_tags_are_damaged(&read->tags);
	sig_r->damaged = sig_is_damaged(&parser);
}

bool bounce_dkim_body_wanted(const unsigned char *data, size_t size,
			     struct bounce_dkim_signature *sig_r)
{
	struct sig_parser parser = { .sig = sig_r };
	const struct bounce_tag *tag;
	struct bounce_tags tags;

	i_zero(sig_r);
	if (bounce_tags_parse(data, size, &tags, &sig_r->error) < 0)
		return FALSE;
	tag = bounce_tags_find(&tags, "c");
	if (tag != NULL)
		sig_parse_canon(&parser, tag);
	tag = bounce_tags_find(&tags, "l");
	if (tag != NULL)
		sig_parse_length(&parser, tag);
	return sig_r->error == NULL;
}
