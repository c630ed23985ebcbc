/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "base/limits.h"
#include "dkim/dkim-private.h"

struct own_finder {
	pool_t pool;
	const struct bounce_header *header;
	const struct bounce_domains *domains;
	ARRAY(struct bounce_dkim_signature) sigs;
	struct bounce_dkim_signatures *result;
	unsigned int own_count, foreign_count;
};

enum signature_name {
	SIGNATURE_NAME_OTHER,
	SIGNATURE_NAME_EXACT,
	/* a name that contains it: X-DKIM-Signature, DKIM_Signature-Orig */
	SIGNATURE_NAME_HOLDS
};

static enum signature_name
field_signature_name(const struct bounce_header *header,
		     const struct bounce_field *field)
{
	const char *name = (const char *)header->data + field->offset;
	size_t i, size = strlen(BOUNCE_DKIM_FIELD_NAME);

	for (i = 0; i + size <= field->name_size; i++) {
		if (strncasecmp(name + i, "DKIM", 4) == 0 &&
		    strncasecmp(name + i + 5, "Signature", 9) == 0) {
			return field->name_size == size && name[4] == '-' ?
				SIGNATURE_NAME_EXACT : SIGNATURE_NAME_HOLDS;
		}
	}
	return SIGNATURE_NAME_OTHER;
}

/* Exim 4.98 cuts off a line that is too long (RFC 5322 section 2.1.1) and joins
   the next field to what is left of it. Returns where in the field's data a
   signature begins that was joined to it like this, or 0. */
static size_t
field_find_swallowed(const struct bounce_header *header,
		     const struct bounce_field *field)
{
	static const char name[] = " "BOUNCE_DKIM_FIELD_NAME":";
	const char *data = (const char *)header->data + field->offset;
	size_t i;

	if (field->size <= BOUNCE_FIELD_LONG_LINE)
		return 0;
	for (i = 1; i + sizeof(name) <= field->size; i++) {
		if (data[i] == ' ' &&
		    strncasecmp(data + i, name, sizeof(name) - 1) == 0)
			return i + 1;
	}
	return 0;
}

/* Read the tags of a field, or of a signature that the field has swallowed:
   offset is where that begins in the field; otherwise it is 0. */
static void
t_field_read(const struct bounce_header *header, unsigned int index,
	     size_t offset, struct bounce_dkim_tags *read_r)
{
	const struct bounce_field *field = &header->fields[index];
	bool swallowed = offset > 0;

	t_bounce_dkim_tags_read(header->data + field->offset + offset,
		bounce_dkim_field_size(header, field) - offset,
		swallowed ? strlen(BOUNCE_DKIM_FIELD_NAME) : field->name_size,
		swallowed ? strlen(BOUNCE_DKIM_FIELD_NAME) + 1 :
		field->value_offset, read_r);
}

static bool tags_have_hashes(const struct bounce_tags *tags)
{
	return bounce_tags_find(tags, "b") != NULL &&
		bounce_tags_find(tags, "bh") != NULL;
}

/* TRUE if the list of tags was cut. A cut inside b= can be seen here only if
   the rest is not base64 any more; bounce_dkim_verify_header() knows the size
   that b= must have. */
static bool tags_are_cut(const struct bounce_tags *tags)
{
	const struct bounce_tag *b = bounce_tags_find(tags, "b");
	buffer_t *decoded;

	if (!bounce_dkim_tags_are_complete(tags))
		return TRUE;
	if (b != &tags->tags[tags->count - 1])
		return FALSE;
	decoded = t_buffer_create(b->value_size);
	return bounce_tag_decode(b, decoded) < 0 || decoded->used == 0;
}

bool bounce_dkim_header_is_cut(const struct bounce_header *header)
{
	enum signature_name name;
	bool cut = FALSE;

	if (header->fields_count == 0)
		return FALSE;
	name = field_signature_name(header,
				    &header->fields[header->fields_count - 1]);
	if (name == SIGNATURE_NAME_OTHER)
		return FALSE;
	T_BEGIN {
		struct bounce_dkim_tags read;

		t_field_read(header, header->fields_count - 1, 0, &read);
		cut = (name == SIGNATURE_NAME_EXACT ||
		       tags_have_hashes(&read.tags)) &&
			tags_are_cut(&read.tags);
	} T_END;
	return cut;
}

