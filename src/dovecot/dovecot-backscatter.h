#ifndef DOVECOT_BACKSCATTER_H
#define DOVECOT_BACKSCATTER_H

/* The public interface of libdovecot-backscatter.so, for the delivery hook,
   the Sieve extension and doveadm. Only these functions are exported.

   The hook needs six of them and the Sieve extension four. The others are for
   doveadm: each opens the dict, asks DNS or reads the settings, which only this
   library can do. What a caller can read in a struct has no function. */

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

/* What is known of a delivery besides the mail itself. */
struct backscatter_envelope {
	/* The envelope sender; NULL: not known. The null sender is an address
	   for which smtp_address_isnull() is TRUE. */
	const struct smtp_address *mail_from;
	/* The envelope recipient; NULL: not known. */
	const struct smtp_address *rcpt_to;
	/* The address in ORCPT (RFC 3461, section 4.2); NULL: not known. */
	const struct smtp_address *orcpt;
	/* For the log; NULL: not known. */
	const char *session_id;
	/* The message is being delivered, and not merely looked at. Only then
	   is it counted, and can it be found to be a replay. */
	bool delivery;
};

/* Call this from mail_storage_hooks.mail_user_created, and only there. It has
   the user's dict stay open until the user is freed, and reads the settings of
   the first user of a process, so that a wrong one is logged before the first
   message. Otherwise settings are read when they are first needed: for a
   message that may be a bounce. */
BACKSCATTER_API void backscatter_user_init(struct mail_user *user);

/* What a message was judged to be. */
struct backscatter_result {
	/* OFF also if the mail was ordinary by its header alone, for which no
	   settings are read. */
	enum backscatter_mode mode;
	bool is_bounce;
	/* The verdict is backscatter or disowned, and the mode is enforce. This
	   is what the Sieve test "backscatter" matches without arguments. */
	bool matches;

	/*
	 * The rest is private to the library.
	 */

	const struct bounce_verdict *verdict;
	const struct bounce_check *check;

	/* To whom the message is delivered, and when it was judged. */
	struct mail_user *user;
	time_t now;
	/* The message is being delivered, and will be counted when that
	   ends. */
	bool delivery;
	/* What is remembered of the user. */
	struct backscatter_memory *memory;
};

/* Judge a mail for its user, by the user's settings. This never fails: if
   anything goes wrong, the verdict is temperror or unverifiable, and one line
   is logged. For a bounce, one line is logged and an event
   "backscatter_checked" is sent, whose parent is the event given. The result
   is allocated from the pool, or static. Returns NULL if the plugin is off for
   this user, or if the settings are wrong (which is logged once); but if the
   header alone shows that the mail is ordinary, the settings are not read, and
   the result is that it is not a bounce.

   The result of a delivery is attached to the event, where
   backscatter_result_find() finds it, and whose children have it as fields. If
   NULL is returned, the result of an earlier message is taken out. */
BACKSCATTER_API const struct backscatter_result *
backscatter_judge_mail(pool_t pool, struct event *event,
		       struct mail_user *user, struct mail *mail,
		       const struct backscatter_envelope *envelope);

/* Returns the result of the delivery that is attached to this event or to one
   of its parents, or NULL. */
BACKSCATTER_API const struct backscatter_result *
backscatter_result_find(struct event *event);

/* Follow the delivery of a bounce that was judged. The caller says what became
   of it by backscatter_delivery_add(), and backscatter_delivery_end() then
   sends an event "backscatter_delivered" and, if the user has a dict, counts
   the bounce.
   default_mailbox is the one that the bounce is saved to without Sieve.
   Everything is allocated from the pool, which must also be that of the
   result. */
BACKSCATTER_API struct backscatter_delivery *
backscatter_delivery_begin(pool_t pool, struct mail_user *user,
			   const struct backscatter_result *result,
			   const struct backscatter_envelope *envelope,
			   const char *default_mailbox);
