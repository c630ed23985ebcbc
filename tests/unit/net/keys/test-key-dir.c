/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* RTLD_NEXT, AT_EMPTY_PATH */
#ifndef _GNU_SOURCE
#  define _GNU_SOURCE
#endif

#include "lib.h"
#include "str.h"
#include "unlink-directory.h"
#include "write-full.h"
#include "keys/key-dir.h"
#include "test-common.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

/* RFC 8463 appendix A.2, and another one */
#define KEY_A "v=DKIM1; k=ed25519; " \
	"p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define KEY_B "v=DKIM1; k=ed25519; " \
	"p=uFJ16skgBRIrwaprmPt1YlEEkcWPE74gZAbKUjIIRu8="

static char test_dir[] = "/tmp/test-bounce-key-dir.XXXXXX";

static bool begins(const char *str, const char *prefix)
{
	return strncmp(str, prefix, strlen(prefix)) == 0;
}

static const char *path_of(const char *name)
{
	return t_strdup_printf("%s/%s", test_dir, name);
}

static void file_write_data(const char *name, const void *data, size_t size)
{
	const char *path = path_of(name);
	int fd;

	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write_full(fd, data, size) < 0 || close(fd) < 0)
		i_fatal("write(%s) failed: %m", path);
}

static void file_write(const char *name, const char *text)
{
	file_write_data(name, text, strlen(text));
}

/* In place of libc's: counts the key files that are read. */
static unsigned int fstat_calls;

int fstat(int fd, struct stat *st_r)
{
	fstat_calls++;
	return fstatat(fd, "", st_r, AT_EMPTY_PATH);
}

/* As if nobody had touched it for long: then the cache may be used. */
static void file_settle(struct bounce_key_dir *dir)
{
	struct bounce_key *key;
	enum bounce_key_status status;
	const char *error;

	sleep(2);
	if (bounce_key_dir_lookup(dir, "s", "d.example", &status, &key,
				  &error) == 1)
		bounce_key_unref(&key);
}

static void file_remove(const char *name)
{
	if (unlink(path_of(name)) < 0)
		i_fatal("unlink(%s) failed: %m", name);
}

/* "A" or "B", "none", or the error */
static const char *
look(struct bounce_key_dir *dir, const char *selector, time_t *retired_r)
{
	unsigned char raw[32];
	size_t size = sizeof(raw);
	enum bounce_key_status status;
	struct bounce_key *key;
	const char *error;
	int ret;

	ret = bounce_key_dir_lookup(dir, selector, "d.example", &status, &key,
				    &error);
	if (ret == 0)
		return "none";
	if (ret < 0)
		return t_strdup_printf("failed: %s", error);
	if (status != BOUNCE_KEY_FOUND) {
		test_assert(key == NULL);
		return t_strdup_printf("%s: %s",
			status == BOUNCE_KEY_REVOKED ? "revoked" : "unusable",
			error);
	}
	test_assert(error == NULL);
	if (retired_r != NULL)
		*retired_r = key->retired;
	if (EVP_PKEY_get_raw_public_key(key->pkey, raw, &size) != 1)
		i_unreached();
	bounce_key_unref(&key);
	return raw[0] == 0xd7 ? "A" : "B";
}

