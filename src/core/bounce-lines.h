#ifndef BOUNCE_LINES_H
#define BOUNCE_LINES_H

/* Cuts a stream of octets into lines, without copying what need not be. */

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

void bounce_lines_init(struct bounce_lines *lines, pool_t pool,
		       bounce_line_callback_t *callback, void *context);
/* Returns FALSE if the callback stopped. */
bool bounce_lines_more(struct bounce_lines *lines,
		       const unsigned char *data, size_t size);
/* Gives the last line, which has no line end. */
bool bounce_lines_finish(struct bounce_lines *lines);

#endif
