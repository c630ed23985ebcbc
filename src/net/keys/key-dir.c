/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "fd-util.h"
#include "istream.h"
#include "base/sanitize.h"
#include "name/domain-name.h"
#include "base/file.h"
#include "keys/key-file.h"
#include "keys/key-dir.h"
#include "keys/key-keep.h"
#include "base/lru.h"

#include <dirent.h>
#include <fcntl.h>
#include <time.h>

#define KEY_FILE_INFIX "._domainkey."
#define KEY_FILE_SUFFIX ".txt"
#define KEY_FILE_BLOCK_SIZE 4096

/* A parsed file. Its name in the cache is the name of the file. */
struct key_file {
	struct bounce_lru_entry lru;
	struct stat st;
	/* The file was changed a moment ago, when it was read. If it is changed
	   once more in the same second, its times may stay the same. */
	bool fresh;

	enum bounce_key_status status;
	struct bounce_key *key;
	char *error;
};

struct bounce_key_dir {
	char *path;
	struct bounce_lru *files;
};

static void key_file_free(struct bounce_lru_entry *lru)
{
	struct key_file *file = (struct key_file *)lru;

	if (file->key != NULL)
		bounce_key_unref(&file->key);
	i_free(file->error);
	i_free(file);
}

struct bounce_key_dir *bounce_key_dir_init(const char *path)
{
	struct bounce_key_dir *dir;

	dir = i_new(struct bounce_key_dir, 1);
	dir->path = i_strdup(path);
	dir->files = bounce_lru_init(BOUNCE_KEY_DIR_MAX_CACHED, key_file_free);
	return dir;
}

void bounce_key_dir_deinit(struct bounce_key_dir **_dir)
{
	struct bounce_key_dir *dir = *_dir;

	if (dir == NULL)
		return;
	*_dir = NULL;
	bounce_lru_deinit(&dir->files);
	i_free(dir->path);
	i_free(dir);
}

/*
 * One file
 */

/* Returns 1 and sets the file's status, or -1 if it cannot be read. */
static int
key_file_read(struct key_file *file, int fd, const char **error_r)
{
	struct istream *input = i_stream_create_fd(fd, KEY_FILE_BLOCK_SIZE);
	buffer_t *buf = t_buffer_create(KEY_FILE_BLOCK_SIZE);
	enum buffer_append_result ret;
	const char *error;

	ret = buffer_append_full_istream(buf, input, BOUNCE_KEY_FILE_MAX_SIZE,
					 &error);
	if (ret == BUFFER_APPEND_OK) {
		file->status = bounce_key_file_parse(buf->data, buf->used,
						     &file->key, error_r);
	} else if (ret == BUFFER_APPEND_READ_MAX_SIZE) {
		*error_r = t_strdup_printf("it is larger than %d bytes",
					   BOUNCE_KEY_FILE_MAX_SIZE);
	} else {
		*error_r = t_strdup_printf("it cannot be read: %s",
			ret == BUFFER_APPEND_READ_ERROR ? error :
			"it is not all there");
	}
	i_stream_unref(&input);
	return ret == BUFFER_APPEND_OK ||
		ret == BUFFER_APPEND_READ_MAX_SIZE ? 1 : -1;
}

/* Returns 1 if the file is there, and its status is set; 0 if it does not
   exist; -1 if it cannot be read. error_r is set unless a key was found. */
static int
key_file_load(struct key_file *file, int dir_fd, const char *name,
	      const char **error_r)
{
	int fd, ret;

	file->status = BOUNCE_KEY_UNUSABLE;
	fd = bounce_file_open(dir_fd, name, &file->st, error_r);
	if (fd >= 0) {
		ret = key_file_read(file, fd, error_r);
		i_close_fd(&fd);
	} else if (errno == ENOENT || errno == ENAMETOOLONG)
		return 0;
	else
		ret = errno == 0 ? 1 : -1;
	file->fresh = file->st.st_ctime >= time(NULL) - 1;
	return ret;
}

static const char *
key_file_error(struct bounce_key_dir *dir, const char *name, const char *error)
{
	return t_strdup_printf("key file %s/%s: %s", dir->path, name, error);
}

/* Get the file as it is now, from the cache or by reading it. Returns as
   key_file_load(). */
static int
key_dir_get(struct bounce_key_dir *dir, int dir_fd, const char *name,
	    struct key_file **file_r, const char **error_r)
{
	struct key_file *file;
	const char *error = NULL;
	struct stat st;
	int ret;

