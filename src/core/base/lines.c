/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "base/limits.h"
#include "base/lines.h"

void bounce_lines_init(struct bounce_lines *lines, pool_t pool,
		       bounce_line_callback_t *callback, void *context)
{
	i_zero(lines);
	lines->callback = callback;
	lines->context = context;
	lines->pool = pool;
}

static bool
lines_give(struct bounce_lines *lines, const unsigned char *data, size_t size)
{
	bool start = !lines->inside;

	lines->inside = data[size - 1] != '\n';
	return lines->callback(data, size, start, lines->context);
}

static bool lines_give_carry(struct bounce_lines *lines)
{
	bool ret;

	if (lines->carry == NULL || lines->carry->used == 0)
		return TRUE;
	ret = lines_give(lines, lines->carry->data, lines->carry->used);
	buffer_set_used_size(lines->carry, 0);
	return ret;
}

/* Take a line (ends is TRUE) or the beginning of one, as far as the cap on its
   size allows. Returns how many octets were taken; sets *go_on to FALSE if the
   callback said to stop. */
static size_t
lines_take(struct bounce_lines *lines, const unsigned char *data, size_t size,
	   bool ends, bool *go_on)
{
	size_t used = lines->carry == NULL ? 0 : lines->carry->used;
	size_t take = I_MIN(size, BOUNCE_LINE_MAX_SIZE - used);

	ends = ends && take == size;
	if (used == 0 && (ends || take == BOUNCE_LINE_MAX_SIZE)) {
		*go_on = lines_give(lines, data, take);
		return take;
	}
	if (lines->carry == NULL)
		lines->carry = buffer_create_dynamic(lines->pool, 256);
	buffer_append(lines->carry, data, take);
	if (ends || lines->carry->used == BOUNCE_LINE_MAX_SIZE)
		*go_on = lines_give_carry(lines);
	return take;
}

bool bounce_lines_more(struct bounce_lines *lines,
		       const unsigned char *data, size_t size)
{
	const unsigned char *end = size == 0 ? data : data + size, *p;
	bool go_on = TRUE;

	while (data < end && go_on) {
		p = memchr(data, '\n', end - data);
		data += lines_take(lines, data,
				   (p == NULL ? end : p + 1) - data,
				   p != NULL, &go_on);
	}
	return go_on;
}

bool bounce_lines_finish(struct bounce_lines *lines)
{
	return lines_give_carry(lines);
}
