/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "istream-callback.h"
#include "header/header.h"
#include "check-mbox.h"

#include <ctype.h>

/* How many octets of a From_ line, and of the line after it, are looked at. */
#define MBOX_FROM_MAX_SIZE 2048
/* About this many octets are handed on at a time. */
#define MBOX_CHUNK_SIZE IO_BLOCK_SIZE

struct bounce_check_mbox {
	struct istream *input;
	/* The message that was returned last. It may be freed already, and is
	   only used to pass on an error while it is being read. */
	struct istream *message;

	/* Whether the next octet begins a line. */
	bool line_start:1;
	/* Whether the last line was empty. */
	bool after_empty:1;
	/* Whether a From_ line was read whose message has not been returned
	   yet. */
	bool at_from:1;
};

static bool mbox_line_has_time(const unsigned char *data, size_t size)
{
	size_t i;

	for (i = 0; i + 5 <= size; i++) {
		if (i_isdigit(data[i]) && i_isdigit(data[i + 1]) &&
		    data[i + 2] == ':' && i_isdigit(data[i + 3]) &&
		    i_isdigit(data[i + 4]))
			return TRUE;
	}
	return FALSE;
}

/* Returns TRUE if data begins with one or more '>' and "From ". */
static bool mbox_line_is_quoted(const unsigned char *data, size_t size)
{
	size_t i = 0;

	while (i < size && data[i] == '>')
		i++;
	return i > 0 && size - i >= 5 && memcmp(data + i, "From ", 5) == 0;
}

/* Returns TRUE if the stream, which must be at the start of a line, is at a
   From_ line that begins a message. line_size_r is the length of this line. */
static bool mbox_is_at_from(struct istream *input, size_t *line_size_r)
{
	const unsigned char *data, *next;
	size_t size, want = 6;

	for (;;) {
		(void)i_stream_read_bytes(input, &data, &size, want);
		if (size < 5 || memcmp(data, "From ", 5) != 0)
			return FALSE;
		size = I_MIN(size, MBOX_FROM_MAX_SIZE);
		next = memchr(data, '\n', size);
		if (next != NULL &&
		    memchr(next + 1, '\n', data + size - next - 1) != NULL)
			break;
		if (size < want || size == MBOX_FROM_MAX_SIZE)
			break;
		want = I_MIN(size * 2, MBOX_FROM_MAX_SIZE);
	}
	if (next == NULL || !mbox_line_has_time(data, next - data))
		return FALSE;
	next++;
	*line_size_r = next - data;
	size -= *line_size_r;
	return size == 0 || bounce_header_line_is_field(next, size) ||
		mbox_line_is_quoted(next, size);
}

bool bounce_check_mbox_detect(struct istream *input)
{
	const unsigned char *data;
	size_t size;

	/* The rest of the line does not matter: it cannot be a header field. */
	(void)i_stream_read_bytes(input, &data, &size, 5);
	return size >= 5 && memcmp(data, "From ", 5) == 0;
}

struct bounce_check_mbox *bounce_check_mbox_init(struct istream *input)
{
	struct bounce_check_mbox *mbox;
	const unsigned char *data, *p;
	size_t size;

	mbox = i_new(struct bounce_check_mbox, 1);
	mbox->input = input;
	i_stream_ref(input);
	mbox->line_start = TRUE;
	mbox->at_from = TRUE;
	/* Skip the first From_ line, which needs no date. */
	while (i_stream_read_more(input, &data, &size) > 0) {
		p = memchr(data, '\n', size);
		i_stream_skip(input, p == NULL ? size : (size_t)(p + 1 - data));
		if (p != NULL)
			break;
	}
	return mbox;
}

void bounce_check_mbox_deinit(struct bounce_check_mbox **_mbox)
{
	struct bounce_check_mbox *mbox = *_mbox;

	*_mbox = NULL;
	i_stream_unref(&mbox->input);
	i_free(mbox);
}

/* Append the rest of a line, or what can be read of it now, to buf. Returns
   FALSE at the end of the stream. */
static bool mbox_read_line(struct bounce_check_mbox *mbox, buffer_t *buf)
{
	const unsigned char *data, *p;
	size_t size;

	if (mbox->line_start) {
		/* Read enough to see what kind of line it is. */
		(void)i_stream_read_bytes(mbox->input, &data, &size,
					  MBOX_FROM_MAX_SIZE);
		if (mbox_line_is_quoted(data, size))
			i_stream_skip(mbox->input, 1);
	}
	if (i_stream_read_more(mbox->input, &data, &size) <= 0)
		return FALSE;
	p = memchr(data, '\n', size);
	if (p != NULL)
		size = p + 1 - data;
	mbox->after_empty = mbox->line_start && p != NULL &&
		(size == 1 || (size == 2 && data[0] == '\r'));
	mbox->line_start = p != NULL;
	buffer_append(buf, data, size);
	i_stream_skip(mbox->input, size);
	return TRUE;
}

/* Append some of the message to buf. Returns FALSE at the end of the
   message. */
static bool mbox_read(struct bounce_check_mbox *mbox, buffer_t *buf)
{
	size_t from_size, start = buf->used;

	while (!mbox->at_from && buf->used - start < MBOX_CHUNK_SIZE) {
		if (mbox->line_start && mbox->after_empty &&
		    mbox_is_at_from(mbox->input, &from_size)) {
			i_stream_skip(mbox->input, from_size);
			mbox->at_from = TRUE;
			break;
		}
		if (!mbox_read_line(mbox, buf))
			return FALSE;
	}
	return !mbox->at_from;
}

static bool
mbox_message_read(buffer_t *buf, struct bounce_check_mbox *mbox)
{
	if (mbox_read(mbox, buf))
		return TRUE;
	if (mbox->input->stream_errno != 0) {
		i_stream_callback_set_error(mbox->message,
					    mbox->input->stream_errno,
					    i_stream_get_error(mbox->input));
	}
	return FALSE;
}

struct istream *bounce_check_mbox_next(struct bounce_check_mbox *mbox)
{
	buffer_t *rest;

	/* Skip what was not read of the message before. */
	rest = buffer_create_dynamic(default_pool, MBOX_CHUNK_SIZE * 2);
	while (!mbox->at_from && mbox_read(mbox, rest))
		buffer_set_used_size(rest, 0);
	buffer_free(&rest);
	if (!mbox->at_from)
		return NULL;

	mbox->at_from = FALSE;
	mbox->line_start = TRUE;
	mbox->after_empty = FALSE;
	mbox->message = i_stream_create_callback(mbox_message_read, mbox);
	return mbox->message;
}