static bool
may_be_own(const struct bounce_dkim_tags *read,
	   enum bounce_domains_answer answer)
{
	return answer == BOUNCE_DOMAINS_OWN ||
		(answer == BOUNCE_DOMAINS_FOREIGN && !read->domain_readable);
}

void bounce_dkim_signature_parse_owned(pool_t pool,
				       const struct bounce_dkim_tags *read,
				       enum bounce_domains_answer answer,
				       struct bounce_dkim_signature *sig_r)
{
	bounce_dkim_signature_parse(pool, read, sig_r);
	sig_r->own = answer == BOUNCE_DOMAINS_OWN;
	sig_r->own_unknown = answer == BOUNCE_DOMAINS_UNKNOWN;
	sig_r->own_over_limit = answer == BOUNCE_DOMAINS_OVER_LIMIT;
	if (may_be_own(read, answer) && !sig_r->own)
		sig_r->domain_unreadable = sig_r->damaged = TRUE;
}

/* Count a signature. Returns FALSE if it is one more than are kept. */
static bool
finder_count(struct own_finder *finder, const struct bounce_dkim_tags *read,
	     enum bounce_domains_answer answer)
{
	if (may_be_own(read, answer)) {
		if (finder->own_count < BOUNCE_DKIM_MAX_OWN) {
			finder->own_count++;
			return TRUE;
		}
		finder->result->over_limit = TRUE;
		return FALSE;
	}
	if (finder->foreign_count < BOUNCE_DKIM_MAX_FOREIGN) {
		finder->foreign_count++;
		return TRUE;
	}
	/* it may be one of ours, as nobody could tell */
	if (answer != BOUNCE_DOMAINS_FOREIGN)
		finder->result->over_limit = TRUE;
	return FALSE;
}

/* Add a signature. offset is that of t_field_read(). error is why the signature
   cannot be verified as it came back, or NULL; with an error, it is added only
   if it may be ours. */
static void
finder_add(struct own_finder *finder, unsigned int index, size_t offset,
	   const char *error)
{
	struct bounce_dkim_tags read;
	struct bounce_dkim_signature *sig;
	enum bounce_domains_answer answer;

	t_field_read(finder->header, index, offset, &read);
	answer = bounce_domains_lookup(finder->domains, read.domain);
	/* most other fields, such as X-Google-DKIM-Signature, were not renamed
	   on the way: their makers call them that. Only take those that may be
	   ours */
	if (error != NULL && ((answer == BOUNCE_DOMAINS_FOREIGN &&
			 read.domain_readable) ||
			!tags_have_hashes(&read.tags)))
		return;
	if (!finder_count(finder, &read, answer))
		return;

	sig = array_append_space(&finder->sigs);
	bounce_dkim_signature_parse_owned(finder->pool, &read, answer, sig);
	sig->field = index;
	if (error != NULL) {
		if (sig->error == NULL)
			sig->error = error;
		sig->damaged = TRUE;
	}
	sig->truncated = index + 1 == finder->header->fields_count &&
		bounce_dkim_header_is_cut(finder->header);
}

const struct bounce_dkim_signatures *
bounce_dkim_signatures_parse(pool_t pool, const struct bounce_header *header,
			     const struct bounce_domains *domains)
{
	struct own_finder finder = {
		.pool = pool, .header = header, .domains = domains
	};
	enum signature_name name;
	size_t offset;
	unsigned int i;

	finder.result = p_new(pool, struct bounce_dkim_signatures, 1);
	p_array_init(&finder.sigs, pool, 2);
	for (i = 0; i < header->fields_count; i++) {
		name = field_signature_name(header, &header->fields[i]);
		offset = name != SIGNATURE_NAME_OTHER ? 0 :
			field_find_swallowed(header, &header->fields[i]);
		if (name == SIGNATURE_NAME_OTHER && offset == 0)
			continue;
		T_BEGIN {
			finder_add(&finder, i, offset,
				   name == SIGNATURE_NAME_EXACT ? NULL :
				   offset == 0 ? "its field was renamed" :
				   "the field above has swallowed it");
		} T_END;
	}
	finder.result->sigs = array_get(&finder.sigs, &finder.result->count);
	return finder.result;
}
