#ifndef BOUNCE_WORDS_H
#define BOUNCE_WORDS_H

/* Parses the setting by which an admin says which domains are ours. */

struct bounce_domains;
struct bounce_domain_source;

/* The prefix of the domains in a dict, unless another one is given. */
#define BOUNCE_DOMAIN_WORDS_DICT_PREFIX "backscatter/domain"
#define BOUNCE_DOMAIN_WORDS_MAX_TEXT 500

struct bounce_domain_words {
	/* Those that were named; NULL: nothing was said at all. */
	struct bounce_domains *list;
	/* Absolute paths of files with domains, ended by NULL; NULL: there are
	   none. */
	const char *const *files;
	/* The prefix below which the user's dict has domains; NULL: it is not
	   asked. */
	const char *dict;
	/* All that was said, to be shown to the admin; NULL: nothing was, or it
	   is longer than MAX_TEXT octets or a line. */
	const char *text;
};

/* Parse words that are separated by white space or commas. A word is a domain
   as bounce_domains_parse() takes it; the absolute path of a file with domains,
   also as "file:/path" and "</path"; or "dict:" or "dict:PREFIX". A '#' begins
   a comment that ends with the line. What words_r points to is allocated from
   the pool. Returns 0, or -1 with an error (data stack) that names the bad
   word. */
int bounce_domain_words_parse(pool_t pool, const char *value,
			      struct bounce_domain_words *words_r,
			      const char **error_r);

/* Returns the domains for one message, from the pool: those of the list, of the
   files and of one more source, which may be NULL. Returns NULL if there is
   none of these. words has to live as long as the pool. */
struct bounce_domains *
bounce_domain_words_open(pool_t pool, const struct bounce_domain_words *words,
			 struct bounce_domain_source *other);

#endif