static void test_bounce_key_dir_lookup(void)
{
	struct bounce_key_dir *dir = bounce_key_dir_init(test_dir);
	time_t retired = 0;
	unsigned int i;

	test_begin("bounce key dir lookup");
	test_assert_strcmp(look(dir, "s", NULL), "none");
	file_write("s._domainkey.d.example", KEY_A);
	file_write("t._domainkey.d.example.txt", KEY_B);
	file_write("u._domainkey.d.example", "v=DKIM1; p=");
	file_write("v._domainkey.d.example", "v=DKIM1; p=@");
	file_write("a.b._domainkey.d.example", KEY_B "\n; retired: 2026-11-01");
	/* cached or not */
	for (i = 0; i < 3; i++) {
		test_assert_strcmp_idx(look(dir, "s", NULL), "A", i);
		test_assert_strcmp_idx(look(dir, "t", NULL), "B", i);
		test_assert_strcmp_idx(look(dir, "a.b", &retired), "B", i);
		test_assert_idx(retired == 1793577599, i);
		test_assert_strcmp_idx(look(dir, "u", NULL), t_strdup_printf(
			"revoked: key file %s/u._domainkey.d.example: "
			"the key is revoked", test_dir), i);
		test_assert_strcmp_idx(look(dir, "v", NULL), t_strdup_printf(
			"unusable: key file %s/v._domainkey.d.example: "
			"p= is not base64", test_dir), i);
		test_assert_strcmp_idx(look(dir, "w", NULL), "none", i);
	}
	/* the plain name wins */
	file_write("t._domainkey.d.example", KEY_A);
	test_assert_strcmp(look(dir, "t", NULL), "A");
	/* longer than a file name can be */
	test_assert_strcmp(look(dir, t_strdup_printf("%0253d", 0), NULL),
			   "none");
	bounce_key_dir_deinit(&dir);
	test_end();
}

static void test_bounce_key_dir_changes(void)
{
	struct bounce_key_dir *dir = bounce_key_dir_init(test_dir);
	const char *name = "s._domainkey.d.example";
	struct utimbuf times = { .actime = 1000, .modtime = 1000 };
	time_t retired = 0;
	unsigned int i;

	test_begin("bounce key dir changes");
	file_write(name, KEY_A);
	test_assert_strcmp(look(dir, "s", NULL), "A");
	/* at once, of the same size: the time may not show it */
	file_write(name, KEY_B);
	test_assert_strcmp(look(dir, "s", NULL), "B");

	file_settle(dir);
	/* it is not read again, however many names a forger makes up */
	fstat_calls = 0;
	for (i = 0; i < BOUNCE_KEY_DIR_MAX_CACHED; i++) T_BEGIN {
		test_assert_strcmp_idx(look(dir, t_strdup_printf("x%u", i),
					    NULL), "none", i);
	} T_END;
	test_assert_strcmp(look(dir, "s", NULL), "B");
	test_assert(fstat_calls == 0);
	/* in place, the same size, its date set back */
	file_write(name, KEY_A);
	if (utime(path_of(name), &times) < 0)
		i_fatal("utime() failed: %m");
	test_assert_strcmp(look(dir, "s", NULL), "A");
	/* retired */
	file_write(name, KEY_A "\n; retired: 2026-11-01T00:00:00Z");
	test_assert_strcmp(look(dir, "s", &retired), "A");
	test_assert(retired == 1793491200);

	file_settle(dir);
	/* replaced by another file */
	file_write("new", KEY_B);
	if (rename(path_of("new"), path_of(name)) < 0)
		i_fatal("rename() failed: %m");
	test_assert_strcmp(look(dir, "s", NULL), "B");
	/* gone, and back */
	file_remove(name);
	test_assert_strcmp(look(dir, "s", NULL), "none");
	file_write(name, KEY_A);
	test_assert_strcmp(look(dir, "s", NULL), "A");
	bounce_key_dir_deinit(&dir);
	test_end();
}

/* The whole directory replaced by another one. */
static void test_bounce_key_dir_replaced(void)
{
	struct bounce_key_dir *dir;
	const char *one = path_of("one"), *two = path_of("two");

	test_begin("bounce key dir replaced");
	if (mkdir(one, 0755) < 0 || mkdir(two, 0755) < 0)
		i_fatal("mkdir() failed: %m");
	file_write("one/s._domainkey.d.example", KEY_A);
	file_write("two/s._domainkey.d.example", KEY_B);
	dir = bounce_key_dir_init(one);
	test_assert_strcmp(look(dir, "s", NULL), "A");
	if (rename(one, path_of("old")) < 0 || rename(two, one) < 0)
		i_fatal("rename() failed: %m");
	test_assert_strcmp(look(dir, "s", NULL), "B");
	if (rename(one, two) < 0)
		i_fatal("rename() failed: %m");
	test_assert(begins(look(dir, "s", NULL),
			   t_strdup_printf("failed: key directory %s "
					   "cannot be opened: ", one)));
	bounce_key_dir_deinit(&dir);
	test_end();
}

