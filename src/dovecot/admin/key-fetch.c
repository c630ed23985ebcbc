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
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

int backscatter_key_record_check(const struct bounce_dns_record *record,
				 const char **error_r)
{
	size_t i;

	for (i = 0; i < record->size; i++) {
		if (record->data[i] < 32 || record->data[i] > 126) {
			*error_r = "the record in DNS is not plain text. "
				"Publish it in ASCII, or write the file by "
				"hand.";
			return -1;
		}
	}
	return 0;
}

static int
key_file_write(int fd, const char *comment, const char *record,
	       const char **error_r)
{
	time_t now = time(NULL);
	const char *text = t_strdup_printf("; %s, %s\n%s\n", comment,
		iso8601_date_create_tm(gmtime(&now), INT_MAX), record);

	/* the umask does not matter: the processes that deliver must be able to
	   read it */
	if (write_full(fd, text, strlen(text)) < 0 ||
	    fchmod(fd, 0644) < 0 || fsync(fd) < 0) {
		*error_r = t_strdup_printf("it cannot be written: %m. Make "
			"room on the disk, and run the command again.");
		return -1;
	}
	return 0;
}

int backscatter_key_save(const char *dir, const char *path,
			 const char *comment, const char *record, bool replace,
			 const char **error_r)
{
	const char *temp = t_strdup_printf("%s/.fetch.XXXXXX", dir);
	char *temp_path = t_strdup_noconst(temp);
	int fd, ret;

	fd = mkstemp(temp_path);
	if (fd < 0) {
		*error_r = t_strdup_printf("mkstemp(%s) failed: %m. Make the "
			"folder, and run the command as a user who may write "
			"to it.", temp_path);
		return -1;
	}
	ret = key_file_write(fd, comment, record, error_r);
	if (ret == 0 && (replace ? rename(temp_path, path) :
			 link(temp_path, path)) < 0) {
		*error_r = t_strdup_printf("%s(%s) failed: %m. Look at that "
			"file, and run the command again.",
			replace ? "rename" : "link", path);
		ret = -1;
	}
	if (ret < 0 || !replace)
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
	if (ret < 0) {
		*error_r = t_strdup_printf("%s. Mend that, and run the command "
					   "again.", *error_r);
	}
	if (ret > 0 &&
	    (old == NULL || !bounce_crypto_key_equals(old, key))) {
		*error_r = "there is another key in the directory, which was "
			"left as it is. If it is the wrong one, remove its "
			"file first.";
		ret = -1;
	}
	if (ret != 0 && old != NULL)
		bounce_key_unref(&old);
	bounce_key_dir_deinit(&dir);
	return ret;
}

/* Returns what is wrong, with a sentence that says what to do (data stack). */
static const char *
fetch_error(enum bounce_key_status status, const char *error)
{
	switch (status) {
	case BOUNCE_KEY_MISSING:
		return "DNS: there is no such key. Correct the selector or the "
			"domain, or publish the key first.";
	case BOUNCE_KEY_REVOKED:
		return "DNS: the key is revoked. Name the selector of a key "
			"that is in use.";
	case BOUNCE_KEY_TEMPERROR:
		return t_strdup_printf("DNS: %s. Run the command again later, "
			"or correct backscatter_dns_servers.", error);
	case BOUNCE_KEY_FOUND:
	case BOUNCE_KEY_UNUSABLE:
		break;
	}
	return t_strdup_printf("DNS: %s. Correct the record first.", error);
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
	enum bounce_key_status status;
	const char *error;
	unsigned int record = 0;

	if (backscatter_dns_ask(set, pool, &query, 1, error_r) < 0)
		return -1;
	status = backscatter_key_from_dns(&query, key_r, &record, &error);
	if (status != BOUNCE_KEY_FOUND) {
		*error_r = fetch_error(status, error);
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
	return backscatter_key_record_check(&record, error_r) < 0 ||
		backscatter_key_save(set->key_dir, path, "from DNS",
				     t_strndup(record.data, record.size),
				     FALSE, error_r) < 0 ? -1 : 1;
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
			*error_r = BACKSCATTER_KEY_DIR_UNSET;
		else {
			*path_r = t_strconcat(set->key_dir, "/", name, NULL);
			ret = fetch_key(set, pool, selector, domain, name,
					*path_r, error_r);
		}
	}
	pool_unref(&pool);
	return ret;
}
