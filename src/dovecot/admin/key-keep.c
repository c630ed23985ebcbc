/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Keeps copies of keys: what keys/key-keep.h decides is done here.

   A copy is written or removed before the state is. If the process ends between
   the two, the same is decided once more the next time, and finds it done. */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "file-dotlock.h"
#include "hash.h"
#include "istream.h"
#include "str.h"
#include "write-full.h"
#include "base/file.h"
#include "dns/dns.h"
#include "keys/key-dir.h"
#include "keys/key-keep.h"
#include "admin/key-survey.h"
#include "audit/count-key.h"
#include "user/domain-site.h"
#include "user/keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* So many names are asked for together, within one deadline. */
#define KEEP_BATCH 20
/* The first line of a copy begins with this. A file without it is not ours. */
#define KEEP_COMMENT "kept by doveadm backscatter keys keep"
#define KEEP_REVOKED_RECORD "v=DKIM1; p="
/* In seconds: how long another process is waited for, and after which time one
   that has not even touched its lock must have been killed. */
#define KEEP_LOCK_TIMEOUT 60
#define KEEP_LOCK_STALE 300

struct keep {
	pool_t pool;
	const struct backscatter_key_query *query;
	const struct backscatter_settings *set;
	/* NULL if no own domains are in a dict */
	struct bounce_domain_source *site;
	struct bounce_key_dir *key_dir;
	/* the folder of the copies, and the file of the state */
	const char *dir, *state;
	/* and when the keys were looked at before; 0: never */
	time_t now, ran;
	struct dotlock *lock;

	ARRAY_TYPE(bounce_kept_key) keys;
	/* the names of the keys */
	HASH_TABLE(const char *, const char *) names;
	/* How many keys are not kept because there are too many, and one of
	   them. */
	unsigned int left_out;
	const char *left_out_name;
	unsigned int asked, unanswered;
	const char *dns_error;

	backscatter_keys_keep_callback_t *callback;
	void *context;
};

/* A key, and what DNS has said of it. */
struct keep_ask {
	struct bounce_kept_key *key;
	struct bounce_key_keep_answer answer;
	/* with FOUND, the text of the record */
	const char *record;
};

static void ATTR_FORMAT(3, 4)
keep_say(struct keep *keep, bool failed, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	keep->callback(t_strdup_vprintf(format, args), failed, keep->context);
	va_end(args);
}

/*
 * The state
 */

static int keep_read_fd(struct keep *keep, int fd, const char **error_r)
{
	struct istream *input = i_stream_create_fd(fd, IO_BLOCK_SIZE);
	buffer_t *buf = buffer_create_dynamic(default_pool, 4096);
	enum buffer_append_result result;
	const char *error;
	int ret = -1;

	result = buffer_append_full_istream(buf, input,
					    BOUNCE_KEY_KEEP_MAX_SIZE, &error);
	if (result == BUFFER_APPEND_READ_MAX_SIZE)
		*error_r = "it is too large";
	else if (result != BUFFER_APPEND_OK)
		*error_r = "it cannot be read";
	else {
		ret = bounce_key_keep_parse(keep->pool, buf->data, buf->used,
					    &keep->keys, &keep->ran, error_r);
	}
	i_stream_unref(&input);
	buffer_free(&buf);
	return ret;
}

static int keep_read(struct keep *keep, const char **error_r)
{
	const struct bounce_kept_key *key;
	const char *error;
	struct stat st;
	int fd, ret;

	fd = bounce_file_open(AT_FDCWD, keep->state, &st, &error);
	if (fd < 0 && errno == ENOENT)
		return 0;
	ret = fd < 0 ? -1 : keep_read_fd(keep, fd, &error);
	i_close_fd(&fd);
	if (ret < 0) {
		*error_r = t_strdup_printf("%s: %s. Nothing was changed. Move "
			"that file away: then keys are kept anew, and the "
			"copies beside it stay until you remove them.",
			keep->state, error);
		return -1;
	}
	array_foreach(&keep->keys, key)
		hash_table_update(keep->names, key->name, key->name);
	return 0;
}

