/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "fd-util.h"
#include "read-full.h"
#include "str.h"
#include "own-domains/file.h"
#include "name/domain-name.h"
#include "name/idn.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/lru.h"

#include <fcntl.h>
#include <time.h>

#define LINE_MAX_SIZE BOUNCE_DOMAIN_FILE_MAX_LINE_SIZE
#define READ_BLOCK_SIZE (64 * 1024)
/* If a file is larger than this, a check reads only CHECK_BLOCKS blocks of
   CHECK_BLOCK_SIZE octets. */
#define CHECK_WHOLE_SIZE (1024 * 1024)
#define CHECK_BLOCKS 32
#define CHECK_BLOCK_SIZE 4096
/* If the file is changed during a lookup, the lookup is tried this many
   times. */
#define LOOKUP_MAX_TRIES 3

enum domain_line {
	/* nothing, or a comment */
	DOMAIN_LINE_EMPTY,
	/* a domain in the form in which domains are looked up */
	DOMAIN_LINE_NORMAL,
	/* a domain in another form, such as in upper case */
	DOMAIN_LINE_OTHER,
	DOMAIN_LINE_BAD
};

/* The state of a file. Its name in the cache is the path. */
struct domain_file_content {
	struct bounce_lru_entry lru;
	struct stat st;
	/* Why a domain that was not found may be ours nevertheless; NULL: it is
	   not ours. */
	char *error;
	/* The error may pass although the file stays as it is. */
	bool error_may_pass;

	/* The domains of a small file. NULL if the file is large; it is sorted
	   then unless there is an error. */
	struct bounce_domains *list;
	pool_t pool;
};

/* The state of reading a file line by line. */
struct domain_reader {
	unsigned int lines;
	/* the number of the first line that is out of order or not in the form
	   in which domains are looked up; 0: there is none */
	unsigned int unsorted_line;
	bool domains;
	unsigned char last[LINE_MAX_SIZE];
	size_t last_size;
	/* the lines of a small file, for bounce_domains_parse() */
	string_t *list;
	/* why the file cannot be used, on the data stack */
	const char *error;
};

struct domain_file {
	struct bounce_domain_source source;
	const char *path;
};

static struct bounce_lru *domain_files;

static void content_free(struct bounce_lru_entry *lru)
{
	struct domain_file_content *content = (struct domain_file_content *)lru;

	pool_unref(&content->pool);
	i_free(content->error);
	i_free(content);
}

void bounce_domain_files_deinit(void)
{
	bounce_lru_deinit(&domain_files);
}

/* Returns TRUE if the file may be in the middle of being written. A time far in
   the future does not count: it is not from our clock. */
static bool stat_is_fresh(const struct stat *st)
{
	return llabs((long long)time(NULL) - st->st_mtime) <=
		BOUNCE_DOMAIN_FILE_SETTLE_SECS;
}

/*
 * Lines
 */

static size_t line_trim(const unsigned char *line, size_t size)
{
	return bounce_space_trim(line, line + size) - line;
}

/* The order of `LC_ALL=C sort'. */
static int
line_cmp(const unsigned char *a, size_t a_size,
	 const unsigned char *b, size_t b_size)
{
	int ret = memcmp(a, b, I_MIN(a_size, b_size));

	return ret != 0 ? ret : (a_size > b_size) - (a_size < b_size);
}

/* Parse a line without its line end. If it is NORMAL, its first *size_r octets
   are the domain; if it is OTHER, *name_r (data stack) is the domain. */
static enum domain_line
line_parse(const unsigned char *line, size_t size, size_t *size_r,
	   const char **name_r)
{
	const unsigned char *comment;
	const char *name;
	size_t dot;

	if (size >= LINE_MAX_SIZE)
		return DOMAIN_LINE_BAD;
	/* most lines are NORMAL: avoid copying them */
	*size_r = size = line_trim(line, size);
	dot = size > 0 && line[0] == '.' ? 1 : 0;
	if (bounce_dns_name_data_is_valid(line + dot, size - dot))
		return DOMAIN_LINE_NORMAL;

	comment = memchr(line, '#', size);
	if (comment != NULL)
		size = comment - line;
	if (bounce_is_blank(line, size))
		return DOMAIN_LINE_EMPTY;
	if (memchr(line, '\0', size) != NULL)
		return DOMAIN_LINE_BAD;
	name = t_str_trim(t_strndup(line, size), " \t\r");
	dot = name[0] == '.' ? 1 : 0;
	name = t_bounce_domain_normalise(name + dot);
	if (name == NULL)
		return DOMAIN_LINE_BAD;
	*name_r = t_strconcat(dot == 1 ? "." : "", name, NULL);
	return DOMAIN_LINE_OTHER;
}

