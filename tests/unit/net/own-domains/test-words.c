/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "unlink-directory.h"
#include "write-full.h"
#include "own-domains/file.h"
#include "own-domains/words.h"
#include "test-common.h"

#include <fcntl.h>
#include <sys/time.h>
#include <unistd.h>

static char test_dir[] = "/tmp/test-bounce-domain-words.XXXXXX";

static void test_bounce_domain_words_parse(void)
{
	static const struct {
		const char *value;
		/* ours and not ours by the list alone; NULL: not asked */
		const char *own, *foreign;
		/* joined by a space */
		const char *files, *dict;
	} tests[] = {
		{ "", NULL, "example.org", NULL, NULL },
		{ "example.org .example.net", "a.example.net", "a.example.org",
		  NULL, NULL },
		{ "/etc/domains", NULL, "etc", "/etc/domains", NULL },
		{ "file:/etc/domains", NULL, NULL, "/etc/domains", NULL },
		{ "</etc/domains", NULL, NULL, "/etc/domains", NULL },
		{ " .example.org,/a /b,\tfile:/c\r\n</d example.net ",
		  "example.net", "b", "/a /b /c /d", NULL },
		{ "/a#b", NULL, NULL, "/a#b", NULL },
		{ "dict:", NULL, NULL, NULL, "backscatter/domain" },
		{ "example.org dict:my/own /a", "example.org", NULL, "/a",
		  "my/own" },
		/* a file that Dovecot has put in place */
		{ "# ours\nexample.org\n  # no.example /x\n.example.net # no.example\n",
		  "a.example.net", "no.example", NULL, NULL },
		{ "#", NULL, "example.org", NULL, NULL },
		{ "dict.example", "dict.example", "example", NULL, NULL },
		{ "b\xc3\xbc""cher.example", "xn--bcher-kva.example", NULL, NULL,
		  NULL }
	};
	struct bounce_domain_words words;
	const char *error;
	unsigned int i;

	test_begin("bounce domain words parse");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 256);

		test_assert_idx(bounce_domain_words_parse(pool, tests[i].value,
				&words, &error) == 0, i);
		test_assert_idx(words.list != NULL, i);
		test_assert_idx(tests[i].own == NULL ||
			bounce_domains_match(words.list, tests[i].own), i);
		test_assert_idx(tests[i].foreign == NULL ||
			!bounce_domains_match(words.list, tests[i].foreign), i);
		test_assert_strcmp_idx(words.files == NULL ? NULL :
			t_strarray_join(words.files, " "), tests[i].files, i);
		test_assert_strcmp_idx(words.dict, tests[i].dict, i);
		pool_unref(&pool);
	}
	test_end();
}

/* All that was said is kept to be shown, if it is short and on one line. */
static void test_bounce_domain_words_text(void)
{
	struct bounce_domain_words words;
	pool_t pool = pool_alloconly_create("test", 4096);
	char value[BOUNCE_DOMAIN_WORDS_MAX_TEXT + 2];
	const char *error;

	test_begin("bounce domain words text");
	test_assert(bounce_domain_words_parse(pool, "a.org, /b", &words,
					      &error) == 0);
	test_assert_strcmp(words.text, "a.org, /b");
	test_assert(bounce_domain_words_parse(pool, "a.org\nb.org", &words,
					      &error) == 0);
	test_assert(words.text == NULL);
	memset(value, ' ', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	test_assert(bounce_domain_words_parse(pool, value, &words,
					      &error) == 0);
	test_assert(words.text == NULL);
	test_assert(bounce_domain_words_parse(pool, value + 1, &words,
					      &error) == 0);
	test_assert_strcmp(words.text, value + 1);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_domain_words_error(void)
{
	static const struct {
		const char *value, *error;
	} tests[] = {
		{ "file:domains", "'domains' is not an absolute path" },
		{ "file:", "'' is not an absolute path" },
		{ "example.org <domains", "'domains' is not an absolute path" },
		{ "dict: dict:", "dict: is there twice" },
		{ "a/b", "'a/b' is not a domain name" },
		{ "example.org a..b", "'a..b' is not a domain name" },
		{ "b\xc3""cher.example", "is not a domain name" }
	};
	struct bounce_domain_words words;
	const char *error;
	unsigned int i;

	test_begin("bounce domain words error");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 256);

		error = "";
		test_assert_idx(bounce_domain_words_parse(pool, tests[i].value,
				&words, &error) < 0, i);
		/* the error stays where it is */
		memset(t_malloc_no0(256), 'x', 256);
		test_assert_idx(strstr(error, tests[i].error) != NULL, i);
		pool_unref(&pool);
	}
	test_end();
}

