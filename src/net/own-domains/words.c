/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "base/sanitize.h"
#include "own-domains/file.h"
#include "own-domains/words.h"
#include "name/own-domains.h"

#define WORD_SEPARATORS ", \t\r\n"
#define WORD_ERROR_MAX_SIZE 80

struct domain_words_parser {
	pool_t pool;
	struct bounce_domain_words *words;
	/* the words that are domains, for bounce_domains_parse() */
	string_t *list;
	ARRAY_TYPE(const_string) files;
};

static int
words_add_file(struct domain_words_parser *parser, const char *path,
	       const char **error_r)
{
	if (*path != '/') {
		*error_r = t_strdup_printf("'%s' is not an absolute path",
			t_bounce_sanitize_text(path, WORD_ERROR_MAX_SIZE));
		return -1;
	}
	path = p_strdup(parser->pool, path);
	array_push_back(&parser->files, &path);
	return 0;
}

static int
words_add(struct domain_words_parser *parser, const char *word,
	  const char **error_r)
{
	if (*word == '/')
		return words_add_file(parser, word, error_r);
	if (*word == '<')
		return words_add_file(parser, word + 1, error_r);
	if (strncmp(word, "file:", 5) == 0)
		return words_add_file(parser, word + 5, error_r);
	if (strncmp(word, "dict:", 5) != 0) {
		str_append(parser->list, word);
		str_append_c(parser->list, ' ');
		return 0;
	}
	if (parser->words->dict != NULL) {
		*error_r = "dict: is there twice";
		return -1;
	}
	parser->words->dict = p_strdup(parser->pool, word[5] != '\0' ?
		word + 5 : BOUNCE_DOMAIN_WORDS_DICT_PREFIX);
	return 0;
}

static int
words_split(struct domain_words_parser *parser, const char *value,
	    const char **error_r)
{
	size_t size;
	int ret = 0;

	for (;; value += size) {
		value += strspn(value, WORD_SEPARATORS);
		if (*value == '\0')
			return 0;
		if (*value == '#') {
			size = strcspn(value, "\n");
			continue;
		}
		size = strcspn(value, WORD_SEPARATORS);
		T_BEGIN {
			ret = words_add(parser, t_strndup(value, size),
					error_r);
		} T_END_PASS_STR_IF(ret < 0, error_r);
		if (ret < 0)
			return -1;
	}
}

int bounce_domain_words_parse(pool_t pool, const char *value,
			      struct bounce_domain_words *words_r,
			      const char **error_r)
{
	struct domain_words_parser parser = { .pool = pool, .words = words_r };
	int ret;

	i_zero(words_r);
	if (strlen(value) <= BOUNCE_DOMAIN_WORDS_MAX_TEXT &&
	    strchr(value, '\n') == NULL)
		words_r->text = p_strdup(pool, value);
	parser.list = str_new(default_pool, 256);
	p_array_init(&parser.files, pool, 1);
	ret = words_split(&parser, value, error_r);
	if (ret == 0) {
		ret = bounce_domains_parse(pool, str_c(parser.list),
					   &words_r->list, error_r);
	}
	str_free(&parser.list);
	if (array_count(&parser.files) > 0) {
		array_append_zero(&parser.files);
		words_r->files = array_front(&parser.files);
	}
	return ret;
}

struct bounce_domains *
bounce_domain_words_open(pool_t pool, const struct bounce_domain_words *words,
			 struct bounce_domain_source *other)
{
	ARRAY(struct bounce_domain_source *) sources;
	struct bounce_domain_source *source;
	const char *const *path;

	if (words->files == NULL && other == NULL)
		return words->list;
	p_array_init(&sources, pool, 2);
	for (path = words->files; path != NULL && *path != NULL; path++) {
		source = bounce_domain_file_source(pool, *path);
		array_push_back(&sources, &source);
	}
	if (other != NULL)
		array_push_back(&sources, &other);
	array_append_zero(&sources);
	return bounce_domains_with_sources(pool, words->list,
					   array_front(&sources));
}