static void test_bounce_key_dir_odd_files(void)
{
	struct bounce_key_dir *dir = bounce_key_dir_init(test_dir);
	unsigned char *large;
	string_t *text;

	test_begin("bounce key dir odd files");
	/* nobody writes to it: must not wait */
	if (mkfifo(path_of("fifo._domainkey.d.example"), 0644) < 0 ||
	    mkdir(path_of("dir._domainkey.d.example"), 0755) < 0 ||
	    symlink("s._domainkey.d.example",
		    path_of("link._domainkey.d.example")) < 0 ||
	    symlink("loop._domainkey.d.example",
		    path_of("loop._domainkey.d.example")) < 0 ||
	    symlink("nowhere", path_of("dangling._domainkey.d.example")) < 0)
		i_fatal("cannot make files: %m");
	test_assert(strstr(look(dir, "fifo", NULL),
			   "unusable: ") != NULL);
	test_assert(strstr(look(dir, "fifo", NULL),
			   "not a regular file") != NULL);
	test_assert(strstr(look(dir, "dir", NULL), "not a regular file") != NULL);
	test_assert_strcmp(look(dir, "link", NULL), "A");
	test_assert(begins(look(dir, "loop", NULL), "failed: key file "));
	test_assert_strcmp(look(dir, "dangling", NULL), "none");

	file_write("empty._domainkey.d.example", "");
	test_assert(strstr(look(dir, "empty", NULL), "it is empty") != NULL);
	file_write_data("nul._domainkey.d.example", KEY_A "\0", sizeof(KEY_A));
	test_assert(strstr(look(dir, "nul", NULL), "it is not text") != NULL);

	/* as large as it may be, and one octet more */
	text = t_str_new(BOUNCE_KEY_FILE_MAX_SIZE + 1);
	str_append(text, KEY_A);
	while (str_len(text) < BOUNCE_KEY_FILE_MAX_SIZE)
		str_append_c(text, '\n');
	file_write("large._domainkey.d.example", str_c(text));
	test_assert_strcmp(look(dir, "large", NULL), "A");
	str_append_c(text, '\n');
	file_write("large._domainkey.d.example", str_c(text));
	test_assert(strstr(look(dir, "large", NULL), "larger than") != NULL);
	large = i_malloc(1024 * 1024);
	file_write_data("large._domainkey.d.example", large, 1024 * 1024);
	i_free(large);
	test_assert(strstr(look(dir, "large", NULL), "larger than") != NULL);
	/* endless, and its size is 0 */
	test_assert(symlink("/dev/zero",
			    path_of("zero._domainkey.d.example")) == 0);
	test_assert(strstr(look(dir, "zero", NULL), "not a regular file") != NULL);
	bounce_key_dir_deinit(&dir);
	test_end();
}

static void test_bounce_key_dir_many(void)
{
	struct bounce_key_dir *dir = bounce_key_dir_init(test_dir);
	unsigned int i;

	test_begin("bounce key dir with many files");
	for (i = 0; i < BOUNCE_KEY_DIR_MAX_CACHED + 10; i++) T_BEGIN {
		file_write(t_strdup_printf("m%u._domainkey.d.example", i),
			   KEY_A);
		test_assert_strcmp_idx(look(dir, t_strdup_printf("m%u", i),
					    NULL), "A", i);
	} T_END;
	test_assert_strcmp(look(dir, "m0", NULL), "A");
	for (i = 0; i < BOUNCE_KEY_DIR_MAX_CACHED + 10; i++) T_BEGIN {
		file_remove(t_strdup_printf("m%u._domainkey.d.example", i));
	} T_END;
	test_assert_strcmp(look(dir, "m0", NULL), "none");
	bounce_key_dir_deinit(&dir);
	test_end();
}