/* Of a long word, 80 characters are shown. */
static void test_bounce_domain_words_long_error(void)
{
	struct bounce_domain_words words;
	pool_t pool = pool_alloconly_create("test", 1024);
	const char *error;
	char word[82];

	test_begin("bounce domain words error of a long word");
	memset(word, 'x', sizeof(word) - 1);
	word[81] = '\0';
	test_assert(bounce_domain_words_parse(pool, t_strconcat("file:", word,
			NULL), &words, &error) < 0);
	test_assert(strstr(error, word) == NULL);
	word[80] = '\0';
	test_assert(bounce_domain_words_parse(pool, t_strconcat("file:", word,
			NULL), &words, &error) < 0);
	test_assert(strstr(error, word) != NULL);
	pool_unref(&pool);
	test_end();
}

static const char *test_file(const char *name, const char *text)
{
	const struct timeval times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
	const char *path = t_strconcat(test_dir, "/", name, NULL);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write_full(fd, text, strlen(text)) < 0 ||
	    close(fd) < 0 || utimes(path, times) < 0)
		i_fatal("write(%s) failed: %m", path);
	return path;
}

static int
test_source_lookup(struct bounce_domain_source *source ATTR_UNUSED,
		   const char *const *keys, const char **error_r ATTR_UNUSED)
{
	return str_array_find(keys, ".e.org") ? 1 : 0;
}

static void test_bounce_domain_words_open(void)
{
	pool_t pool = pool_alloconly_create("test", 1024);
	struct bounce_domain_source source = { .lookup = test_source_lookup };
	struct bounce_domain_words words;
	struct bounce_domains *domains;
	const char *error, *value;

	test_begin("bounce domain words open");
	i_zero(&words);
	test_assert(bounce_domain_words_open(pool, &words, NULL) == NULL);
	if (mkdtemp(test_dir) == NULL)
		i_fatal("mkdtemp(%s) failed: %m", test_dir);
	value = t_strdup_printf(".c.org %s %s", test_file("d", "a.org\n"),
				test_file("e", ".b.org\n"));
	test_assert(bounce_domain_words_parse(pool, value, &words,
					      &error) == 0);
	domains = bounce_domain_words_open(pool, &words, NULL);
	test_assert(bounce_domains_match(domains, "a.org"));
	test_assert(bounce_domains_match(domains, "x.b.org"));
	test_assert(bounce_domains_match(domains, "x.c.org"));
	test_assert(bounce_domains_lookup(domains, "x.e.org") ==
		    BOUNCE_DOMAINS_FOREIGN);
	domains = bounce_domain_words_open(pool, &words, &source);
	test_assert(bounce_domains_match(domains, "a.org"));
	test_assert(bounce_domains_match(domains, "x.e.org"));
	test_assert(bounce_domains_lookup(domains, "d.org") ==
		    BOUNCE_DOMAINS_FOREIGN);
	i_zero(&words);
	domains = bounce_domain_words_open(pool, &words, &source);
	test_assert(bounce_domains_match(domains, "x.e.org"));
	test_assert(!bounce_domains_match(domains, "a.org"));
	bounce_domain_files_deinit();
	pool_unref(&pool);
	if (unlink_directory(test_dir, UNLINK_DIRECTORY_FLAG_RMDIR,
			     &error) < 0)
		i_fatal("unlink_directory(%s) failed: %s", test_dir, error);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_domain_words_parse,
		test_bounce_domain_words_text,
		test_bounce_domain_words_error,
		test_bounce_domain_words_long_error,
		test_bounce_domain_words_open,
		NULL
	};
	return test_run(test_functions);
}
