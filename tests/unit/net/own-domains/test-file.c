/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* RTLD_NEXT */
#ifndef _GNU_SOURCE
#  define _GNU_SOURCE
#endif

#include "lib.h"
#include "read-full.h"
#include "str.h"
#include "unlink-directory.h"
#include "write-full.h"
#include "own-domains/file.h"
#include "own-domains/words.h"
#include "test-common.h"

#include <dlfcn.h>
#include <stdio.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static char test_dir[] = "/tmp/test-bounce-domain-file.XXXXXX";

static const char *path_of(const char *name)
{
	return t_strdup_printf("%s/%s", test_dir, name);
}

/* As if nobody had written to it for this long. */
static void file_set_age(const char *name, int age)
{
	struct timeval times[2];

	i_zero(&times);
	times[0].tv_sec = times[1].tv_sec = time(NULL) - age;
	if (utimes(path_of(name), times) < 0)
		i_fatal("utimes(%s) failed: %m", path_of(name));
}

static void file_write_data(const char *name, const void *data, size_t size)
{
	const char *path = path_of(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write_full(fd, data, size) < 0 || close(fd) < 0)
		i_fatal("write(%s) failed: %m", path);
	file_set_age(name, 100);
}

static void file_write(const char *name, const char *text)
{
	file_write_data(name, text, strlen(text));
}

/* "own", "foreign", or the error */
static const char *look(const char *name, const char *domain)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	const char *path = path_of(name), *ret;
	struct bounce_domain_words words = {
		.files = (const char *const []) { path, NULL }
	};
	struct bounce_domains *domains =
		bounce_domain_words_open(pool, &words, NULL);

	switch (bounce_domains_lookup(domains, domain)) {
	case BOUNCE_DOMAINS_OWN:
		ret = "own";
		break;
	case BOUNCE_DOMAINS_FOREIGN:
		ret = "foreign";
		break;
	default:
		ret = t_strdup(bounce_domains_get_error(domains));
		if (strncmp(ret, "file of own domains ", 20) != 0 ||
		    strstr(ret, path) == NULL)
			ret = "no good error";
		else
			ret = strstr(ret, path) + strlen(path) + 2;
	}
	pool_unref(&pool);
	return ret;
}

static void test_bounce_domain_file_lookup(void)
{
	static const struct {
		const char *text, *own, *foreign;
	} tests[] = {
		/* sorted */
		{ "example.org\n", "example.org", "a.example.org" },
		{ ".example.org\n", "a.b.example.org", "anexample.org" },
		{ ".example.org\n", "example.org", "org" },
		{ "# ours\n\n.b.org\n.c.org\na-b.org\na.org\n", "x.c.org",
		  "x.a.org" },
		{ "a.org\na.org\nb.org\n", "b.org", "c.org" },
		{ "a.org\r\nb.org \nc.org\t\r\n", "b.org", "d.org" },
		{ "# nothing yet\n", NULL, "example.org" },
		{ "\n", NULL, "example.org" },
		/* not sorted, or not in the form that is looked up */
		{ "b.org\na.org\n", "a.org", "c.org" },
		{ "b.org\n# and\n\nc.org\n", "c.org", "a.org" },
		{ "Example.ORG\n", "example.org", "example.com" },
		{ "example.org.\n", "example.org", "example.com" },
		{ "  example.org # the first\n", "example.org", "the.first" },
		{ "b\xc3\xbc""cher.example\n", "xn--bcher-kva.example",
		  "bucher.example" },
		{ ".B\xc3\x9c""CHER.example\na.org\n", "a.b\xc3\xbc""cher.example",
		  "b.org" },
		{ "\xef\xbb\xbf""a.org\nb.org\n", "a.org", "c.org" },
		{ "b.org\n.b.org\na.org\n.a.org\n", "x.a.org", "x.c.org" }
	};
	unsigned int i, j;

	test_begin("bounce domain file lookup");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		file_write("d", tests[i].text);
		for (j = 0; j < 2; j++) {
			/* not known yet, and known */
			if (tests[i].own != NULL) {
				test_assert_strcmp_idx(look("d", tests[i].own),
						       "own", i);
			}
			test_assert_strcmp_idx(look("d", tests[i].foreign),
					       "foreign", i);
		}
	}
	test_end();
}

