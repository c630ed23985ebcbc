/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* RTLD_NEXT */
#ifndef _GNU_SOURCE
#  define _GNU_SOURCE
#endif

#include "lib.h"
#include "net.h"
#include "time-util.h"
#include "dns/dns.h"
#include "test-common.h"

#define CARES_NO_DEPRECATED
#include <ares.h>
#include <dlfcn.h>
#include <poll.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/*
 * DNS servers on loopback, in a thread of their own. It must not use
 * libdovecot.
 */

#define TEST_SERVERS 3
#define HEADER_SIZE 12

enum server_way {
	/* a TXT record: hello */
	SERVER_ANSWERS,
	SERVER_SILENT,
	SERVER_FAILS,
	/* answers another query */
	SERVER_NOISE,
	/* over UDP the answer is cut off; over TCP it is whole */
	SERVER_TRUNCATES,
	/* ... and only the first query is answered */
	SERVER_TRUNCATES_ONCE,
	/* ... the connection is closed */
	SERVER_CLOSES
};

union address {
	struct sockaddr any;
	struct sockaddr_in in;
};

static struct server {
	int udp, tcp;
	char *address;

	enum server_way way;
	/* so many queries are not answered before */
	unsigned int ignored;

	unsigned int queries, tcp_queries;
	/* what the last query has announced */
	unsigned int edns_size;
} servers[TEST_SERVERS];

/* the one that was asked first; NULL: none was */
static struct server *asked_first;
static pthread_mutex_t servers_mutex = PTHREAD_MUTEX_INITIALIZER;
static int stop_fd[2];

/* Turn the query into its answer. Returns the size, or 0 if there is none. */
static size_t
server_answer(struct server *server, unsigned char *wire, size_t size, bool tcp)
{
	static const unsigned char record[] =
		"\xc0\x0c\0\x10\0\1\0\0\0\x3c\0\6\5hello";
	size_t end = HEADER_SIZE;
	bool whole;

	while (end < size && wire[end] != 0)
		end += wire[end] + 1;
	end += 5;
	/* an OPT record */
	server->edns_size = size >= end + 5 && wire[end + 2] == 41 ?
		wire[end + 3] << 8 | wire[end + 4] : 0;
	if (asked_first == NULL)
		asked_first = server;
	server->queries++;
	if (tcp)
		server->tcp_queries++;
	if (server->way == SERVER_SILENT || size < end ||
	    (server->way == SERVER_TRUNCATES_ONCE && !tcp &&
	     server->queries > 1))
		return 0;
	if (server->ignored > 0) {
		server->ignored--;
		return 0;
	}
	whole = server->way == SERVER_ANSWERS || server->way == SERVER_NOISE ||
		tcp;
	if (server->way == SERVER_NOISE)
		wire[1] ^= 1;
	wire[2] = 0x81 | (whole || server->way == SERVER_FAILS ? 0 : 2);
	wire[3] = server->way == SERVER_FAILS ? 0x82 : 0x80;
	memset(wire + 6, 0, 6);
	if (!whole)
		return end;
	wire[7] = 1;
	memcpy(wire + end, record, sizeof(record) - 1);
	return end + sizeof(record) - 1;
}

static void server_udp(struct server *server)
{
	unsigned char wire[2048];
	union address peer;
	socklen_t peer_size = sizeof(peer);
	ssize_t size;

	size = recvfrom(server->udp, wire, 1024, 0, &peer.any, &peer_size);
	if (size <= 0)
		return;
	size = server_answer(server, wire, size, FALSE);
	if (size > 0)
		(void)sendto(server->udp, wire, size, 0, &peer.any, peer_size);
}

static void server_tcp(struct server *server)
{
	unsigned char wire[2048];
	ssize_t size;
	int fd = accept(server->tcp, NULL, NULL);

	if (fd < 0)
		return;
	if (server->way != SERVER_CLOSES &&
	    recv(fd, wire, 2, MSG_WAITALL) == 2 &&
	    (size = recv(fd, wire + 2, I_MIN(wire[0] << 8 | wire[1], 1024),
			 MSG_WAITALL)) > 0) {
		size = server_answer(server, wire + 2, size, TRUE);
		wire[0] = size >> 8;
		wire[1] = size & 0xff;
		(void)send(fd, wire, size + 2, MSG_NOSIGNAL);
	}
	(void)close(fd);
}

