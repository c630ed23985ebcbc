/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "check-input.h"
#include "check-mbox.h"

#include <stdio.h>
#include <unistd.h>
#include <fcntl.h>
#include <dirent.h>
#include <sys/stat.h>

struct check_input {
	bounce_check_input_callback_t *callback;
	void *context;
	/* Something could not be read. */
	bool failed:1;
};

static void
check_input_error(struct check_input *input, const char *path,
		  const char *error)
{
	/* Keep the order of answers and errors where both are one file. */
	(void)fflush(stdout);
	fprintf(stderr, "backscatter-check: %s: %s\n", path, error);
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
	/* The rest of a message that was not read to its end may fail too. */
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

typedef bool check_input_filter_t(const struct dirent *d, mode_t mode);

/* Messages: files whose names do not begin with a dot. */
static bool check_is_message(const struct dirent *d, mode_t mode)
{
	/* What cannot be looked at is an error when it is opened. */
	return d->d_name[0] != '.' && (mode == 0 || S_ISREG(mode));
}

/* Subfolders of a maildir: folders whose names begin with a dot. */
static bool check_is_subfolder(const struct dirent *d, mode_t mode)
{
	return d->d_name[0] == '.' && S_ISDIR(mode) &&
		strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
}

static int check_name_cmp(const char *const *name1, const char *const *name2)
{
	return strcmp(*name1, *name2);
}

/* The names in a directory that the filter lets pass, sorted. Returns -1 with
   errno if it cannot be read. */
static int
check_input_list(pool_t pool, const char *path, check_input_filter_t *filter,
		 const char *const **names_r, unsigned int *count_r)
{
	ARRAY_TYPE(const_string) names;
	struct dirent *d;
	struct stat st;
	const char *name;
	DIR *dir;
	int error;

	dir = opendir(path);
	if (dir == NULL)
		return -1;
	p_array_init(&names, pool, 64);
	while ((errno = 0, d = readdir(dir)) != NULL) {
		if (fstatat(dirfd(dir), d->d_name, &st, 0) < 0)
			st.st_mode = 0;
		if (!filter(d, st.st_mode))
			continue;
		name = p_strdup(pool, d->d_name);
		array_push_back(&names, &name);
	}
	error = errno;
	if (closedir(dir) < 0)
		return -1;
	if (error != 0) {
		errno = error;
		return -1;
	}
	array_sort(&names, check_name_cmp);
	*names_r = array_get(&names, count_r);
	return 0;
}

static void check_input_dir(struct check_input *input, const char *path)
{
	const char *const *names;
	unsigned int i, count;
	pool_t pool;

	pool = pool_alloconly_create("directory", 8192);
	if (check_input_list(pool, path, check_is_message, &names, &count) < 0)
		check_input_error(input, path, strerror(errno));
	else for (i = 0; i < count; i++) T_BEGIN {
		check_input_file(input, t_strconcat(path, "/", names[i], NULL));
	} T_END;
	pool_unref(&pool);
}

/* Returns FALSE if this is no maildir. */
static bool
check_input_maildir_folder(struct check_input *input, const char *path)
{
	static const char *const subdirs[] = { "cur", "new" };
	const char *subdir;
	struct stat st;
	bool found = FALSE;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(subdirs); i++) {
		subdir = t_strconcat(path, "/", subdirs[i], NULL);
		if (stat(subdir, &st) == 0 && S_ISDIR(st.st_mode)) {
			check_input_dir(input, subdir);
			found = TRUE;
		}
	}
	return found;
}

/* With its subfolders, as Maildir++ has them. Returns FALSE if this is no
   maildir. */
static bool check_input_maildir(struct check_input *input, const char *path)
{
	const char *const *names;
	unsigned int i, count;
	pool_t pool;

	if (!check_input_maildir_folder(input, path))
		return FALSE;
	pool = pool_alloconly_create("subfolders", 1024);
	if (check_input_list(pool, path, check_is_subfolder, &names,
			     &count) < 0)
		check_input_error(input, path, strerror(errno));
	else for (i = 0; i < count; i++) T_BEGIN {
		(void)check_input_maildir_folder(input,
			t_strconcat(path, "/", names[i], NULL));
	} T_END;
	pool_unref(&pool);
	return TRUE;
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
		path = t_strndup(path, len);
		if (!check_input_maildir(&input, path))
			check_input_dir(&input, path);
	}
	return input.failed ? -1 : 0;
}
