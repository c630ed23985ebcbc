#ifndef DOVECOT_BACKSCATTER_H
#define DOVECOT_BACKSCATTER_H

/* The public interface of libdovecot-backscatter.so, for the delivery hook,
   the Sieve extension and doveadm. These, and nothing else, are exported.

   The hook needs five functions and the Sieve extension four. The others are
   doveadm's: each is one that opens the dict, asks DNS or reads the settings,
   which only this library can. What can be told by a struct is no function. */

struct event;
struct mail;
struct mail_user;
struct smtp_address;
struct bounce_check;
struct bounce_verdict;
struct backscatter_delivery;

#define BACKSCATTER_API __attribute__((visibility("default")))

/* Names of fields of the delivery's event. */
#define BACKSCATTER_EVENT_VERDICT "backscatter_verdict"
#define BACKSCATTER_EVENT_REASON "backscatter_reason"
#define BACKSCATTER_EVENT_KIND "backscatter_kind"

enum backscatter_mode {
	BACKSCATTER_MODE_OFF = 0,
	BACKSCATTER_MODE_AUDIT,
	BACKSCATTER_MODE_ENFORCE
};

/* What is known of a delivery beside the mail. */
struct backscatter_envelope {
	/* NULL: not known. The null sender is an address for which
	   smtp_address_isnull() is TRUE. */
	const struct smtp_address *mail_from;
	const struct smtp_address *rcpt_to;
	/* The address in ORCPT, RFC 3461 section 4.2. */
	const struct smtp_address *orcpt;
	/* NULL: not known. */
	const char *session_id;
	/* The message is delivered, and not merely looked at: it counts, and
	   may be replayed. */
	bool delivery;
};

/* For mail_storage_hooks.mail_user_created, and only there: read the user's
   settings now, so that a wrong one is logged before the first message, and
   keep open what is opened for him until he is freed. Without it, settings are
   read when they are needed. */
BACKSCATTER_API void backscatter_user_init(struct mail_user *user);

/* What a message was judged to be. */
struct backscatter_result {
	enum backscatter_mode mode;
	bool is_bounce;
	/* The verdict is backscatter or disowned, in mode enforce: what the bare
	   Sieve test matches. */
	bool matches;

	/*
	 * The rest is the library's.
	 */

	const struct bounce_verdict *verdict;
	const struct bounce_check *check;

	/* Whose it is, and when it was judged. */
	struct mail_user *user;
	time_t now;
	/* It is being delivered: backscatter_memory_end() will count it. */
	bool delivery;
	/* What is remembered of the user. */
	struct backscatter_memory *memory;
};

/* Judge a mail for its user, by the user's settings. Never fails: on any
   trouble the result is a temperror or unverifiable, one line is logged and
   counted. For a bounce one line is logged and an event "backscatter_checked"
   sent, whose parent is the event given. The result is allocated from the
   pool and lives as long as it. Returns NULL if the plugin is off for
   this user, or the settings are broken (which is logged once).

   The result of a delivery is put into the event, as fields for all its children
   and for backscatter_result_find(); NULL takes the one before it out. */
BACKSCATTER_API const struct backscatter_result *
backscatter_judge_mail(pool_t pool, struct event *event,
		       struct mail_user *user, struct mail *mail,
		       const struct backscatter_envelope *envelope);

/* The result of the delivery in this event or one of its parents, or NULL. */
BACKSCATTER_API const struct backscatter_result *
backscatter_result_find(struct event *event);

/* Follow the delivery of a bounce that was judged: what became of it is learned
   from backscatter_delivery_add(), and at the end an event "backscatter_delivered"
   is sent, and the bounce counted. default_mailbox is where it is saved without
   Sieve. All of it is allocated from the pool, in which the result has to be,
   too. */
BACKSCATTER_API struct backscatter_delivery *
backscatter_delivery_begin(pool_t pool, struct mail_user *user,
			   const struct backscatter_result *result,
			   const struct backscatter_envelope *envelope,
			   const char *default_mailbox);
/* Sieve has finished an action without an error: the fields action_name and
   fileinto_mailbox (or NULL) of its event "sieve_action_finished". action is
   NULL: it was saved in this mailbox. */
BACKSCATTER_API void
backscatter_delivery_add(struct backscatter_delivery *delivery,
			 const char *action, const char *mailbox);
/* ok is FALSE if the delivery failed. The event is the parent of ours. */
BACKSCATTER_API void
backscatter_delivery_end(struct backscatter_delivery **delivery,
			 struct event *event, bool ok);

/* Returns 1, 0 if the property can never have this value (a misspelt verdict),
   or -1 if there is no such property. value is NULL: any. */
BACKSCATTER_API int
backscatter_property_check(const char *name, const char *value);
/* The values of a property, NULL-terminated, none if the property is empty; or
   NULL if there is no such property. Those of a message that is not a bounce if
   result is NULL. Allocated from the data stack. In mode audit they are those of
   a message that is not a bounce: the tests match nothing. */