static void *servers_run(void *context ATTR_UNUSED)
{
	struct pollfd fds[2 * TEST_SERVERS + 1];
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(fds); i++) {
		fds[i].fd = i == 2 * TEST_SERVERS ? stop_fd[0] :
			i % 2 == 0 ? servers[i / 2].udp : servers[i / 2].tcp;
		fds[i].events = POLLIN;
		fds[i].revents = 0;
	}
	while (poll(fds, N_ELEMENTS(fds), -1) > 0 &&
	       fds[2 * TEST_SERVERS].revents == 0) {
		pthread_mutex_lock(&servers_mutex);
		for (i = 0; i < 2 * TEST_SERVERS; i++) {
			if (fds[i].revents == 0)
				continue;
			if (i % 2 == 0)
				server_udp(&servers[i / 2]);
			else
				server_tcp(&servers[i / 2]);
		}
		pthread_mutex_unlock(&servers_mutex);
	}
	return NULL;
}

/* A UDP and a TCP socket of the same port. */
static void server_init(struct server *server)
{
	union address addr = {
		.in = {
			.sin_family = AF_INET,
			.sin_addr.s_addr = htonl(INADDR_LOOPBACK)
		}
	};
	struct ip_addr ip;
	in_port_t port;

	if (net_addr2ip("127.0.0.1", &ip) < 0)
		i_unreached();
	for (;;) {
		port = 0;
		server->tcp = net_listen(&ip, &port, 8);
		server->udp = socket(AF_INET, SOCK_DGRAM, 0);
		if (server->tcp < 0 || server->udp < 0)
			i_fatal("cannot make sockets: %m");
		addr.in.sin_port = htons(port);
		if (bind(server->udp, &addr.any, sizeof(addr.in)) == 0)
			break;
		/* somebody else has that port */
		if (close(server->tcp) < 0 || close(server->udp) < 0)
			i_fatal("close() failed: %m");
	}
	server->address = i_strdup_printf("127.0.0.1:%u", port);
}

static pthread_t servers_start(void)
{
	pthread_t thread;
	sigset_t all, old;
	unsigned int i;

	for (i = 0; i < TEST_SERVERS; i++)
		server_init(&servers[i]);
	/* signals are for the thread that asks */
	(void)sigfillset(&all);
	if (pipe(stop_fd) < 0 || pthread_sigmask(SIG_SETMASK, &all, &old) != 0 ||
	    pthread_create(&thread, NULL, servers_run, NULL) != 0 ||
	    pthread_sigmask(SIG_SETMASK, &old, NULL) != 0)
		i_fatal("cannot start the servers");
	return thread;
}

static void servers_stop(pthread_t thread)
{
	unsigned int i;

	if (close(stop_fd[1]) < 0 || pthread_join(thread, NULL) != 0)
		i_fatal("cannot stop the servers");
	i_close_fd(&stop_fd[0]);
	for (i = 0; i < TEST_SERVERS; i++) {
		i_close_fd(&servers[i].udp);
		i_close_fd(&servers[i].tcp);
		i_free(servers[i].address);
	}
}

/* Set what the servers do from now on. */
static void servers_do(enum server_way first, enum server_way second)
{
	unsigned int i;

	pthread_mutex_lock(&servers_mutex);
	for (i = 0; i < TEST_SERVERS; i++) {
		servers[i].ignored = 0;
		servers[i].queries = servers[i].tcp_queries = 0;
		servers[i].edns_size = 0;
	}
	servers[0].way = first;
	servers[1].way = second;
	asked_first = NULL;
	pthread_mutex_unlock(&servers_mutex);
}

/*
 * In place of libc's and c-ares's
 */

#define NEXT(function, next) \
	do { \
		void *symbol = dlsym(RTLD_NEXT, function); \
		memcpy(&next, &symbol, sizeof(next)); \
	} while (0)

/* how far the clock is ahead, and how often it was looked at */
static time_t clock_ahead = 0;
static unsigned int clock_calls;

int clock_gettime(clockid_t id, struct timespec *ts_r)
{
	int ret = syscall(SYS_clock_gettime, id, ts_r);

	ts_r->tv_sec += clock_ahead;
	clock_calls++;
	return ret;
}

/* what resolv.conf has; NULL: as it is */
static const char *system_servers = NULL;
/* the functions of c-ares that lack memory */
static bool init_fails = FALSE, set_servers_fails = FALSE;

int ares_set_servers_ports_csv(ares_channel channel, const char *csv)
{
	typeof(ares_set_servers_ports_csv) *next;

	NEXT("ares_set_servers_ports_csv", next);
	return set_servers_fails ? ARES_ENOMEM : next(channel, csv);
}