static void
reader_line(struct domain_reader *reader, const unsigned char *line,
	    size_t size)
{
	const char *name = NULL;
	enum domain_line type;
	size_t name_size = 0;
	bool sorted = FALSE;

	reader->lines++;
	type = line_parse(line, size, &name_size, &name);
	switch (type) {
	case DOMAIN_LINE_BAD:
		reader->error = t_strdup_printf("line %u: %s", reader->lines,
			t_bounce_domain_error(
				t_strndup(line, I_MIN(size, LINE_MAX_SIZE)),
				"a domain name"));
		return;
	case DOMAIN_LINE_EMPTY:
		/* sort puts all of these at the beginning */
		sorted = !reader->domains;
		break;
	case DOMAIN_LINE_NORMAL:
		sorted = line_cmp(reader->last, reader->last_size,
				  line, name_size) <= 0;
		memcpy(reader->last, line, name_size);
		reader->last_size = name_size;
		/* fall through */
	case DOMAIN_LINE_OTHER:
		reader->domains = TRUE;
		break;
	}
	if (!sorted && reader->unsorted_line == 0)
		reader->unsorted_line = reader->lines;
	if (type == DOMAIN_LINE_EMPTY ||
	    reader->lines > BOUNCE_DOMAIN_FILE_MAX_UNSORTED)
		return;
	str_append(reader->list, name != NULL ? name :
		   t_strndup(line, name_size));
	str_append_c(reader->list, ' ');
}

/* Read the lines that end within the block. Returns their size. */
static size_t
reader_block(struct domain_reader *reader, const unsigned char *block,
	     size_t size)
{
	const unsigned char *line = block, *end = block + size, *lf;

	while (reader->error == NULL && line < end &&
	       (lf = memchr(line, '\n', end - line)) != NULL) {
		T_BEGIN {
			reader_line(reader, line, lf - line);
		} T_END_PASS_STR_IF(reader->error != NULL, &reader->error);
		line = lf + 1;
	}
	return line - block;
}

static bool reader_is_unsorted(const struct domain_reader *reader)
{
	return reader->lines > BOUNCE_DOMAIN_FILE_MAX_UNSORTED &&
		reader->unsorted_line > 0;
}

/* Returns 0, or -1 with errno. */
static int reader_run(struct domain_reader *reader, int fd, uoff_t file_size)
{
	unsigned char *block = i_malloc(READ_BLOCK_SIZE);
	uoff_t offset = 0;
	size_t size, used;
	int ret = 1;

	if (file_size == 0)
		reader->error = "it is empty";
	while (offset < file_size && reader->error == NULL &&
	       !reader_is_unsorted(reader)) {
		size = I_MIN(READ_BLOCK_SIZE, file_size - offset);
		ret = pread_full(fd, block, size, offset);
		if (ret <= 0)
			break;
		used = reader_block(reader, block, size);
		offset += used;
		if (used > 0 || reader->error != NULL)
			continue;
		reader->error = "its last line has no end: "
			"it may be half written";
		/* the block is one line, which is too long for a domain */
		if (size == READ_BLOCK_SIZE)
			reader_line(reader, block, size);
	}
	i_free(block);
	if (ret == 0)
		reader->error = "it is being changed";
	return ret < 0 ? -1 : 0;
}

/* Returns TRUE if some places of a large file are in order, and have the form
   in which domains are looked up. */