/* What is said of a large file that is not sorted. */
static const char *t_unsorted(const char *name, unsigned int line)
{
	const char *path = path_of(name);

	return t_strdup_printf("it has more than 1000 lines, and line %u is "
		"not sorted, in lower case and as an A-label. This sorts it: "
		"tr A-Z a-z <%s | LC_ALL=C sort -u >%s.new && mv %s.new %s",
		line, path, path, path, path);
}

/* It begins with the text, and then n is in it for all even numbers below
   2 * count. */
static void
file_write_many(const char *name, const char *first, unsigned int count,
		const char *last)
{
	string_t *text = str_new(default_pool, count * 16);
	unsigned int i;

	str_append(text, first);
	for (i = 0; i < count; i++)
		str_printfa(text, "d%07u.example\n", 2 * i);
	str_append(text, last);
	file_write_data(name, str_data(text), str_len(text));
	str_free(&text);
}

static void test_look_many(unsigned int count, const char *foreign)
{
	unsigned int i;

	for (i = 0; i < count; i += count < 100 ? 1 : 7) T_BEGIN {
		test_assert_strcmp_idx(look("many", t_strdup_printf(
			"d%07u.example", 2 * i)), "own", i);
		test_assert_strcmp_idx(look("many", t_strdup_printf(
			"d%07u.example", 2 * i + 1)), foreign, i);
	} T_END;
}

static void test_bounce_domain_file_many(void)
{
	/* around the sizes of the blocks that are read, and the number of
	   lines that a list takes: the comment is one */
	static const unsigned int counts[] = {
		1, 2, 230, 240, 241, 242, 243, 998, 999, 1000, 4000, 20000
	};
	unsigned int i;
	bool large;

	test_begin("bounce domain file many");
	for (i = 0; i < N_ELEMENTS(counts); i++) {
		file_write_many("many", "# a comment\n", counts[i], "");
		test_look_many(counts[i], "foreign");
		/* the same, not sorted: the last is out of order */
		file_write_many("many", "# a comment\n", counts[i],
				"a.example\n");
		large = counts[i] + 2 > BOUNCE_DOMAIN_FILE_MAX_UNSORTED;
		test_look_many(counts[i], large ?
			       t_unsorted("many", counts[i] + 2) : "foreign");
		/* never "foreign" */
		test_assert_strcmp_idx(look("many", "a.example"), large ?
			t_unsorted("many", counts[i] + 2) : "own", i);
	}
	test_end();
}

static void test_bounce_domain_file_unsorted(void)
{
	/* the lines before and behind 2,000 sorted ones, and which of all is
	   the bad one; 0: none */
	static const struct {
		const char *first, *last;
		unsigned int line;
	} tests[] = {
		{ "", "", 0 },
		{ "#\n\n  # b\n\n.a.example\na.example\n", "e.example\n", 0 },
		{ "\n#\n# b\n.a.example\na.example\n", "e.example\n", 0 },
		{ "a.example\na.example\n", "e.example\ne.example\n", 0 },
		{ "z.example\n", "", 2 },
		{ "a.example\n.a.example\n", "", 2 },
		{ "", "d0000000.example\n", 2001 },
		{ "", "a.example\nz.example\n", 2001 },
		{ "", "E.example\n", 2001 },
		{ "", "e.example.\n", 2001 },
		{ "", " e.example\n", 2001 },
		{ "", "e.example # the last\n", 2001 },
		{ "", "\xc3\xbc.example\n", 2001 },
		{ "", "# the end\n", 2001 },
		{ "", "\n", 2001 },
		{ "", "e.example \r\n", 0 }
	};
	const char *error;
	unsigned int i, j;

	test_begin("bounce domain file not sorted");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		file_write_many("u", tests[i].first, 2000, tests[i].last);
		for (j = 0; j < 2; j++) {
			test_assert_strcmp_idx(look("u", "none.example"),
				tests[i].line == 0 ? "foreign" :
				t_unsorted("u", tests[i].line), i);
			error = NULL;
			test_assert_idx((bounce_domain_file_check(
				path_of("u"), j == 0, &error) < 0) ==
				(tests[i].line != 0), i);
			test_assert_strcmp_idx(error, tests[i].line == 0 ?
				NULL : t_unsorted("u", tests[i].line), i);
		}
	}
	test_end();
}

