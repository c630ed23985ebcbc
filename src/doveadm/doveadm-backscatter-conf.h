#ifndef DOVEADM_BACKSCATTER_CONF_H
#define DOVEADM_BACKSCATTER_CONF_H

/* Dovecot's configuration as doveconf prints it: what is set for a protocol,
   whichever plugin the settings are of. Names are paths through the sections,
   separated by "/": "plugin/sieve_plugins", "sieve_script x/path". */

struct backscatter_conf;

/* Ask doveconf. Returns 0, or -1 with an error (data stack). */
int backscatter_conf_read(pool_t pool, const char *protocol,
			  const struct backscatter_conf **conf_r,
			  const char **error_r);
/* Read doveconf's output. */
const struct backscatter_conf *
backscatter_conf_parse(pool_t pool, const char *text);

/* The value, or NULL. */
const char *
backscatter_conf_get(const struct backscatter_conf *conf, const char *name);
/* TRUE if a list has a word: "name = a b", or "name { a = yes }". */
bool backscatter_conf_has(const struct backscatter_conf *conf,
			  const char *name, const char *word);

/* The settings in turn; FALSE after the last. */
bool backscatter_conf_next(const struct backscatter_conf *conf,
			   unsigned int idx, const char **name_r,
			   const char **value_r);

#endif