/* Sieve has finished an action without an error: action and mailbox (or NULL)
   are the fields action_name and fileinto_mailbox of its event
   "sieve_action_finished". If action is NULL, a mail was saved to this
   mailbox. */
BACKSCATTER_API void
backscatter_delivery_add(struct backscatter_delivery *delivery,
			 const char *action, const char *mailbox);
/* A mail that tells the user of a burst at another address. */
struct backscatter_notice {
	const struct smtp_address *to;
	/* The whole mail, with CRLF. */
	const char *message;
};

/* The delivery has ended; ok is FALSE if it failed. The event is the parent of
   the event that is sent. Returns a notice that the caller sends now, with the
   null sender, from the delivery's pool; NULL: there is nothing to send. */
BACKSCATTER_API const struct backscatter_notice *
backscatter_delivery_end(struct backscatter_delivery **delivery,
			 struct event *event, bool ok);
/* The notice to this user could not be sent: it will be tried again with a
   bounce that comes at least 10 minutes later. */
BACKSCATTER_API void backscatter_notice_failed(struct mail_user *user);
/* Make the current ioloop take its descriptor, before anything is asked in it.
   If there is none, an ioloop that runs for the first time ends the process; if
   that were after a message had been saved, it would be sent again. Returns 0,
   or -1 with an error (data stack) if there is none. */
BACKSCATTER_API int backscatter_ioloop_begin(const char **error_r);

/* Check the arguments of a Sieve test. Returns 1 if they are good, 0 if the
   property can never have this value (such as a misspelt verdict), or -1 if
   there is no such property. If value is NULL, only the name is checked. */
BACKSCATTER_API int
backscatter_property_check(const char *name, const char *value);
/* Returns a NULL-terminated list of the values of a property, which has none
   if the property is empty, or NULL if there is no such property. It is
   allocated from the data stack. If result is NULL, or in mode audit, the
   values are those of a message that is not a bounce, so that no test
   matches. */
BACKSCATTER_API const char *const *
backscatter_result_property(const struct backscatter_result *result,
			    const char *name);

/* Returns untrusted text in a form that is safe in a log and on a terminal, cut
   off after this many characters: as valid UTF-8, with '?' in place of control
   characters, C1 included, and of those that turn the text around. Allocated
   from the data stack. */
BACKSCATTER_API const char *
backscatter_sanitize(const char *text, size_t max_chars);

/*
 * For doveadm: judging a message that is not being delivered
 */

struct istream;

struct backscatter_question {
	/* The user whose settings apply; their mode may be off. */
	struct mail_user *user;
	/* A blocking stream, whose rest is the message. */
	struct istream *input;
	/* What the explanation calls the message. */
	const char *name;
	/* If it has no recipient with a domain, the recipient is taken from
	   Delivered-To or X-Original-To, else from the user's name, else from
	   To. */
	struct backscatter_envelope envelope;
	/* The message is judged as it would be at this time; 0: now. */
	time_t when;
	/* The message is in a mailbox. How many bounces of the same original
	   had been delivered before it is not known, so that it is never found
	   to be a replay. If this is FALSE, it is one if more of them than are
	   allowed have been delivered. */
	bool delivered;
};

/* Judge a message as in mode enforce, without logging, counting or remembering
   the message. The result is allocated from the pool. Returns 0, or -1 with an
   error (data stack) if the message cannot be read or the settings are
   wrong. */
BACKSCATTER_API int
backscatter_ask(pool_t pool, const struct backscatter_question *question,
		const struct backscatter_result **result_r,
		const char **error_r);
/* Append an explanation of how backscatter_ask() came to this result, step by
   step. dest must not be allocated from the data stack. */
BACKSCATTER_API void
backscatter_result_explain(const struct backscatter_result *result,
			   string_t *dest);

#define BACKSCATTER_DAY_SECS (24 * 3600)

/* Counters in the dict: how many bounces came on a day, for whom, with which
   verdict and reason, and what became of them. */