/* Replaces the state by what was written to the lock. If that fails, the old
   state stays. */
static int keep_write(struct keep *keep, int fd, const char **error_r)
{
	string_t *text = str_new(default_pool, 4096);
	const struct bounce_kept_key *keys;
	unsigned int count;
	int ret = 0;

	keys = array_get(&keep->keys, &count);
	bounce_key_keep_write(keys, count, keep->now, text);
	if (write_full(fd, str_data(text), str_len(text)) < 0 ||
	    fchmod(fd, 0644) < 0 || fsync(fd) < 0) {
		*error_r = t_strdup_printf("%s cannot be written: %m. The old "
			"one was left. Make room on the disk, and run the "
			"command again.", keep->state);
		file_dotlock_delete(&keep->lock);
		ret = -1;
	} else if (file_dotlock_replace(&keep->lock, 0) < 0) {
		*error_r = t_strdup_printf("%s cannot be replaced: %m. Look at "
			"its folder, and run the command again.", keep->state);
		ret = -1;
	}
	str_free(&text);
	return ret;
}

/* Returns the descriptor of the new state's file, which is the lock. */
static int keep_lock(struct keep *keep, const char **error_r)
{
	static const struct dotlock_settings set = {
		.timeout = KEEP_LOCK_TIMEOUT,
		.stale_timeout = KEEP_LOCK_STALE,
		.use_excl_lock = TRUE
	};
	int fd;

	if (mkdir(keep->dir, 0755) < 0 && errno != EEXIST) {
		*error_r = t_strdup_printf("mkdir(%s) failed: %m. Make the "
			"folder of backscatter_key_dir, and run the command as "
			"a user who may write to it.", keep->dir);
		return -1;
	}
	fd = file_dotlock_open(&set, keep->state, 0, &keep->lock);
	if (fd < 0 && errno == EAGAIN) {
		*error_r = t_strdup_printf("%s is locked: another process "
			"keeps keys. Wait until it has ended.", keep->state);
	} else if (fd < 0) {
		*error_r = t_strdup_printf("%s cannot be locked: %m. Run the "
			"command as a user who may write to its folder, and "
			"see that the disk is not full.", keep->state);
	}
	return fd;
}

/*
 * Which keys
 */

/* Returns FALSE if DNS is not to be asked for the key. One that has a copy was
   ours, and is looked after to its end. Others are forgotten if their domain is
   not ours, and wait if that is not known. */
static bool keep_wants(struct keep *keep, struct bounce_kept_key *key)
{
	const char *domain = strstr(key->name, BACKSCATTER_KEY_INFIX) +
		strlen(BACKSCATTER_KEY_INFIX);
	enum bounce_domains_answer answer;
	const char *error;

	if (key->copy != NULL)
		return TRUE;
	answer = backscatter_key_ask_domain(keep->pool, keep->set, keep->site,
					    domain, &error);
	if (answer == BOUNCE_DOMAINS_FOREIGN)
		key->seen = NULL;
	return answer == BOUNCE_DOMAINS_OWN;
}

/* Returns TRUE if an admin has put a file of this key into the key directory,
   which is used in any case. */
static bool keep_has_file(struct keep *keep, const char *name)
{
	const char *infix = strstr(name, BACKSCATTER_KEY_INFIX), *error;
	enum bounce_key_status status;
	struct bounce_key *key;
	int ret;

	ret = bounce_key_dir_lookup(keep->key_dir, t_strdup_until(name, infix),
				    infix + strlen(BACKSCATTER_KEY_INFIX),
				    &status, &key, &error);
	if (key != NULL)
		bounce_key_unref(&key);
	return ret != 0;
}

/* Count a key that would be kept if there were not too many. */
static void keep_leave_out(struct keep *keep, const char *name)
{
	struct bounce_kept_key key = { .name = name };

	if (!keep_wants(keep, &key) || keep_has_file(keep, name))
		return;
	if (keep->left_out++ == 0)
		keep->left_out_name = p_strdup(keep->pool, name);
}

