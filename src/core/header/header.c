/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "str.h"
#include "message-date.h"
#include "base/limits.h"
#include "base/lines.h"
#include "header/header.h"

/* How many octets of a field's value people and Sieve scripts get. The values
   that anybody looks at are shorter. */
#define FIELD_VALUE_MAX_SIZE 8192

/* Some programs write this at the beginning of a text. */
#define UTF8_BOM "\xef\xbb\xbf"

/* How many lines that are not fields, and how many octets of such lines, may
   stand in a header before a known field follows. */
#define TENTATIVE_MAX_LINES 40
#define TENTATIVE_MAX_SIZE (16 * 1024)

/* What was collected before the first such line. */
struct header_snapshot {
	bool set;
	unsigned int lines;
	size_t size;
	unsigned int fields_count;
	uint32_t last_field_size;
};

struct bounce_header_builder {
	pool_t pool;
	buffer_t *data;
	ARRAY(struct bounce_field) fields;
	enum bounce_header_type type;
	bool over_limit;
	/* the lines of the current field are kept */
	bool keep;

	/* bits: which fields of BOUNCE_FIELD_OF_HEADER were there */
	unsigned int seen;

	struct header_snapshot snapshot;
	buffer_t *body;
};

static const char *const ranked_fields[][16] = {
	[BOUNCE_FIELD_OTHER] = { NULL },
	[BOUNCE_FIELD_OF_HEADER] = {
		"Auto-Submitted", "Content-Disposition", "Content-Language",
		"Content-Transfer-Encoding", "Content-Type", "Delivered-To",
		"Envelope-To", "In-Reply-To", "List-Id", "Precedence",
		"References", "X-Auto-Response-Suppress",
		"X-Failed-Recipients", "X-Mailer", "X-Original-To", NULL
	},
	[BOUNCE_FIELD_KNOWN] = {
		"From", "To", "Date", "Subject", "MIME-Version", "Reply-To",
		"Cc", "Sender", NULL
	},
	[BOUNCE_FIELD_MACHINE] = {
		"Received", "Message-ID", "Return-Path", "DKIM-Signature",
		"X-Received", NULL
	},
};

/* RFC 5322 section 3.6.8: ftext */
static inline bool is_ftext(unsigned char c)
{
	return c > 32 && c < 127 && c != ':';
}

/* Returns TRUE if this is a field, and sets the size of its name and where its
   value begins. */
static bool
field_parse(const unsigned char *data, size_t size, uint32_t *name_size_r,
	    uint32_t *value_offset_r)
{
	size_t name_size, i;

	/* a longer line comes in pieces, and its name is in the first */
	size = I_MIN(size, BOUNCE_LINE_MAX_SIZE);
	for (i = 0; i < size && is_ftext(data[i]); i++) ;
	name_size = i;
	while (i < size && bounce_is_wsp(data[i]))
		i++;
	if (name_size == 0 || i == size || data[i] != ':')
		return FALSE;
	*name_size_r = name_size;
	*value_offset_r = i + 1;
	return TRUE;
}

bool bounce_header_line_is_field(const unsigned char *data, size_t size)
{
	uint32_t name_size, value_offset;

	return field_parse(data, size, &name_size, &value_offset);
}

/* Returns the size of the white space character at the beginning of data; 0 if
   there is none. */
static size_t blank_size(const unsigned char *data, size_t size)
{
	static const char *const blanks[] = {
		" ", "\t", "\r", "\n", "\v", "\f", "\xa0",
		"\xc2\xa0", UTF8_BOM, "\xe3\x80\x80"
	};
	unsigned int i;
	size_t blank;

	for (i = 0; i < N_ELEMENTS(blanks); i++) {
		blank = strlen(blanks[i]);
		if (size >= blank && memcmp(data, blanks[i], blank) == 0)
			return blank;
	}
	return 0;
}

static bool line_is_empty(const unsigned char *data, size_t size)
{
	return size == 0 || (size == 1 && data[0] == '\n') ||
		(size == 2 && data[0] == '\r' && data[1] == '\n');
}

