#ifndef BOUNCE_LINES_H
#define BOUNCE_LINES_H

/* What white space is, where a line ends, and a reader that cuts a stream of
   octets into lines and copies only what it must. The functions look at the
   octets from p up to, but not including, end; p may be equal to end unless a
   function says otherwise. */

/* WSP of RFC 5234: a space or a tab. */
static inline bool bounce_is_wsp(unsigned char c)
{
	return c == ' ' || c == '\t';
}

/* TRUE for WSP, CR and LF. */
static inline bool bounce_is_space(unsigned char c)
{
	return bounce_is_wsp(c) || c == '\r' || c == '\n';
}

/* Returns the first octet that is not white space, or end. */
static inline const unsigned char *
bounce_space_skip(const unsigned char *p, const unsigned char *end)
{
	while (p < end && bounce_is_space(*p))
		p++;
	return p;
}

/* Returns the end of the text without the white space at its end. */
static inline const unsigned char *
bounce_space_trim(const unsigned char *p, const unsigned char *end)
{
	while (end > p && bounce_is_space(end[-1]))
		end--;
	return end;
}

/* TRUE if all octets are white space, or if there are none. */
static inline bool bounce_is_blank(const unsigned char *data, size_t size)
{
	return size == 0 || bounce_space_skip(data, data + size) == data + size;
}

/* Returns where the next line begins, which is after the next LF, or end. There
   must be at least one octet: p < end. */
static inline const unsigned char *
bounce_line_next(const unsigned char *p, const unsigned char *end)
{
	p = memchr(p, '\n', end - p);
	return p == NULL ? end : p + 1;
}

/* Gets a line with its line end (LF or CRLF), or one piece after the other of a
   line that is longer than BOUNCE_LINE_MAX_SIZE. start is TRUE for a line and
   for the first piece of one. size is never 0. data is valid until the callback
   returns. Returns FALSE to stop. */
typedef bool bounce_line_callback_t(const unsigned char *data, size_t size,
				    bool start, void *context);

struct bounce_lines {
	bounce_line_callback_t *callback;
	void *context;
	pool_t pool;
	/* the beginning of a line whose end was not given yet; NULL: there was
	   none */
	buffer_t *carry;
	/* the next octet continues a line of which a piece was given */
	bool inside;
};

/* Begin a stream that comes in pieces; the callback will get its lines. The
   beginning of a line whose end was not given yet is kept in the pool. There is
   no deinit(). */
void bounce_lines_init(struct bounce_lines *lines, pool_t pool,
		       bounce_line_callback_t *callback, void *context);
/* Take the next octets of the stream, and give the callback the lines that are
   complete. Returns FALSE if the callback said to stop; the rest of the octets
   is then ignored. */
bool bounce_lines_more(struct bounce_lines *lines,
		       const unsigned char *data, size_t size);
/* Give the callback the last line, if that has no line end. Returns FALSE if
   the callback said to stop. */
bool bounce_lines_finish(struct bounce_lines *lines);

#endif
