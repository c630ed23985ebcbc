#ifndef BOUNCE_HEADER_H
#define BOUNCE_HEADER_H

/* A header block, byte for byte as it came, and where its fields are.
   RFC 5322 section 2.2. Line ends may be CRLF, LF, or both mixed. */

struct bounce_field {
	/* Where the field begins in the block, and its size, its folded lines
	   and its last line end included. */
	uint32_t offset;
	uint32_t size;
	/* The name's size, without white space before the colon. */
	uint32_t name_size;
	/* Where the value begins, counted from offset: after the colon. */
	uint32_t value_offset;
};

struct bounce_header {
	const unsigned char *data;
	size_t size;
	const struct bounce_field *fields;
	unsigned int fields_count;
	/* An empty line ended the block. */
	bool complete:1;
	/* A cap was reached: there was more than is kept. */
	bool over_limit:1;
};

/* Collects a header block from lines. */
struct bounce_header_builder;

enum bounce_header_line {
	/* The line belongs to the header. */
	BOUNCE_HEADER_LINE_FIELD,
	/* The empty line that ends the header; it is not part of it. */
	BOUNCE_HEADER_LINE_END,
	/* No header line: the header ended without an empty line, and this
	   line is of the body. */
	BOUNCE_HEADER_LINE_BODY
};

enum bounce_header_type {
	/* The header of a message. A "From " or ">From " line, lines of white
	   space and a byte order mark before the first field are skipped (as
	   FIELD). Lines that are no field belong to the field above them if
	   another field follows that messages have (continuation lines that
	   lost their white space on the way). */
	BOUNCE_HEADER_MESSAGE = 0,
	/* The header of a MIME part: an empty line always ends it. */
	BOUNCE_HEADER_PART,
	/* A group of fields of a delivery-status part, RFC 3464 section 2.1.
	   What is no field belongs to the field above it. */
	BOUNCE_HEADER_STATUS
};

/* In each of them a parameter at the beginning of a line belongs to the field
   above it if this ends with a semicolon. */
struct bounce_header_builder *
bounce_header_builder_init(pool_t pool, enum bounce_header_type type);
/* Give the next piece of a line, its line end included. start: it begins a
   line. Only the return value of the first piece of a line counts. */
enum bounce_header_line
bounce_header_builder_line(struct bounce_header_builder *builder,
			   const unsigned char *data, size_t size, bool start);
/* Forget what was given and begin anew, with the same memory. */
void bounce_header_builder_reset(struct bounce_header_builder *builder);
/* Returns what was collected. complete: an empty line ended it. The memory
   is the pool's. */
const struct bounce_header *
bounce_header_builder_finish(struct bounce_header_builder *builder,
			     bool complete);

/* After finish(): lines that were taken for the header's and turned out to be
   the beginning of the body, in front of the line that ended the header. */
void bounce_header_builder_get_body(const struct bounce_header_builder *builder,
				    const unsigned char **data_r,
				    size_t *size_r);

/* Split a whole block that is in memory. The header is the pool's. */
const struct bounce_header *
bounce_header_parse_type(pool_t pool, enum bounce_header_type type,
			 const unsigned char *data, size_t size);
static inline const struct bounce_header *
bounce_header_parse(pool_t pool, const unsigned char *data, size_t size)
{
	return bounce_header_parse_type(pool, BOUNCE_HEADER_MESSAGE, data,
					size);
}

/* TRUE if the line begins with a field name and a colon: one or more of the
   characters of RFC 5322 section 3.6.8, white space allowed before the colon
   (obs-optional). */
bool bounce_header_line_is_field(const unsigned char *data, size_t size);

/* How much the name of a field says of the block that it stands in: the greater,
   the more. */
enum bounce_field_rank {
	/* nothing; or the line is no field */
	BOUNCE_FIELD_OTHER = 0,
	/* It stands in the header of a message, and hardly in a text. */
	BOUNCE_FIELD_OF_HEADER,
	/* Every mail has some of these. */
	BOUNCE_FIELD_KNOWN,
	/* The same, and nobody writes it by hand. */
	BOUNCE_FIELD_MACHINE
};
enum bounce_field_rank
bounce_header_line_rank(const unsigned char *data, size_t size);
enum bounce_field_rank
bounce_field_rank(const struct bounce_header *header,
		  const struct bounce_field *field);

/* TRUE if the field has this name, without case. */
bool bounce_field_is(const struct bounce_header *header,
		     const struct bounce_field *field, const char *name);
/* The first field of that name (or NULL), and how many there are. */
const struct bounce_field *
bounce_header_find(const struct bounce_header *header, const char *name);
unsigned int
bounce_header_count(const struct bounce_header *header, const char *name);

/* The field's value: unfolded (RFC 5322 section 2.2.3), white space at both
   ends removed, NULs and other control characters made '?', at most max_size
   octets of it, valid UTF-8 or not. Allocated from the data stack. */
const char *t_bounce_field_value(const struct bounce_header *header,
				 const struct bounce_field *field,
				 size_t max_size);
/* The value of the first field of that name, or NULL. */
const char *t_bounce_header_value(const struct bounce_header *header,
				  const char *name);
/* When the first field Date says that it was written; 0: not known. */
time_t bounce_header_date(const struct bounce_header *header);

#endif
