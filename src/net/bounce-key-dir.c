/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "hash.h"
#include "llist.h"
#include "str-sanitize.h"
#include "bounce-key-file.h"
#include "bounce-key-dir.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define KEY_FILE_INFIX "._domainkey."
#define KEY_FILE_SUFFIX ".txt"

struct key_file {
	/* used last: at the tail */
	struct key_file *prev, *next;
	char *name;
	struct stat st;
	/* It was changed a moment ago: were it changed again now, the time of
	   the change could be the same. */
	bool fresh;

	enum bounce_key_status status;
	struct bounce_key *key;
	char *error;
};

struct bounce_key_dir {
	char *path;
	HASH_TABLE(char *, struct key_file *) files;
	struct key_file *head, *tail;
};

struct bounce_key_dir *bounce_key_dir_init(const char *path)
{
	struct bounce_key_dir *dir;

	dir = i_new(struct bounce_key_dir, 1);
	dir->path = i_strdup(path);
	hash_table_create(&dir->files, default_pool, 0, str_hash, strcmp);
	return dir;
}

static void key_file_free(struct key_file **_file)
{
	struct key_file *file = *_file;

	*_file = NULL;
	if (file->key != NULL)
		bounce_key_unref(&file->key);
	i_free(file->error);
	i_free(file->name);
	i_free(file);
}

static void key_dir_remove(struct bounce_key_dir *dir, struct key_file *file)
{
	hash_table_remove(dir->files, file->name);
	DLLIST2_REMOVE(&dir->head, &dir->tail, file);
	key_file_free(&file);
}