/* Of a file over 1 MB the check at start sees most faults. */
static void test_bounce_domain_file_check_large(void)
{
	static const struct {
		const char *first, *last;
		bool seen;
	} tests[] = {
		{ "", "", FALSE },
		{ "z.example\n", "", TRUE },
		{ "", "a.example\n", TRUE },
		{ "", "E.example\n", TRUE },
		{ "", "e..example\n", TRUE }
	};
	const char *error;
	unsigned int i;
	int fd;

	test_begin("bounce domain file check of a large file");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		file_write_many("large", tests[i].first, 100000, tests[i].last);
		test_assert_idx((bounce_domain_file_check(path_of("large"),
			FALSE, &error) < 0) == tests[i].seen, i);
		test_assert_idx((bounce_domain_file_check(path_of("large"),
			TRUE, &error) < 0) == tests[i].seen, i);
	}
	/* it reads some places only, and a whole check reads all */
	file_write_many("large", "", 100000, "");
	fd = open(path_of("large"), O_WRONLY);
	if (fd < 0 || pwrite(fd, "z", 1, 17 * 1200) != 1 || close(fd) < 0)
		i_fatal("pwrite() failed: %m");
	file_set_age("large", 100);
	test_assert(bounce_domain_file_check(path_of("large"), FALSE,
					     &error) == 0);
	test_assert(bounce_domain_file_check(path_of("large"), TRUE,
					     &error) < 0);
	/* none of its lines ends */
	file_write("large", "");
	if (truncate(path_of("large"), 2 * 1024 * 1024) < 0)
		i_fatal("truncate() failed: %m");
	file_set_age("large", 100);
	test_assert(bounce_domain_file_check(path_of("large"), FALSE,
					     &error) < 0);
	test_assert(strstr(error, "line 1: ") != NULL);
	test_end();
}

/* One of a million lines has changed its place: wherever it went, it is not
   foreign. */
static void test_bounce_domain_file_moved_line(void)
{
	const unsigned int count = 3000;
	string_t *text = str_new(default_pool, count * 16);
	unsigned int from, to, i;

	test_begin("bounce domain file with a moved line");
	for (from = 7; from < count; from += 499) {
		for (to = 0; to < count; to += 311) {
			str_truncate(text, 0);
			for (i = 0; i < count; i++) {
				if (i == to)
					str_printfa(text, "d%07u.example\n",
						    from);
				if (i != from)
					str_printfa(text, "d%07u.example\n", i);
			}
			file_write_data("m", str_data(text), str_len(text));
			T_BEGIN {
				const char *result = look("m", t_strdup_printf(
					"d%07u.example", from));

				test_assert_idx(strcmp(result, "own") == 0 ||
					strncmp(result, "it has more", 11) == 0,
					from);
				test_assert_idx(strcmp(look("m", "none"),
						       "foreign") != 0 ||
						from == to, from);
			} T_END;
		}
	}
	str_free(&text);
	test_end();
}

/* All sizes of a first line, so that lines begin at all places in a block. */
static void test_bounce_domain_file_long_lines(void)
{
	string_t *text = str_new(default_pool, 1024 * 64);
	unsigned int i, j;

	test_begin("bounce domain file long lines");
	for (i = 1; i < BOUNCE_DOMAIN_FILE_MAX_LINE_SIZE; i += 37) {
		str_truncate(text, 0);
		for (j = 0; j < 10; j++) {
			str_append_c(text, '#');
			while (str_len(text) % i != 0)
				str_append_c(text, '-');
			str_append_c(text, '\n');
		}
		for (j = 0; j < 400; j++)
			str_printfa(text, "d%03u.example\n", j);
		file_write_data("d", str_data(text), str_len(text));
		for (j = 0; j < 400; j += 13) T_BEGIN {
			test_assert_strcmp_idx(look("d", t_strdup_printf(
				"d%03u.example", j)), "own", i);
			test_assert_strcmp_idx(look("d", t_strdup_printf(
				"d%03ux.example", j)), "foreign", i);
		} T_END;
	}
	str_free(&text);
	test_end();
}

static void test_bounce_domain_file_equal_lines(void)
{
	string_t *text = str_new(default_pool, 1024 * 1024);
	unsigned int i;

	test_begin("bounce domain file of equal lines");
	for (i = 0; i < 100000; i++)
		str_append(text, "b.example\n");
	file_write_data("d", str_data(text), str_len(text));
	test_assert_strcmp(look("d", "a.example"), "foreign");
	test_assert_strcmp(look("d", "b.example"), "own");
	test_assert_strcmp(look("d", "c.example"), "foreign");
	str_free(&text);
	test_end();
}

