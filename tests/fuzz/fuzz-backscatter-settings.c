/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The values of settings: lines "name = value".
   Covers: src/dovecot/settings/plugin-settings.c */

#include "fuzz-common.h"
#include "unichar.h"
#include "settings/plugin-settings.h"

static const char *fuzz_getter(void *context, const char *name)
{
	const char *const *lines = context;
	size_t size = strlen(name);

	for (; *lines != NULL; lines++) {
		if (strncmp(*lines, name, size) == 0 &&
		    strncmp(*lines + size, " = ", 3) == 0)
			return *lines + size + 3;
	}
	return NULL;
}

/* Made of the admin's own words: str_sanitize() leaves DEL in them. */
static void fuzz_error(const char *error)
{
	i_assert(error != NULL && uni_utf8_str_is_valid(error));
	for (; *error != '\0'; error++)
		i_assert((unsigned char)*error >= 0x20);
}

static void fuzz_settings(const struct backscatter_settings *set)
{
	i_assert(set->mode <= BACKSCATTER_MODE_ENFORCE);
	i_assert(set->key_dir == NULL || *set->key_dir == '/');
	i_assert(set->dns_timeout_msecs >= 100 &&
		 set->dns_timeout_msecs <= 60000);
	i_assert(set->policy.min_rsa_bits >= 1024 &&
		 set->policy.min_rsa_bits <= 16384);
	i_assert(set->policy.sender_match <= BOUNCE_SENDER_MATCH_ADDRESS);
	i_assert(set->policy.max_age >= 3600);
	i_assert(set->policy.trusted_networks != NULL);
	i_assert(set->burst_period >= 60);
	i_assert(set->spf <= BACKSCATTER_SPF_RESCUE);
	i_assert(set->policy.spf_rescue ==
		 (set->spf == BACKSCATTER_SPF_RESCUE));
	i_assert(set->reporter_spf <= 1);
	i_assert(*backscatter_mode_name(set->mode) != '\0');
}

/* A value that is well among others is well alone. */
static void
fuzz_values(pool_t pool, const char *const *lines,
	    struct backscatter_settings *set)
{
	const char *name, *value, *error;
	unsigned int i;

	for (i = 0; (name = backscatter_settings_name(i)) != NULL; i++) {
		i_assert(backscatter_settings_is_known(name));
		value = fuzz_getter((void *)lines, name);
		value = value == NULL ? "" : t_str_trim(value, " \t\r\n");
		if (*value == '\0')
			value = backscatter_settings_default(i);
		if (*value != '\0' &&
		    backscatter_settings_parse_value(pool, name, value, set,
						     &error) < 0)
			i_unreached();
	}
}

FUZZ_BEGIN_STR(const char *str)
{
	const char *const *lines = t_strsplit(str, "\n");
	struct backscatter_settings set;
	const char *error = NULL;
	pool_t pool = pool_allocfree_create("fuzz");

	if (backscatter_settings_parse(pool, fuzz_getter, (void *)lines, &set,
				       &error) < 0)
		fuzz_error(error);
	else {
		fuzz_settings(&set);
		fuzz_values(pool, lines, &set);
		fuzz_settings(&set);
	}
	for (; *lines != NULL; lines++)
		(void)backscatter_settings_is_known(*lines);
	pool_unref(&pool);
}
FUZZ_END