/* Add a key, unless it is there. Names come from the dict, which may contain
   anything, or from the command line. */
static void
keep_add(struct keep *keep, const char *selector, const char *domain)
{
	struct bounce_kept_key *key;
	const char *name, *error;

	if (backscatter_key_name(selector, domain, &name, &error) < 0 ||
	    hash_table_lookup(keep->names, name) != NULL)
		return;
	if (array_count(&keep->keys) >= BOUNCE_KEY_KEEP_MAX_KEYS) {
		keep_leave_out(keep, name);
		return;
	}
	key = array_append_space(&keep->keys);
	key->name = name = p_strdup(keep->pool, name);
	hash_table_insert(keep->names, name, name);
}

static void keep_add_query(struct keep *keep)
{
	const struct backscatter_key_query *query = keep->query;
	const char *const *selector, *const *domain, *infix;
	unsigned int i;

	for (i = 0; i < query->seen_count; i++) T_BEGIN {
		infix = strstr(query->seen[i].name, BACKSCATTER_KEY_INFIX);
		if (infix != NULL) {
			keep_add(keep, t_strdup_until(query->seen[i].name,
						      infix),
				 infix + strlen(BACKSCATTER_KEY_INFIX));
		}
	} T_END;
	if (query->selectors == NULL || query->domains == NULL)
		return;
	for (domain = query->domains; *domain != NULL; domain++) {
		selector = query->selectors;
		for (; *selector != NULL; selector++)
			keep_add(keep, *selector, *domain);
	}
}

/*
 * Files
 */

/* Returns TRUE if the file is a copy that we made, or is not there. */
static bool keep_file_is_ours(const char *path)
{
	char line[sizeof("; "KEEP_COMMENT) - 1];
	const char *error;
	struct stat st;
	bool ours;
	int fd;

	fd = bounce_file_open(AT_FDCWD, path, &st, &error);
	if (fd < 0)
		return errno == ENOENT;
	ours = read(fd, line, sizeof(line)) == (ssize_t)sizeof(line) &&
		memcmp(line, "; "KEEP_COMMENT, sizeof(line)) == 0;
	i_close_fd(&fd);
	return ours;
}

/* Delete a copy. One that somebody has replaced by his own file stays; then
   line_r is not set. */
static int
keep_delete(const struct keep_ask *ask, const char *path, const char **line_r,
	    const char **error_r)
{
	if (!keep_file_is_ours(path))
		return 1;
	if (unlink(path) < 0 && errno != ENOENT) {
		*error_r = t_strdup_printf("unlink(%s) failed: %m. Run the "
			"command as a user who may write to that folder.",
			path);
		return -1;
	}
	*line_r = ask->answer.status == BOUNCE_KEY_FOUND ?
		t_strdup_printf("deleted %s: DNS does not revoke it any more",
				path) :
		t_strdup_printf("deleted %s: it left DNS on %s", path,
				backscatter_count_day(ask->key->gone));
	return 1;
}

/* Returns 1 if the action was done; line_r says so. Returns 0 if there is
   nothing to do, -1 with an error. */
static int
keep_do(struct keep *keep, const struct keep_ask *ask,
	enum bounce_key_keep_action action, const char *path,
	const char **line_r, const char **error_r)
{
	bool revoke = action == BOUNCE_KEY_KEEP_REVOKE;

	if (action == BOUNCE_KEY_KEEP_DELETE)
		return keep_delete(ask, path, line_r, error_r);
	if (!revoke && keep_has_file(keep, ask->key->name))
		return 0;
	if (!keep_file_is_ours(path)) {
		*error_r = t_strdup_printf("%s was not made by this command, "
			"and was left as it is. Move it to %s, where keys are "
			"that you look after yourself.", path,
			keep->set->key_dir);
		return -1;
	}
	if (backscatter_key_save(keep->dir, path, KEEP_COMMENT, revoke ?
				 KEEP_REVOKED_RECORD : ask->record, TRUE,
				 error_r) < 0)
		return -1;
	*line_r = revoke ?
		t_strdup_printf("revoked %s: its p= in DNS is empty", path) :
		t_strdup_printf("saved %s", path);
	return 1;
}

