/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "ioloop.h"
#include "istream.h"
#include "dovecot-backscatter.h"

#include <fcntl.h>

int backscatter_ioloop_begin(const char **error_r)
{
	struct istream *input;
	struct io *io;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		*error_r = t_strdup_printf("There is no descriptor for it: %m");
		return -1;
	}
	i_close_fd(&fd);
	/* what is added first, even without a descriptor of its own, makes the
	   ioloop take its one; to run it with a timeout of 0 would end the
	   process if the clock is set back just then */
	input = i_stream_create_from_data("", 0);
	io = io_add_istream(input, io_loop_stop, current_ioloop);
	io_remove(&io);
	i_stream_unref(&input);
	return 0;
}
