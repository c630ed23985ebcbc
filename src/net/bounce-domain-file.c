/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "llist.h"
#include "bounce-domain-words.h"
#include "bounce-domain-file-private.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Lookups of one domain while the file is being changed. */
#define DOMAIN_FILE_MAX_TRIES 3

/* What was seen of a file's whole content. */
struct domain_file_content {
	/* asked for last: at the tail */
	struct domain_file_content *prev, *next;
	char *path;
	struct stat st;

	/* NULL: it can be trusted */
	char *error;
	/* NULL: it is sorted */
	struct bounce_domain_table *table;
	uoff_t lines, unsorted_line;
};

struct domain_file {
	struct bounce_domain_source source;
	pool_t pool;
	const char *path;
};

static struct domain_file_content *contents_head, *contents_tail;
static unsigned int contents_count;
static size_t contents_tables_size;

static void content_free(struct domain_file_content *content)
{
	DLLIST2_REMOVE(&contents_head, &contents_tail, content);
	contents_count--;
	if (content->table != NULL) {
		contents_tables_size -=
			bounce_domain_table_size(content->table);
		bounce_domain_table_free(&content->table);
	}
	i_free(content->error);
	i_free(content->path);
	i_free(content);
}

void bounce_domain_files_deinit(void)
{
	while (contents_head != NULL)
		content_free(contents_head);
}

static void content_add(struct domain_file_content *content)
{
	size_t size = content->table == NULL ? 0 :
		bounce_domain_table_size(content->table);

	while (contents_head != NULL &&
	       (contents_count >= BOUNCE_DOMAIN_FILE_MAX_CACHED ||
		contents_tables_size + size > BOUNCE_DOMAIN_FILE_MAX_TABLES))
		content_free(contents_head);
	DLLIST2_APPEND(&contents_head, &contents_tail, content);
	contents_count++;
	contents_tables_size += size;
}

static bool stat_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
		a->st_size == b->st_size &&
		a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
		a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
		a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
		a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static struct domain_file_content *
content_find(const char *path, const struct stat *st)
{
	struct domain_file_content *content;

	for (content = contents_head; content != NULL; content = content->next) {
		if (strcmp(content->path, path) == 0)
			break;
	}
	if (content == NULL)
		return NULL;
	if (!stat_is_same(&content->st, st)) {
		content_free(content);
		return NULL;
	}
	DLLIST2_REMOVE(&contents_head, &contents_tail, content);
	DLLIST2_APPEND(&contents_head, &contents_tail, content);
	return content;
}

/* Returns 0, or -1 with errno. */
static int
content_read(struct domain_file_content *content, int fd)
{
	struct bounce_domain_scan scan;
	int ret;

	T_BEGIN {
		ret = bounce_domain_file_scan(fd, &scan);
		if (ret == 0)
			content->error = i_strdup(scan.error);
	} T_END;
	if (ret < 0)
		return -1;
	content->lines = scan.lines;
	content->unsorted_line = scan.unsorted_line;
	if (content->error != NULL || content->unsorted_line == 0)
		return 0;
	if (content->lines > BOUNCE_DOMAIN_FILE_MAX_UNSORTED) {
		content->error = i_strdup_printf("it has more than %d lines, "
			"and line %"PRIuUOFF_T" is not sorted",
			BOUNCE_DOMAIN_FILE_MAX_UNSORTED,
			content->unsorted_line);
		return 0;
	}
	return bounce_domain_table_read(fd, content->lines, &content->table);
}

/* Returns NULL with errno if it cannot be read. */
static struct domain_file_content *
content_get(const char *path, int fd, const struct stat *st)
{
	struct domain_file_content *content = content_find(path, st);

	if (content != NULL)
		return content;
	content = i_new(struct domain_file_content, 1);
	content->path = i_strdup(path);
	content->st = *st;
	if (content_read(content, fd) < 0) {
		i_free(content->path);
		i_free(content);
		return NULL;
	}
	content_add(content);
	return content;
}

/*
 * Lookups
 */

static int
domain_file_open(const char *path, struct stat *st_r, const char **error_r)
{
	int fd;

	/* a FIFO must not hold up a delivery */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		*error_r = t_strdup_printf("it cannot be opened: %m");
		return -1;
	}
	if (fstat(fd, st_r) < 0)
		*error_r = t_strdup_printf("it cannot be looked at: %m");
	else if (!S_ISREG(st_r->st_mode))
		*error_r = "it is no regular file";
	else if (st_r->st_size > BOUNCE_DOMAIN_FILE_MAX_SIZE)
		*error_r = "it is larger than 256 MB";
	else
		return fd;
	(void)close(fd);
	return -1;
}

/* It may still be being written. A time that is far ahead is no clock of
   ours. */
