/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "fuzz-common.h"
#include "fuzz-dict.h"
#include "dict/state-dict.h"
#include "dict/dict-key.h"

static struct {
	const char *const *lines, *const *next;
	/* the last text that was set; its key is NULL if there is none */
	char *key, *text;
	unsigned int locks;
} fuzz_dict;

void fuzz_dict_init(const char *const *lines)
{
	i_assert(fuzz_dict.locks == 0);

	fuzz_dict.lines = fuzz_dict.next = lines;
	i_free(fuzz_dict.key);
	i_free(fuzz_dict.text);
}

int fuzz_dict_next(const char **value_r, const char **error_r)
{
	const char *line;

	*value_r = NULL;
	*error_r = "fuzz";
	if (*fuzz_dict.next == NULL)
		fuzz_dict.next = fuzz_dict.lines;
	if (*fuzz_dict.next == NULL)
		return 0;
	line = *fuzz_dict.next++;
	if (strcmp(line, "!") == 0)
		return -1;
	if (strcmp(line, "?") == 0)
		return 0;
	*value_r = line;
	return 1;
}

static bool fuzz_dict_is_below(const char *key, const char *prefix)
{
	/* what is below is one component */
	return strncmp(key, prefix, strlen(prefix)) == 0 &&
		strchr(key + strlen(prefix), '/') == NULL;
}

static void fuzz_dict_check_key(const char *key)
{
	i_assert(fuzz_dict_is_below(key, BACKSCATTER_KEY_PRIV_NUMBER) ||
		 fuzz_dict_is_below(key, BACKSCATTER_KEY_PRIV_TEXT));
}

int backscatter_dict_get(struct mail_user *user ATTR_UNUSED,
			 struct backscatter_dict **dict_r,
			 const char **error_r ATTR_UNUSED)
{
	/* nobody looks into it */
	*dict_r = (void *)&fuzz_dict;
	return 1;
}

void backscatter_dict_release(struct mail_user *user ATTR_UNUSED)
{
	i_assert(fuzz_dict.locks == 0);
}

int backscatter_dict_lookup(struct backscatter_dict *dict ATTR_UNUSED,
			    pool_t pool, const char *key,
			    const char **value_r, const char **error_r)
{
	int ret;

	fuzz_dict_check_key(key);
	if (fuzz_dict.key != NULL && strcmp(fuzz_dict.key, key) == 0) {
		*value_r = p_strdup(pool, fuzz_dict.text);
		return *value_r == NULL ? 0 : 1;
	}
	ret = fuzz_dict_next(value_r, error_r);
	*value_r = p_strdup(pool, *value_r);
	return ret;
}

int backscatter_dict_lookup_number(struct backscatter_dict *dict,
				   const char *key, uint64_t *value_r,
				   const char **error_r)
{
	const char *value;

	*value_r = 0;
	if (backscatter_dict_lookup(dict, pool_datastack_create(), key, &value,
				    error_r) < 0)
		return -1;
	if (value != NULL && str_to_uint64(value, value_r) < 0)
		*value_r = 0;
	return 0;
}

void backscatter_dict_inc(struct backscatter_dict *dict ATTR_UNUSED,
			  const char *key, long long diff ATTR_UNUSED,
			  unsigned int expire_secs ATTR_UNUSED)
{
	fuzz_dict_check_key(key);
}

void backscatter_dict_inc_numbers(struct backscatter_dict *dict ATTR_UNUSED,
				  const struct backscatter_dict_number *numbers,
				  unsigned int count,
				  unsigned int expire_secs ATTR_UNUSED)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		fuzz_dict_check_key(numbers[i].key);
}

void backscatter_dict_set(struct backscatter_dict *dict ATTR_UNUSED,
			  const char *key, const char *value,
			  unsigned int expire_secs ATTR_UNUSED)
{
	fuzz_dict_check_key(key);
	if (!fuzz_dict_is_below(key, BACKSCATTER_KEY_PRIV_TEXT))
		return;
	i_free(fuzz_dict.key);
	i_free(fuzz_dict.text);
	fuzz_dict.key = i_strdup(key);
	fuzz_dict.text = i_strdup(value);
}

void backscatter_dict_unset(struct backscatter_dict *dict, const char *key)
{
	backscatter_dict_set(dict, key, NULL, 0);
}

int backscatter_dict_flush(struct backscatter_dict *dict ATTR_UNUSED,
			   const char **error_r ATTR_UNUSED)
{
	return 0;
}

void backscatter_dict_tidy(struct backscatter_dict *dict ATTR_UNUSED,
			   const char *prefix ATTR_UNUSED,
			   const char *since ATTR_UNUSED,
			   time_t now ATTR_UNUSED)
{
}

void backscatter_dict_lock(struct backscatter_dict *dict ATTR_UNUSED)
{
	fuzz_dict.locks++;
}

void backscatter_dict_unlock(struct backscatter_dict *dict ATTR_UNUSED)
{
	if (fuzz_dict.locks > 0)
		fuzz_dict.locks--;
}