	file = (struct key_file *)bounce_lru_find(dir->files, name);
	/* after a failure of libcrypto the file is read again */
	if (file != NULL && file->status != BOUNCE_KEY_TEMPERROR &&
	    !file->fresh && fstatat(dir_fd, name, &st, 0) == 0 &&
	    bounce_file_is_same(&file->st, &st)) {
		*file_r = file;
		return 1;
	}
	bounce_lru_remove(dir->files, name);

	file = i_new(struct key_file, 1);
	ret = key_file_load(file, dir_fd, name, &error);
	if (ret > 0) {
		if (file->status != BOUNCE_KEY_FOUND)
			file->error = i_strdup(
				key_file_error(dir, name, error));
		bounce_lru_add(dir->files, &file->lru, name);
		*file_r = file;
	} else {
		key_file_free(&file->lru);
		if (ret < 0)
			*error_r = key_file_error(dir, name, error);
	}
	return ret;
}

static int dir_open(const char *path, const char **error_r)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0) {
		*error_r = t_strdup_printf(
			"key directory %s cannot be opened: %m", path);
	}
	return fd;
}

int bounce_key_dir_lookup(struct bounce_key_dir *dir, const char *selector,
			  const char *domain, enum bounce_key_status *status_r,
			  struct bounce_key **key_r, const char **error_r)
{
	const char *name;
	struct key_file *file;
	int dir_fd, ret;

	*key_r = NULL;
	*error_r = NULL;
	dir_fd = dir_open(dir->path, error_r);
	if (dir_fd < 0)
		return -1;
	name = t_strconcat(selector, KEY_FILE_INFIX, domain, NULL);
	ret = key_dir_get(dir, dir_fd, name, &file, error_r);
	if (ret == 0) {
		ret = key_dir_get(dir, dir_fd,
				  t_strconcat(name, KEY_FILE_SUFFIX, NULL),
				  &file, error_r);
	}
	i_close_fd(&dir_fd);
	if (ret <= 0)
		return ret;

	*status_r = file->status;
	*error_r = t_strdup(file->error);
	*key_r = file->key;
	if (file->key != NULL)
		bounce_key_ref(file->key);
	return 1;
}

/*
 * All files
 */

struct key_dir_iter {
	DIR *dirp;
	const char *path;
	/* how many more key files may be looked at */
	unsigned int left;

	/* The name of the file. Its first name_size octets are the name by
	   which the key is looked up. */
	const char *file;
	size_t name_size;
	/* Why no lookup would find this file, although it looks like a key
	   file; NULL if it would be found. */
	const char *error;
};

static bool key_name_is_valid(const char *start, const char *end)
{
	return bounce_dns_name_data_is_valid((const unsigned char *)start,
					     end - start);
}

/* Returns FALSE if the file is not a key file. */
static bool key_dir_iter_parse(struct key_dir_iter *iter)
{
	const char *name = t_str_lcase(iter->file);
	const char *infix = strstr(name, KEY_FILE_INFIX);
	size_t size = strlen(name), suffix_size = strlen(KEY_FILE_SUFFIX);

	/* skip dot files, and backups of editors */
	if (infix == NULL || infix == name || name[0] == '.' ||
	    name[size - 1] == '~')
		return FALSE;
	if (size > suffix_size &&
	    strcmp(name + size - suffix_size, KEY_FILE_SUFFIX) == 0)
		size -= suffix_size;
	iter->name_size = size;
	iter->error = NULL;
	if (strcmp(name, iter->file) != 0)
		iter->error = "its name must be in lower case";
	else if (!key_name_is_valid(name, infix) ||
		 !key_name_is_valid(infix + strlen(KEY_FILE_INFIX),
				    name + size))
		iter->error = "its name is not SELECTOR._domainkey.DOMAIN";
	return TRUE;
}

static int key_dir_iter_init(struct key_dir_iter *iter, const char *path,
			     const char **error_r)
{
	int fd = dir_open(path, error_r);

	if (fd < 0)
		return -1;
	i_zero(iter);
	iter->dirp = fdopendir(fd);
	if (iter->dirp == NULL)
		i_fatal("fdopendir(%s) failed: %m", path);
	iter->path = path;
	iter->left = BOUNCE_KEY_DIR_MAX_CHECKED;
	return 0;
}

/* Returns 1 and the next key file, 0 at the end, -1 if the directory cannot be
   read. */