/* TRUE for a line that looks empty: it may hold white space, no-break spaces
   and byte order marks. */
static bool line_is_blank(const unsigned char *data, size_t size)
{
	size_t i, space;

	for (i = 0; i < size; i += space) {
		space = blank_size(data + i, size - i);
		if (space == 0)
			return FALSE;
	}
	return TRUE;
}

static bool line_is_mbox_from(const unsigned char *data, size_t size)
{
	if (size > 0 && data[0] == '>') {
		data++;
		size--;
	}
	return size > 5 && memcmp(data, "From ", 5) == 0;
}

struct bounce_header_builder *
bounce_header_builder_init(pool_t pool, enum bounce_header_type type)
{
	struct bounce_header_builder *builder;
	bool message = type == BOUNCE_HEADER_MESSAGE;

	builder = p_new(pool, struct bounce_header_builder, 1);
	builder->pool = pool;
	builder->type = type;
	builder->data = buffer_create_dynamic(pool, message ? 2048 : 256);
	p_array_init(&builder->fields, pool, message ? 32 : 4);
	return builder;
}

void bounce_header_builder_reset(struct bounce_header_builder *builder)
{
	buffer_set_used_size(builder->data, 0);
	array_clear(&builder->fields);
	builder->over_limit = FALSE;
	builder->keep = FALSE;
	builder->seen = 0;
	builder->snapshot.set = FALSE;
	if (builder->body != NULL)
		buffer_set_used_size(builder->body, 0);
}

/* The last field has become too large. Drop all of it: a field is kept whole or
   not at all. Smaller ones that follow may still fit. */
static void builder_limit(struct bounce_header_builder *builder)
{
	const struct bounce_field *last = array_back(&builder->fields);

	builder->over_limit = TRUE;
	builder->keep = FALSE;
	/* the snapshot may belong to the field that is dropped */
	builder->snapshot.set = FALSE;
	buffer_set_used_size(builder->data, last->offset);
	array_pop_back(&builder->fields);
}

static void
builder_append(struct bounce_header_builder *builder,
	       const unsigned char *data, size_t size)
{
	struct bounce_field *field;

	if (!builder->keep)
		return;
	if (size > BOUNCE_HEADER_MAX_SIZE - builder->data->used) {
		builder_limit(builder);
		return;
	}
	buffer_append(builder->data, data, size);
	field = array_back_modifiable(&builder->fields);
	field->size += size;
}

static void
builder_add_field(struct bounce_header_builder *builder,
		  const unsigned char *data, size_t size,
		  uint32_t name_size, uint32_t value_offset)
{
	struct bounce_field *field;

	if (array_count(&builder->fields) >= BOUNCE_HEADER_MAX_FIELDS) {
		builder->over_limit = TRUE;
		builder->keep = FALSE;
		return;
	}
	builder->keep = TRUE;
	field = array_append_space(&builder->fields);
	field->offset = builder->data->used;
	field->name_size = name_size;
	field->value_offset = value_offset;
	builder_append(builder, data, size);
}

/*
 * Lines that are no field
 */

/* Take the line for a continuation of the field above it, but remember what was
   there before, so that this can be undone. Returns FALSE if there were too
   many such lines. */
static bool
builder_add_tentative(struct bounce_header_builder *builder,
		      const unsigned char *data, size_t size)
{
	struct header_snapshot *snapshot = &builder->snapshot;
	const struct bounce_field *last;

	if (!snapshot->set) {
		last = array_back(&builder->fields);
		snapshot->set = TRUE;
		snapshot->lines = 0;
		snapshot->size = builder->data->used;
		snapshot->fields_count = array_count(&builder->fields);
		snapshot->last_field_size = last->size;
	}
	if (++snapshot->lines > TENTATIVE_MAX_LINES ||
	    builder->data->used - snapshot->size > TENTATIVE_MAX_SIZE)
		return FALSE;
	builder_append(builder, data, size);
	return TRUE;
}