#define FRESH "it was changed less than 6 seconds ago, and may be half written"

static void test_bounce_domain_file_broken(void)
{
	static const struct {
		const char *text, *error;
	} tests[] = {
		{ "", "it is empty" },
		{ "a.org\nb.or", "its last line has no end: "
		  "it may be half written" },
		{ "a.org\nb..org\nc.org\n", "line 2: 'b..org' is not a domain "
		  "name" },
		{ "a.org\nb org\n", "line 2: 'b org' is not a domain name" },
		{ "a.org\n\001\n", "line 2: '?' is not a domain name" },
		{ "a.org\n<html>\n", "line 2: '<html>' is not a domain name" },
		{ "a.org\n.\n", "line 2: '.' is not a domain name" },
		{ "a.org\n..b\n", "line 2: '..b' is not a domain name" },
		{ "b.org\na.org\nb\xff.org\n", "line 3: 'b\xef\xbf\xbd.org' "
		  "is not a domain name" }
	};
	string_t *text = str_new(default_pool, 200000);
	unsigned int i, j;

	test_begin("bounce domain file broken");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		file_write("d", tests[i].text);
		for (j = 0; j < 2; j++) {
			/* what is there is ours, as far as it is found */
			if (tests[i].text[0] == 'a') {
				test_assert_strcmp_idx(look("d", "a.org"),
						       "own", i);
			}
			test_assert_strcmp_idx(look("d", "x.org"),
					       tests[i].error, i);
		}
	}
	/* what is behind the bad line of a large one, too */
	file_write_many("many", "a..b\n", 2000, "");
	for (j = 0; j < 2; j++) {
		test_assert_strcmp_idx(look("many", "d0002000.example"), "own",
				       j);
		test_assert_strcmp_idx(look("many", "x.org"), "line 1: "
			"'a..b' is not a domain name", j);
	}
	/* what was cut is not what it looks like */
	file_write("d", "a.org\nb.co");
	test_assert(strcmp(look("d", "b.co"), "own") != 0);

	file_write_data("d", "a.org\0\nb.org\n", 13);
	test_assert(strstr(look("d", "x.org"), "line 1: ") != NULL);
	/* a line that does not end */
	for (i = 0; i < 200000; i++)
		str_append_c(text, 'a');
	file_write_data("d", str_data(text), str_len(text));
	test_assert(strstr(look("d", "x.org"), "line 1: 'aaaa") != NULL);
	str_append(text, "\nb.org\n");
	file_write_data("d", str_data(text), str_len(text));
	test_assert(strstr(look("d", "x.org"), "line 1: 'aaaa") != NULL);
	/* a comment just too long, and one that is not */
	str_truncate(text, 0);
	str_append_c(text, '#');
	while (str_len(text) < BOUNCE_DOMAIN_FILE_MAX_LINE_SIZE)
		str_append_c(text, '-');
	file_write("d", t_strconcat(str_c(text), "\na.org\n", NULL));
	test_assert(strstr(look("d", "x.org"), "line 1: '#--") != NULL);
	file_write("d", t_strconcat(str_c(text) + 1, "\na.org\n", NULL));
	test_assert(strstr(look("d", "x.org"), "line 1: '---") != NULL);
	str_truncate(text, BOUNCE_DOMAIN_FILE_MAX_LINE_SIZE - 1);
	file_write("d", t_strconcat(str_c(text), "\na.org\n", NULL));
	test_assert_strcmp(look("d", "x.org"), "foreign");
	str_free(&text);
	test_end();
}

/* The end of a line that is too long is not a line. */
static void test_bounce_domain_file_long_line_end(void)
{
	string_t *text = str_new(default_pool, 4096);

	test_begin("bounce domain file with the end of a long line");
	/* a search reads 2000 octets around the middle of the file first */
	while (str_len(text) < 1000)
		str_append_c(text, 'x');
	str_append(text, "b.example");
	while (str_len(text) < 2500)
		str_append_c(text, ' ');
	str_append_c(text, '\n');
	while (str_len(text) < 4000)
		str_append(text, "c.example\n");
	file_write_data("d", str_data(text), 4000);
	test_assert(strstr(look("d", "b.example"), "line 1: 'xxx") != NULL);
	str_free(&text);
	test_end();
}