/* its type is not the same in all versions */
int test_init_options(ares_channel *channel_r,
		      const struct ares_options *options, int mask)
	__asm__("ares_init_options");

int test_init_options(ares_channel *channel_r,
		      const struct ares_options *options, int mask)
{
	typeof(test_init_options) *next;
	int ret;

	NEXT("ares_init_options", next);
	ret = init_fails ? ARES_ENOMEM : next(channel_r, options, mask);
	return ret != ARES_SUCCESS || system_servers == NULL ? ret :
		ares_set_servers_ports_csv(*channel_r, system_servers);
}

/*
 * Tests
 */

static pool_t test_pool;

/* Ask for one name; the query is the answer. */
static struct bounce_dns_query ask(struct bounce_dns *dns, unsigned int msecs)
{
	struct bounce_dns_query query = {
		.name = "k.d", .type = BOUNCE_DNS_TYPE_TXT
	};

	bounce_dns_lookup(dns, test_pool, &query, 1, bounce_dns_now() + msecs);
	return query;
}

static bool is_hello(const struct bounce_dns_query *query)
{
	return query->status == BOUNCE_DNS_OK && query->records_count == 1 &&
		query->ttl == 60 && query->records[0].size == 5 &&
		memcmp(query->records[0].data, "hello", 5) == 0;
}

static struct bounce_dns *test_dns_create(unsigned int first,
					  unsigned int count)
{
	const char *list = "", *error;
	struct bounce_dns *dns;
	unsigned int i;

	for (i = first; i < first + count; i++)
		list = t_strconcat(list, " ", servers[i].address, NULL);
	if (bounce_dns_create(list, &dns, &error) < 0)
		i_fatal("%s", error);
	return dns;
}

/* Others than these are asked in test-dns-matrix. */
static void test_bounce_dns_lookup_offline(void)
{
	static const char *const bad_names[] = {
		"a..d",
		"0123456789012345678901234567890123456789012345678901234567890"
		"123.d"
	};
	struct bounce_dns_query queries[2];
	struct bounce_dns *dns;
	const char *error;
	unsigned int i;

	test_begin("bounce dns lookup, offline");
	/* nobody listens there, and nobody is asked */
	test_assert(bounce_dns_create("127.0.0.1:1", &dns, &error) == 0);
	memset(queries, 0xff, sizeof(queries));
	for (i = 0; i < N_ELEMENTS(queries); i++) {
		queries[i].name = bad_names[i];
		queries[i].type = BOUNCE_DNS_TYPE_TXT;
	}
	bounce_dns_lookup(dns, test_pool, queries, N_ELEMENTS(queries),
			  bounce_dns_now() + 10000);
	for (i = 0; i < N_ELEMENTS(queries); i++) {
		test_assert_idx(queries[i].status == BOUNCE_DNS_NXDOMAIN, i);
		test_assert_idx(queries[i].records_count == 0, i);
		test_assert_strcmp_idx(queries[i].error,
				       "this cannot be a name in the DNS", i);
		queries[i].name = "k.d";
	}
	/* the deadline has passed */
	bounce_dns_lookup(dns, test_pool, queries, N_ELEMENTS(queries),
			  bounce_dns_now());
	for (i = 0; i < N_ELEMENTS(queries); i++) {
		test_assert_idx(queries[i].status == BOUNCE_DNS_TEMPERROR, i);
		test_assert_idx(queries[i].timed_out, i);
		test_assert_strcmp_idx(queries[i].error,
				       "no answer in time (127.0.0.1:1)", i);
	}
	/* one is asked, and nobody listens */
	queries[0] = ask(dns, 10000);
	test_assert(queries[0].status == BOUNCE_DNS_TEMPERROR);
	test_assert(!queries[0].timed_out);
	test_assert(strstr(queries[0].error, "no server could be reached") !=
		    NULL);
	bounce_dns_lookup(dns, test_pool, NULL, 0, bounce_dns_now() + 10000);
	bounce_dns_destroy(&dns);
	test_end();
}

