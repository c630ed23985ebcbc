/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Preloaded into the LMTP processes of a test: it ends one by SIGKILL at a
   point of a delivery, or has the disk full at a write. faults.py compiles it,
   and says what is to happen in a file that both of them map. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

/* The same as in faults.py */
enum point {
	POINT_NONE = 0,
	POINT_BEFORE_SAVE,
	POINT_AFTER_SAVE,
	POINT_BEFORE_REPLY,
	POINT_AFTER_REPLY,
	/* this write alone fails, or all from this one on */
	POINT_WRITE,
	POINT_WRITES
};

static struct control {
	int64_t point;
	/* It happens when this has been counted down to 0. */
	int64_t countdown;
	/* How often it has happened. */
	int64_t fired;
} *control;

static void __attribute__((constructor)) begin(void)
{
	const char *path = getenv("FAULT_CONTROL");
	int fd;

	if (path == NULL || strcmp(program_invocation_short_name, "lmtp") != 0)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd == -1)
		abort();
	control = mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE,
		       MAP_SHARED, fd, 0);
	close(fd);
	if (control == MAP_FAILED)
		abort();
}

static int now(enum point point)
{
	int64_t left;

	if (control == NULL || control->point != (int64_t)point)
		return 0;
	left = __atomic_sub_fetch(&control->countdown, 1, __ATOMIC_SEQ_CST);
	if (left > 0 || (left < 0 && point != POINT_WRITES))
		return 0;
	__atomic_add_fetch(&control->fired, 1, __ATOMIC_SEQ_CST);
	return 1;
}

static void end_at(enum point point)
{
	if (now(point))
		raise(SIGKILL);
}

static int full(void)
{
	if (!now(POINT_WRITE) && !now(POINT_WRITES))
		return 0;
	errno = ENOSPC;
	return 1;
}

static int is_file(int fd)
{
	struct stat st;

	return control != NULL && control->point != POINT_NONE &&
		fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int is_reply(const void *data, size_t size)
{
	return size > 6 && memcmp(data, "250 2.", 6) == 0 &&
		memmem(data, size, "Saved", 5) != NULL;
}

#define NEXT(name) \
	static __typeof__(name) *next; \
	if (next == NULL) \
		next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define FULL_OR(call) return full() ? -1 : (call)

ssize_t write(int fd, const void *data, size_t size)
{
	int reply = control != NULL && is_reply(data, size);
	ssize_t ret;

	NEXT(write);
	if (is_file(fd) && full())
		return -1;
	if (reply)
		end_at(POINT_BEFORE_REPLY);
	ret = next(fd, data, size);
	if (reply)
		end_at(POINT_AFTER_REPLY);
	return ret;
}

ssize_t writev(int fd, const struct iovec *iov, int count)
{
	int reply = control != NULL && count > 0 &&
		is_reply(iov[0].iov_base, iov[0].iov_len);
	ssize_t ret;

	NEXT(writev);
	if (is_file(fd) && full())
		return -1;
	if (reply)
		end_at(POINT_BEFORE_REPLY);
	ret = next(fd, iov, count);
	if (reply)
		end_at(POINT_AFTER_REPLY);
	return ret;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
	NEXT(pwrite);
	return is_file(fd) && full() ? -1 : next(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
	NEXT(pwrite64);
	return is_file(fd) && full() ? -1 : next(fd, data, size, offset);
}

ssize_t sendfile(int out, int in, off_t *offset, size_t size)
{
	NEXT(sendfile);
	return is_file(out) && full() ? -1 : next(out, in, offset, size);
}

ssize_t sendfile64(int out, int in, off64_t *offset, size_t size)
{
	NEXT(sendfile64);
	return is_file(out) && full() ? -1 : next(out, in, offset, size);
}

/* Files are made by these. */
#define OPEN(name) \
int name(const char *path, int flags, ...) \
{ \
	mode_t mode = 0; \
	va_list args; \
 \
	NEXT(name); \
	if ((flags & O_CREAT) != 0) { \
		va_start(args, flags); \
		mode = va_arg(args, mode_t); \
		va_end(args); \
		if (full()) \
			return -1; \
	} \
	return next(path, flags, mode); \
}
OPEN(open)
OPEN(open64)

int mkdir(const char *path, mode_t mode)
{
	NEXT(mkdir);
	FULL_OR(next(path, mode));
}

static int is_mail(const char *path)
{
	return strstr(path, "/new/") != NULL || strstr(path, "/cur/") != NULL;
}

int rename(const char *from, const char *to)
{
	int mail = is_mail(to) && strstr(from, "/tmp/") != NULL, ret;

	NEXT(rename);
	if (full())
		return -1;
	if (mail)
		end_at(POINT_BEFORE_SAVE);
	ret = next(from, to);
	if (mail)
		end_at(POINT_AFTER_SAVE);
	return ret;
}

int link(const char *from, const char *to)
{
	int mail = is_mail(to), ret;

	NEXT(link);
	if (full())
		return -1;
	if (mail)
		end_at(POINT_BEFORE_SAVE);
	ret = next(from, to);
	if (mail)
		end_at(POINT_AFTER_SAVE);
	return ret;
}