static void keep_decide(struct keep *keep, const struct keep_ask *ask)
{
	const char *path = t_strconcat(keep->dir, "/", ask->key->name, NULL);
	enum bounce_key_keep_action action;
	const char *line = NULL, *error;
	struct stat st;
	int ret;

	if (ask->key->copy != NULL && lstat(path, &st) < 0 && errno == ENOENT) {
		/* somebody has removed it */
		ask->key->copy = NULL;
		ask->key->revoked = FALSE;
		ask->key->gone = 0;
	}
	action = bounce_key_keep_decide(ask->key, &ask->answer, keep->now,
		keep->set->policy.max_age + keep->set->policy.queue_lifetime);
	if (action == BOUNCE_KEY_KEEP_NOTHING)
		return;
	ret = keep_do(keep, ask, action, path, &line, &error);
	if (ret < 0)
		keep_say(keep, TRUE, "%s: %s", ask->key->name, error);
	if (ret <= 0)
		return;
	bounce_key_keep_done(ask->key, action);
	if (line != NULL)
		keep_say(keep, FALSE, "%s", line);
}

/*
 * DNS
 */

static void
keep_answer(struct keep *keep, struct keep_ask *ask,
	    const struct bounce_dns_query *query)
{
	struct bounce_key *key;
	const char *error;
	unsigned int i;

	ask->answer.status = backscatter_key_from_dns(query, &key, &i, &error);
	keep->asked++;
	if (ask->answer.status == BOUNCE_KEY_TEMPERROR) {
		keep->unanswered++;
		keep->dns_error = p_strdup(keep->pool, error);
	}
	if (key == NULL)
		return;
	bounce_key_unref(&key);
	/* such a key cannot be kept */
	if (backscatter_key_record_check(&query->records[i], &error) < 0)
		ask->answer.status = BOUNCE_KEY_UNUSABLE;
	ask->record = p_strndup(keep->pool, query->records[i].data,
				query->records[i].size);
	ask->answer.digest = p_strdup(keep->pool, bounce_key_keep_digest(
		query->records[i].data, query->records[i].size));
}

static int
keep_ask_batch(struct keep *keep, struct keep_ask *asks, unsigned int count,
	       const char **error_r)
{
	struct bounce_dns_query queries[KEEP_BATCH];
	unsigned int i;

	i_zero(&queries);
	for (i = 0; i < count; i++) {
		queries[i].name = asks[i].key->name;
		queries[i].type = BOUNCE_DNS_TYPE_TXT;
	}
	if (backscatter_dns_ask(keep->set, keep->pool, queries, count,
				error_r) < 0)
		return -1;
	for (i = 0; i < count; i++) T_BEGIN {
		keep_answer(keep, &asks[i], &queries[i]);
		keep_decide(keep, &asks[i]);
	} T_END;
	return 0;
}

/* Ask for all keys. If no server answers at all, no more than one batch waits
   for that. */
static int keep_ask_all(struct keep *keep, const char **error_r)
{
	struct keep_ask asks[KEEP_BATCH];
	struct bounce_kept_key *key;
	unsigned int count = 0;

	i_zero(&asks);
	array_foreach_modifiable(&keep->keys, key) {
		if (!keep_wants(keep, key))
			continue;
		asks[count++].key = key;
		if (count < KEEP_BATCH)
			continue;
		if (keep_ask_batch(keep, asks, count, error_r) < 0)
			return -1;
		if (keep->unanswered == keep->asked)
			return 0;
		file_dotlock_touch(keep->lock);
		i_zero(&asks);
		count = 0;
	}
	return count == 0 ? 0 : keep_ask_batch(keep, asks, count, error_r);
}