static void test_bounce_dns_lookup_answer(void)
{
	struct bounce_dns *dns = test_dns_create(0, 1);
	struct bounce_dns_query query, queries[3];
	unsigned int i;

	test_begin("bounce dns lookup: answer");
	servers_do(SERVER_ANSWERS, SERVER_SILENT);
	query = ask(dns, 10000);
	test_assert(is_hello(&query));
	test_assert(servers[0].queries == 1 && servers[0].tcp_queries == 0);
	test_assert(servers[0].edns_size == 1232);
	/* all at once */
	i_zero(&queries);
	for (i = 0; i < N_ELEMENTS(queries); i++) {
		queries[i].name = t_strdup_printf("k%u.d", i);
		queries[i].type = BOUNCE_DNS_TYPE_TXT;
	}
	bounce_dns_lookup(dns, test_pool, queries, N_ELEMENTS(queries),
			  bounce_dns_now() + 10000);
	for (i = 0; i < N_ELEMENTS(queries); i++)
		test_assert_idx(is_hello(&queries[i]), i);
	test_assert(servers[0].queries == 4);

	servers_do(SERVER_TRUNCATES, SERVER_SILENT);
	query = ask(dns, 10000);
	test_assert(is_hello(&query));
	test_assert(servers[0].queries == 2 && servers[0].tcp_queries == 1);
	servers_do(SERVER_FAILS, SERVER_SILENT);
	query = ask(dns, 10000);
	test_assert(query.status == BOUNCE_DNS_TEMPERROR && !query.timed_out);
	test_assert(strstr(query.error, "SERVFAIL") != NULL);
	bounce_dns_destroy(&dns);
	test_end();
}

static unsigned int test_signals;

static void handle_signal(int signo ATTR_UNUSED)
{
	test_signals++;
}

/* It waits until the deadline, whatever signals come. */
static void test_bounce_dns_lookup_silent(void)
{
	struct itimerval timer = {
		.it_interval.tv_usec = 20000, .it_value.tv_usec = 20000
	};
	struct sigaction action = { .sa_handler = handle_signal }, old;
	struct bounce_dns *dns = test_dns_create(0, 1);
	struct bounce_dns_query query;
	uint64_t start = bounce_dns_now();

	test_begin("bounce dns lookup: silence");
	if (sigaction(SIGALRM, &action, &old) < 0 ||
	    setitimer(ITIMER_REAL, &timer, NULL) < 0)
		i_fatal("cannot set a timer: %m");
	servers_do(SERVER_SILENT, SERVER_SILENT);
	query = ask(dns, 300);
	i_zero(&timer);
	if (setitimer(ITIMER_REAL, &timer, NULL) < 0 ||
	    sigaction(SIGALRM, &old, NULL) < 0)
		i_fatal("cannot stop a timer: %m");
	test_assert(query.status == BOUNCE_DNS_TEMPERROR && query.timed_out);
	test_assert(strstr(query.error, "no answer in time") != NULL);
	test_assert(bounce_dns_now() >= start + 300);
	test_assert(bounce_dns_now() < start + 10000);
	test_assert(test_signals > 0);
	bounce_dns_destroy(&dns);
	test_end();
}

/* One is answered over TCP, and that connection closed; the other one is waited
   for. That takes no work. */
static void test_bounce_dns_lookup_idle(void)
{
	struct bounce_dns *dns = test_dns_create(0, 1);
	struct bounce_dns_query queries[] = {
		{ .name = "a.d", .type = BOUNCE_DNS_TYPE_TXT },
		{ .name = "b.d", .type = BOUNCE_DNS_TYPE_TXT }
	};

	test_begin("bounce dns lookup: idle");
	servers_do(SERVER_TRUNCATES_ONCE, SERVER_SILENT);
	clock_calls = 0;
	bounce_dns_lookup(dns, test_pool, queries, N_ELEMENTS(queries),
			  bounce_dns_now() + 500);
	/* it does so whenever it wakes */
	test_assert(clock_calls < 200);
	test_assert(is_hello(&queries[0]) != is_hello(&queries[1]));
	test_assert(queries[0].timed_out != queries[1].timed_out);
	bounce_dns_destroy(&dns);
	test_end();
}

