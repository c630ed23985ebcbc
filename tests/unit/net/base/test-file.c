/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* AT_EMPTY_PATH */
#ifndef _GNU_SOURCE
#  define _GNU_SOURCE
#endif

#include "lib.h"
#include "unlink-directory.h"
#include "write-full.h"
#include "base/file.h"
#include "test-common.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <utime.h>

static char test_dir[] = "/tmp/test-bounce-file.XXXXXX";

/* In place of libc's: the server of the file system is gone. */
static bool fstat_fails = FALSE;

int fstat(int fd, struct stat *st_r)
{
	if (fstat_fails) {
		errno = ESTALE;
		return -1;
	}
	return fstatat(fd, "", st_r, AT_EMPTY_PATH);
}

static const char *path_of(const char *name)
{
	return t_strdup_printf("%s/%s", test_dir, name);
}

static void file_write(const char *name, const char *text)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write_full(fd, text, strlen(text)) < 0 || close(fd) < 0)
		i_fatal("write(%s) failed: %m", path_of(name));
}

/* Returns the descriptor that the next open() gets: a larger one if something
   was left open. */
static int next_fd(void)
{
	int fd = dup(STDERR_FILENO);

	if (fd < 0 || close(fd) < 0)
		i_fatal("dup() failed: %m");
	return fd;
}

static void test_bounce_file_open(void)
{
	static const struct {
		const char *name;
		int error_number;
		const char *error;
	} tests[] = {
		{ "file", 0, NULL },
		{ "link", 0, NULL },
		{ "fifo", 0, "it is not a regular file" },
		{ "folder", 0, "it is not a regular file" },
		{ "device", 0, "it is not a regular file" },
		{ "none", ENOENT,
		  "it cannot be opened: No such file or directory" },
		{ "file/none", ENOTDIR,
		  "it cannot be opened: Not a directory" },
		{ "loop", ELOOP,
		  "it cannot be opened: Too many levels of symbolic links" }
	};
	const char *path, *error;
	struct stat st;
	char text[16];
	int dir_fd, fd, next;
	unsigned int i, j;

	test_begin("bounce file open");
	file_write("file", "hello");
	if (symlink("file", path_of("link")) < 0 ||
	    symlink("loop", path_of("loop")) < 0 ||
	    symlink("/dev/zero", path_of("device")) < 0 ||
	    mkfifo(path_of("fifo"), 0644) < 0 ||
	    mkdir(path_of("folder"), 0755) < 0 ||
	    (dir_fd = open(test_dir, O_RDONLY | O_DIRECTORY)) < 0)
		i_fatal("cannot make files: %m");
	next = next_fd();
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		/* with its whole path, and within its folder */
		for (j = 0; j < 2; j++) {
			error = NULL;
			errno = EINVAL;
			path = j == 0 ? path_of(tests[i].name) : tests[i].name;
			fd = bounce_file_open(j == 0 ? AT_FDCWD : dir_fd, path,
					      &st, &error);
			if (tests[i].error == NULL) {
				test_assert_idx(fd >= 0, i);
				test_assert_idx(st.st_size == 5, i);
				test_assert_idx(read(fd, text, sizeof(text)) ==
						5, i);
				test_assert_idx(memcmp(text, "hello", 5) == 0,
						i);
				test_assert_idx(close(fd) == 0, i);
			} else {
				test_assert_idx(fd == -1, i);
				test_assert_idx(errno ==
						tests[i].error_number, i);
			}
			test_assert_strcmp_idx(error, tests[i].error, i);
		}
	}
	fstat_fails = TRUE;
	test_assert(bounce_file_open(dir_fd, "file", &st, &error) == -1);
	fstat_fails = FALSE;
	test_assert(errno == ESTALE);
	test_assert_strcmp(error,
			   "it cannot be looked at: Stale file handle");
	test_assert(next_fd() == next);
	test_assert(close(dir_fd) == 0);
	test_end();
}

static void stat_of(const char *name, struct stat *st_r)
{
	if (stat(path_of(name), st_r) < 0)
		i_fatal("stat(%s) failed: %m", path_of(name));
}

static void test_bounce_file_is_same(void)
{
	struct utimbuf times = { .actime = 1000, .modtime = 1000 };
	struct stat before, after;

	test_begin("bounce file is same");
	file_write("a", "hello");
	file_write("b", "hello");
	if (utime(path_of("a"), &times) < 0 || utime(path_of("b"), &times) < 0)
		i_fatal("utime() failed: %m");
	stat_of("a", &before);
	stat_of("a", &after);
	test_assert(bounce_file_is_same(&before, &after));
	stat_of("b", &after);
	test_assert(!bounce_file_is_same(&before, &after));
	/* the clock of the file system may be coarse */
	usleep(20000);
	file_write("a", "HELLO");
	stat_of("a", &after);
	test_assert(!bounce_file_is_same(&before, &after));
	/* its date set back: the time of the change tells */
	if (utime(path_of("a"), &times) < 0)
		i_fatal("utime() failed: %m");
	stat_of("a", &after);
	test_assert(!bounce_file_is_same(&before, &after));
	/* replaced by one that is as old */
	stat_of("b", &before);
	if (rename(path_of("a"), path_of("b")) < 0)
		i_fatal("rename() failed: %m");
	stat_of("b", &after);
	test_assert(!bounce_file_is_same(&before, &after));
	/* one thing alone is enough */
	after = before;
	after.st_size++;
	test_assert(!bounce_file_is_same(&before, &after));
	after = before;
	after.st_mtim.tv_nsec ^= 1;
	test_assert(!bounce_file_is_same(&before, &after));
	after = before;
	after.st_ctim.tv_nsec ^= 1;
	test_assert(!bounce_file_is_same(&before, &after));
	after = before;
	after.st_dev++;
	test_assert(!bounce_file_is_same(&before, &after));
	test_end();
}

static void test_bounce_file_teardown(void)
{
	const char *error;

	if (unlink_directory(test_dir, UNLINK_DIRECTORY_FLAG_RMDIR,
			     &error) < 0)
		i_fatal("unlink_directory(%s) failed: %s", test_dir, error);
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_file_open,
		test_bounce_file_is_same,
		test_bounce_file_teardown,
		NULL
	};

	if (mkdtemp(test_dir) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", test_dir);
	return test_run(test_functions);
}