BACKSCATTER_API const char *const *
backscatter_result_property(const struct backscatter_result *result,
			    const char *name);

/*
 * For doveadm: what would have become of a message
 */

struct istream;

struct backscatter_question {
	/* By whose settings; they need not be on. */
	struct mail_user *user;
	/* The message, a blocking stream, from where it stands. */
	struct istream *input;
	/* How the explanation names the message. */
	const char *name;
	/* Where no recipient with a domain is known, Delivered-To and
	   X-Original-To say who it was, then the user's name, then To. */
	struct backscatter_envelope envelope;
	/* Judged as of this time; 0: now. */
	time_t when;
	/* It is in a mailbox: how often it had come back when it was delivered
	   is not known, and it is never replayed. Otherwise it is, if more than
	   are allowed have been delivered. */
	bool delivered;
};

/* Judge a message without a trace: nothing is logged, counted or remembered.
   The result is the pool's, and as in mode enforce. Returns 0, or -1 with an
   error (data stack) if the message cannot be read or the settings are of no
   use. */
BACKSCATTER_API int
backscatter_ask(pool_t pool, const struct backscatter_question *question,
		const struct backscatter_result **result_r,
		const char **error_r);
/* Append the explanation of a result that was asked for, step by step. dest is
   not from the data stack. */
BACKSCATTER_API void
backscatter_result_explain(const struct backscatter_result *result,
			   string_t *dest);

/* Counters that last: how many bounces a day, whose, what they were and what
   became of them. */
enum backscatter_count_scope {
	/* a bounce counts for its user, for the user's domain, for the server
	   that reported it, and for the key that has verified the original:
	   "mail._domainkey.example.org" */
	BACKSCATTER_COUNT_USER = 0,
	BACKSCATTER_COUNT_DOMAIN,
	BACKSCATTER_COUNT_SERVER,
	BACKSCATTER_COUNT_KEY
};

/* The outcome of backscatter in mode audit. */
#define BACKSCATTER_COUNT_WOULD_FILE "would-be-filed"

struct backscatter_count {
	/* "2026-01-31", UTC's. */
	const char *day;
	enum backscatter_count_scope scope;
	/* From the dict: not sanitised. */
	const char *name;
	/* Such as "backscatter", "unsigned", "filed"; servers and keys have no
	   reason and no outcome: "-". */
	const char *verdict, *reason, *outcome;
	uint64_t bounces;
	/* What is read has a sentence for its reason, static; NULL: there is no
	   such reason. */
	const char *text;
};

struct backscatter_count_query {
	enum backscatter_count_scope scope;
	/* NULL: all of them, which a dict without iteration cannot do. */
	const char *name;
	/* Times in the first and the last day. */
	time_t since, until;
};

struct backscatter_counts;

/* The strings live until the callback returns. */
typedef void
backscatter_count_callback_t(const struct backscatter_count *count,
			     void *context);

/* Open the backscatter_dict of the site, for reading its counters without a
   user. uri: what Dovecot 2.3's configuration says; not used with 2.4, where
   the event leads to the settings. Returns 1, 0 if none is configured, -1 with
   an error (data stack). */
BACKSCATTER_API int
backscatter_counts_open(struct event *event, const char *base_dir,
			const char *uri, struct backscatter_counts **counts_r,
			const char **error_r);
/* Call back for each counter. What is counted meanwhile may be in it or not.
   Waits for the dict as long as its driver does. Returns 0, or -1 with an error
   (data stack). */
BACKSCATTER_API int
backscatter_counts_read(struct backscatter_counts *counts,
			const struct backscatter_count_query *query,
			backscatter_count_callback_t *callback, void *context,
			const char **error_r);
BACKSCATTER_API void
backscatter_counts_close(struct backscatter_counts **counts);

/* Times (seconds since 1970, both included) in which the user's account was in
   other hands: bounces of what was signed then get the verdict disowned. They
   are kept in backscatter_dict. */
struct backscatter_time_window {
	time_t since, until;
};

enum backscatter_disown_change {
	BACKSCATTER_DISOWN_NOTHING = 0,
	/* Those that overlap are joined. */
	BACKSCATTER_DISOWN_ADD,
	/* All that reach into this time. */
	BACKSCATTER_DISOWN_REMOVE
};

/* Change these times, where it is wanted, and list those that there are then.
   window is what is added or removed. The list is allocated from the pool.
   Returns 0, or -1 with an error (data stack). */
BACKSCATTER_API int
backscatter_disown(struct mail_user *user,
		   enum backscatter_disown_change change,
		   const struct backscatter_time_window *window, pool_t pool,
		   const struct backscatter_time_window **list_r,
		   unsigned int *count_r, const char **error_r);