void bounce_key_dir_deinit(struct bounce_key_dir **_dir)
{
	struct bounce_key_dir *dir = *_dir;

	if (dir == NULL)
		return;
	*_dir = NULL;
	while (dir->head != NULL)
		key_dir_remove(dir, dir->head);
	hash_table_destroy(&dir->files);
	i_free(dir->path);
	i_free(dir);
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

/* Returns 1, 0 if it grew too large while it was read, or -1 with errno. */
static int fd_read(int fd, buffer_t *buf)
{
	unsigned char block[4096];
	ssize_t ret;

	while ((ret = read(fd, block, sizeof(block))) != 0) {
		if (ret < 0) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (buf->used + ret > BOUNCE_KEY_FILE_MAX_SIZE)
			return 0;
		buffer_append(buf, block, ret);
	}
	return 1;
}

/* Returns as key_file_load(). */
static int
key_file_load_fd(struct key_file *file, int fd, const char **error_r)
{
	buffer_t *buf;
	int ret;

	file->status = BOUNCE_KEY_UNUSABLE;
	if (fstat(fd, &file->st) < 0) {
		*error_r = t_strdup_printf("it cannot be looked at: %m");
		return -1;
	}
	if (!S_ISREG(file->st.st_mode)) {
		*error_r = "it is no regular file";
		return 1;
	}
	buf = t_buffer_create(4096);
	ret = file->st.st_size > BOUNCE_KEY_FILE_MAX_SIZE ? 0 :
		fd_read(fd, buf);
	if (ret < 0) {
		*error_r = t_strdup_printf("it cannot be read: %m");
		return -1;
	}
	if (ret == 0) {
		*error_r = t_strdup_printf("it is larger than %d bytes",
					   BOUNCE_KEY_FILE_MAX_SIZE);
		return 1;
	}
	file->status = bounce_key_file_parse(buf->data, buf->used, &file->key,
					     error_r);
	return 1;
}

/* Returns 1 if the file could be read, and its status is set; 0 if it does not
   exist; -1 if it cannot be read. error_r is set unless a key was found. */
static int
key_file_load(struct key_file *file, int dir_fd, const char **error_r)
{
	int fd, ret;

	/* a FIFO must not hold up a delivery */
	fd = openat(dir_fd, file->name,
		    O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		if (errno == ENOENT || errno == ENAMETOOLONG)
			return 0;
		*error_r = t_strdup_printf("it cannot be opened: %m");
		return -1;
	}
	ret = key_file_load_fd(file, fd, error_r);
	if (close(fd) < 0)
		i_error("close(%s) failed: %m", file->name);
	file->fresh = file->st.st_ctime >= time(NULL) - 1;
	return ret;
}

static bool
key_file_is_same(const struct key_file *file, const struct stat *st)
{
	return !file->fresh &&
		file->st.st_dev == st->st_dev &&
		file->st.st_ino == st->st_ino &&
		file->st.st_size == st->st_size &&
		file->st.st_mtim.tv_sec == st->st_mtim.tv_sec &&
		file->st.st_mtim.tv_nsec == st->st_mtim.tv_nsec &&
		file->st.st_ctim.tv_sec == st->st_ctim.tv_sec &&
		file->st.st_ctim.tv_nsec == st->st_ctim.tv_nsec;
}

static const char *
key_file_error(struct bounce_key_dir *dir, const char *name, const char *error)
{
	return t_strdup_printf("key file %s/%s: %s", dir->path, name, error);
}

static void key_dir_add(struct bounce_key_dir *dir, struct key_file *file)
{
	if (hash_table_count(dir->files) >= BOUNCE_KEY_DIR_MAX_CACHED)
		key_dir_remove(dir, dir->head);
	hash_table_insert(dir->files, file->name, file);
	DLLIST2_APPEND(&dir->head, &dir->tail, file);
}

/* The file as it is now, from the cache or read; the return value is that of
   key_file_load(). */
static int
key_dir_get(struct bounce_key_dir *dir, int dir_fd, const char *name,
	    struct key_file **file_r, const char **error_r)
{
	struct key_file *file;
	const char *error = NULL;
	struct stat st;
	int ret;

	file = hash_table_lookup(dir->files, name);
	/* after a failure of libcrypto the file is read again */
	if (file != NULL && file->status != BOUNCE_KEY_TEMPERROR &&
	    fstatat(dir_fd, name, &st, 0) == 0 &&
	    key_file_is_same(file, &st)) {
		DLLIST2_REMOVE(&dir->head, &dir->tail, file);
		DLLIST2_APPEND(&dir->head, &dir->tail, file);
		*file_r = file;
		return 1;
	}
	if (file != NULL)
		key_dir_remove(dir, file);

	file = i_new(struct key_file, 1);
	file->name = i_strdup(name);
	ret = key_file_load(file, dir_fd, &error);
	if (ret <= 0) {
		key_file_free(&file);
		if (ret < 0)
			*error_r = key_file_error(dir, name, error);
		return ret;
	}
	if (file->status != BOUNCE_KEY_FOUND)
		file->error = i_strdup(key_file_error(dir, name, error));
	key_dir_add(dir, file);
	*file_r = file;
	return 1;
}

int bounce_key_dir_lookup(struct bounce_key_dir *dir, const char *selector,
			  const char *domain, enum bounce_key_status *status_r,
			  struct bounce_key **key_r, const char **error_r)
{
	const char *name, *txt_name;
	struct key_file *file;
	int dir_fd, ret;

	*key_r = NULL;
	*error_r = NULL;
	dir_fd = dir_open(dir->path, error_r);
	if (dir_fd < 0)
		return -1;
	name = t_strconcat(selector, KEY_FILE_INFIX, domain, NULL);
	txt_name = t_strconcat(name, KEY_FILE_SUFFIX, NULL);
	ret = key_dir_get(dir, dir_fd, name, &file, error_r);
	if (ret == 0)
		ret = key_dir_get(dir, dir_fd, txt_name, &file, error_r);
	if (close(dir_fd) < 0)
		i_error("close(%s) failed: %m", dir->path);
	if (ret <= 0)
		return ret;

	*status_r = file->status;
	*error_r = t_strdup(file->error);
	*key_r = file->key;
	if (file->key != NULL)
		bounce_key_ref(file->key);
	return 1;
}

static const char *t_key_file_selector(const char *name, const char *suffix)
{
	size_t size = strlen(name), suffix_size = strlen(suffix);

	if (size <= suffix_size ||
	    strcmp(name + size - suffix_size, suffix) != 0)
		return NULL;
	name = t_strndup(name, size - suffix_size);
	return bounce_key_name_is_valid(name) ? name : NULL;
}

unsigned int
bounce_key_dir_selectors(struct bounce_key_dir *dir, const char *domain,
			 const char **selectors_r, unsigned int max)
{
	const char *suffix = t_strconcat(KEY_FILE_INFIX, domain, NULL);
	const char *txt_suffix = t_strconcat(suffix, KEY_FILE_SUFFIX, NULL);
	unsigned int count = 0, i;
	const char *selector;
	struct dirent *d;
	DIR *dirp;

	if ((dirp = opendir(dir->path)) == NULL)
		return 0;
	for (i = 0; i < BOUNCE_KEY_DIR_MAX_CHECKED && count < max; i++) {
		if ((d = readdir(dirp)) == NULL)
			break;
		selector = t_key_file_selector(d->d_name, suffix);
		if (selector == NULL)
			selector = t_key_file_selector(d->d_name, txt_suffix);
		if (selector != NULL)
			selectors_r[count++] = selector;
	}
	if (closedir(dirp) < 0)
		i_error("closedir(%s) failed: %m", dir->path);
	return count;
}

/* Returns 1 for a file that lookups can find, 0 if it has nothing to do with
   us, -1 if it looks like a key file and would never be found. */
static int key_file_name_check(const char *name, const char **error_r)
{
	const char *lcase = t_str_lcase(name);
	const char *infix = strstr(lcase, KEY_FILE_INFIX);
	size_t size = strlen(name), suffix_size = strlen(KEY_FILE_SUFFIX);

	/* dot files, and what editors leave */
	if (infix == NULL || infix == lcase || name[0] == '.' ||
	    name[size - 1] == '~')
		return 0;
	if (strcmp(lcase, name) != 0) {
		*error_r = "its name must be in lower case";
		return -1;
	}
	if (size > suffix_size &&
	    strcmp(lcase + size - suffix_size, KEY_FILE_SUFFIX) == 0)
		size -= suffix_size;
	if (!bounce_key_name_is_valid(t_strdup_until(lcase, infix)) ||
	    !bounce_key_name_is_valid(t_strdup_until(
			infix + strlen(KEY_FILE_INFIX), lcase + size))) {
		*error_r = "its name is not SELECTOR._domainkey.DOMAIN";
		return -1;
	}
	return 1;
}

/* Returns as key_file_name_check(); -1 also if the file is no good. */
static int
key_dir_check_file(struct bounce_key_dir *dir, int dir_fd, const char *name,
		   const char **error_r)
{
	struct key_file *file;
	const char *error;
	int ret;

	if ((ret = key_file_name_check(name, &error)) == 0)
		return 0;
	if (ret < 0) {
		*error_r = key_file_error(dir, str_sanitize(name, 255), error);
		return -1;
	}
	ret = key_dir_get(dir, dir_fd, name, &file, error_r);
	if (ret > 0 && file->status == BOUNCE_KEY_UNUSABLE) {
		*error_r = t_strdup(file->error);
		return -1;
	}
	return ret;
}

/* Returns 1 and the next name, 0 at the end, -1 if it cannot be read. */
static int
dir_next(DIR *dirp, const char *path, const char **name_r, const char **error_r)
{
	const struct dirent *d;

	errno = 0;
	d = readdir(dirp);
	if (d != NULL) {
		*name_r = d->d_name;
		return 1;
	}
	if (errno == 0)
		return 0;
	*error_r = t_strdup_printf("key directory %s cannot be read: %m", path);
	return -1;
}

static int
key_dir_check(struct bounce_key_dir *dir, DIR *dirp, unsigned int *count_r,
	      const char **error_r)
{
	const char *name;
	int ret;

	while (*count_r < BOUNCE_KEY_DIR_MAX_CHECKED) {
		ret = dir_next(dirp, dir->path, &name, error_r);
		if (ret <= 0)
			return ret;
		T_BEGIN {
			ret = key_dir_check_file(dir, dirfd(dirp), name,
						 error_r);
		} T_END_PASS_STR_IF(ret < 0, error_r);
		if (ret < 0)
			return -1;
		if (ret > 0)
			*count_r += 1;
	}
	return 0;
}

int bounce_key_dir_check(const char *path, unsigned int *count_r,
			 const char **error_r)
{
	struct bounce_key_dir *dir;
	DIR *dirp;
	int fd, ret;

	*count_r = 0;
	fd = dir_open(path, error_r);
	if (fd < 0)
		return -1;
	dirp = fdopendir(fd);
	if (dirp == NULL)
		i_fatal("fdopendir(%s) failed: %m", path);
	dir = bounce_key_dir_init(path);
	ret = key_dir_check(dir, dirp, count_r, error_r);
	bounce_key_dir_deinit(&dir);
	if (closedir(dirp) < 0)
		i_error("closedir(%s) failed: %m", path);
	return ret;
}

static void
key_dir_list_add(pool_t pool, const char *name, ARRAY_TYPE(const_string) *names)
{
	const char *error, *copy;
	size_t size = strlen(name), suffix_size = strlen(KEY_FILE_SUFFIX);

	if (key_file_name_check(name, &error) <= 0)
		return;
	if (size > suffix_size &&
	    strcmp(name + size - suffix_size, KEY_FILE_SUFFIX) == 0)
		size -= suffix_size;
	copy = p_strndup(pool, name, size);
	array_push_back(names, &copy);
}

/* A key may be there with and without the suffix. */
static void key_dir_list_unique(ARRAY_TYPE(const_string) *names)
{
	unsigned int i;

	for (i = array_count(names); i > 1; i--) {
		if (strcmp(array_idx_elem(names, i - 1),
			   array_idx_elem(names, i - 2)) == 0)
			array_delete(names, i - 1, 1);
	}
}

int bounce_key_dir_list(pool_t pool, const char *path,
			const char *const **names_r, const char **error_r)
{
	ARRAY_TYPE(const_string) names;
	const char *name;
	DIR *dirp = opendir(path);
	int ret = 1;

	if (dirp == NULL) {
		*error_r = t_strdup_printf(
			"key directory %s cannot be opened: %m", path);
		return -1;
	}
	p_array_init(&names, pool, 16);
	while (array_count(&names) < BOUNCE_KEY_DIR_MAX_CHECKED &&
	       (ret = dir_next(dirp, path, &name, error_r)) > 0) T_BEGIN {
		key_dir_list_add(pool, name, &names);
	} T_END;
	if (closedir(dirp) < 0)
		i_error("closedir(%s) failed: %m", path);
	if (ret < 0)
		return -1;
	array_sort(&names, i_strcmp_p);
	key_dir_list_unique(&names);
	array_append_zero(&names);
	*names_r = array_front(&names);
	return 0;
}
