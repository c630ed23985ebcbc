/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "istream.h"
#include "explain/check.h"
#include "own-domains/file.h"
#include "keys/key-dir.h"
#include "keys/key-lookup.h"
#include "spf/spf-source.h"
#include "verdict/unsigned-sender.h"
#include "verdict/ports.h"
#include "check-input.h"
#include "check-json.h"
#include "check-options.h"
#include "check-senders.h"

#include <stdio.h>
#include <time.h>
#include <dirent.h>
#include <sysexits.h>

/* The exit status if a file could not be read. */
#define CHECK_EXIT_INPUT 2

struct check_run {
	const struct bounce_check_options *options;
	struct bounce_key_lookup *keys;
	/* Cleared after each message. */
	pool_t pool;
	string_t *output;
	/* What is said of the messages goes here: to stdout, or with --senders
	   first to a temporary file, as their list comes before it. */
	FILE *messages_file;
	/* Whether an error of the files of domains was written already. */
	bool domains_error;

	/* for --senders; otherwise NULL */
	struct bounce_check_senders *senders;
	/* for --repeat: how many times a message was judged, and how long that
	   took in all */
	uintmax_t messages;
	double seconds;
};

static double check_clock(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) < 0)
		i_fatal("clock_gettime() failed: %m");
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int
check_read_all(struct istream *input, buffer_t *buf, const char **error_r)
{
	const unsigned char *data;
	size_t size;

	while (i_stream_read_more(input, &data, &size) > 0) {
		buffer_append(buf, data, size);
		i_stream_skip(input, size);
	}
	if (input->stream_errno == 0)
		return 0;
	*error_r = t_strdup(i_stream_get_error(input));
	return -1;
}

static int
check_judge(struct check_run *run, struct istream *input,
	    struct bounce_check *check, const char **error_r)
{
	struct bounce_ports ports;

	i_zero(&ports);
	ports.keys = bounce_key_lookup_source(run->keys, run->pool);
	if (run->options->spf && !run->options->no_dns) {
		ports.spf = bounce_spf_source_init(run->pool, ports.keys,
						   run->options->reporter_spf);
	}
	check->policy = run->options->policy;
	check->policy.domains = bounce_domain_words_open(run->pool,
		&run->options->domains, NULL);
	check->envelope = run->options->envelope;
	check->header_recipient = TRUE;
	return bounce_check(run->pool, check, &ports, input, error_r) < 0 ?
		-1 : 0;
}

/* Judge a message several times, and measure the time from its octets in memory
   to its verdict. */
static int
check_judge_repeated(struct check_run *run, struct istream *input,
		     struct bounce_check *check, const char **error_r)
{
	const unsigned int repeat = run->options->repeat;
	struct istream *again;
	unsigned int i;
	buffer_t *buf;
	double start;
	int ret;

	buf = buffer_create_dynamic(default_pool, IO_BLOCK_SIZE);
	ret = check_read_all(input, buf, error_r);
	start = check_clock();
	for (i = 0; i < repeat && ret == 0; i++) {
		p_clear(run->pool);
		again = i_stream_create_from_buffer(buf);
		T_BEGIN {
			ret = check_judge(run, again, check, error_r);
		} T_END_PASS_STR_IF(ret < 0, error_r);
		i_stream_unref(&again);
	}
	run->seconds += check_clock() - start;
	run->messages += i;
	buffer_free(&buf);
	return ret;
}

static void check_say_domains(struct check_run *run, const char *error)
{
	if (error == NULL || run->domains_error)
		return;
	run->domains_error = TRUE;
	check_error("--domain: %s", error);
}

static void
check_add_sender(struct check_run *run, const struct bounce_check *check)
{
	struct bounce_unsigned_sender sender;

	if (run->senders != NULL &&
	    bounce_unsigned_sender_find(run->pool, &check->policy,
					check->verdict, &sender))
		bounce_check_senders_add(run->senders, &sender);
}

static void check_print(struct check_run *run)
{
	(void)fwrite(str_data(run->output), 1, str_len(run->output),
		     run->messages_file);
	str_truncate(run->output, 0);
}

static int
check_message(struct istream *input, const char *name, unsigned int number,
	      void *context, const char **error_r)
{
	struct check_run *run = context;
	struct bounce_check check;
	int ret;

	i_zero(&check);
	check.file = name;
	check.number = number;
	ret = run->options->repeat > 0 ?
		check_judge_repeated(run, input, &check, error_r) :
		check_judge(run, input, &check, error_r);
	if (ret == 0) {
		check_say_domains(run,
			bounce_domains_get_error(check.policy.domains));
		check_add_sender(run, &check);
		if (run->options->json)
			bounce_check_json(run->output, &check);
		else
			bounce_check_text(run->output, &check);
		check_print(run);
	}
	p_clear(run->pool);
	return ret;
}

/* People read the list first; for programs it is the last object. */
static bool check_senders_first(const struct bounce_check_options *options)
{
	return options->senders && !options->json;
}

