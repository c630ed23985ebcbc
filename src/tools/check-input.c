/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "istream.h"
#include "check-input.h"
#include "check-mbox.h"
#include "check-options.h"

#include <stdio.h>
#include <unistd.h>
#include <fcntl.h>
#include <dirent.h>
#include <sys/stat.h>

struct check_input {
	bounce_check_input_callback_t *callback;
	void *context;
	/* Whether something could not be read. */
	bool failed;
	/* Whether the directory is a maildir. */
	bool maildir;
};

static void
check_input_error(struct check_input *input, const char *path,
		  const char *error)
{
	/* Keep errors in order with the output if both go to one file. */
	(void)fflush(stdout);
	check_error("%s: %s", path, error);
	input->failed = TRUE;
}

static int
check_input_message(struct check_input *input, struct istream *stream,
		    const char *path, unsigned int number)
{
	const char *error;

	if (input->callback(stream, path, number, input->context, &error) < 0) {
		check_input_error(input, path, error);
		return -1;
	}
	return 0;
}

static void
check_input_stream(struct check_input *input, struct istream *stream,
		   const char *path)
{
	struct bounce_check_mbox *mbox;
	struct istream *message;
	unsigned int number = 0;
	int ret = 0;

	if (!bounce_check_mbox_detect(stream)) {
		(void)check_input_message(input, stream, path, 1);
		return;
	}
	mbox = bounce_check_mbox_init(stream);
	while ((message = bounce_check_mbox_next(mbox)) != NULL) {
		T_BEGIN {
			ret = check_input_message(input, message, path,
						  ++number);
		} T_END;
		i_stream_unref(&message);
	}
	/* The callback may not have read the message to its end; an error in
	   the rest of it is only seen now. */
	if (ret == 0 && stream->stream_errno != 0)
		check_input_error(input, path, i_stream_get_error(stream));
	bounce_check_mbox_deinit(&mbox);
}

static void
check_input_fd(struct check_input *input, int fd, const char *path)
{
	struct istream *stream;

	stream = i_stream_create_fd(fd, IO_BLOCK_SIZE);
	i_stream_set_name(stream, path);
	check_input_stream(input, stream, path);
	i_stream_unref(&stream);
}

static void check_input_file(struct check_input *input, const char *path)
{
	int fd;

	fd = open(path, O_RDONLY);
	if (fd == -1) {
		check_input_error(input, path, strerror(errno));
		return;
	}
	check_input_fd(input, fd, path);
	i_close_fd(&fd);
}

/* A filter for messages: names that do not begin with a dot. */
static int check_is_message(const struct dirent *d)
{
	return d->d_name[0] != '.' ? 1 : 0;
}

/* A filter for the subfolders of a maildir: names that begin with a dot, except
   "." and "..". */
static int check_is_subfolder(const struct dirent *d)
{
	return d->d_name[0] == '.' && strcmp(d->d_name, ".") != 0 &&
		strcmp(d->d_name, "..") != 0 ? 1 : 0;
}

typedef void check_input_path_t(struct check_input *input, const char *path);

/* Call back for each file in a directory that the filter accepts and that is of
   this type (such as S_IFREG), sorted by name. A file that cannot be examined
   passes for a regular file: opening it will give an error. */
static void
check_input_list(struct check_input *input, const char *path,
		 int (*filter)(const struct dirent *), mode_t type,
		 check_input_path_t *callback)
{
	struct dirent **names;
	const char *name;
	struct stat st;
	int i, count;

	/* alphasort() compares octets, as no locale is set */
	count = scandir(path, &names, filter, alphasort);
	if (count < 0) {
		check_input_error(input, path, strerror(errno));
		return;
	}
	for (i = 0; i < count; i++) T_BEGIN {
		name = t_strconcat(path, "/", names[i]->d_name, NULL);
		if (stat(name, &st) < 0)
			st.st_mode = S_IFREG;
		if ((st.st_mode & S_IFMT) == type)
			callback(input, name);
		free(names[i]);
	} T_END;
	free(names);
}

static void check_input_dir(struct check_input *input, const char *path)
{
	check_input_list(input, path, check_is_message, S_IFREG,
			 check_input_file);
}

static void
check_input_maildir_folder(struct check_input *input, const char *path)
{
	static const char *const subdirs[] = { "cur", "new" };
	const char *subdir;
	struct stat st;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(subdirs); i++) {
		subdir = t_strconcat(path, "/", subdirs[i], NULL);
		if (stat(subdir, &st) == 0 && S_ISDIR(st.st_mode)) {
			check_input_dir(input, subdir);
			input->maildir = TRUE;
		}
	}
}

/* Read a maildir and its subfolders, which Maildir++ names with a dot at the
   beginning; or another directory. */
static void check_input_folder(struct check_input *input, const char *path)
{
	check_input_maildir_folder(input, path);
	if (input->maildir) {
		check_input_list(input, path, check_is_subfolder, S_IFDIR,
				 check_input_maildir_folder);
	} else {
		check_input_dir(input, path);
	}
}

int bounce_check_input(const char *path,
		       bounce_check_input_callback_t *callback, void *context)
{
	struct check_input input = {
		.callback = callback,
		.context = context
	};
	struct stat st;
	size_t len = strlen(path);

	if (strcmp(path, "-") == 0)
		check_input_fd(&input, STDIN_FILENO, path);
	else if (stat(path, &st) < 0)
		check_input_error(&input, path, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		check_input_file(&input, path);
	else {
		while (len > 1 && path[len - 1] == '/')
			len--;
		check_input_folder(&input, t_strndup(path, len));
	}
	return input.failed ? -1 : 0;
}