/* Who answered while another one was silent is asked first for a minute. */
static void test_bounce_dns_lookup_prefer(void)
{
	struct bounce_dns *dns = test_dns_create(0, 2);
	struct bounce_dns_query query;

	test_begin("bounce dns lookup: preferred server");
	/* noise is not an answer */
	servers_do(SERVER_SILENT, SERVER_NOISE);
	query = ask(dns, 600);
	test_assert(query.timed_out);
	test_assert(asked_first == &servers[0] && servers[1].queries > 0);

	servers_do(SERVER_SILENT, SERVER_ANSWERS);
	query = ask(dns, 1200);
	test_assert(is_hello(&query) && asked_first == &servers[0]);
	servers_do(SERVER_ANSWERS, SERVER_ANSWERS);
	query = ask(dns, 60000);
	test_assert(is_hello(&query) && asked_first == &servers[1]);
	test_assert(servers[0].queries == 0);
	/* it answers late, which does not extend the minute */
	clock_ahead += 40;
	servers_do(SERVER_SILENT, SERVER_ANSWERS);
	servers[1].ignored = 1;
	query = ask(dns, 1200);
	test_assert(is_hello(&query) && asked_first == &servers[1]);
	clock_ahead += 25;
	servers_do(SERVER_ANSWERS, SERVER_ANSWERS);
	query = ask(dns, 60000);
	test_assert(is_hello(&query) && asked_first == &servers[0]);
	test_assert(servers[1].queries == 0);
	/* who says at once that he has failed is not silent */
	servers_do(SERVER_FAILS, SERVER_ANSWERS);
	query = ask(dns, 60000);
	test_assert(is_hello(&query) && asked_first == &servers[0]);
	servers_do(SERVER_ANSWERS, SERVER_ANSWERS);
	query = ask(dns, 60000);
	test_assert(is_hello(&query) && asked_first == &servers[0]);
	bounce_dns_destroy(&dns);
	test_end();
}

/* Those of resolv.conf. */
static void test_bounce_dns_lookup_system(void)
{
	struct bounce_dns_query query;
	struct bounce_dns *dns;
	const char *error;

	test_begin("bounce dns lookup: system's servers");
	system_servers = t_strdup_printf("%s,%s", servers[0].address,
					 servers[1].address);
	if (bounce_dns_create("", &dns, &error) < 0)
		i_fatal("%s", error);
	servers_do(SERVER_SILENT, SERVER_SILENT);
	query = ask(dns, 100);
	test_assert(query.timed_out);
	test_assert_strcmp(query.error,
			   "no answer in time (the system's DNS servers)");
	servers_do(SERVER_SILENT, SERVER_ANSWERS);
	query = ask(dns, 1200);
	test_assert(is_hello(&query) && asked_first == &servers[0]);
	servers_do(SERVER_ANSWERS, SERVER_ANSWERS);
	query = ask(dns, 60000);
	test_assert(is_hello(&query) && asked_first == &servers[1]);
	/* the other one is still asked after it */
	servers_do(SERVER_ANSWERS, SERVER_FAILS);
	query = ask(dns, 60000);
	test_assert(is_hello(&query) && asked_first == &servers[1]);
	system_servers = NULL;
	bounce_dns_destroy(&dns);
	test_end();
}

/* A closed connection ends nothing but the lookup. */
static void test_bounce_dns_lookup_closed(void)
{
	struct bounce_dns *dns = test_dns_create(0, 1);
	struct sigaction action;
	struct bounce_dns_query query;

	test_begin("bounce dns lookup: closed connection");
	servers_do(SERVER_CLOSES, SERVER_SILENT);
	query = ask(dns, 600);
	test_assert(query.status == BOUNCE_DNS_TEMPERROR);
	test_assert(sigaction(SIGPIPE, NULL, &action) == 0);
	test_assert(action.sa_handler == SIG_DFL);
	bounce_dns_destroy(&dns);
	test_end();
}

static void test_bounce_dns_lookup_no_memory(void)
{
	struct bounce_dns *dns = test_dns_create(0, 1);
	struct bounce_dns_query query;
	unsigned int i;

	test_begin("bounce dns lookup: no memory");
	servers_do(SERVER_ANSWERS, SERVER_ANSWERS);
	for (i = 0; i < 2; i++) {
		init_fails = i == 0;
		set_servers_fails = i == 1;
		query = ask(dns, 10000);
		test_assert_idx(query.status == BOUNCE_DNS_TEMPERROR, i);
		test_assert_idx(!query.timed_out, i);
		test_assert_strcmp_idx(query.error, t_strdup_printf(
			"%s (%s)", ares_strerror(ARES_ENOMEM),
			servers[0].address), i);
	}
	init_fails = set_servers_fails = FALSE;
	query = ask(dns, 10000);
	test_assert(is_hello(&query) && servers[0].queries == 1);
	bounce_dns_destroy(&dns);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dns_lookup_offline,
		test_bounce_dns_lookup_answer,
		test_bounce_dns_lookup_silent,
		test_bounce_dns_lookup_idle,
		test_bounce_dns_lookup_prefer,
		test_bounce_dns_lookup_system,
		test_bounce_dns_lookup_closed,
		test_bounce_dns_lookup_no_memory,
		NULL
	};
	pthread_t thread = servers_start();
	int ret;

	test_pool = pool_alloconly_create("test lookup", 4096);
	ret = test_run(test_functions);
	pool_unref(&test_pool);
	servers_stop(thread);
	return ret;
}
