#ifndef CHECK_INPUT_H
#define CHECK_INPUT_H

/* Reads messages from files and directories, without holding a whole message in
   memory. */

struct istream;

/* Called for each message. input is a blocking stream, which need not be read
   to its end. name and number say where the message was found: number counts
   the messages of a file from 1. Returns 0, or -1 with an error (data stack) if
   the stream could not be read. */
typedef int bounce_check_input_callback_t(struct istream *input,
					  const char *name,
					  unsigned int number, void *context,
					  const char **error_r);

/* Call back for each message in path, which is one of these:

   - a file with one message
   - "-", standard input
   - an mbox: a file, or standard input, that begins with "From "
   - a maildir: the messages in its cur and new, and in those of its subfolders
   - another directory: its files, sorted by name, but not its subdirectories,
     and no files whose names begin with a dot

   Returns 0, or -1 if something could not be read: the error was written to
   standard error, and the rest was read all the same. */
int bounce_check_input(const char *path,
		       bounce_check_input_callback_t *callback,
		       void *context);

#endif
