#ifndef BOUNCE_BASE_FILE_H
#define BOUNCE_BASE_FILE_H

/* A file that the admin maintains: it may be changed, replaced or removed at
   any time. */

#include <sys/stat.h>

/* Open a regular file for reading, without ever blocking, whatever the path
   names. A relative path begins at dir_fd (AT_FDCWD: at the working directory).
   Returns the descriptor, which the caller closes, and its status in st_r; or
   -1 with an error (data stack) and errno, which is 0 if the path exists but is
   not a regular file. */
int bounce_file_open(int dir_fd, const char *path, struct stat *st_r,
		     const char **error_r);
/* Returns TRUE if both describe the same file and it was not changed in
   between: the device, inode, size and the times of write and change are
   compared. */
bool bounce_file_is_same(const struct stat *a, const struct stat *b);

#endif