/* The last burst of genuine bounces: when it rang, when the last bounce over
   the limit came, and what the period before that one had. */
struct backscatter_burst {
	time_t since, last;
	uint64_t originals, recipients, bounces;
};

/* Returns 1, 0 if there was none, or -1 with an error (data stack). */
BACKSCATTER_API int
backscatter_burst_get(struct mail_user *user,
		      struct backscatter_burst *burst_r,
		      const char **error_r);

/* A time that an admin has written: seconds since 1970, a date such as
   2026-01-31 or 2026-01-31T12:00:00Z, or how long before now, such as 2d. One
   before 1970 is 1970. Returns 0, or -1 with an error (data stack). */
BACKSCATTER_API int
backscatter_time_parse(const char *text, time_t now, time_t *time_r,
		       const char **error_r);

/* What a number of answers amounts to: has the user's address been forged, or is
   somebody sending through the account? Append it in plain words; dest is not
   from the data stack, and NULL for no text. finish() must be called. */
struct bounce_diagnosis;
BACKSCATTER_API struct bounce_diagnosis *
backscatter_diagnosis_init(pool_t pool);
BACKSCATTER_API void
backscatter_diagnosis_add(struct bounce_diagnosis *diagnosis,
			  const struct backscatter_result *result);
BACKSCATTER_API void
backscatter_diagnosis_finish(struct bounce_diagnosis **diagnosis,
			     const char *user, string_t *dest);

/*
 * For doveadm: keys
 */

/* Where 2.3 has the settings of no user: doveadm's plugin { }. NULL is "not
   set". */
typedef const char *backscatter_getenv_t(const char *name);

/* The backscatter_dict of the site, which is opened without a user. */
struct backscatter_site_dict {
	/* Leads to the settings of Dovecot 2.4. */
	struct event *event;
	/* What the configuration of 2.3 says. */
	const char *base_dir, *uri;
	/* Why it is of no use; NULL: it can be opened. */
	const char *error;
};

struct backscatter_key_query {
	/* The settings. */
	struct event *event;
	backscatter_getenv_t *getenv;
	/* For own domains that are in a dict. */
	struct backscatter_site_dict dict;
	/* NULL-terminated. Only these domains; NULL: all that are our own and
	   have a key in the directory. */
	const char *const *domains;
	/* NULL-terminated. Selectors of the domains named, beside those in the
	   key directory; NULL: none. */
	const char *const *selectors;
	/* Keys that have verified an original of late; each survey takes those
	   of the domains that it is about. */
	const struct backscatter_key_seen *seen;
	unsigned int seen_count;
};

struct backscatter_key_seen {
	/* "mail._domainkey.example.org" */
	const char *name;
	/* The last day, "2026-01-31", UTC's. */
	const char *day;
};

struct backscatter_key_info {
	const char *domain, *selector;
	bool in_dns, in_dir;
	/* "rsa" or "ed25519"; "": there is no key that can be used. */
	const char *type;
	unsigned int bits;
	/* 0: not retired. */
	time_t retired;
	/* The last day that it has verified an original; "": not known. */
	const char *seen;
	/* What is wrong; "": nothing. */
	const char *problem;
};

/* Look at all keys, in DNS and in the key directory. DNS cannot be asked which
   selectors there are: those in the directory are looked at, those that were
   seen, and those given.
   All memory is the pool's. Returns 0, or -1 with an error (data stack). */
BACKSCATTER_API int
backscatter_keys_survey(pool_t pool, const struct backscatter_key_query *query,
			const struct backscatter_key_info **keys_r,
			unsigned int *count_r, const char **error_r);
/* Save the key that is in DNS to the key directory. Returns 1 if it was saved,
   0 if the same key is there, -1 with an error (data stack): one that is there
   and differs is never overwritten. path_r: the file (data stack). */
BACKSCATTER_API int
backscatter_keys_fetch(const struct backscatter_key_query *query,
		       const char *selector, const char *domain,
		       const char **path_r, const char **error_r);

/*
 * For doveadm: is all set up
 */

enum backscatter_status_value {
	BACKSCATTER_STATUS_OK,
	/* Works, and the admin may want to know. */
	BACKSCATTER_STATUS_NOTE,
	BACKSCATTER_STATUS_FAILED
};

struct backscatter_status_item {
	const char *name;
	enum backscatter_status_value value;
	const char *detail;
	/* The setting that mends it, "name = value"; NULL: detail says it. */
	const char *mend;
};

typedef void
backscatter_status_callback_t(const struct backscatter_status_item *item,
			      void *context);

/* Check what bounces for this user need, with his rights: settings, keys,
   DNS. The items live as long as the call. */
BACKSCATTER_API void
backscatter_user_status(struct mail_user *user,
			backscatter_status_callback_t *callback,
			void *context);

#endif
