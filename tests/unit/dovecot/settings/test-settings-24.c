/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "settings.h"
#include "name/own-domains.h"
#include "settings/settings-24.h"
#include "test-common.h"

static const struct setting_parser_info *info = &backscatter_setting_parser_info;

/* What Dovecot is told of a setting is what our own table says. */
static void test_backscatter_settings_24_agree(void)
{
	pool_t pool = pool_alloconly_create("test settings", 4096);
	struct backscatter_string_settings *set;
	const struct setting_define *def;
	const char *name, *def_value;
	unsigned int i;

	test_begin("backscatter settings 2.4 agree with the table");
	set = settings_defaults_dup(pool, info);
	for (i = 0; (name = backscatter_settings_name(i)) != NULL; i++) {
		def = &info->defines[i];
		test_assert_strcmp_idx(def->key, name, i);
		if (def->key == NULL)
			break;
		if (def->type == SET_FILTER_NAME)
			continue;
		test_assert_idx(def->type == SET_STR, i);
		def_value = *(const char *const *)
			CONST_PTR_OFFSET(set, def->offset);
		test_assert_strcmp_idx(def_value,
			backscatter_settings_default(i), i);
	}
	/* and one of Dovecot's own */
	test_assert_strcmp(info->defines[i].key, "recipient_delimiter");
	test_assert(info->defines[++i].key == NULL);
	test_assert(setting_parser_info_get_define_count(info) == i);
	pool_unref(&pool);
	test_end();
}

static bool
test_check(const char *key, const char *value,
	   struct backscatter_string_settings **set_r, pool_t pool,
	   const char **error_r)
{
	unsigned int i;

	*error_r = NULL;
	*set_r = settings_defaults_dup(pool, info);
	(*set_r)->pool = pool;
	if (key != NULL) {
		test_assert(setting_parser_info_find_key(info, key, &i));
		*(const char **)PTR_OFFSET(*set_r, info->defines[i].offset) =
			value;
	}
	return info->check_func(*set_r, pool, error_r);
}

static void test_backscatter_settings_24_check(void)
{
	pool_t pool = pool_alloconly_create("test settings", 4096);
	struct backscatter_string_settings *set;
	const char *error;

	test_begin("backscatter settings 2.4 check");
	test_assert(test_check(NULL, NULL, &set, pool, &error));
	test_assert(set->parsed.mode == BACKSCATTER_MODE_ENFORCE);
	test_assert(set->parsed.domains.list == NULL);

	test_assert(test_check("backscatter_domains", "example.org", &set,
			       pool, &error));
	test_assert(bounce_domains_match(set->parsed.domains.list, "example.org"));

	test_assert(test_check("recipient_delimiter", "-_", &set, pool,
			       &error));
	test_assert_strcmp(set->parsed.policy.recipient_delimiter, "-_");

	test_assert(!test_check("backscatter_mode", "on", &set, pool, &error));
	test_assert(strstr(error, "backscatter_mode = on: ") != NULL);

	/* with a %{variable}: nothing is known of it */
	test_assert(test_check("backscatter_mode", set_value_unknown, &set,
			       pool, &error));
	test_end();

	test_begin("backscatter settings 2.4 check a <file");
	/* where files are expanded this one is of a userdb: as it stands */
	test_assert(test_check("backscatter_domains", "</etc/domains", &set,
			       pool, &error));
	test_assert_strcmp(set->parsed.domains.files[0], "/etc/domains");
	settings_set_config_binary(SETTINGS_BINARY_DOVECONF);
	test_assert(test_check("backscatter_domains", "</etc/domains", &set,
			       pool, &error));
	test_assert(!test_check("backscatter_domains", "a..b", &set,
				pool, &error));
	settings_set_config_binary(SETTINGS_BINARY_OTHER);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_backscatter_settings_24_agree,
		test_backscatter_settings_24_check,
		NULL
	};
	return test_run(test_functions);
}
