/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "fd-util.h"
#include "base/file.h"

#include <fcntl.h>

int bounce_file_open(int dir_fd, const char *path, struct stat *st_r,
		     const char **error_r)
{
	int fd, ret;

	/* opening a FIFO must not block a delivery */
	fd = openat(dir_fd, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0) {
		*error_r = t_strdup_printf("it cannot be opened: %m");
		return -1;
	}
	ret = fstat(fd, st_r);
	if (ret == 0 && S_ISREG(st_r->st_mode))
		return fd;
	if (ret < 0)
		*error_r = t_strdup_printf("it cannot be looked at: %m");
	else {
		*error_r = "it is not a regular file";
		errno = 0;
	}
	i_close_fd(&fd);
	return -1;
}

bool bounce_file_is_same(const struct stat *a, const struct stat *b)
{
	return CMP_DEV_T(a->st_dev, b->st_dev) && a->st_ino == b->st_ino &&
		a->st_size == b->st_size &&
		CMP_ST_MTIME(a, b) && CMP_ST_CTIME(a, b);
}
