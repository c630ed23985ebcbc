#ifndef DOVEADM_BACKSCATTER_CONF_H
#define DOVEADM_BACKSCATTER_CONF_H

/* The configuration of Dovecot as doveconf -n prints it: the settings for one
   protocol that are not the defaults, those of other plugins, too. A name is
   the path through the sections, separated by "/": "plugin/sieve_plugins",
   "sieve_script x/path". */

struct backscatter_conf_setting {
	const char *name, *value;
};

struct backscatter_conf {
	ARRAY(struct backscatter_conf_setting) settings;
};

/* Run doveconf for a protocol, and read what it prints. All memory is from the
   pool. Returns 0, or -1 with an error (data stack). */
int backscatter_conf_read(pool_t pool, const char *protocol,
			  const struct backscatter_conf **conf_r,
			  const char **error_r);

/* Returns the value of a setting, or NULL if it is not in the configuration.
   The first one counts if there are several. */
const char *
backscatter_conf_get(const struct backscatter_conf *conf, const char *name);
/* Returns TRUE if there is a setting of this name, or a section whose name
   begins with it. */
bool backscatter_conf_begins(const struct backscatter_conf *conf,
			     const char *name);
/* Returns TRUE if a list contains a word. It may be written as "name = a b" or
   as "name { a = yes }". */
bool backscatter_conf_has(const struct backscatter_conf *conf,
			  const char *name, const char *word);

#endif
