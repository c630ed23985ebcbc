#ifndef BOUNCE_HEADER_H
#define BOUNCE_HEADER_H

/* A header block (RFC 5322 section 2.2), byte for byte as it came, and where
   its fields are in it. Line ends may be CRLF, LF, or both mixed. */

struct bounce_field {
	/* Where the field begins in the block, and its size in octets; this
	   includes its folded lines and its last line end. */
	uint32_t offset;
	uint32_t size;
	/* The size of the name, without white space before the colon. */
	uint32_t name_size;
	/* Where the value begins, counted from offset: right after the
	   colon. */
	uint32_t value_offset;
};

struct bounce_received_list;

struct bounce_header {
	pool_t pool;
	const unsigned char *data;
	size_t size;
	const struct bounce_field *fields;
	unsigned int fields_count;
	/* The block ended with an empty line, which is not part of it. */
	bool complete:1;
	/* The block had more fields or octets than are kept. */
	bool over_limit:1;
	/* Where trace/received.c keeps what it has read; it reads the Received
	   fields only once. */
	struct bounce_received_list **received;
};

/* Collects a header block from lines. */
struct bounce_header_builder;

enum bounce_header_line {
	/* The line belongs to the header. */
	BOUNCE_HEADER_LINE_FIELD,
	/* The empty line that ends the header, and is not part of it. */
	BOUNCE_HEADER_LINE_END,
	/* The line does not belong to the header: that ended without an empty
	   line, and this line is the first of the body. */
	BOUNCE_HEADER_LINE_BODY
};

enum bounce_header_type {
	/* The header of a message. A "From " or ">From " line, lines of white
	   space and a byte order mark before the first field are skipped; they
	   count as FIELD. Lines that are not fields belong to the field above
	   them if one of the known fields of a message follows: they are
	   continuation lines that lost their white space on the way. */
	BOUNCE_HEADER_MESSAGE = 0,
	/* The header of a MIME part: an empty line always ends it. */
	BOUNCE_HEADER_PART,
	/* A group of fields of a delivery-status part, RFC 3464 section 2.1. A
	   line that is not a field belongs to the field above it. */
	BOUNCE_HEADER_STATUS
};

/* Begin a header block; the builder and the header are allocated from the pool.
   For each type, a line that begins with a parameter belongs to the field above
   it if that field ends with a semicolon. */
struct bounce_header_builder *
bounce_header_builder_init(pool_t pool, enum bounce_header_type type);
/* Take the next line with its line end, or a piece of a line; start is TRUE for
   a line and for the first piece of one. Only the return value for a line or
   its first piece counts. */
enum bounce_header_line
bounce_header_builder_line(struct bounce_header_builder *builder,
			   const unsigned char *data, size_t size, bool start);
/* Forget what was collected and begin anew, with the same memory. */
void bounce_header_builder_reset(struct bounce_header_builder *builder);
/* Returns what was collected; complete says whether an empty line ended it. The
   header is the pool's, and the builder must not be used for another header
   afterwards. */
const struct bounce_header *
bounce_header_builder_finish(struct bounce_header_builder *builder,
			     bool complete);

/* After finish(): get the lines that were collected as part of the header and
   then turned out to be the beginning of the body. They come before the line
   that ended the header. size_r is 0 if there are none. */
void bounce_header_builder_get_body(const struct bounce_header_builder *builder,
				    const unsigned char **data_r,
				    size_t *size_r);

/* Parse a whole block that is in memory. The header is the pool's, and does not
   point to data. */
const struct bounce_header *
bounce_header_parse_type(pool_t pool, enum bounce_header_type type,
			 const unsigned char *data, size_t size);
static inline const struct bounce_header *
bounce_header_parse(pool_t pool, const unsigned char *data, size_t size)
{
	return bounce_header_parse_type(pool, BOUNCE_HEADER_MESSAGE, data,
					size);
}

/* Find the fields of a piece of a header that has nothing odd in it, which is
   read where it is: only data, size, fields and complete of header_r are set,
   and point to data and to fields, which has room for max_fields. Returns FALSE
   if there are more, if the piece begins or ends inside a field, or if a line
   is not of the header; bounce_header_parse() then knows what it is. If TRUE is
   returned, it finds the same fields, as far as BOUNCE_HEADER_MAX_SIZE
   allows. */
bool bounce_header_peek(const unsigned char *data, size_t size,
			struct bounce_field *fields, unsigned int max_fields,
			struct bounce_header *header_r);

/* TRUE if the line begins with the name of a field and a colon. A name has one
   or more of the characters of RFC 5322 section 3.6.8, and white space may
   stand before the colon (obs-optional). */
bool bounce_header_line_is_field(const unsigned char *data, size_t size);

/* How clearly the name of a field tells that the block which it stands in is
   the header of a message. A greater value tells it more clearly. */
enum bounce_field_rank {
	/* It tells nothing, or the line is not a field. */
	BOUNCE_FIELD_OTHER = 0,
	/* Such a field is found in headers of messages, and rarely in text. */
	BOUNCE_FIELD_OF_HEADER,
	/* Every message has some of these fields. */
	BOUNCE_FIELD_KNOWN,
	/* Many messages have this field, and nobody writes it by hand. */
	BOUNCE_FIELD_MACHINE
};
enum bounce_field_rank
bounce_header_line_rank(const unsigned char *data, size_t size);
enum bounce_field_rank
bounce_field_rank(const struct bounce_header *header,
		  const struct bounce_field *field);

/* TRUE if the field has this name; case makes no difference. */
bool bounce_field_is(const struct bounce_header *header,
		     const struct bounce_field *field, const char *name);
/* The first returns the first field of that name, or NULL; the second returns
   how many there are. Case makes no difference. */
const struct bounce_field *
bounce_header_find(const struct bounce_header *header, const char *name);
unsigned int
bounce_header_count(const struct bounce_header *header, const char *name);

/* Returns at most max_size octets of the field's value: unfolded (RFC 5322
   section 2.2.3), without the white space at both ends, and with '?' for NULs
   and other control characters. It need not be valid UTF-8. Allocated from the
   data stack. */
const char *t_bounce_field_value(const struct bounce_header *header,
				 const struct bounce_field *field,
				 size_t max_size);
/* Returns the value of the first field of that name, as above, or NULL. */
const char *t_bounce_header_value(const struct bounce_header *header,
				  const char *name);
/* Returns the time of the first Date field, in seconds since 1970; 0 if there
   is no such field or if it is not a date. */
time_t bounce_header_date(const struct bounce_header *header);

#endif