/* No known field followed the lines that are not fields: they belong to the
   body. */
static void builder_rollback(struct bounce_header_builder *builder)
{
	struct header_snapshot *snapshot = &builder->snapshot;
	unsigned int count = array_count(&builder->fields);
	struct bounce_field *last;

	if (!snapshot->set)
		return;
	snapshot->set = FALSE;
	i_assert(count >= snapshot->fields_count);
	if (builder->body == NULL)
		builder->body = buffer_create_dynamic(builder->pool, 512);
	buffer_append(builder->body,
		      CONST_PTR_OFFSET(builder->data->data, snapshot->size),
		      builder->data->used - snapshot->size);
	buffer_set_used_size(builder->data, snapshot->size);
	array_delete(&builder->fields, snapshot->fields_count,
		     count - snapshot->fields_count);
	last = array_back_modifiable(&builder->fields);
	last->size = snapshot->last_field_size;
}

static bool name_is(const unsigned char *name, size_t size, const char *known)
{
	/* this is fast, as most names differ in their first letter */
	return size > 0 && ((name[0] ^ known[0]) & ~0x20) == 0 &&
		strlen(known) == size &&
		strncasecmp((const char *)name, known, size) == 0;
}

/* Returns the rank of the name. If that is not OTHER, idx_r is set to the
   name's place in the list of its rank. */
static enum bounce_field_rank
name_get_rank(const unsigned char *name, size_t size, unsigned int *idx_r)
{
	enum bounce_field_rank rank;
	unsigned int i;

	for (rank = N_ELEMENTS(ranked_fields) - 1; rank > 0; rank--) {
		for (i = 0; ranked_fields[rank][i] != NULL; i++) {
			if (name_is(name, size, ranked_fields[rank][i])) {
				*idx_r = i;
				return rank;
			}
		}
	}
	return BOUNCE_FIELD_OTHER;
}

enum bounce_field_rank
bounce_header_line_rank(const unsigned char *data, size_t size)
{
	uint32_t name_size, value_offset;
	unsigned int idx;

	return !field_parse(data, size, &name_size, &value_offset) ?
		BOUNCE_FIELD_OTHER : name_get_rank(data, name_size, &idx);
}

enum bounce_field_rank
bounce_field_rank(const struct bounce_header *header,
		  const struct bounce_field *field)
{
	unsigned int idx;

	return name_get_rank(header->data + field->offset, field->name_size,
			     &idx);
}

/* A field of that name was found. Returns TRUE if it shows that the lines
   before it, which are not fields, belong to the header. */
static bool builder_goes_on(struct bounce_header_builder *builder,
			    const unsigned char *name, size_t size)
{
	unsigned int idx;
	bool seen;

	switch (name_get_rank(name, size, &idx)) {
	case BOUNCE_FIELD_OTHER:
		return FALSE;
	case BOUNCE_FIELD_OF_HEADER:
		/* a second one may belong to the first part of the body, or to
		   a header that the text quotes */
		seen = (builder->seen & (1U << idx)) != 0;
		builder->seen |= 1U << idx;
		return !seen;
	case BOUNCE_FIELD_KNOWN:
	case BOUNCE_FIELD_MACHINE:
		break;
	}
	return TRUE;
}

/* TRUE if the line continues a list of parameters: the value so far ends with a
   ';' and the line begins with a parameter, or the line begins with a ';'. */
static bool
builder_expects_parameter(const struct bounce_header_builder *builder,
			  const unsigned char *data, size_t size)
{
	const unsigned char *value = builder->data->data;
	size_t i = builder->data->used;

	if (data[0] == ';')
		return TRUE;
	i = bounce_space_trim(value, value + i) - value;
	if (i == 0 || value[i - 1] != ';')
		return FALSE;
	for (i = 0; i < size && is_ftext(data[i]) && data[i] != '='; i++) ;
	return i > 0 && i < size && data[i] == '=';
}

