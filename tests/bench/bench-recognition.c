/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* usage: bench-recognition files ROUNDS FILE...
          bench-recognition ordinary ROUNDS SIZE

   Messages per second of recognition and extraction: from the octets of a
   message in memory to its kind, the report's fields and the header fields of
   the original. No signature is looked at: there are no domains of our own.
   "ordinary" is a message without any mark of a bounce, of SIZE octets. */

#include "lib.h"
#include "buffer.h"
#include "istream.h"
#include "str.h"
#include "base/envelope.h"
#include "kind/kind.h"
#include "message/message.h"
#include "verdict/policy.h"

#include <stdio.h>
#include <time.h>

struct bench_message {
	const unsigned char *data;
	size_t size;
};

static unsigned int bench_bounces, bench_originals;

static double bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void
bench_judge(const struct bench_message *message, const char *mail_from)
{
	struct bounce_envelope envelope = { .mail_from = mail_from };
	struct bounce_message_settings set = { .envelope = &envelope };
	struct bounce_kind_result kind;
	const struct bounce_message *msg;
	const char *error;
	struct istream *input;
	pool_t pool = pool_alloconly_create("bench", 8192);

	input = i_stream_create_from_data(message->data, message->size);
	if (bounce_message_read(pool, input, &set, &msg, &error) < 0)
		i_fatal("read: %s", error);
	bounce_kind_classify(msg, &envelope, &kind);
	if (bounce_kind_is_bounce(kind.kind))
		bench_bounces++;
	if (msg->originals != NULL)
		bench_originals++;
	i_stream_unref(&input);
	pool_unref(&pool);
}

static double
bench_run(const struct bench_message *messages, unsigned int count,
	  unsigned int rounds, const char *mail_from)
{
	unsigned int i, j;
	double start = bench_now();

	for (i = 0; i < rounds; i++) {
		for (j = 0; j < count; j++) T_BEGIN {
			bench_judge(&messages[j], mail_from);
		} T_END;
	}
	return bench_now() - start;
}

static void bench_load(const char *path, struct bench_message *message_r)
{
	struct istream *input = i_stream_create_file(path, 65536);
	buffer_t *buf = buffer_create_dynamic(default_pool, 65536);
	const unsigned char *data;
	size_t size;

	while (i_stream_read_more(input, &data, &size) > 0) {
		buffer_append(buf, data, size);
		i_stream_skip(input, size);
	}
	if (input->stream_errno != 0)
		i_fatal("%s", i_stream_get_error(input));
	i_stream_unref(&input);
	message_r->data = buf->data;
	message_r->size = buf->used;
}

static void bench_files(unsigned int rounds, char **paths, unsigned int count)
{
	struct bench_message *messages =
		i_new(struct bench_message, count);
	unsigned int i;
	double seconds;

	for (i = 0; i < count; i++)
		bench_load(paths[i], &messages[i]);
	(void)bench_run(messages, count, 1, "");
	bench_bounces = bench_originals = 0;
	seconds = bench_run(messages, count, rounds, "");
	printf("%.0f messages/s, %u of %u bounces, %u with original\n",
	       rounds * count / seconds, bench_bounces / rounds, count,
	       bench_originals / rounds);
}

static void bench_ordinary(unsigned int rounds, size_t size)
{
	struct bench_message message;
	string_t *str = str_new(default_pool, size + 128);

	str_append(str, "Received: from a.example (a.example [192.0.2.1])\r\n"
		"\tby mx.example.org with ESMTP id 1;"
		" Mon, 1 Sep 2025 10:00:00 +0000\r\n"
		"From: Carol <carol@example.com>\r\nTo: alice@example.org\r\n"
		"Subject: lunch\r\nDate: Mon, 1 Sep 2025 10:00:00 +0000\r\n"
		"Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\n"
		"Content-Type: text/plain\r\n\r\n");
	while (str_len(str) < size)
		str_append(str, "All work and no play makes Jack a dull boy."
			   " All work and no play\r\n");
	message.data = str_data(str);
	message.size = str_len(str);
	(void)bench_run(&message, 1, rounds / 10 + 1, "carol@example.com");
	printf("%.2f us\n", bench_run(&message, 1, rounds,
				      "carol@example.com") / rounds * 1e6);
}

int main(int argc, char *argv[])
{
	unsigned int rounds;

	lib_init();
	if (argc < 4 || str_to_uint(argv[2], &rounds) < 0 || rounds == 0)
		i_fatal("usage: bench-recognition files|ordinary ROUNDS ..");
	if (strcmp(argv[1], "files") == 0)
		bench_files(rounds, argv + 3, argc - 3);
	else
		bench_ordinary(rounds, strtoul(argv[3], NULL, 10));
	lib_deinit();
	return 0;
}