static void test_bounce_key_dir_check(void)
{
	static const struct {
		const char *file, *text;
		/* NULL: good */
		const char *error;
		unsigned int count;
	} tests[] = {
		{ "s._domainkey.d.example", KEY_A, NULL, 1 },
		{ "t._domainkey.d.example.txt", KEY_A, NULL, 1 },
		{ "s.t._domainkey.xn--d-4ga.example", KEY_A, NULL, 1 },
		{ "u._domainkey.d.example", "v=DKIM1; p=", NULL, 1 },
		/* none of ours */
		{ "README", "hello", NULL, 0 },
		{ "s.private", "hello", NULL, 0 },
		{ ".s._domainkey.d.example.swp", "hello", NULL, 0 },
		{ "s._domainkey.d.example~", "hello", NULL, 0 },
		{ "._domainkey.d.example", "hello", NULL, 0 },
		/* meant to be, and never found */
		{ "S._domainkey.d.example", KEY_A, "lower case", 0 },
		{ "s._DomainKey.d.example", KEY_A, "lower case", 0 },
		{ "s._domainkey.d.example.", KEY_A, "SELECTOR._domainkey", 0 },
		{ "s._domainkey..example", KEY_A, "SELECTOR._domainkey", 0 },
		{ "s..t._domainkey.d.example", KEY_A, "SELECTOR._domain", 0 },
		{ "s t._domainkey.d.example", KEY_A, "SELECTOR._domainkey", 0 },
		{ "s._domainkey.b\xc3\xbc.example", KEY_A, "SELECTOR._d", 0 },
		/* broken */
		{ "v._domainkey.d.example", "v=DKIM1; p=@", "base64", 0 },
		{ "v._domainkey.d.example.txt", "", "it is empty", 0 },
		{ "v._domainkey.d.example", KEY_A "\n; retired: soon",
		  "'soon' is not a date", 0 }
	};
	const char *path = path_of("check"), *error;
	unsigned int i, count;
	int ret;

	test_begin("bounce key dir check");
	if (mkdir(path, 0755) < 0)
		i_fatal("mkdir() failed: %m");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		const char *name = t_strconcat("check/", tests[i].file, NULL);

		file_write(name, tests[i].text);
		error = NULL;
		ret = bounce_key_dir_check(path, &count, &error);
		test_assert_idx((ret < 0) == (tests[i].error != NULL), i);
		test_assert_idx(count == tests[i].count, i);
		if (ret < 0 && tests[i].error != NULL) {
			test_assert_idx(strstr(error, tests[i].error) != NULL,
					i);
			test_assert_idx(begins(error, t_strdup_printf(
				"key file %s/", path)), i);
		}
		file_remove(name);
	} T_END;

	test_assert(bounce_key_dir_check(path, &count, &error) == 0);
	test_assert(count == 0);
	/* the copies that are kept count, too */
	if (mkdir(path_of("check/kept"), 0755) < 0)
		i_fatal("mkdir() failed: %m");
	file_write("check/s._domainkey.d.example", KEY_A);
	file_write("check/kept/t._domainkey.d.example", KEY_A);
	file_write("check/kept/state", "hello");
	test_assert(bounce_key_dir_check(path, &count, &error) == 0);
	test_assert(count == 2);
	file_write("check/kept/t._domainkey.d.example", "hello");
	test_assert(bounce_key_dir_check(path, &count, &error) < 0);
	test_assert(strstr(error, "/kept/t._domainkey.d.example: ") != NULL);
	file_remove("check/s._domainkey.d.example");
	file_remove("check/kept/t._domainkey.d.example");
	test_assert(bounce_key_dir_check(path_of("nowhere"), &count,
					 &error) < 0);
	test_assert(strstr(error, "/nowhere cannot be opened") != NULL);
	file_write("file", "hello");
	test_assert(bounce_key_dir_check(path_of("file"), &count, &error) < 0);
	test_assert(strstr(error, "/file cannot be opened") != NULL);
	test_end();
}

