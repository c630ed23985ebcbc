#ifndef BOUNCE_DOMAIN_WORDS_H
#define BOUNCE_DOMAIN_WORDS_H

/* How an admin says which domains are ours. */

struct bounce_domains;
struct bounce_domain_source;

/* Where they are in a dict, if nothing else is said. */
#define BOUNCE_DOMAIN_WORDS_DICT_PREFIX "backscatter/domain"

struct bounce_domain_words {
	/* Those that were named; NULL: nothing was said at all. */
	struct bounce_domains *list;
	/* Absolute paths of files of them, ended by NULL; NULL: none. */
	const char *const *files;
	/* They are in the user's dict too, below this; NULL: they are not. */
	const char *dict;
};

/* Takes words that are separated by white space or commas: a domain as
   bounce_domains_parse() has them; the absolute path of a file of them, also as
   "file:/path" and "</path"; "dict:" or "dict:PREFIX". What follows '#' up to
   the end of the line is a comment. Returns 0, or -1 with an error (data stack)
   that names the bad word. words_r is allocated from the pool. */
int bounce_domain_words_parse(pool_t pool, const char *value,
			      struct bounce_domain_words *words_r,
			      const char **error_r);

/* The domains that were told for one message: the list, the files, and one more
   source, NULL for none. NULL if nothing was told. words must live as long as
   the pool. */
struct bounce_domains *
bounce_domain_words_open(pool_t pool, const struct bounce_domain_words *words,
			 struct bounce_domain_source *other);

#endif