enum backscatter_count_scope {
	/* A bounce is counted for its user, for the user's domain, for the
	   server that reported it, and for the key that verified the original,
	   such as "mail._domainkey.example.org". */
	BACKSCATTER_COUNT_USER = 0,
	BACKSCATTER_COUNT_DOMAIN,
	BACKSCATTER_COUNT_SERVER,
	BACKSCATTER_COUNT_KEY
};

/* The outcome of a bounce with the verdict backscatter or disowned that was
   delivered in mode audit: in mode enforce, a Sieve test would have matched
   it. */
#define BACKSCATTER_COUNT_WOULD_FILE "would-be-filed"

struct backscatter_count {
	/* Such as "2026-01-31", in UTC. */
	const char *day;
	enum backscatter_count_scope scope;
	/* As it is in the dict, not sanitised. */
	const char *name;
	/* Such as "backscatter", "unsigned", "filed". For servers and keys, the
	   reason and the outcome are "-". */
	const char *verdict, *reason, *outcome;
	uint64_t bounces;
	/* A sentence that explains the reason (static), set where counters are
	   read; NULL if there is no such reason. */
	const char *text;
};

struct backscatter_count_query {
	enum backscatter_count_scope scope;
	/* NULL: all names, which needs a dict that can iterate. */
	const char *name;
	/* Any time of the first day, and of the last day. */
	time_t since, until;
};

struct backscatter_counts;

/* The strings are valid until the callback returns. */
typedef void
backscatter_count_callback_t(const struct backscatter_count *count,
			     void *context);

/* Open the site's backscatter_dict in order to read its counters without a
   user. base_dir and uri are those of Dovecot 2.3's configuration; with 2.4
   they are not used, and the settings are found by the event. Returns 1, 0 if
   no dict is configured, or -1 with an error (data stack). */
BACKSCATTER_API int
backscatter_counts_open(struct event *event, const char *base_dir,
			const char *uri, struct backscatter_counts **counts_r,
			const char **error_r);
/* Call the callback for each counter. Bounces that are counted meanwhile may
   be included or not. Waits for the dict as long as the dict's driver does.
   Returns 0, or -1 with an error (data stack). */
BACKSCATTER_API int
backscatter_counts_read(struct backscatter_counts *counts,
			const struct backscatter_count_query *query,
			backscatter_count_callback_t *callback, void *context,
			const char **error_r);
BACKSCATTER_API void
backscatter_counts_close(struct backscatter_counts **counts);

/* A time in which somebody else used the user's account (in seconds since 1970,
   both included). Bounces of what was signed then get the verdict disowned.
   These times are kept in the user's backscatter_dict. */
struct backscatter_time_window {
	time_t since, until;
};

enum backscatter_disown_change {
	BACKSCATTER_DISOWN_NOTHING = 0,
	/* Add the window, and join those that overlap. */
	BACKSCATTER_DISOWN_ADD,
	/* Remove all that overlap with the window. */
	BACKSCATTER_DISOWN_REMOVE
};

/* Add the window to the user's disowned times, remove it, or do neither, and
   then list these times. The list is allocated from the pool. Returns 0, or -1
   with an error (data stack). */
BACKSCATTER_API int
backscatter_disown(struct mail_user *user,
		   enum backscatter_disown_change change,
		   const struct backscatter_time_window *window, pool_t pool,
		   const struct backscatter_time_window **list_r,
		   unsigned int *count_r, const char **error_r);

/* The last burst of genuine bounces: when it began, when the last bounce over
   the limit came, and what was counted in the period that ended with that
   bounce. No bounce that was counted came before first. */
struct backscatter_burst {
	time_t first, since, last;
	uint64_t originals, recipients, bounces;
	/* The recipients who are not there, and the networks from which the
	   mail was submitted. */
	uint64_t dead, hosts;
	/* What raised the alarm: "originals", "recipients" or "hosts", a static
	   string. */
	const char *signal;
};

