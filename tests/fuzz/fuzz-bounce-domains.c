/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* A file of own domains: each line, and that what the whole file says is found
   by the searches in it.
   Covers: src/net/bounce-domain-line.c
   Covers: src/net/bounce-domain-scan.c
   Covers: src/net/bounce-domain-search.c
   Covers: src/net/bounce-domain-table.c */

#define _GNU_SOURCE /* memfd_create() */
#include "fuzz-common.h"
#include "bounce-domain-file-private.h"

#include <sys/mman.h>
#include <unistd.h>

#define OTHER_KEY "not.in.the.file"

struct fuzz_file {
	int fd;
	size_t size;
	struct bounce_domain_scan scan;
	/* NULL: it cannot be trusted */
	struct bounce_domain_table *table;
	bool have_other;
};

/* What is a domain is found, and so is it after it was written as it is looked
   up. */
static void
fuzz_lookup(struct fuzz_file *file, enum bounce_domain_line type,
	    const char *key)
{
	const unsigned char *name;
	size_t size;

	i_assert(bounce_domain_line_parse((const unsigned char *)key,
			strlen(key), &name, &size) ==
		 BOUNCE_DOMAIN_LINE_NORMAL);
	i_assert(size == strlen(key));
	if (strcmp(key, OTHER_KEY) == 0)
		file->have_other = TRUE;
	if (file->table == NULL)
		return;
	i_assert(bounce_domain_table_lookup(file->table, file->fd, key) == 1);
	if (file->scan.unsorted_line == 0) {
		i_assert(type == BOUNCE_DOMAIN_LINE_NORMAL);
		i_assert(bounce_domain_search(file->fd, file->size, key) == 1);
	}
}

/* Returns what the line is. */
static enum bounce_domain_line
fuzz_line(struct fuzz_file *file, const unsigned char *line, size_t size)
{
	/* a copy of malloc's: AddressSanitizer sees what reaches past it */
	unsigned char *copy = malloc(size);
	const unsigned char *name;
	enum bounce_domain_line type;
	size_t name_size;

	memcpy(copy, line, size);
	T_BEGIN {
		type = bounce_domain_line_parse(copy, size, &name, &name_size);
		if (type == BOUNCE_DOMAIN_LINE_NORMAL ||
		    type == BOUNCE_DOMAIN_LINE_OTHER)
			fuzz_lookup(file, type, t_strndup(name, name_size));
	} T_END;
	free(copy);
	return type;
}

static void
fuzz_lines(struct fuzz_file *file, const unsigned char *data, size_t size)
{
	const unsigned char *end = data + size, *lf;
	uoff_t lines = 0;
	bool bad = FALSE;

	while (data < end && (lf = memchr(data, '\n', end - data)) != NULL) {
		if (fuzz_line(file, data, lf - data) ==
		    BOUNCE_DOMAIN_LINE_BAD)
			bad = TRUE;
		data = lf + 1;
		lines++;
	}
	if (file->scan.error == NULL)
		i_assert(!bad && data == end && lines == file->scan.lines);
	else
		i_assert(bad || data < end || size == 0);
}

static void fuzz_file_open(struct fuzz_file *file, const void *data, size_t size)
{
	i_zero(file);
	file->fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (file->fd < 0 || write(file->fd, data, size) != (ssize_t)size)
		i_fatal("memfd: %m");
	file->size = size;
	if (bounce_domain_file_scan(file->fd, &file->scan) < 0)
		i_fatal("scan: %m");
	if (file->scan.error == NULL &&
	    bounce_domain_table_read(file->fd, file->scan.lines,
				     &file->table) < 0)
		i_fatal("table: %m");
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	struct fuzz_file file;

	fuzz_file_open(&file, data, size);
	fuzz_lines(&file, data, size);
	if (file.table != NULL && !file.have_other) {
		i_assert(bounce_domain_table_lookup(file.table, file.fd,
						    OTHER_KEY) == 0);
	}
	/* whatever it is searched for in, this ends */
	if (bounce_domain_search(file.fd, size, OTHER_KEY) > 0)
		i_assert(file.have_other);
	bounce_domain_table_free(&file.table);
	if (close(file.fd) < 0)
		i_fatal("close: %m");
}
FUZZ_END
