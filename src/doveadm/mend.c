/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "base/compat.h"
#include "conf.h"
#include "mend.h"

#define MEND_BLOCK "plugin {\n"
#define MEND_BLOCK_END "}\n"
#define MEND_PLUGIN "sieve_backscatter"
#define MEND_EXTENSION "vnd.backscatter"

const char *backscatter_mend_plugins(const char *protocol)
{
	return t_strdup_printf(BACKSCATTER_CONF_TEXT(
		"protocol %s {\n"
		"  mail_plugins = $mail_plugins sieve backscatter\n}\n",
		"protocol %s {\n  mail_plugins {\n    sieve = yes\n"
		"    backscatter = yes\n  }\n}\n"), protocol);
}

const char *backscatter_mend_setting(const char *setting)
{
	return t_strdup_printf(BACKSCATTER_CONF_TEXT(
		MEND_BLOCK"  %s\n"MEND_BLOCK_END, "%s\n"), setting);
}

void backscatter_mend_append(string_t *conf, const char *mend)
{
	if (strncmp(mend, MEND_BLOCK, strlen(MEND_BLOCK)) == 0 &&
	    strstr(str_c(conf), MEND_BLOCK) != NULL) {
		str_truncate(conf, str_len(conf) - strlen(MEND_BLOCK_END));
		mend += strlen(MEND_BLOCK);
	}
	str_append(conf, mend);
}

/* Add a word to a list. 2.3 has only one value for it, which has to be written
   again, and 2.4 adds what is in a block. */
static const char *
mend_word(const struct backscatter_conf *conf ATTR_UNUSED, const char *name,
	  const char *word)
{
#ifdef HAVE_DOVEADM_PLUGIN_GETENV
	const char *value = backscatter_conf_get(conf, t_strconcat("plugin/",
								   name, NULL));

	return backscatter_mend_setting(t_strconcat(name, " = ",
		value == NULL ? "" : value,
		value == NULL || *value == '\0' ? "" : " ", word, NULL));
#else
	return t_strdup_printf("%s {\n  %s = yes\n}\n", name, word);
#endif
}

const char *backscatter_mend_sieve_plugin(const struct backscatter_conf *conf)
{
	return mend_word(conf, "sieve_plugins", MEND_PLUGIN);
}

const char *backscatter_mend_extension(const struct backscatter_conf *conf)
{
	const char *word = MEND_EXTENSION;

#ifdef HAVE_DOVEADM_PLUGIN_GETENV
	const char *value = backscatter_conf_get(conf,
						 "plugin/sieve_extensions");

	/* if no word of it has a sign, it names all that are enabled */
	if (value == NULL || *value == '\0' || strpbrk(value, "+-") != NULL)
		word = "+"MEND_EXTENSION;
#endif
	return mend_word(conf, "sieve_extensions", word);
}

const char *
backscatter_mend_script(const struct backscatter_conf *conf ATTR_UNUSED)
{
#ifdef HAVE_DOVEADM_PLUGIN_GETENV
	const char *name = "sieve_before";
	unsigned int i;

	for (i = 2; backscatter_conf_get(conf, t_strconcat("plugin/", name,
							   NULL)) != NULL; i++)
		name = t_strdup_printf("sieve_before%u", i);
	return backscatter_mend_setting(t_strconcat(name, " = ",
						    BACKSCATTER_SCRIPT, NULL));
#else
	return "sieve_script backscatter {\n  type = before\n"
		"  path = "BACKSCATTER_SCRIPT"\n}\n";
#endif
}
