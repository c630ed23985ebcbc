#ifndef BOUNCE_FILE_H
#define BOUNCE_FILE_H

/* A file of the admin's, which may be changed, replaced or removed at any
   time. */

#include <sys/stat.h>

/* Opens a regular file for reading, relative to dir_fd (AT_FDCWD: to the working
   directory), and never waits, whatever is there. Returns the descriptor, which
   the caller closes; or -1 with an error (data stack) and errno: 0 if it is
   there and is no regular file. */
int bounce_file_open(int dir_fd, const char *path, struct stat *st_r,
		     const char **error_r);
/* Is it the same file, and was it not changed in between? */
bool bounce_file_is_same(const struct stat *a, const struct stat *b);

#endif