/* Take a line that is not a field, in a header that has begun. */
static enum bounce_header_line
builder_line_no_field(struct bounce_header_builder *builder,
		      const unsigned char *data, size_t size)
{
	if (builder->type == BOUNCE_HEADER_STATUS) {
		/* people read the value: do not join its words */
		builder_append(builder, (const void *)" ", 1);
	} else if (!builder->keep ||
		   !builder_expects_parameter(builder, data, size)) {
		/* a line that may be a boundary belongs to the body, too */
		return builder->type == BOUNCE_HEADER_MESSAGE &&
			builder->keep &&
			(size < 2 || memcmp(data, "--", 2) != 0) &&
			builder_add_tentative(builder, data, size) ?
			BOUNCE_HEADER_LINE_FIELD : BOUNCE_HEADER_LINE_BODY;
	}
	builder_append(builder, data, size);
	return BOUNCE_HEADER_LINE_FIELD;
}

/* Take a line before the first field that is not a field itself. */
static enum bounce_header_line
builder_line_above(struct bounce_header_builder *builder,
		   const unsigned char *data, size_t size)
{
	bool skip = builder->type == BOUNCE_HEADER_STATUS ||
		(builder->type == BOUNCE_HEADER_MESSAGE &&
		 (line_is_blank(data, size) || line_is_mbox_from(data, size)));

	builder->keep = FALSE;
	return skip ? BOUNCE_HEADER_LINE_FIELD : BOUNCE_HEADER_LINE_BODY;
}

enum bounce_header_line
bounce_header_builder_line(struct bounce_header_builder *builder,
			   const unsigned char *data, size_t size, bool start)
{
	bool first = array_count(&builder->fields) == 0 &&
		!builder->over_limit;
	uint32_t name_size, value_offset;

	if (!start) {
		builder_append(builder, data, size);
		return BOUNCE_HEADER_LINE_FIELD;
	}
	if (line_is_empty(data, size)) {
		if (builder->snapshot.set)
			return BOUNCE_HEADER_LINE_BODY;
		return first && builder->type == BOUNCE_HEADER_MESSAGE ?
			BOUNCE_HEADER_LINE_FIELD : BOUNCE_HEADER_LINE_END;
	}
	if (first && builder->type == BOUNCE_HEADER_MESSAGE &&
	    size > 3 && memcmp(data, UTF8_BOM, 3) == 0) {
		data += 3;
		size -= 3;
	}
	if (!first && bounce_is_wsp(data[0])) {
		builder_append(builder, data, size);
		return BOUNCE_HEADER_LINE_FIELD;
	}
	if (field_parse(data, size, &name_size, &value_offset)) {
		if (builder_goes_on(builder, data, name_size))
			builder->snapshot.set = FALSE;
		builder_add_field(builder, data, size, name_size,
				  value_offset);
		return BOUNCE_HEADER_LINE_FIELD;
	}
	return first ? builder_line_above(builder, data, size) :
		builder_line_no_field(builder, data, size);
}

const struct bounce_header *
bounce_header_builder_finish(struct bounce_header_builder *builder,
			     bool complete)
{
	struct bounce_header *header;

	builder_rollback(builder);
	header = p_new(builder->pool, struct bounce_header, 1);
	header->pool = builder->pool;
	header->received = p_new(builder->pool, struct bounce_received_list *,
				 1);
	header->data = builder->data->data;
	header->size = builder->data->used;
	header->fields = array_get(&builder->fields, &header->fields_count);
	header->complete = complete;
	header->over_limit = builder->over_limit;
	return header;
}

void bounce_header_builder_get_body(const struct bounce_header_builder *builder,
				    const unsigned char **data_r,
				    size_t *size_r)
{
	*data_r = builder->body == NULL ? NULL : builder->body->data;
	*size_r = builder->body == NULL ? 0 : builder->body->used;
}

