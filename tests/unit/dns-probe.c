/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Asks the resolver, or the key lookup on top of it, and prints what it
   answered and what it cost: for ../integration/test-dns-matrix. It is no test
   of its own.

   dns-probe [-s SERVERS] [-t MSECS] [-n TIMES] [-p PAUSE] [-i] [-f] NAME...
   dns-probe -k [-d KEYDIR] [...] SELECTOR/DOMAIN...

   -p: milliseconds between two times; -i: a signal every 2 ms; -f: ask in a
   child process after the parent has, and in the parent again.

   Fields are separated by tabs. */

#include "lib.h"
#include "hex-binary.h"
#include "str.h"
#include "dns/dns.h"
#include "keys/key-lookup.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	struct bounce_key_lookup_settings set;
	unsigned int times, pause;
	bool keys, interrupt, fork;
	char **names;
	unsigned int count;
} probe = { .times = 1, .set = { .timeout_msecs = 3000 } };

static struct bounce_dns *dns;
static struct bounce_key_lookup *lookup;
static unsigned int signals;

static unsigned int files_in(const char *path)
{
	DIR *dir = opendir(path);
	unsigned int count = 0;

	if (dir == NULL)
		i_fatal("opendir(%s) failed: %m", path);
	while (readdir(dir) != NULL)
		count++;
	(void)closedir(dir);
	return count - 2;
}

static void handle_alarm(int signo ATTR_UNUSED)
{
	signals++;
}

static void interrupt_start(unsigned int usecs)
{
	struct itimerval timer = {
		.it_interval = { .tv_usec = usecs },
		.it_value = { .tv_usec = usecs }
	};
	struct sigaction act = { .sa_handler = handle_alarm };

	if (sigaction(SIGALRM, &act, NULL) < 0 ||
	    setitimer(ITIMER_REAL, &timer, NULL) < 0)
		i_fatal("setitimer() failed: %m");
}

static void print_answer(const struct bounce_dns_query *query)
{
	static const char *const names[] = {
		"ok", "nxdomain", "nodata", "temperror"
	};
	unsigned int i;

	printf("answer\t%s\t%s\t%u\t%d\t%s", query->name,
	       names[query->status], query->ttl, query->timed_out ? 1 : 0,
	       query->error == NULL ? "" : query->error);
	for (i = 0; i < query->records_count; i++) {
		printf("\t%s", binary_to_hex(query->records[i].data,
					     query->records[i].size));
	}
	printf("\n");
}

static void ask_names(pool_t pool)
{
	struct bounce_dns_query *queries;
	unsigned int i;

	queries = p_new(pool, struct bounce_dns_query, probe.count);
	for (i = 0; i < probe.count; i++) {
		queries[i].name = probe.names[i];
		queries[i].type = BOUNCE_DNS_TYPE_TXT;
	}
	bounce_dns_lookup(dns, pool, queries, probe.count,
			  bounce_dns_now() + probe.set.timeout_msecs);
	for (i = 0; i < probe.count; i++)
		print_answer(&queries[i]);
}

static void print_key(struct bounce_key_query *query)
{
	static const char *const statuses[] = {
		"found", "missing", "revoked", "unusable", "temperror"
	};
	static const char *const origins[] = { "none", "dir", "dns" };

	printf("key\t%s/%s\t%s\t%s\t%u\t%s\n", query->selector, query->domain,
	       statuses[query->status], origins[query->origin],
	       query->key == NULL ? 0 : query->key->bits,
	       query->error == NULL ? "" : query->error);
	bounce_key_unref(&query->key);
}

static void ask_keys(pool_t pool)
{
	struct bounce_key_source *source =
		bounce_key_lookup_source(lookup, pool);
	struct bounce_key_query *queries;
	unsigned int i;
	const char *p;

	queries = p_new(pool, struct bounce_key_query, probe.count);
	for (i = 0; i < probe.count; i++) {
		p = strchr(probe.names[i], '/');
		if (p == NULL)
			i_fatal("%s is not SELECTOR/DOMAIN", probe.names[i]);
		queries[i].selector = p_strdup_until(pool, probe.names[i], p);
		queries[i].domain = p + 1;
	}
	source->lookup(source, pool, queries, probe.count);
	for (i = 0; i < probe.count; i++)
		print_key(&queries[i]);
}

static void ask(void)
{
	pool_t pool = pool_alloconly_create("dns probe", 4096);
	uint64_t start = bounce_dns_now();

	T_BEGIN {
		if (probe.keys)
			ask_keys(pool);
		else
			ask_names(pool);
	} T_END;
	printf("msecs\t%u\n", (unsigned int)(bounce_dns_now() - start));
	pool_unref(&pool);
}

static void ask_all(void)
{
	unsigned int i;

	for (i = 0; i < probe.times; i++) {
		if (i > 0)
			usleep(probe.pause * 1000);
		ask();
	}
	fflush(stdout);
}

static void ask_forked(void)
{
	pid_t pid;
	int status;

	ask_all();
	if ((pid = fork()) < 0)
		i_fatal("fork() failed: %m");
	if (pid == 0) {
		ask_all();
		_exit(0);
	}
	if (waitpid(pid, &status, 0) < 0 || status != 0)
		i_fatal("the child died");
	ask_all();
}

static void parse_options(int argc, char *argv[])
{
	int c;

	while ((c = getopt(argc, argv, "s:t:n:p:d:kif")) > 0) {
		switch (c) {
		case 's':
			probe.set.dns_servers = optarg;
			break;
		case 't':
			probe.set.timeout_msecs = atoi(optarg);
			break;
		case 'n':
			probe.times = atoi(optarg);
			break;
		case 'p':
			probe.pause = atoi(optarg);
			break;
		case 'd':
			probe.set.key_dir = optarg;
			break;
		case 'k':
			probe.keys = TRUE;
			break;
		case 'i':
			probe.interrupt = TRUE;
			break;
		case 'f':
			probe.fork = TRUE;
			break;
		default:
			i_fatal("see the source for what is understood");
		}
	}
	probe.names = argv + optind;
	probe.count = argc - optind;
}

int main(int argc, char *argv[])
{
	unsigned int fds;
	const char *error;

	lib_init();
	parse_options(argc, argv);
	if (bounce_dns_create(probe.set.dns_servers, &dns, &error) < 0 ||
	    bounce_key_lookup_get(&probe.set, &lookup, &error) < 0)
		i_fatal("%s", error);
	fds = files_in("/proc/self/fd");
	if (probe.interrupt)
		interrupt_start(2000);
	if (probe.fork)
		ask_forked();
	else
		ask_all();
	if (probe.interrupt)
		interrupt_start(0);
	printf("cost\t%d\t%u\t%d\t%u\n",
	       (int)files_in("/proc/self/fd") - (int)fds,
	       files_in("/proc/self/task"),
	       waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD ? 0 : 1,
	       signals);
	bounce_key_lookup_unref(&lookup);
	bounce_key_lookups_deinit();
	bounce_dns_destroy(&dns);
	lib_deinit();
	return 0;
}
