#ifndef BOUNCE_LINES_H
#define BOUNCE_LINES_H

/* What white space is, and where a line ends; and what cuts a stream of octets
   into lines, without copying what need not be. Octets from p up to end, which
   may be none. */

/* WSP of RFC 5234: a space or a tab. */
static inline bool bounce_is_wsp(unsigned char c)
{
	return c == ' ' || c == '\t';
}

/* The same, or an octet of a line end. */
static inline bool bounce_is_space(unsigned char c)
{
	return bounce_is_wsp(c) || c == '\r' || c == '\n';
}

/* Returns the first octet that is no white space, or end. */
static inline const unsigned char *
bounce_space_skip(const unsigned char *p, const unsigned char *end)
{
	while (p < end && bounce_is_space(*p))
		p++;
	return p;
}

/* Returns the end without the white space before it. */
static inline const unsigned char *
bounce_space_trim(const unsigned char *p, const unsigned char *end)
{
	while (end > p && bounce_is_space(end[-1]))
		end--;
	return end;
}

/* TRUE if there is nothing but white space. */
static inline bool bounce_is_blank(const unsigned char *data, size_t size)
{
	return size == 0 || bounce_space_skip(data, data + size) == data + size;
}

/* Returns where the next line begins, behind the LF, or end. p < end. */
static inline const unsigned char *
bounce_line_next(const unsigned char *p, const unsigned char *end)
{
	p = memchr(p, '\n', end - p);
	return p == NULL ? end : p + 1;
}

/* A line with its line end (LF, or CRLF), or a piece of a line that is longer
   than BOUNCE_LINE_MAX_SIZE; start: its first piece. size is never 0.
   Returns FALSE to stop. */
typedef bool bounce_line_callback_t(const unsigned char *data, size_t size,
				    bool start, void *context);

struct bounce_lines {
	bounce_line_callback_t *callback;
	void *context;
	/* the beginning of a line whose end has not come yet */
	buffer_t *carry;
	/* the next octet does not begin a line */
	bool inside;
};

/* Cut a stream that comes in pieces into lines, for the callback. The beginning of
   a line is kept in the pool. */
void bounce_lines_init(struct bounce_lines *lines, pool_t pool,
		       bounce_line_callback_t *callback, void *context);
/* Returns FALSE if the callback stopped. */
bool bounce_lines_more(struct bounce_lines *lines,
		       const unsigned char *data, size_t size);
/* Gives the last line, which has no line end. */
bool bounce_lines_finish(struct bounce_lines *lines);

#endif
