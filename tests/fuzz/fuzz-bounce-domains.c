/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* A file of own domains, small or large: what is in it is never said not to be,
   and what is not in it is never said to be.
   Covers: src/net/own-domains/file.c */

#define _GNU_SOURCE /* memfd_create() */
#include "fuzz-common.h"
#include "array.h"
#include "own-domains/file.h"
#include "name/domain-name.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHER_KEY "not.in.the.file"

struct fuzz_file {
	const char *path;
	ARRAY_TYPE(const_string) names;
	unsigned int lines;
	/* a line is not a domain, or has no end */
	bool bad;
};

/* Without a look at how the file is read. */
static void
fuzz_line(struct fuzz_file *file, const unsigned char *line, size_t size)
{
	const char *text, *name;
	char *p, *comment;

	if (size >= BOUNCE_DOMAIN_FILE_MAX_LINE_SIZE) {
		file->bad = TRUE;
		return;
	}
	p = t_malloc0(size + 1);
	memcpy(p, line, size);
	comment = memchr(p, '#', size);
	if (comment != NULL) {
		*comment = '\0';
		size = comment - p;
	}
	if (strlen(p) != size) {
		file->bad = TRUE;
		return;
	}
	text = p + strspn(p, " \t\r");
	for (p += strlen(p); p > text && strchr(" \t\r", p[-1]) != NULL; p--)
		p[-1] = '\0';
	if (*text == '\0')
		return;
	name = t_bounce_domain_normalise(text + (*text == '.' ? 1 : 0));
	if (name == NULL) {
		file->bad = TRUE;
		return;
	}
	name = t_strconcat(*text == '.' ? "." : "", name, NULL);
	array_push_back(&file->names, &name);
}

static void
fuzz_lines(struct fuzz_file *file, const unsigned char *data, size_t size)
{
	const unsigned char *end = data + size, *lf;

	while (data < end && (lf = memchr(data, '\n', end - data)) != NULL) {
		fuzz_line(file, data, lf - data);
		file->lines++;
		data = lf + 1;
	}
	if (data < end || size == 0)
		file->bad = TRUE;
}

/* As it was written long ago. Comments make a small file a large one, and are
   where they have to be if it is sorted. */
static int
fuzz_file_open(struct fuzz_file *file, const void *data, size_t size, bool large)
{
	const struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	string_t *text = t_str_new(size + 4096);
	int i, fd = memfd_create("fuzz", MFD_CLOEXEC);

	for (i = 0; large && i <= BOUNCE_DOMAIN_FILE_MAX_UNSORTED; i++)
		str_append(text, "#\n");
	str_append_data(text, data, size);
	if (fd < 0 || write(fd, str_data(text), str_len(text)) !=
	    (ssize_t)str_len(text) || futimens(fd, times) < 0)
		i_fatal("memfd: %m");
	file->path = t_strdup_printf("/proc/self/fd/%d", fd);
	return fd;
}

static void fuzz_lookups(struct fuzz_file *file, bool large)
{
	const char *key, *keys[2] = { OTHER_KEY, NULL }, *error, *check_error;
	bool have_other = FALSE;
	struct bounce_domain_source *source =
		bounce_domain_file_source(pool_datastack_create(), file->path);
	int ret, checked;

	checked = bounce_domain_file_check(file->path, TRUE, &check_error);
	bounce_domain_files_deinit();
	array_foreach_elem(&file->names, key) {
		have_other = have_other || strcmp(key, OTHER_KEY) == 0;
		keys[0] = key;
		ret = source->lookup(source, keys, &error);
		i_assert(ret > 0 || (ret < 0 && checked < 0));
	}
	keys[0] = OTHER_KEY;
	ret = source->lookup(source, keys, &error);
	i_assert(have_other || ret == (checked < 0 ? -1 : 0));
	/* a small one may be in any order */
	i_assert((checked < 0) == file->bad || (large && checked < 0));
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	struct fuzz_file file;
	bool large = size % 2 != 0;
	int fd;

	i_zero(&file);
	t_array_init(&file.names, 16);
	fuzz_lines(&file, data, size);
	fd = fuzz_file_open(&file, data, size, large);
	fuzz_lookups(&file, large ||
		     file.lines > BOUNCE_DOMAIN_FILE_MAX_UNSORTED);
	bounce_domain_files_deinit();
	if (close(fd) < 0)
		i_fatal("close: %m");
}
FUZZ_END
