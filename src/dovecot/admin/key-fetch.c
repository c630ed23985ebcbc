/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "fdatasync-path.h"
#include "write-full.h"
#include "iso8601-date.h"
#include "dns/dns.h"
#include "keys/key-dir.h"
#include "admin/key-survey.h"
#include "user/keys.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The record is written to the file as it is, so it must be one line of
   printable ASCII. */
static int
fetch_check_text(const struct bounce_dns_record *record, const char **error_r)
{
	size_t i;

	for (i = 0; i < record->size; i++) {
		if (record->data[i] < 32 || record->data[i] > 126) {
			*error_r = "the record is not plain text";
			return -1;
		}
	}
	return 0;
}

static int
fetch_write(int fd, const struct bounce_dns_record *record,
	    const char **error_r)
{
	time_t now = time(NULL);
	const char *text = t_strdup_printf("; from DNS, %s\n%s\n",
		iso8601_date_create_tm(gmtime(&now), INT_MAX),
		t_strndup(record->data, record->size));

	/* the umask does not matter: the processes that deliver must be able to
	   read it */
	if (write_full(fd, text, strlen(text)) < 0 ||
	    fchmod(fd, 0644) < 0 || fsync(fd) < 0) {
		*error_r = t_strdup_printf("it cannot be written: %m");
		return -1;
	}
	return 0;
}

/* The file gets its name only when it is complete. A file that has this name
   already is not replaced: link() fails then. */
static int
fetch_save(const char *dir, const char *path,
	   const struct bounce_dns_record *record, const char **error_r)
{
	const char *temp = t_strdup_printf("%s/.fetch.XXXXXX", dir);
	char *temp_path = t_strdup_noconst(temp);
	int fd, ret;

	fd = mkstemp(temp_path);
	if (fd < 0) {
		*error_r = t_strdup_printf("mkstemp(%s) failed: %m", temp_path);
		return -1;
	}
	ret = fetch_write(fd, record, error_r);
	if (ret == 0 && link(temp_path, path) < 0) {
		*error_r = t_strdup_printf("link(%s) failed: %m", path);
		ret = -1;
	}
	i_unlink(temp_path);
	i_close_fd(&fd);
	(void)fdatasync_path(dir);
	return ret;
}

/* Returns 1 if the directory has this key, 0 if it has no key of that name, or
   -1 with an error (data stack) if it has a different one or cannot be read. */
static int
fetch_compare(const char *dir_path, const char *selector, const char *domain,
	      const struct bounce_key *key, const char **error_r)
{
	struct bounce_key_dir *dir = bounce_key_dir_init(dir_path);
	enum bounce_key_status status;
	struct bounce_key *old;
	int ret;

	ret = bounce_key_dir_lookup(dir, t_str_lcase(selector),
				    t_str_lcase(domain), &status, &old,
				    error_r);
	if (ret > 0 &&
	    (old == NULL || !bounce_crypto_key_equals(old, key))) {
		*error_r = "there is another key in the directory, which was "
			"left as it is";
		ret = -1;
	}
	if (ret != 0 && old != NULL)
		bounce_key_unref(&old);
	bounce_key_dir_deinit(&dir);
	return ret;
}

static int
fetch_ask(const struct backscatter_settings *set, const char *name, pool_t pool,
	  struct bounce_key **key_r, struct bounce_dns_record *record_r,
	  const char **error_r)
{
	struct bounce_dns_query query = {
		.type = BOUNCE_DNS_TYPE_TXT,
		.name = name
	};
	const char *error;
	unsigned int record = 0;

	if (backscatter_dns_ask(set, pool, &query, 1, error_r) < 0)
		return -1;
	if (backscatter_key_from_dns(&query, key_r, &record,
				     &error) != BOUNCE_KEY_FOUND) {
		*error_r = t_strdup_printf("DNS: %s", error);
		return -1;
	}
	*record_r = query.records[record];
	return 0;
}

static int
fetch_key(const struct backscatter_settings *set, pool_t pool,
	  const char *selector, const char *domain, const char *name,
	  const char *path, const char **error_r)
{
	struct bounce_dns_record record;
	struct bounce_key *key;
	int ret;

	if (fetch_ask(set, name, pool, &key, &record, error_r) < 0)
		return -1;
	ret = fetch_compare(set->key_dir, selector, domain, key, error_r);
	bounce_key_unref(&key);
	if (ret != 0)
		return ret < 0 ? -1 : 0;
	return fetch_check_text(&record, error_r) < 0 ||
		fetch_save(set->key_dir, path, &record, error_r) < 0 ? -1 : 1;
}

int backscatter_keys_fetch(const struct backscatter_key_query *query,
			   const char *selector, const char *domain,
			   const char **path_r, const char **error_r)
{
	const struct backscatter_settings *set;
	const char *name;
	pool_t pool = pool_alloconly_create("backscatter keys fetch", 4096);
	int ret = -1;

	*path_r = "";
	if (backscatter_settings_get_global(query->event, query->getenv, pool,
					    &set, error_r) == 0 &&
	    backscatter_key_name(selector, domain, &name, error_r) == 0) {
		if (set->key_dir == NULL)
			*error_r = "backscatter_key_dir is not set";
		else {
			*path_r = t_strconcat(set->key_dir, "/", name, NULL);
			ret = fetch_key(set, pool, selector, domain, name,
					*path_r, error_r);
		}
	}
	pool_unref(&pool);
	return ret;
}