/* Get the user's last burst. Returns 1, 0 if there was none, or -1 with an
   error (data stack). */
BACKSCATTER_API int
backscatter_burst_get(struct mail_user *user,
		      struct backscatter_burst *burst_r,
		      const char **error_r);

/* The user is suspended from sending mail. This is kept in the user's
   backscatter_dict, where servers read it that know nothing of us. */
struct backscatter_suspension {
	/* Seconds since 1970; until is 0 if it lasts until somebody resumes
	   it. */
	time_t since, until;
	/* "alarm", or who ran doveadm; and the reason. */
	const char *by, *why;
};

/* Suspend the user, in the place of an earlier suspension. This is logged, and
   sends the event "backscatter_suspended". Returns 0, or -1 with an error (data
   stack). */
BACKSCATTER_API int
backscatter_suspend(struct mail_user *user,
		    const struct backscatter_suspension *suspension,
		    const char **error_r);
/* End the user's suspension; by says who does so. Mail that was sent until now
   cannot suspend the user again. If disown is not NULL, what was sent from the
   begin of the burst until now (or, if no burst went before it, of the
   suspension) is disowned, and disown is set to that time. This is logged, and
   sends the event "backscatter_resumed". Returns 1 and the suspension that has
   ended (from the pool), 0 if the user was not suspended, or -1 with an error
   (data stack), as without a dict. */
BACKSCATTER_API int
backscatter_resume(struct mail_user *user, const char *by, pool_t pool,
		   struct backscatter_suspension *was_r,
		   struct backscatter_time_window *disown,
		   const char **error_r);
/* Get the user's suspension. One that has ended by its time is deleted from the
   dict, where others might not know of the time. Returns 1, or -1 with an error
   (data stack). Returns 0 if the user is not suspended: error_r is then NULL,
   or says that there is no dict, without which nobody is. */
BACKSCATTER_API int
backscatter_suspension_get(struct mail_user *user, pool_t pool,
			   struct backscatter_suspension *suspension_r,
			   const char **error_r);

/* Delete what is kept of the user: the record, the user's counters, and the
   marks of notices in the user's home. A suspension stays, and suspended_r says
   whether there is one. It is no error if there is nothing, or no dict. Returns
   0, or -1 with an error (data stack): some of it may then be deleted, and the
   rest is when this is called again. */
BACKSCATTER_API int
backscatter_forget(struct mail_user *user, pool_t pool, bool *suspended_r,
		   const char **error_r);

/* Parse a time that an admin has written: seconds since 1970, a date such as
   2026-01-31 or 2026-01-31T12:00:00Z, or how long ago it was, such as 2d. A
   time before 1970 becomes 1970. Returns 0, or -1 with an error (data
   stack). */
BACKSCATTER_API int
backscatter_time_parse(const char *text, time_t now, time_t *time_r,
		       const char **error_r);

/* What to look at after a burst: what somebody else who used the account may
   have left behind. Texts of users and strangers are as they were found; they
   are made harmless when they are printed. */

struct backscatter_script_action {
	/* What the script does, a static string such as "redirect". */
	const char *what;
	/* To where, or the link in the text that it sends; NULL: the action has
	   neither. */
	const char *text;
};
ARRAY_DEFINE_TYPE(backscatter_script_action, struct backscatter_script_action);

struct backscatter_script {
	const char *name;
	bool active;
	/* When it was written or made the active one; 0: not known. */
	time_t changed;
	/* Why it could not be read; NULL: it could. */
	const char *error;
	const struct backscatter_script_action *actions;
	unsigned int actions_count;
};

struct backscatter_mailbox_change {
	const char *name;
	/* How many messages are there, how many have been, how many were saved
	   since then, and how many of these are gone. */
	uint32_t messages, once, saved, removed;
};