static bool domain_file_looks_sorted(int fd, uoff_t file_size)
{
	unsigned char block[CHECK_BLOCK_SIZE], *start;
	/* so that the file does not count as a small one */
	struct domain_reader reader = {
		.lines = BOUNCE_DOMAIN_FILE_MAX_UNSORTED
	};
	unsigned int i;

	for (i = 0; i < CHECK_BLOCKS; i++) {
		if (pread_full(fd, block, sizeof(block), i *
			       (file_size - sizeof(block)) /
			       (CHECK_BLOCKS - 1)) <= 0)
			return FALSE;
		start = i == 0 ? block : memchr(block, '\n', sizeof(block));
		if (start == NULL)
			return FALSE;
		start += i == 0 ? 0 : 1;
		T_BEGIN {
			(void)reader_block(&reader, start,
					   block + sizeof(block) - start);
		} T_END;
		if (reader.error != NULL || reader.unsorted_line > 0)
			return FALSE;
	}
	return TRUE;
}

/*
 * What was seen of a file
 */

static struct domain_file_content *
content_find(const char *path, const struct stat *st)
{
	struct domain_file_content *content;

	if (domain_files == NULL) {
		domain_files = bounce_lru_init(BOUNCE_DOMAIN_FILE_MAX_CACHED,
					       content_free);
	}
	content = (struct domain_file_content *)
		bounce_lru_find(domain_files, path);
	return content != NULL && bounce_file_is_same(&content->st, st) ?
		content : NULL;
}

static void
content_add(const char *path, const struct stat *st,
	    const struct domain_reader *reader)
{
	struct domain_file_content *content =
		i_new(struct domain_file_content, 1);
	const char *error = reader->error;

	content->st = *st;
	content->pool = pool_alloconly_create("own domains", 1024);
	if (reader_is_unsorted(reader)) {
		error = t_strdup_printf("it has more than %u lines, and line "
			"%u is not sorted, in lower case and as an A-label. "
			"This sorts it: tr A-Z a-z <%s | LC_ALL=C sort -u "
			">%s.new && mv %s.new %s",
			BOUNCE_DOMAIN_FILE_MAX_UNSORTED, reader->unsorted_line,
			path, path, path, path);
	} else if (reader->lines <= BOUNCE_DOMAIN_FILE_MAX_UNSORTED &&
		   bounce_domains_parse(content->pool, str_c(reader->list),
					&content->list, &error) < 0)
		i_unreached();
	content->error = i_strdup(error);
	content->error_may_pass = error != NULL && t_bounce_idn_error() != NULL;
	bounce_lru_add(domain_files, &content->lru, path);
}

/* Returns NULL with errno if it cannot be read. */
static struct domain_file_content *
content_get(const char *path, int fd, const struct stat *st)
{
	struct domain_file_content *content = content_find(path, st);
	struct domain_reader reader = { .lines = 0 };
	int ret;

	if (content != NULL && !content->error_may_pass)
		return content;
	reader.list = str_new(default_pool, 1024);
	T_BEGIN {
		ret = reader_run(&reader, fd, st->st_size);
		if (ret == 0)
			content_add(path, st, &reader);
	} T_END;
	str_free(&reader.list);
	return ret < 0 ? NULL : content_find(path, st);
}

/*
 * Lookups
 */

static int
domain_file_open(const char *path, struct stat *st_r, const char **error_r)
{
	int fd = bounce_file_open(AT_FDCWD, path, st_r, error_r);

	if (fd >= 0 && st_r->st_size > BOUNCE_DOMAIN_FILE_MAX_SIZE) {
		*error_r = "it is larger than 256 MB";
		i_close_fd(&fd);
	}
	return fd;
}

/* Search a sorted file for a line. Returns 1 if it is found, 0 if not, -1 with
   errno. If the file is not sorted, 1 is still right, but 0 means nothing. */