const struct bounce_header *
bounce_header_parse_type(pool_t pool, enum bounce_header_type type,
			 const unsigned char *data, size_t size)
{
	struct bounce_header_builder *builder =
		bounce_header_builder_init(pool, type);
	const unsigned char *end = size == 0 ? data : data + size, *next;
	enum bounce_header_line ret = BOUNCE_HEADER_LINE_FIELD;

	for (; data < end && ret == BOUNCE_HEADER_LINE_FIELD; data = next) {
		next = bounce_line_next(data, end);
		ret = bounce_header_builder_line(builder, data, next - data,
						 TRUE);
	}
	return bounce_header_builder_finish(builder,
					    ret == BOUNCE_HEADER_LINE_END);
}

bool bounce_header_peek(const unsigned char *data, size_t size,
			struct bounce_field *fields, unsigned int max_fields,
			struct bounce_header *header_r)
{
	const unsigned char *p, *next, *end = size == 0 ? data : data + size;
	unsigned int count = 0;

	i_zero(header_r);
	for (p = data; p < end; p = next) {
		next = bounce_line_next(p, end);
		if (line_is_empty(p, next - p))
			break;
		if (count > 0 && bounce_is_wsp(*p)) {
			fields[count - 1].size += next - p;
			continue;
		}
		if (count == max_fields ||
		    !field_parse(p, next - p, &fields[count].name_size,
				 &fields[count].value_offset))
			return FALSE;
		fields[count].offset = p - data;
		fields[count++].size = next - p;
	}
	header_r->data = data;
	header_r->size = p - data;
	header_r->fields = fields;
	header_r->fields_count = count;
	header_r->complete = p < end;
	/* the body may be cut anywhere */
	return count > 0 && (header_r->complete || end[-1] == '\n');
}

bool bounce_field_is(const struct bounce_header *header,
		     const struct bounce_field *field, const char *name)
{
	return name_is(header->data + field->offset, field->name_size, name);
}

const struct bounce_field *
bounce_header_find(const struct bounce_header *header, const char *name)
{
	unsigned int i;

	for (i = 0; i < header->fields_count; i++) {
		if (bounce_field_is(header, &header->fields[i], name))
			return &header->fields[i];
	}
	return NULL;
}

unsigned int
bounce_header_count(const struct bounce_header *header, const char *name)
{
	unsigned int i, count = 0;

	for (i = 0; i < header->fields_count; i++) {
		if (bounce_field_is(header, &header->fields[i], name))
			count++;
	}
	return count;
}

const char *t_bounce_field_value(const struct bounce_header *header,
				 const struct bounce_field *field,
				 size_t max_size)
{
	const unsigned char *data = header->data + field->offset;
	size_t i, size = field->size;
	char *value, *dest, *end;

	i = bounce_space_skip(data + field->value_offset, data + size) - data;
	max_size = I_MIN(size - i, max_size);
	value = dest = t_malloc_no0(max_size + 1);
	for (end = value + max_size; i < size && dest < end; i++) {
		unsigned char c = data[i];

		/* nearly all octets */
		if (c >= 32 && c != 127)
			*dest++ = c;
		else if (c == '\t')
			*dest++ = ' ';
		else if (c != '\n' && (c != '\r' || i + 1 == size ||
				       data[i + 1] != '\n'))
			*dest++ = '?';
	}
	while (dest > value && dest[-1] == ' ')
		dest--;
	*dest = '\0';
	return value;
}

const char *t_bounce_header_value(const struct bounce_header *header,
				  const char *name)
{
	const struct bounce_field *field = bounce_header_find(header, name);

	return field == NULL ? NULL :
		t_bounce_field_value(header, field, FIELD_VALUE_MAX_SIZE);
}

time_t bounce_header_date(const struct bounce_header *header)
{
	time_t timestamp = 0;
	const char *date;
	int offset;

	T_BEGIN {
		date = t_bounce_header_value(header, "Date");
		if (date == NULL ||
		    !message_date_parse((const unsigned char *)date,
					strlen(date), &timestamp, &offset))
			timestamp = 0;
	} T_END;
	return timestamp;
}
