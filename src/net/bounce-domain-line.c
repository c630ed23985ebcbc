/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-lines.h"
#include "bounce-domain-name.h"
#include "bounce-key.h"
#include "bounce-domain-file-private.h"

#include <unistd.h>

#define LINE_BLOCK_SIZE (64 * 1024)

ssize_t bounce_domain_pread(int fd, void *data, size_t size, uoff_t offset)
{
	ssize_t ret;

	do {
		ret = pread(fd, data, size, offset);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

size_t bounce_domain_line_trim(const unsigned char *line, size_t size)
{
	return bounce_space_trim(line, line + size) - line;
}

int bounce_domain_line_cmp(const unsigned char *a, size_t a_size,
			   const unsigned char *b, size_t b_size)
{
	int ret = memcmp(a, b, I_MIN(a_size, b_size));

	if (ret != 0)
		return ret;
	return a_size == b_size ? 0 : (a_size < b_size ? -1 : 1);
}

static enum bounce_domain_line
line_parse_other(const unsigned char *line, size_t size,
		 const unsigned char **name_r, size_t *size_r)
{
	const unsigned char *comment;
	const char *name;
	bool tree;

	while (size > 0 && bounce_is_wsp(*line)) {
		line++;
		size--;
	}
	comment = memchr(line, '#', size);
	if (comment != NULL)
		size = comment - line;
	size = bounce_domain_line_trim(line, size);
	if (size == 0)
		return BOUNCE_DOMAIN_LINE_EMPTY;
	tree = line[0] == '.';
	if (memchr(line, '\0', size) != NULL)
		return BOUNCE_DOMAIN_LINE_BAD;
	name = t_bounce_domain_normalise(tree ? t_strndup(line + 1, size - 1) :
					 t_strndup(line, size));
	if (name == NULL)
		return BOUNCE_DOMAIN_LINE_BAD;
	if (tree)
		name = t_strconcat(".", name, NULL);
	*name_r = (const unsigned char *)name;
	*size_r = strlen(name);
	return BOUNCE_DOMAIN_LINE_OTHER;
}

enum bounce_domain_line
bounce_domain_line_parse(const unsigned char *line, size_t size,
			 const unsigned char **name_r, size_t *size_r)
{
	size_t name_size, dot;

	if (size >= BOUNCE_DOMAIN_LINE_MAX_SIZE)
		return BOUNCE_DOMAIN_LINE_BAD;
	/* most are like this: no copy is made of them */
	name_size = bounce_domain_line_trim(line, size);
	dot = name_size > 0 && line[0] == '.' ? 1 : 0;
	if (bounce_dns_name_data_is_valid(line + dot, name_size - dot)) {
		*name_r = line;
		*size_r = name_size;
		return BOUNCE_DOMAIN_LINE_NORMAL;
	}
	return line_parse_other(line, name_size, name_r, size_r);
}

int bounce_domain_foreach_line(int fd, bounce_domain_line_callback_t *callback,
			       void *context, uoff_t *offset_r, size_t *rest_r)
{
	unsigned char *block = i_malloc(LINE_BLOCK_SIZE);
	const unsigned char *line, *end, *lf;
	uoff_t offset = 0;
	size_t used = 0;
	ssize_t size;
	bool go_on = TRUE;

	/* block begins with a line, and is at offset */
	while (go_on && (size = bounce_domain_pread(fd, block + used,
			LINE_BLOCK_SIZE - used, offset + used)) > 0) {
		end = block + used + size;
		for (line = block; go_on && (lf = memchr(line, '\n',
				end - line)) != NULL; line = lf + 1) {
			go_on = callback(line, lf - line,
					 offset + (line - block), context);
		}
		if (line == block && end == block + LINE_BLOCK_SIZE) {
			/* no domain is that long */
			go_on = callback(line, end - line, offset, context);
			i_assert(!go_on);
		}
		used = end - line;
		memmove(block, line, used);
		offset += line - block;
	}
	i_free(block);
	*offset_r = offset;
	*rest_r = used;
	return go_on && size < 0 ? -1 : 0;
}