static void test_bounce_domain_file_missing(void)
{
	const char *error;

	test_begin("bounce domain file missing");
	test_assert_strcmp(look("none", "a.org"),
			   "it cannot be opened: No such file or directory");
	test_assert(bounce_domain_file_check(path_of("none"), FALSE,
					     &error) < 0);
	test_assert_strcmp(look(".", "a.org"), "it is not a regular file");
	test_assert(bounce_domain_file_check(path_of("."), TRUE, &error) < 0);
	if (mkfifo(path_of("fifo"), 0600) < 0)
		i_fatal("mkfifo() failed: %m");
	test_assert_strcmp(look("fifo", "a.org"), "it is not a regular file");
	file_write("d", "a.org\n");
	test_assert(bounce_domain_file_check(path_of("d"), TRUE, &error) == 0);
	if (geteuid() != 0) {
		if (chmod(path_of("d"), 0) < 0)
			i_fatal("chmod() failed: %m");
		test_assert_strcmp(look("d", "a.org"),
			"it cannot be opened: Permission denied");
	}
	if (unlink(path_of("d")) < 0)
		i_fatal("unlink() failed: %m");
	test_assert_strcmp(look("d", "a.org"),
			   "it cannot be opened: No such file or directory");
	file_write("d", "");
	if (truncate(path_of("d"), BOUNCE_DOMAIN_FILE_MAX_SIZE + 1) < 0)
		i_fatal("truncate() failed: %m");
	test_assert_strcmp(look("d", "a.org"), "it is larger than 256 MB");
	test_end();
}

static void test_bounce_domain_file_changed(void)
{
	const char *error;

	test_begin("bounce domain file changed");
	file_write("d", "a.org\nb.org\n");
	test_assert_strcmp(look("d", "c.org"), "foreign");
	/* written a moment ago */
	file_set_age("d", 0);
	test_assert_strcmp(look("d", "c.org"), FRESH);
	test_assert_strcmp(look("d", "a.org"), "own");
	file_set_age("d", -3);
	test_assert_strcmp(look("d", "c.org"), FRESH);
	/* a check of it remembers nothing: the next write may not show */
	file_write("d", "a.org\nb..org\n");
	file_set_age("d", 0);
	test_assert(bounce_domain_file_check(path_of("d"), TRUE, &error) < 0);
	file_write("d", "a.org\nb.org\n");
	file_set_age("d", 0);
	test_assert(bounce_domain_file_check(path_of("d"), TRUE, &error) == 0);
	/* a clock that is far off is none */
	file_set_age("d", -1000);
	test_assert_strcmp(look("d", "c.org"), "foreign");

	/* in place, of the same size; then longer, then shorter */
	file_write("d", "a.org\nc.org\n");
	test_assert_strcmp(look("d", "c.org"), "own");
	test_assert_strcmp(look("d", "b.org"), "foreign");
	file_write("d", "a.org\nc.org\nb.org\n");
	test_assert_strcmp(look("d", "b.org"), "own");
	test_assert_strcmp(look("d", "d.org"), "foreign");
	file_write("d", "b.org\n");
	test_assert_strcmp(look("d", "b.org"), "own");
	test_assert_strcmp(look("d", "a.org"), "foreign");

	/* replaced by one that is as old */
	file_write("e", "a.org\n");
	if (rename(path_of("e"), path_of("d")) < 0)
		i_fatal("rename() failed: %m");
	test_assert_strcmp(look("d", "a.org"), "own");
	test_assert_strcmp(look("d", "b.org"), "foreign");
	/* emptied */
	file_write("d", "");
	test_assert_strcmp(look("d", "a.org"), "it is empty");
	file_write("d", "a.org\n");
	test_assert_strcmp(look("d", "b.org"), "foreign");
	test_end();
}

/* how often a file may be read before it cannot be; -1: always */
static int reads_left = -1;
/* what is returned then: 0 as at the end of a file, or -1 */
static int read_result;
/* only one read fails */
static bool read_once;
/* how many reads of the file "d" find it changed afterwards */
static unsigned int reads_changed;

