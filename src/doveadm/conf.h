#ifndef DOVEADM_BACKSCATTER_CONF_H
#define DOVEADM_BACKSCATTER_CONF_H

/* Dovecot's configuration as doveconf prints it: what is set for a protocol,
   whichever plugin the settings are of. Names are paths through the sections,
   separated by "/": "plugin/sieve_plugins", "sieve_script x/path". */

struct backscatter_conf_setting {
	const char *name, *value;
};

struct backscatter_conf {
	ARRAY(struct backscatter_conf_setting) settings;
};

/* Ask doveconf. What is read is the pool's. Returns 0, or -1 with an error (data
   stack). */
int backscatter_conf_read(pool_t pool, const char *protocol,
			  const struct backscatter_conf **conf_r,
			  const char **error_r);

/* The value, or NULL. */
const char *
backscatter_conf_get(const struct backscatter_conf *conf, const char *name);
/* TRUE if a list has a word: "name = a b", or "name { a = yes }". */
bool backscatter_conf_has(const struct backscatter_conf *conf,
			  const char *name, const char *word);

#endif