static int key_dir_iter_next(struct key_dir_iter *iter, const char **error_r)
{
	const struct dirent *d;
	bool found = FALSE;

	while (iter->left > 0 && !found) {
		errno = 0;
		d = readdir(iter->dirp);
		if (d == NULL && errno != 0) {
			*error_r = t_strdup_printf(
				"key directory %s cannot be read: %m",
				iter->path);
			return -1;
		}
		if (d == NULL)
			return 0;
		iter->file = d->d_name;
		T_BEGIN {
			found = key_dir_iter_parse(iter);
		} T_END;
	}
	if (!found)
		return 0;
	iter->left--;
	return 1;
}

static void key_dir_iter_deinit(struct key_dir_iter *iter)
{
	if (closedir(iter->dirp) < 0)
		i_error("closedir(%s) failed: %m", iter->path);
}

unsigned int
bounce_key_dir_selectors(struct bounce_key_dir *dir, const char *domain,
			 const char **selectors_r, unsigned int max)
{
	const char *suffix = t_strconcat(KEY_FILE_INFIX, domain, NULL), *error;
	size_t suffix_size = strlen(suffix);
	unsigned int count = 0;
	struct key_dir_iter iter;

	if (key_dir_iter_init(&iter, dir->path, &error) < 0)
		return 0;
	while (count < max && key_dir_iter_next(&iter, &error) > 0) {
		if (iter.error != NULL || iter.name_size <= suffix_size ||
		    strncmp(iter.file + iter.name_size - suffix_size, suffix,
			    suffix_size) != 0)
			continue;
		selectors_r[count++] = t_strndup(iter.file,
						 iter.name_size - suffix_size);
	}
	key_dir_iter_deinit(&iter);
	return count;
}

/* Returns 1 if lookups find the file and can use it, 0 if it has just been
   removed, or -1 with an error. */
static int
key_dir_check_file(struct bounce_key_dir *dir, const struct key_dir_iter *iter,
		   const char **error_r)
{
	struct key_file *file;
	int ret;

	if (iter->error != NULL) {
		*error_r = key_file_error(dir,
			t_bounce_sanitize_text(iter->file, 255), iter->error);
		return -1;
	}
	ret = key_dir_get(dir, dirfd(iter->dirp), iter->file, &file, error_r);
	if (ret > 0 && file->status == BOUNCE_KEY_UNUSABLE) {
		*error_r = t_strdup(file->error);
		return -1;
	}
	return ret;
}

static int
key_dir_check_files(const char *path, unsigned int *count, const char **error_r)
{
	struct bounce_key_dir *dir;
	struct key_dir_iter iter;
	int ret;

	if (key_dir_iter_init(&iter, path, error_r) < 0)
		return -1;
	dir = bounce_key_dir_init(path);
	while ((ret = key_dir_iter_next(&iter, error_r)) > 0) {
		T_BEGIN {
			ret = key_dir_check_file(dir, &iter, error_r);
		} T_END_PASS_STR_IF(ret < 0, error_r);
		if (ret < 0)
			break;
		*count += ret;
	}
	bounce_key_dir_deinit(&dir);
	key_dir_iter_deinit(&iter);
	return ret;
}

int bounce_key_dir_check(const char *path, unsigned int *count_r,
			 const char **error_r)
{
	const char *kept = t_bounce_key_keep_path(path);
	struct stat st;

	*count_r = 0;
	if (key_dir_check_files(path, count_r, error_r) < 0)
		return -1;
	return stat(kept, &st) < 0 && errno == ENOENT ? 0 :
		key_dir_check_files(kept, count_r, error_r);
}

int bounce_key_dir_list(pool_t pool, const char *path,
			const char *const **names_r, const char **error_r)
{
	ARRAY_TYPE(const_string) names, list;
	const char *name, *last = "";
	struct key_dir_iter iter;
	int ret;

	if (key_dir_iter_init(&iter, path, error_r) < 0)
		return -1;
	t_array_init(&names, 16);
	while ((ret = key_dir_iter_next(&iter, error_r)) > 0) {
		if (iter.error != NULL)
			continue;
		name = t_strndup(iter.file, iter.name_size);
		array_push_back(&names, &name);
	}
	key_dir_iter_deinit(&iter);
	if (ret < 0)
		return -1;
	array_sort(&names, i_strcmp_p);
	p_array_init(&list, pool, array_count(&names) + 1);
	array_foreach_elem(&names, name) {
		/* the same key may have a file with the suffix and one
		   without */
		if (strcmp(name, last) == 0)
			continue;
		last = name = p_strdup(pool, name);
		array_push_back(&list, &name);
	}
	array_append_zero(&list);
	*names_r = array_front(&list);
	return 0;
}