/* In place of libdovecot's. */
int pread_full(int fd, void *data, size_t size, off_t offset)
{
	static int (*next)(int, void *, size_t, off_t) = NULL;
	void *symbol;

	if (next == NULL) {
		symbol = dlsym(RTLD_NEXT, "pread_full");
		memcpy(&next, &symbol, sizeof(next));
	}
	if (reads_left == 0) {
		if (read_once)
			reads_left = -1;
		errno = EIO;
		return read_result;
	}
	if (reads_left > 0)
		reads_left--;
	if (reads_changed > 0)
		file_set_age("d", 100 + reads_changed--);
	return next(fd, data, size, offset);
}

/* It is cut, or the disk fails, after its size has been read. */
static void test_bounce_domain_file_cut(void)
{
	static const struct {
		int reads, result;
		const char *error;
	} tests[] = {
		{ 0, 0, "it is being changed" },
		{ 1, 0, "it is being changed" },
		{ 0, -1, "it cannot be read: Input/output error" },
		{ 1, -1, "it cannot be read: Input/output error" },
		/* when all its lines are read */
		{ 3, 0, "it is being changed" },
		{ 3, -1, "it cannot be read: Input/output error" },
	};
	const char *error;
	unsigned int i;

	test_begin("bounce domain file that is cut");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		file_write("d", "b.org\n");
		reads_left = tests[i].reads;
		read_result = tests[i].result;
		test_assert_strcmp_idx(look("d", "a.org"), tests[i].error, i);
		file_write_many("large", "", 100000, "");
		reads_left = tests[i].reads;
		test_assert_idx(bounce_domain_file_check(path_of("large"),
			FALSE, &error) < 0, i);
		test_assert_strcmp_idx(error, tests[i].error, i);
		reads_left = -1;
	}
	/* it is cut, and then as long as before */
	reads_left = 1;
	read_result = 0;
	read_once = TRUE;
	test_assert(bounce_domain_file_check(path_of("large"), TRUE,
					     &error) < 0);
	test_assert_strcmp(error, "it is being changed");
	test_end();
}

/* A lookup reads this file once if it finds the domain. */
static void test_bounce_domain_file_keeps_changing(void)
{
	test_begin("bounce domain file that keeps changing");
	file_write("d", "a.org\n");
	reads_changed = 2;
	test_assert_strcmp(look("d", "a.org"), "own");
	reads_changed = 3;
	test_assert_strcmp(look("d", "a.org"), "it is being changed");
	test_assert(reads_changed == 0);
	test_end();
}

/* More files than are remembered, some of them not sorted. */
static void test_bounce_domain_file_cache(void)
{
	const char *name;
	unsigned int i, j;

	test_begin("bounce domain file cache");
	for (i = 0; i < 2 * BOUNCE_DOMAIN_FILE_MAX_CACHED; i++) T_BEGIN {
		name = t_strdup_printf("cache%u", i);
		file_write(name, t_strdup_printf("%sd%u.example\n",
			i % 2 == 0 ? "" : "z.example\n", i));
	} T_END;
	for (j = 0; j < 3; j++) {
		for (i = 0; i < 2 * BOUNCE_DOMAIN_FILE_MAX_CACHED; i++) T_BEGIN {
			name = t_strdup_printf("cache%u", i);
			test_assert_strcmp_idx(look(name, t_strdup_printf(
				"d%u.example", i)), "own", i);
			test_assert_strcmp_idx(look(name, "none.example"),
					       "foreign", i);
		} T_END;
	}
	test_end();
}

static void test_bounce_domain_file_teardown(void)
{
	const char *error;

	bounce_domain_files_deinit();
	if (unlink_directory(test_dir, UNLINK_DIRECTORY_FLAG_RMDIR,
			     &error) < 0)
		i_fatal("unlink_directory(%s) failed: %s", test_dir, error);
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_domain_file_lookup,
		test_bounce_domain_file_many,
		test_bounce_domain_file_unsorted,
		test_bounce_domain_file_check_large,
		test_bounce_domain_file_moved_line,
		test_bounce_domain_file_long_lines,
		test_bounce_domain_file_equal_lines,
		test_bounce_domain_file_broken,
		test_bounce_domain_file_long_line_end,
		test_bounce_domain_file_missing,
		test_bounce_domain_file_changed,
		test_bounce_domain_file_cut,
		test_bounce_domain_file_keeps_changing,
		test_bounce_domain_file_cache,
		test_bounce_domain_file_teardown,
		NULL
	};

	if (mkdtemp(test_dir) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", test_dir);
	return test_run(test_functions);
}
