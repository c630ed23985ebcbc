#ifndef CHECK_INPUT_H
#define CHECK_INPUT_H

/* Where messages come from. No message is held in memory for this. */

struct istream;

/* A message: a blocking stream, which need not be read to its end. name and
   number (from 1) say where it was found. Returns 0, or -1 if the stream
   could not be read, with an error (data stack). */
typedef int bounce_check_input_callback_t(struct istream *input,
					  const char *name,
					  unsigned int number, void *context,
					  const char **error_r);

/* Call back for each message in path: a file, "-" for standard input, an mbox
   (a file that begins with "From "), a maildir (its cur and new, and those of
   its subfolders), or another directory (its files, sorted; not its
   directories, nor names that begin with a dot). Returns 0, or -1 if something in it could not be read: this is
   written to standard error, and the rest is gone through all the same. */
int bounce_check_input(const char *path,
		       bounce_check_input_callback_t *callback,
		       void *context);

#endif