struct backscatter_aftermath {
	/* The scripts and messages are those that came after this time. 0:
	   nothing was looked at. */
	time_t since;
	/* Why scripts could not be listed; NULL: they could. */
	const char *scripts_error;
	const struct backscatter_script *scripts;
	const struct backscatter_mailbox_change *mailboxes;
	unsigned int scripts_count, mailboxes_count;
};

/* Say what the results of several messages mean together: that somebody forges
   the user's address, or that somebody sends mail through the user's account.
   finish() must be called. It appends a text for the user named, or a JSON
   object, and what is in the aftermath, to dest, which must not be allocated
   from the data stack, and may be NULL for nothing. */
struct bounce_diagnosis;
BACKSCATTER_API struct bounce_diagnosis *
backscatter_diagnosis_init(pool_t pool);
BACKSCATTER_API void
backscatter_diagnosis_add(struct bounce_diagnosis *diagnosis,
			  const struct backscatter_result *result);
/* Returns the Date of the first mail that somebody else has sent through the
   account, or 0 if that is not the diagnosis. */
BACKSCATTER_API time_t
backscatter_diagnosis_stolen_since(const struct bounce_diagnosis *diagnosis);
BACKSCATTER_API void
backscatter_diagnosis_finish(struct bounce_diagnosis **diagnosis,
			     const char *user,
			     const struct backscatter_aftermath *aftermath,
			     bool json, string_t *dest);

/*
 * For doveadm: keys
 */

/* Get a setting of Dovecot 2.3's plugin { } without a user. Returns NULL if it
   is not set. */
typedef const char *backscatter_getenv_t(const char *name);

/* The site's backscatter_dict, which is opened without a user. */
struct backscatter_site_dict {
	/* With Dovecot 2.4, the settings are found by this event. */
	struct event *event;
	/* What the configuration of Dovecot 2.3 says. */
	const char *base_dir, *uri;
	/* Why it cannot be opened; NULL if it can. */
	const char *error;
};

struct backscatter_key_query {
	/* Dovecot 2.4's settings are found by the event, those of 2.3 by
	   getenv. */
	struct event *event;
	backscatter_getenv_t *getenv;
	/* Where own domains are looked up if they are in a dict. */
	struct backscatter_site_dict dict;
	/* Look only at these domains (NULL-terminated). NULL: look at all of
	   our own domains that have a key in the key directory. */
	const char *const *domains;
	/* Look also at these selectors of the domains named (NULL-terminated),
	   besides those in the key directory; NULL: at no others. */
	const char *const *selectors;
	/* Look also at these keys, which verified an original lately. Those of
	   other domains are ignored. */
	const struct backscatter_key_seen *seen;
	unsigned int seen_count;
};

struct backscatter_key_seen {
	/* Such as "mail._domainkey.example.org". */
	const char *name;
	/* The last day that it did, such as "2026-01-31", in UTC. */
	const char *day;
};

struct backscatter_key_info {
	const char *domain, *selector;
	bool in_dns, in_dir;
	/* There is a copy that backscatter_keys_keep() has saved. */
	bool kept;
	/* "rsa" or "ed25519", or "" if there is no key that can be used. */
	const char *type;
	unsigned int bits;
	/* When it was retired; 0: it was not. */
	time_t retired;
	/* The last day that it verified an original; "": not known. */
	const char *seen;
	/* What is wrong with it; "": nothing. */
	const char *problem;
};

/* Look at keys in DNS and in the key directory. Since DNS cannot say which
   selectors exist, these are the keys that are in the directory, and those that
   the query names. Everything is allocated from the pool. Returns 0, or -1 with
   an error (data stack). */
BACKSCATTER_API int
backscatter_keys_survey(pool_t pool, const struct backscatter_key_query *query,
			const struct backscatter_key_info **keys_r,
			unsigned int *count_r, const char **error_r);
/* Save a key that is in DNS to the key directory. Returns 1 if it was saved, 0
   if the same key was there before, or -1 with an error (data stack). A
   different key that is there is never overwritten. path_r is set to the file
   (data stack). */
