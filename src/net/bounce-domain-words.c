/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "str-sanitize.h"
#include "bounce-domains.h"
#include "bounce-domain-words.h"

#define WORD_SEPARATORS ", \t\r\n"
#define WORD_ERROR_MAX_SIZE 80

struct domain_words_parser {
	pool_t pool;
	struct bounce_domain_words *words;
	/* the words that are domains, for bounce_domains_parse() */
	string_t *list;
	ARRAY_TYPE(const_string) files;
};

/* The path, or NULL if the word does not stand for a file. */
static const char *word_get_path(const char *word)
{
	if (*word == '<')
		return word + 1;
	if (strncmp(word, "file:", 5) == 0)
		return word + 5;
	return *word == '/' ? word : NULL;
}

static int
words_add_file(struct domain_words_parser *parser, const char *path,
	       const char **error_r)
{
	if (*path != '/') {
		*error_r = t_strdup_printf("'%s' is not an absolute path",
			str_sanitize(path, WORD_ERROR_MAX_SIZE));
		return -1;
	}
	if (!array_is_created(&parser->files))
		p_array_init(&parser->files, parser->pool, 2);
	path = p_strdup(parser->pool, path);
	array_push_back(&parser->files, &path);
	return 0;
}

static int
words_add_dict(struct domain_words_parser *parser, const char *prefix,
	       const char **error_r)
{
	if (parser->words->dict != NULL) {
		*error_r = "dict: is there twice";
		return -1;
	}
	if (*prefix == '\0')
		prefix = BOUNCE_DOMAIN_WORDS_DICT_PREFIX;
	parser->words->dict = p_strdup(parser->pool, prefix);
	return 0;
}

static int
words_add(struct domain_words_parser *parser, const char *word,
	  const char **error_r)
{
	const char *path = word_get_path(word);

	if (path != NULL)
		return words_add_file(parser, path, error_r);
	if (strncmp(word, "dict:", 5) == 0)
		return words_add_dict(parser, word + 5, error_r);
	str_append(parser->list, word);
	str_append_c(parser->list, ' ');
	return 0;
}

static int
words_split(struct domain_words_parser *parser, const char *value,
	    const char **error_r)
{
	size_t size;
	int ret;

	for (;;) {
		value += strspn(value, WORD_SEPARATORS);
		if (*value == '\0')
			return 0;
		if (*value == '#') {
			value += strcspn(value, "\n");
			continue;
		}
		size = strcspn(value, WORD_SEPARATORS);
		T_BEGIN {
			ret = words_add(parser, t_strndup(value, size),
					error_r);
		} T_END_PASS_STR_IF(ret < 0, error_r);
		if (ret < 0)
			return -1;
		value += size;
	}
}

int bounce_domain_words_parse(pool_t pool, const char *value,
			      struct bounce_domain_words *words_r,
			      const char **error_r)
{
	struct domain_words_parser parser;
	int ret;

	i_zero(words_r);
	i_zero(&parser);
	parser.pool = pool;
	parser.words = words_r;
	parser.list = str_new(default_pool, 256);
	ret = words_split(&parser, value, error_r);
	if (ret == 0) {
		ret = bounce_domains_parse(pool, str_c(parser.list),
					   &words_r->list, error_r);
	}
	str_free(&parser.list);
	if (ret < 0)
		return -1;
	if (array_is_created(&parser.files)) {
		array_append_zero(&parser.files);
		words_r->files = array_front(&parser.files);
	}
	return 0;
}
