/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-domain-file-private.h"

/* What is left of the file when the search goes from line to line. */
#define SEARCH_BLOCK_SIZE 4096

struct domain_line {
	/* within the block */
	size_t start, end;
};

static int
line_cmp_key(const unsigned char *line, size_t size, const char *key)
{
	return bounce_domain_line_cmp(line, bounce_domain_line_trim(line, size),
				      (const unsigned char *)key, strlen(key));
}

/* A last line that has no end may have been cut. */
static bool
block_find(const unsigned char *block, size_t size, const char *key)
{
	const unsigned char *line = block, *end = block + size, *lf;

	while (line < end) {
		lf = memchr(line, '\n', end - line);
		if (lf == NULL)
			return FALSE;
		if (line_cmp_key(line, lf - line, key) == 0)
			return TRUE;
		line = lf + 1;
	}
	return FALSE;
}

/* The line that pos is in. FALSE: none of a size that is allowed. */
static bool
block_get_line(const unsigned char *block, size_t size, size_t pos,
	       struct domain_line *line_r)
{
	const unsigned char *lf;
	size_t start = pos;

	while (start > 0 && block[start - 1] != '\n')
		start--;
	if (start == 0)
		return FALSE;
	lf = memchr(block + pos, '\n', size - pos);
	if (lf == NULL)
		return FALSE;
	line_r->start = start;
	line_r->end = lf - block;
	return TRUE;
}

int bounce_domain_search(int fd, uoff_t file_size, const char *key)
{
	unsigned char block[SEARCH_BLOCK_SIZE];
	/* both are where a line begins, but for the end of the file */
	uoff_t low = 0, high = file_size, start, middle;
	struct domain_line line;
	ssize_t size;
	int ret;

	while (high - low > sizeof(block)) {
		middle = low + (high - low) / 2;
		start = middle - BOUNCE_DOMAIN_LINE_MAX_SIZE;
		size = bounce_domain_pread(fd, block,
			2 * BOUNCE_DOMAIN_LINE_MAX_SIZE, start);
		if (size < 0)
			return -1;
		if (size <= BOUNCE_DOMAIN_LINE_MAX_SIZE ||
		    !block_get_line(block, size, BOUNCE_DOMAIN_LINE_MAX_SIZE,
				    &line))
			return 0;
		ret = line_cmp_key(block + line.start, line.end - line.start,
				   key);
		if (ret == 0)
			return 1;
		if (ret < 0)
			low = start + line.end + 1;
		else
			high = start + line.start;
	}
	size = bounce_domain_pread(fd, block, high - low, low);
	if (size < 0)
		return -1;
	return block_find(block, size, key) ? 1 : 0;
}