/* Deliveries run as the user, who may not be allowed to read it. */
static void test_bounce_key_dir_list(void)
{
	static const char *const files[] = {
		"t._domainkey.d.example", "s._domainkey.d.example.txt",
		"t._domainkey.d.example.txt", "README", "S._domainkey.d.example",
		".s._domainkey.d.example", "u._domainkey.d.example~"
	};
	const char *path = path_of("list"), *const *names, *error;
	pool_t pool = pool_alloconly_create("key dir list", 1024);
	unsigned int i;

	test_begin("bounce key dir list");
	if (mkdir(path, 0755) < 0)
		i_fatal("mkdir() failed: %m");
	test_assert(bounce_key_dir_list(pool, path, &names, &error) == 0);
	test_assert(names[0] == NULL);
	for (i = 0; i < N_ELEMENTS(files); i++)
		file_write(t_strconcat("list/", files[i], NULL), KEY_A);
	test_assert(bounce_key_dir_list(pool, path, &names, &error) == 0);
	test_assert_strcmp(t_strarray_join(names, " "),
			   "s._domainkey.d.example t._domainkey.d.example");
	for (i = 0; i < N_ELEMENTS(files); i++)
		file_remove(t_strconcat("list/", files[i], NULL));
	if (rmdir(path) < 0)
		i_fatal("rmdir() failed: %m");
	test_assert(bounce_key_dir_list(pool, path, &names, &error) < 0);
	test_assert(strstr(error, path) != NULL);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_key_dir_selectors(void)
{
	static const char *const files[] = {
		"s._domainkey.d.example", "t._domainkey.d.example.txt",
		/* of other domains: one is shorter than ours */
		"u._domainkey.e.example", "v._domainkey.d",
		/* no lookup would find these */
		"W._domainkey.d.example", "x y._domainkey.d.example",
		"README"
	};
	const char *path = path_of("selectors"), *selectors[10];
	struct bounce_key_dir *dir;
	unsigned int i;

	test_begin("bounce key dir: selectors of a domain");
	dir = bounce_key_dir_init(path);
	test_assert(bounce_key_dir_selectors(dir, "d.example", selectors,
					     N_ELEMENTS(selectors)) == 0);
	if (mkdir(path, 0755) < 0)
		i_fatal("mkdir() failed: %m");
	for (i = 0; i < N_ELEMENTS(files); i++)
		file_write(t_strconcat("selectors/", files[i], NULL), KEY_A);
	test_assert(bounce_key_dir_selectors(dir, "d.example", selectors,
					     N_ELEMENTS(selectors)) == 2);
	/* in the order of the directory, which may be either */
	i = strcmp(selectors[0], "t") == 0 ? 1 : 0;
	test_assert_strcmp(selectors[i], "s");
	test_assert_strcmp(selectors[1 - i], "t");
	test_assert(bounce_key_dir_selectors(dir, "d.example", selectors,
					     1) == 1);
	test_assert(bounce_key_dir_selectors(dir, "d.example", selectors,
					     0) == 0);
	bounce_key_dir_deinit(&dir);
	test_end();
}

/* In place of libc's: after so many calls as on a disk that fails; and a file
   that somebody removes just then. */
static int readdir_calls_left = -1;
static const char *readdir_removes = NULL;

struct dirent *readdir(DIR *dirp)
{
	static struct dirent *(*next)(DIR *) = NULL;
	struct dirent *d;
	void *symbol;

	if (next == NULL) {
		symbol = dlsym(RTLD_NEXT, "readdir");
		memcpy(&next, &symbol, sizeof(next));
	}
	if (readdir_calls_left == 0) {
		errno = EIO;
		return NULL;
	}
	if (readdir_calls_left > 0)
		readdir_calls_left--;
	d = next(dirp);
	if (d != NULL && readdir_removes != NULL &&
	    strcmp(d->d_name, readdir_removes) == 0 &&
	    unlinkat(dirfd(dirp), readdir_removes, 0) < 0)
		i_fatal("unlink(%s) failed: %m", readdir_removes);
	return d;
}

static void test_bounce_key_dir_check_removed(void)
{
	static const char no_error[] = "";
	const char *path = path_of("removed"), *error = no_error;
	unsigned int count;

	test_begin("bounce key dir check of a file that is removed");
	if (mkdir(path, 0755) < 0)
		i_fatal("mkdir() failed: %m");
	file_write("removed/s._domainkey.d.example", KEY_A);
	file_write("removed/t._domainkey.d.example", KEY_A);
	readdir_removes = "t._domainkey.d.example";
	test_assert(bounce_key_dir_check(path, &count, &error) == 0);
	readdir_removes = NULL;
	test_assert(count == 1);
	test_assert(error == no_error);
	test_end();
}

static void test_bounce_key_dir_fails(void)
{
	pool_t pool = pool_alloconly_create("key dir", 1024);
	const char *const *names, *error = "";

	test_begin("bounce key dir that fails");
	readdir_calls_left = 2;
	test_assert(bounce_key_dir_list(pool, test_dir, &names, &error) < 0);
	test_assert(strstr(error, "cannot be read: Input/output error") != NULL);
	readdir_calls_left = -1;
	pool_unref(&pool);
	test_end();
}

static void test_bounce_key_dir_permissions(void)
{
	struct bounce_key_dir *dir = bounce_key_dir_init(path_of("check"));
	const char *error;
	unsigned int count;
	bool root = geteuid() == 0;

	test_begin("bounce key dir permissions");
	file_write("check/s._domainkey.d.example", KEY_A);
	if (chmod(test_dir, 0755) < 0 ||
	    chmod(path_of("check/s._domainkey.d.example"), 0) < 0 ||
	    (root && seteuid(65534) < 0))
		i_fatal("cannot change permissions: %m");
	test_assert(begins(look(dir, "s", NULL), t_strdup_printf(
		"failed: key file %s/check/s._domainkey.d.example: "
		"it cannot be opened: Permission denied", test_dir)));
	test_assert(bounce_key_dir_check(path_of("check"), &count,
					 &error) < 0);
	test_assert(strstr(error, "Permission denied") != NULL);
	if (root && seteuid(0) < 0)
		i_fatal("seteuid(0) failed: %m");
	if (chmod(path_of("check"), 0) < 0 || (root && seteuid(65534) < 0))
		i_fatal("cannot change permissions: %m");
	test_assert(begins(look(dir, "s", NULL), t_strdup_printf(
		"failed: key directory %s/check cannot be opened: "
		"Permission denied", test_dir)));
	if ((root && seteuid(0) < 0) || chmod(path_of("check"), 0755) < 0)
		i_fatal("cannot change permissions: %m");
	bounce_key_dir_deinit(&dir);
	test_end();
}

static void test_bounce_key_dir_init(void)
{
	if (mkdtemp(test_dir) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", test_dir);
}

static void test_bounce_key_dir_cleanup(void)
{
	const char *error;

	if (unlink_directory(test_dir, UNLINK_DIRECTORY_FLAG_RMDIR,
			     &error) < 0)
		i_fatal("%s", error);
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_key_dir_init,
		test_bounce_key_dir_lookup,
		test_bounce_key_dir_changes,
		test_bounce_key_dir_replaced,
		test_bounce_key_dir_odd_files,
		test_bounce_key_dir_many,
		test_bounce_key_dir_check,
		test_bounce_key_dir_list,
		test_bounce_key_dir_selectors,
		test_bounce_key_dir_check_removed,
		test_bounce_key_dir_fails,
		test_bounce_key_dir_permissions,
		test_bounce_key_dir_cleanup,
		NULL
	};
	return test_run(test_functions);
}
