/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* What a large file of own domains costs a process. Prints a line for each way
   to keep them, each measured in a process of its own:

     WAY   first-yes-ms first-no-ms yes-us no-us memory-kB

   Times are of the CPU. first: from nothing to the first answer for a domain that is there, and then
   for one that is not. list is the baseline: what Dovecot makes of
   "backscatter_domains = </path" (bounce_domains_parse() of the whole text).
   hash is libdovecot's hash table of the same. Memory is what the process has
   more than before. */

#include "lib.h"
#include "hash.h"
#include "istream.h"
#include "str.h"
#include "write-full.h"
#include "own-domains/file.h"
#include "own-domains/words.h"
#include "name/own-domains.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BENCH_LOOKUPS 20000

struct bench {
	const char *path;
	unsigned int count;

	pool_t pool;
	struct bounce_domains *list;
	HASH_TABLE(char *, char *) hash;
};

/* Is it ours? A way loads what it needs when it is asked first. */
typedef bool bench_lookup_t(struct bench *bench, const char *domain);

static double bench_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

static unsigned int bench_memory(void)
{
	unsigned int size, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f == NULL || fscanf(f, "%u %u", &size, &resident) != 2)
		i_fatal("/proc/self/statm: %m");
	(void)fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static string_t *bench_read(const char *path)
{
	struct istream *input = i_stream_create_file(path, 65536);
	string_t *text = str_new(default_pool, 1024 * 1024);
	const unsigned char *data;
	size_t size;

	while (i_stream_read_more(input, &data, &size) > 0) {
		str_append_data(text, data, size);
		i_stream_skip(input, size);
	}
	i_stream_unref(&input);
	return text;
}

static bool bench_list(struct bench *bench, const char *domain)
{
	const char *error;
	string_t *text;

	if (bench->list == NULL) {
		text = bench_read(bench->path);
		if (bounce_domains_parse(bench->pool, str_c(text), &bench->list,
					 &error) < 0)
			i_fatal("%s", error);
		str_free(&text);
	}
	return bounce_domains_match(bench->list, domain);
}

static bool bench_hash(struct bench *bench, const char *domain)
{
	struct istream *input;
	char *line;

	if (!hash_table_is_created(bench->hash)) {
		hash_table_create(&bench->hash, bench->pool, bench->count,
				  str_hash, strcmp);
		input = i_stream_create_file(bench->path, 65536);
		while ((line = i_stream_read_next_line(input)) != NULL) {
			line = p_strdup(bench->pool, line);
			hash_table_update(bench->hash, line, line);
		}
		i_stream_unref(&input);
	}
	return hash_table_lookup(bench->hash, domain) != NULL;
}

static bool bench_file(struct bench *bench, const char *domain)
{
	pool_t pool = pool_alloconly_create("message", 2048);
	const struct bounce_domain_words words = {
		.files = (const char *const []) { bench->path, NULL }
	};
	enum bounce_domains_answer answer;

	/* as for each message */
	answer = bounce_domains_lookup(
		bounce_domain_words_open(pool, &words, NULL), domain);
	i_assert(answer == BOUNCE_DOMAINS_OWN ||
		 answer == BOUNCE_DOMAINS_FOREIGN);
	pool_unref(&pool);
	return answer == BOUNCE_DOMAINS_OWN;
}

static const char *bench_domain(unsigned int n, bool own)
{
	return t_strdup_printf("%s%06x.example", own ? "customer" : "custome",
			       n);
}

/* Neither in order nor the same twice in a row. */
static unsigned int bench_number(const struct bench *bench, unsigned int i)
{
	return (i * 2654435761U) % bench->count;
}

static double
bench_one(struct bench *bench, bench_lookup_t *lookup, unsigned int n, bool own)
{
	double start = bench_now();

	if (lookup(bench, bench_domain(n, own)) != own)
		i_fatal("wrong answer for %s", bench_domain(n, own));
	return bench_now() - start;
}

static double
bench_many(struct bench *bench, bench_lookup_t *lookup, bool own)
{
	double sum = 0;
	unsigned int i;

	for (i = 0; i < BENCH_LOOKUPS; i++) T_BEGIN {
		sum += bench_one(bench, lookup, bench_number(bench, i), own);
	} T_END;
	return sum / BENCH_LOOKUPS;
}

static void
bench_way(struct bench *bench, const char *name, bench_lookup_t *lookup)
{
	double first_yes, first_no, yes, no;
	unsigned int memory = bench_memory();

	bench->pool = pool_alloconly_create("bench", 65536);
	first_yes = bench_one(bench, lookup, bench->count / 2, TRUE);
	first_no = bench_one(bench, lookup, bench->count / 2, FALSE);
	yes = bench_many(bench, lookup, TRUE);
	no = bench_many(bench, lookup, FALSE);
	printf("%-10s %12.2f %12.2f %8.1f %8.1f %10u\n", name,
	       first_yes / 1000, first_no / 1000, yes, no,
	       bench_memory() - memory);
	fflush(stdout);
}

/* Old enough to be trusted. */
static void bench_write(struct bench *bench)
{
	const struct timeval times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	string_t *text = str_new(default_pool, bench->count * 24);
	unsigned int i;
	int fd;

	for (i = 0; i < bench->count; i++) T_BEGIN {
		str_append(text, bench_domain(i, TRUE));
		str_append_c(text, '\n');
	} T_END;
	fd = open(bench->path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	if (fd == -1 || write_full(fd, str_data(text), str_len(text)) < 0 ||
	    close(fd) < 0 || utimes(bench->path, times) < 0)
		i_fatal("can't write %s: %m", bench->path);
	str_free(&text);
}

/* Without a way to look up it writes the file: what one has allocated is not
   there for the next. */
static void
bench_child(struct bench *bench, const char *name, bench_lookup_t *lookup)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		i_fatal("fork() failed: %m");
	if (pid == 0) {
		if (lookup != NULL)
			bench_way(bench, name, lookup);
		else
			bench_write(bench);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		i_fatal("%s: the child failed", name);
}

int main(int argc, char *argv[])
{
	struct bench bench;

	lib_init();
	i_zero(&bench);
	if (argc != 3 || str_to_uint(argv[2], &bench.count) < 0)
		i_fatal("usage: bench-domains FILE COUNT");
	bench.path = argv[1];
	bench_child(&bench, "write", NULL);
	bench_child(&bench, "list", bench_list);
	bench_child(&bench, "hash", bench_hash);
	bench_child(&bench, "file", bench_file);
	i_unlink(bench.path);
	lib_deinit();
	return 0;
}