static int check_init_senders(struct check_run *run)
{
	run->senders = bounce_check_senders_init();
	if (!check_senders_first(run->options))
		return 0;
	run->messages_file = tmpfile();
	if (run->messages_file == NULL) {
		check_error("--senders: Cannot make a temporary file, "
			    "see tmpfile(3): %m");
		return -1;
	}
	return 0;
}

/* Print what was said of the messages below the list. */
static int check_copy_messages(struct check_run *run)
{
	FILE *file = run->messages_file;
	char buf[IO_BLOCK_SIZE];
	size_t size;
	int ret = 0;

	run->messages_file = stdout;
	check_print(run);
	if (fflush(file) != 0 || ferror(file) != 0)
		ret = check_error("--senders: Cannot write to a temporary "
				  "file: %m");
	rewind(file);
	while ((size = fread(buf, 1, sizeof(buf), file)) > 0)
		(void)fwrite(buf, 1, size, stdout);
	(void)fclose(file);
	return ret;
}

static int check_print_senders(struct check_run *run)
{
	int ret = 0;

	if (check_senders_first(run->options)) {
		bounce_check_senders_text(run->output, run->senders);
		ret = check_copy_messages(run);
	} else {
		bounce_check_senders_json(run->output, run->senders);
		check_print(run);
	}
	bounce_check_senders_deinit(&run->senders);
	return ret;
}

static void check_print_rate(const struct check_run *run)
{
	double rate = run->seconds > 0 ? run->messages / run->seconds : 0;

	if (run->options->json) {
		printf("{\"judged\":%ju,\"seconds\":%.6f,"
		       "\"messages_per_second\":%.1f}\n",
		       run->messages, run->seconds, rate);
	} else {
		printf("%ju messages judged in %.3f seconds: "
		       "%.1f messages per second\n",
		       run->messages, run->seconds, rate);
	}
}

static int check_run(const struct bounce_check_options *options,
		     struct bounce_key_lookup *keys)
{
	struct check_run run;
	const char *const *file;
	int status = 0;

	i_zero(&run);
	run.options = options;
	run.keys = keys;
	run.pool = pool_alloconly_create(MEMPOOL_GROWING"message", 64 * 1024);
	run.messages_file = stdout;
	if (options->senders && check_init_senders(&run) < 0)
		return CHECK_EXIT_INPUT;
	run.output = str_new(default_pool, 4096);
	for (file = options->files; *file != NULL; file++) T_BEGIN {
		if (bounce_check_input(*file, check_message, &run) < 0)
			status = CHECK_EXIT_INPUT;
	} T_END;
	if (options->senders && check_print_senders(&run) < 0)
		status = CHECK_EXIT_INPUT;
	if (options->repeat > 0)
		check_print_rate(&run);
	str_free(&run.output);
	pool_unref(&run.pool);
	return status;
}

/* Open the sources of keys. Returns 0, or -1 if the directory or the resolvers
   cannot be used. */
static int check_open_keys(const struct bounce_check_options *options,
			   struct bounce_key_lookup **keys_r)
{
	const struct bounce_key_lookup_settings set = {
		.key_dir = options->key_dir,
		.dns_servers = options->dns_servers,
		.no_dns = options->no_dns
	};
	const char *error;
	unsigned int count;
	DIR *dir;

	if (options->key_dir != NULL) {
		dir = opendir(options->key_dir);
		if (dir == NULL)
			return check_error("--keys: %s: %m", options->key_dir);
		(void)closedir(dir);
		/* One bad file may not matter for these messages, so this is
		   only a warning. */
		if (bounce_key_dir_check(options->key_dir, &count,
					 &error) < 0)
			check_error("Warning: --keys: %s", error);
	}
	if (bounce_key_lookup_get(&set, keys_r, &error) < 0)
		return check_error("--dns: %s", error);
	return 0;
}

/* Check the files of domains. Returns 0, or -1 if one of them cannot be
   used. */
static int check_open_domains(const struct bounce_check_options *options)
{
	const char *const *path = options->domains.files, *error;

	for (; path != NULL && *path != NULL; path++) {
		if (bounce_domain_file_check(*path, TRUE, &error) < 0)
			return check_error("--domain: %s: %s", *path, error);
	}
	return 0;
}

static int check_main(int argc, char *argv[])
{
	struct bounce_check_options options;
	struct bounce_key_lookup *keys = NULL;
	int status = EX_USAGE;
	pool_t pool;

	pool = pool_alloconly_create("options", 1024);
	switch (bounce_check_options_parse(pool, argc, argv, &options)) {
	case 0:
		status = EX_OK;
		break;
	case 1:
		if (check_open_domains(&options) < 0 ||
		    check_open_keys(&options, &keys) < 0)
			break;
		status = check_run(&options, keys);
		bounce_key_lookup_unref(&keys);
		bounce_key_lookups_deinit();
		bounce_domain_files_deinit();
		break;
	}
	pool_unref(&pool);

	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		check_error("standard output: %m");
		status = EX_IOERR;
	}
	return status;
}

int main(int argc, char *argv[])
{
	int status;

	lib_init();
	status = check_main(argc, argv);
	lib_deinit();
	return status;
}