/* Leave out those of which there is nothing to remember. */
static void keep_drop(struct keep *keep)
{
	const struct bounce_kept_key *keys;
	unsigned int i = array_count(&keep->keys);

	while (i-- > 0) {
		keys = array_front(&keep->keys);
		if (keys[i].copy == NULL && keys[i].seen == NULL)
			array_delete(&keep->keys, i, 1);
	}
}

/* Say that copies are held for longer. */
static void keep_resume(struct keep *keep)
{
	time_t over = bounce_key_keep_resume(&keep->keys, keep->ran, keep->now);
	const struct bounce_kept_key *key;

	array_foreach(&keep->keys, key) {
		if (over == 0 || key->copy == NULL || key->gone == 0)
			continue;
		keep_say(keep, FALSE, "By the clock of this host this command "
			 "ran %s days ago. Copies of keys that have left DNS "
			 "are kept so much longer, less %u days.",
			 dec2str((keep->now - keep->ran) /
				 BACKSCATTER_DAY_SECS),
			 BOUNCE_KEY_KEEP_PAUSE_SECS / BACKSCATTER_DAY_SECS);
		return;
	}
}

static int
keep_locked(struct keep *keep, int fd, const char **error_r)
{
	if (keep_read(keep, error_r) < 0)
		return -1;
	keep_resume(keep);
	keep_add_query(keep);
	if (keep->left_out > 0) {
		keep_say(keep, TRUE, "Keys that are not kept, since no more "
			 "than %u are: %u, among them %s. Save these with "
			 "doveadm backscatter keys fetch.",
			 BOUNCE_KEY_KEEP_MAX_KEYS, keep->left_out,
			 keep->left_out_name);
	}
	if (keep_ask_all(keep, error_r) < 0)
		return -1;
	if (keep->asked > 0 && keep->unanswered == keep->asked) {
		keep_say(keep, TRUE, "DNS answered for none of the keys: %s. "
			 "Run the command again later, or correct "
			 "backscatter_dns_servers.", keep->dns_error);
	}
	keep_drop(keep);
	return keep_write(keep, fd, error_r);
}

static int keep_run(struct keep *keep, const char **error_r)
{
	int fd, ret;

	if (keep->set->key_dir == NULL) {
		*error_r = BACKSCATTER_KEY_DIR_UNSET;
		return -1;
	}
	keep->dir = p_strdup(keep->pool,
			     t_bounce_key_keep_path(keep->set->key_dir));
	keep->state = p_strconcat(keep->pool, keep->dir,
				  "/"BOUNCE_KEY_KEEP_STATE, NULL);
	fd = keep_lock(keep, error_r);
	if (fd < 0)
		return -1;
	keep->key_dir = bounce_key_dir_init(keep->set->key_dir);
	hash_table_create(&keep->names, keep->pool, 0, str_hash, strcmp);
	ret = keep_locked(keep, fd, error_r);
	hash_table_destroy(&keep->names);
	bounce_key_dir_deinit(&keep->key_dir);
	if (keep->lock != NULL)
		file_dotlock_delete(&keep->lock);
	return ret;
}

int backscatter_keys_keep(const struct backscatter_key_query *query, time_t now,
			  backscatter_keys_keep_callback_t *callback,
			  void *context, unsigned int *count_r,
			  const char **error_r)
{
	pool_t pool = pool_alloconly_create("backscatter keys keep", 8192);
	struct keep keep = {
		.pool = pool, .query = query, .now = now,
		.callback = callback, .context = context
	};
	int ret = -1;

	*count_r = 0;
	p_array_init(&keep.keys, pool, 16);
	if (backscatter_settings_get_global(query->event, query->getenv, pool,
					    &keep.set, error_r) == 0) {
		if (keep.set->domains.dict != NULL) {
			keep.site = backscatter_domain_site_open(pool,
				keep.set->domains.dict, &query->dict);
		}
		ret = keep_run(&keep, error_r);
		*count_r = array_count(&keep.keys);
	}
	if (keep.site != NULL)
		backscatter_domain_site_close(keep.site);
	pool_unref(&pool);
	return ret;
}