static bool stat_is_fresh(const struct stat *st)
{
	time_t age = time(NULL) - st->st_mtime;

	return age <= BOUNCE_DOMAIN_FILE_SETTLE_SECS &&
		age >= -BOUNCE_DOMAIN_FILE_SETTLE_SECS;
}

static int
keys_lookup(const struct domain_file_content *content, int fd,
	    const struct stat *st, const char *const *keys)
{
	int ret = 0;

	for (; ret == 0 && *keys != NULL; keys++) {
		ret = content != NULL && content->table != NULL ?
			bounce_domain_table_lookup(content->table, fd, *keys) :
			bounce_domain_search(fd, st->st_size, *keys);
	}
	return ret;
}

static void
domain_file_warn(struct domain_file *file,
		 const struct domain_file_content *content)
{
	if (content->table == NULL || file->source.warning != NULL ||
	    content->lines <= BOUNCE_DOMAIN_FILE_SMALL)
		return;
	file->source.warning = p_strdup_printf(file->pool,
		"%s is not sorted (line %"PRIuUOFF_T"): each process reads it "
		"into memory. Make it with: tr A-Z a-z | LC_ALL=C sort -u",
		file->path, content->unsorted_line);
}

/* What was not found by searching: is it sure that it is not there? Returns 0
   if it is, 1 if it is there after all, -1 with an error or with NULL for
   errno. */
static int
domain_file_confirm(struct domain_file *file, int fd,
		    const struct stat *st, const char *const *keys,
		    const char **error_r)
{
	const struct domain_file_content *content;

	if (stat_is_fresh(st)) {
		*error_r = t_strdup_printf("it was changed less than %d "
			"seconds ago, and may be half written",
			BOUNCE_DOMAIN_FILE_SETTLE_SECS + 1);
		return -1;
	}
	*error_r = NULL;
	content = content_get(file->path, fd, st);
	if (content == NULL)
		return -1;
	if (content->error != NULL) {
		*error_r = t_strdup(content->error);
		return -1;
	}
	domain_file_warn(file, content);
	return content->table == NULL ? 0 : keys_lookup(content, fd, st, keys);
}

/* Returns as lookup() does. */
static int
domain_file_try(struct domain_file *file, int fd, const struct stat *st,
		const char *const *keys, const char **error_r)
{
	int ret;

	*error_r = NULL;
	ret = keys_lookup(content_find(file->path, st), fd, st, keys);
	if (ret == 0)
		ret = domain_file_confirm(file, fd, st, keys, error_r);
	if (ret < 0 && *error_r == NULL)
		*error_r = t_strdup_printf("it cannot be read: %m");
	return ret;
}

static int
domain_file_lookup_fd(struct domain_file *file, int fd, struct stat *st,
		      const char *const *keys, const char **error_r)
{
	struct stat before;
	unsigned int i;
	int ret;

	for (i = 0; i < DOMAIN_FILE_MAX_TRIES; i++) {
		before = *st;
		ret = domain_file_try(file, fd, st, keys, error_r);
		if (fstat(fd, st) < 0) {
			*error_r = t_strdup_printf(
				"it cannot be looked at: %m");
			return -1;
		}
		if (stat_is_same(&before, st))
			return ret;
	}
	*error_r = "it is being changed";
	return -1;
}

static int
domain_file_lookup(struct bounce_domain_source *source, const char *const *keys,
		   const char **error_r)
{
	struct domain_file *file =
		container_of(source, struct domain_file, source);
	struct stat st;
	int fd, ret = -1;

	fd = domain_file_open(file->path, &st, error_r);
	if (fd >= 0) {
		ret = domain_file_lookup_fd(file, fd, &st, keys, error_r);
		if (close(fd) < 0)
			i_error("close(%s) failed: %m", file->path);
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
	file->pool = pool;
	return &file->source;
}

struct bounce_domains *
bounce_domain_words_open(pool_t pool, const struct bounce_domain_words *words,
			 struct bounce_domain_source *other)
{
	ARRAY(struct bounce_domain_source *) sources;
	struct bounce_domain_source *source;
	const char *const *path;

	if (words->files == NULL && other == NULL)
		return words->list;
	p_array_init(&sources, pool, 2);
	for (path = words->files; path != NULL && *path != NULL; path++) {
		source = bounce_domain_file_source(pool, *path);
		array_push_back(&sources, &source);
	}
	if (other != NULL)
		array_push_back(&sources, &other);
	array_append_zero(&sources);
	return bounce_domains_with_sources(pool, words->list,
					   array_front(&sources));
}

int bounce_domain_file_check(const char *path, const char **error_r)
{
	struct stat st;
	int fd = domain_file_open(path, &st, error_r);

	if (fd < 0)
		return -1;
	if (close(fd) < 0)
		i_error("close(%s) failed: %m", path);
	return 0;
}