BACKSCATTER_API int
backscatter_keys_fetch(const struct backscatter_key_query *query,
		       const char *selector, const char *domain,
		       const char **path_r, const char **error_r);

/* Get one line of text about what was done, or (if failed is TRUE) about what
   could not be done. It is valid until the callback returns. */
typedef void
backscatter_keys_keep_callback_t(const char *line, bool failed, void *context);

/* Keep copies of keys that have verified an original, so that their bounces are
   recognised when the keys have left DNS: save those that DNS has had for a
   day, note those that were revoked, and delete those that are not needed any
   more.
   The keys are those of the query that are of our own domains, and those that
   were kept before. Files that an admin has put into the key directory are left
   alone. Only one process at a time does this; others wait for it. now is in
   seconds since 1970. count_r is the number of keys that are known afterwards.
   Returns 0, or -1 with an error (data stack) that ends in a sentence saying
   what to do. If there was an error, what was not done is done the next
   time. */
BACKSCATTER_API int
backscatter_keys_keep(const struct backscatter_key_query *query, time_t now,
		      backscatter_keys_keep_callback_t *callback, void *context,
		      unsigned int *count_r, const char **error_r);

/* Before which times (seconds since 1970) the counters, and what is remembered
   of users without a later bounce, were deleted. */
struct backscatter_tidied {
	time_t counters, users;
};

/* Delete from SQL what is older than backscatter_keep. The settings are found
   as for a backscatter_key_query. Returns 1; 0 if the dict cannot list its
   keys, as Redis, which deletes them by itself; or -1 with an error (data
   stack). */
BACKSCATTER_API int
backscatter_counts_tidy(struct backscatter_counts *counts, struct event *event,
			backscatter_getenv_t *getenv,
			struct backscatter_tidied *tidied_r,
			const char **error_r);

/*
 * For doveadm: whether everything is set up
 */

/* Read which key the value of a DKIM-Signature field names. The strings are
   valid DNS names, from the data stack. Returns 0, or -1 if it names none. */
BACKSCATTER_API int
backscatter_signature_key(const char *value, const char **selector_r,
			  const char **domain_r);

/* Find out whether a domain is among those of a list, as in backscatter_domains
   without files and dicts. Returns 1, 0, or -1 if this is not such a list. */
BACKSCATTER_API int
backscatter_domains_have(const char *list, const char *domain);

/* The host from which mail in our name came that was not signed. */
struct backscatter_unsigned_sender {
	/* The domain in its From. */
	const char *domain;
	/* The host's IP address, and its name; NULL: it has none. A stranger
	   may have written both. */
	const char *address, *host;
};

/* Find that host in the original that a bounce has returned. Returns TRUE and
   sets sender_r, whose strings are sanitised and from the pool, which must not
   be the data stack; or FALSE if the original is not mail in our name, bears a
   signature of ours, or does not tell. */
BACKSCATTER_API bool
backscatter_result_unsigned(const struct backscatter_result *result,
			    pool_t pool,
			    struct backscatter_unsigned_sender *sender_r);

enum backscatter_status_value {
	BACKSCATTER_STATUS_OK,
	/* It works, but the admin may want to know this. */
	BACKSCATTER_STATUS_NOTE,
	BACKSCATTER_STATUS_FAILED
};

struct backscatter_status_item {
	const char *name;
	enum backscatter_status_value value;
	const char *detail;
	/* The setting that would mend it, as "name = value"; NULL if detail
	   says what to do. */
	const char *mend;
};

typedef void
backscatter_status_callback_t(const struct backscatter_status_item *item,
			      void *context);

/* Check everything that is needed to judge bounces for this user, such as
   settings, keys and DNS, with the user's rights. Each item is valid until the
   callback returns. */
BACKSCATTER_API void
backscatter_user_status(struct mail_user *user,
			backscatter_status_callback_t *callback,
			void *context);

#endif