static int
domain_file_search(int fd, uoff_t file_size, const char *key)
{
	unsigned char block[2 * LINE_MAX_SIZE], *middle, *line, *end;
	/* both are at the beginning of a line, or high at the end of the
	   file */
	uoff_t low = 0, high = file_size, start;
	size_t before, size;
	int ret;

	while (low < high) {
		/* find the line in the middle */
		before = I_MIN(LINE_MAX_SIZE, (high - low) / 2);
		start = low + (high - low) / 2 - before;
		size = I_MIN(sizeof(block), high - start);
		ret = pread_full(fd, block, size, start);
		if (ret <= 0)
			return ret;
		middle = block + before;
		line = middle;
		while (line > block && line[-1] != '\n')
			line--;
		end = memchr(middle, '\n', block + size - middle);
		/* a line that is too long, or that has no end and may have been
		   cut */
		if ((line == block && start > low) || end == NULL)
			return 0;
		ret = line_cmp(line, line_trim(line, end - line),
			       (const unsigned char *)key, strlen(key));
		if (ret == 0)
			return 1;
		if (ret < 0)
			low = start + (end - block) + 1;
		else
			high = start + (line - block);
	}
	return 0;
}

static int
keys_lookup(const struct domain_file_content *content, int fd,
	    const struct stat *st, const char *const *keys)
{
	int ret = 0;

	if (content != NULL && content->list != NULL) {
		if (bounce_domains_list_has(content->list, keys))
			return 1;
		if (content->error == NULL)
			return 0;
		/* the rest of the file may still have the domain */
	}
	for (; ret == 0 && *keys != NULL; keys++)
		ret = domain_file_search(fd, st->st_size, *keys);
	return ret;
}

/* Returns as lookup(), but the error does not name the file. */
static int
domain_file_try(const char *path, int fd, const struct stat *st,
		const char *const *keys, const char **error_r)
{
	const struct domain_file_content *content = content_find(path, st);
	int ret;

	ret = keys_lookup(content, fd, st, keys);
	if (ret > 0)
		return 1;
	if (ret == 0 && stat_is_fresh(st)) {
		*error_r = t_strdup_printf("it was changed less than %d "
			"seconds ago, and may be half written",
			BOUNCE_DOMAIN_FILE_SETTLE_SECS + 1);
		return -1;
	}
	if (ret < 0 || (content = content_get(path, fd, st)) == NULL) {
		*error_r = t_strdup_printf("it cannot be read: %m");
		return -1;
	}
	/* a small file may have any order */
	if (content->list != NULL &&
	    bounce_domains_list_has(content->list, keys))
		return 1;
	*error_r = t_strdup(content->error);
	return content->error == NULL ? 0 : -1;
}

static int
domain_file_lookup(struct bounce_domain_source *source, const char *const *keys,
		   const char **error_r)
{
	struct domain_file *file =
		container_of(source, struct domain_file, source);
	struct stat st, before;
	unsigned int tries = 0;
	int fd, ret = -1;

	fd = domain_file_open(file->path, &st, error_r);
	while (fd >= 0) {
		before = st;
		ret = domain_file_try(file->path, fd, &st, keys, error_r);
		if (fstat(fd, &st) == 0 && bounce_file_is_same(&before, &st)) {
			i_close_fd(&fd);
		} else if (++tries == LOOKUP_MAX_TRIES) {
			*error_r = "it is being changed";
			ret = -1;
			i_close_fd(&fd);
		}
	}
	if (ret < 0) {
		*error_r = t_strdup_printf("file of own domains %s: %s",
					   file->path, *error_r);
	}
	return ret;
}

struct bounce_domain_source *
bounce_domain_file_source(pool_t pool, const char *path)
{
	struct domain_file *file;

	file = p_new(pool, struct domain_file, 1);
	file->source.lookup = domain_file_lookup;
	file->path = path;
	return &file->source;
}

int bounce_domain_file_check(const char *path, bool whole,
			     const char **error_r)
{
	const struct domain_file_content *content;
	struct stat st;
	int fd = domain_file_open(path, &st, error_r);

	if (fd < 0)
		return -1;
	*error_r = NULL;
	if (whole || st.st_size <= CHECK_WHOLE_SIZE ||
	    !domain_file_looks_sorted(fd, st.st_size)) {
		content = content_get(path, fd, &st);
		*error_r = content == NULL ?
			t_strdup_printf("it cannot be read: %m") :
			t_strdup(content->error);
		/* read it again next time: another write may leave its times
		   the same */
		if (stat_is_fresh(&st))
			bounce_lru_remove(domain_files, path);
	}
	i_close_fd(&fd);
	return *error_r == NULL ? 0 : -1;
}
