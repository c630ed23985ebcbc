/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "mail-user.h"
#include "base/sanitize.h"
#include "name/address.h"
#include "dns/dns.h"
#include "own-domains/file.h"
#include "name/domain-name.h"
#include "name/own-domains.h"
#include "keys/key-dir.h"
#include "audit/count-key.h"
#include "dict/state-dict.h"
#include "dict/dict-key.h"
#include "admin/key-survey.h"
#include "settings/plugin-settings.h"
#include "user/domains.h"
#include "dovecot-backscatter.h"
#include "memory/sent-copy.h"
#include "notice/notice.h"
#include "verifier/verifier.h"

/* An error text is cut after this many octets. */
#define STATUS_MAX_ERROR 1000

struct status {
	struct mail_user *user;
	const struct backscatter_settings *set;
	/* Why there are no settings; NULL if there are. */
	const char *error;
	/* What the admin should know about the settings; NULL if nothing. */
	const char *warning;
	/* The domain in the user's name, in ASCII; NULL if there is none. */
	const char *domain;
};

/* Set the result of a check. Without a call it is "ok". If an item has no
   detail in the end, nothing is printed for it. */
static void status_set(struct backscatter_status_item *item,
		       enum backscatter_status_value value, const char *detail)
{
	item->value = value;
	item->detail = detail;
}

static void status_failed(struct backscatter_status_item *item,
			  const char *error)
{
	status_set(item, BACKSCATTER_STATUS_FAILED,
		   t_bounce_sanitize_text(error, STATUS_MAX_ERROR));
}

static void status_settings(struct status *status,
			    struct backscatter_status_item *item)
{
	if (status->error != NULL)
		status_set(item, BACKSCATTER_STATUS_FAILED, status->error);
	else if (status->warning != NULL)
		status_set(item, BACKSCATTER_STATUS_NOTE, status->warning);
	else
		item->detail = "all have valid values";
}

static void status_mode(struct status *status,
			struct backscatter_status_item *item)
{
	static const char *const details[] = {
		[BACKSCATTER_MODE_OFF] = "off: no message is judged",
		[BACKSCATTER_MODE_AUDIT] = "audit: bounces are judged, but "
			"the Sieve tests match nothing",
		[BACKSCATTER_MODE_ENFORCE] = "enforce"
	};

	item->detail = details[status->set->mode];
	if (status->set->mode == BACKSCATTER_MODE_OFF) {
		item->value = BACKSCATTER_STATUS_FAILED;
		item->mend = "backscatter_mode = audit";
	}
}

/* Returns what is wrong with one of the files of domains, or NULL. */
static const char *status_domain_files(struct status *status)
{
	const char *const *path = status->set->domains.files, *error;

	for (; path != NULL && *path != NULL; path++) {
		if (bounce_domain_file_check(*path, TRUE, &error) < 0)
			return t_strdup_printf("backscatter_domains = %s: %s",
					       *path, error);
	}
	return NULL;
}

/* backscatter_domains is not set. */
static void status_default_domains(struct status *status,
				   struct backscatter_status_item *item)
{
	if (status->domain != NULL) {
		item->detail = t_strdup_printf("backscatter_domains is not "
			"set: %s and the domain of the recipient are ours",
			status->domain);
		return;
	}
	status_set(item, BACKSCATTER_STATUS_NOTE, "backscatter_domains is not "
		   "set, and the user's name has no domain: only that of the "
		   "recipient is ours");
	item->mend = "backscatter_domains = example.com";
}

static void status_domains(struct status *status,
			   struct backscatter_status_item *item)
{
	const char *domain = status->domain, *error;
	struct bounce_domains *domains;
	bool foreign;

	backscatter_dict_start_message(status->user);
	domains = backscatter_domains_get(status->user->pool, status->user,
					  &status->set->domains);
	if (domains == NULL) {
		status_default_domains(status, item);
		return;
	}
	foreign = domain != NULL && !bounce_domains_match(domains, domain);
	error = status_domain_files(status);
	if (error == NULL)
		error = bounce_domains_get_error(domains);
	if (error != NULL) {
		status_set(item, BACKSCATTER_STATUS_FAILED, error);
	} else if (foreign) {
		status_set(item, BACKSCATTER_STATUS_FAILED, t_strdup_printf(
			   "%s, the user's domain, is not in "
			   "backscatter_domains: what it has signed is taken "
			   "for a stranger's", domain));
		if (status->set->domains.text != NULL) {
			item->mend = t_strdup_printf("backscatter_domains = "
				"%s %s", status->set->domains.text, domain);
		}
	} else {
		item->detail = "backscatter_domains is set";
	}
}

static void status_key_dir(struct status *status,
			   struct backscatter_status_item *item)
{
	const char *path = status->set->key_dir, *error;
	unsigned int count;

	if (path == NULL) {
		status_set(item, BACKSCATTER_STATUS_NOTE,
			   "backscatter_key_dir is not set: after a key was "
			   "removed from DNS, late bounces of mail that it "
			   "signed are taken for backscatter");
		item->mend = "backscatter_key_dir = /etc/dovecot/dkim-keys";
	} else if (bounce_key_dir_check(path, &count, &error) < 0) {
		status_failed(item, error);
	} else {
		status_set(item, count == 0 ?
			   BACKSCATTER_STATUS_NOTE : BACKSCATTER_STATUS_OK,
			   t_strdup_printf("%s: %u %s", path, count,
					   count == 1 ? "key" : "keys"));
	}
}

/* Returns the user's domain; or else the first that backscatter_domains names,
   or an example. */
static const char *status_one_domain(struct status *status)
{
	const char *const *word, *name = status->domain;

	word = t_strsplit_spaces(status->set->domains.text == NULL ? "" :
				 status->set->domains.text, ", \t");
	for (; name == NULL && *word != NULL; word++) {
		/* neither a file nor the dict */
		if (**word != '/' && strchr(*word, '.') != NULL)
			name = t_bounce_domain_normalise(
				**word == '.' ? *word + 1 : *word);
	}
	return name != NULL ? name : "example.com";
}

/* Check whether DNS answers a query for one of our domains, whatever the answer
   is. */
static void status_dns(struct status *status,
		       struct backscatter_status_item *item)
{
	struct bounce_dns_query query = {
		.type = BOUNCE_DNS_TYPE_TXT,
		.name = t_strconcat("_domainkey.", status_one_domain(status),
				    NULL)
	};
	const struct backscatter_verifier *verifier;
	const char *error;
	pool_t pool;

	if (backscatter_verifier_load(&verifier, &error) < 0) {
		/* other servers would not help */
		status_failed(item, error);
		return;
	}
	pool = pool_alloconly_create("backscatter status", 1024);
	if (backscatter_dns_ask(status->set, pool, &query, 1, &error) < 0)
		status_set(item, BACKSCATTER_STATUS_FAILED, error);
	else if (query.status == BOUNCE_DNS_TEMPERROR)
		status_set(item, BACKSCATTER_STATUS_FAILED, t_strdup_printf(
			   "%s: %s", query.name, query.error));
	else
		item->detail = t_strdup_printf("it answers for %s", query.name);
	if (item->value == BACKSCATTER_STATUS_FAILED)
		item->mend = "backscatter_dns_servers = 127.0.0.1";
	pool_unref(&pool);
}

/* What BACKSCATTER_COUNT_BOUNCE has no value for, whatever the dict is. */
#define STATUS_BOUNCE BACKSCATTER_COUNT_BOUNCE"1970-01-01/-/-/-/-/-/-/-"

/* Check whether the dict can be written to, and whether SQL has all that it
   needs to count a bounce by one statement. */
static void status_dict(struct status *status,
			struct backscatter_status_item *item)
{
	static const struct backscatter_dict_op op = {
		.type = BACKSCATTER_DICT_SET,
		.key = BACKSCATTER_KEY_STATUS_CHECK,
		.value = "ok"
	};
	struct backscatter_dict *dict;
	const char *value, *error;
	int ret;

	item->detail = "it can be written to";
	ret = backscatter_dict_get(status->user, &dict, &error);
	if (ret > 0 && backscatter_dict_write(dict, &op, 1, 0, &error) < 0)
		ret = -1;
	if (ret > 0 &&
	    backscatter_dict_lookup(dict, pool_datastack_create(),
				    STATUS_BOUNCE, &value, &error) < 0) {
		status_set(item, BACKSCATTER_STATUS_NOTE, t_strdup_printf(
			   "%s, but each bounce is several statements: %s",
			   item->detail, t_bounce_sanitize_text(error,
							STATUS_MAX_ERROR)));
	} else if (ret < 0) {
		status_failed(item, error);
		item->detail = t_strconcat(item->detail, " (the log of the "
					   "dict service may say more)", NULL);
	} else if (ret == 0) {
		status_set(item, BACKSCATTER_STATUS_NOTE,
			   "backscatter_dict is not set, so nothing is "
			   "remembered from one bounce to the next");
	}
	backscatter_dict_release(status->user);
}

static void status_suspend(struct status *status,
			   struct backscatter_status_item *item)
{
	if (status->set->suspend == BACKSCATTER_SUSPEND_NO)
		return;
	item->detail = "by the alarm";
	if (!backscatter_dict_is_set(status->user)) {
		status_set(item, BACKSCATTER_STATUS_FAILED,
			   "the alarm suspends nobody: backscatter_dict is not "
			   "set");
	} else if (status->set->mode != BACKSCATTER_MODE_ENFORCE) {
		status_set(item, BACKSCATTER_STATUS_NOTE,
			   "the alarm suspends nobody: the mode is not "
			   "enforce");
	} else if (status->set->burst_limit == 0) {
		status_set(item, BACKSCATTER_STATUS_NOTE, "the alarm "
			   "suspends nobody: backscatter_burst_limit is 0");
	}
}

/* Check whether copies of sent mail can be found. */
static void status_sent_mailbox(struct status *status,
				struct backscatter_status_item *item)
{
	const char *name = status->set->sent_mailbox, *error;
	bool cached;
	int ret;

	if (name == NULL)
		return;
	ret = backscatter_sent_check(status->user, name, &cached, &error);
	if (ret < 0)
		status_failed(item, error);
	else if (ret == 0)
		status_set(item, BACKSCATTER_STATUS_NOTE, t_strdup_printf(
			   "the user has no mailbox %s of his own", name));
	else if (!cached)
		status_set(item, BACKSCATTER_STATUS_NOTE, t_strdup_printf(
			   "%s: Message-IDs are not cached, so only the "
			   "newest %u copies are found (see THE SENT COPY in "
			   "backscatter(7))", name, BACKSCATTER_SENT_MAX_READ));
	else
		item->detail = t_strdup_printf("%s: Message-IDs are cached",
					       name);
}

static void status_notice(struct status *status,
			  struct backscatter_status_item *item)
{
	const char *masked;

	if (status->set->notice_to == NULL)
		return;
	masked = backscatter_notice_masked(status->set->notice_to);
	item->detail = t_strdup_printf("a burst is told to %s", masked);
	if (!backscatter_dict_is_set(status->user)) {
		status_set(item, BACKSCATTER_STATUS_NOTE, t_strdup_printf(
			   "nothing is told to %s without backscatter_dict",
			   masked));
	}
}

static const struct {
	const char *name;
	void (*check)(struct status *status,
		      struct backscatter_status_item *item);
} status_checks[] = {
	{ "settings", status_settings },
	/* the others are only checked if the settings are valid */
	{ "mode", status_mode },
	{ "domains", status_domains },
	{ "key directory", status_key_dir },
	{ "DNS", status_dns },
	{ "dict", status_dict },
	{ "suspend", status_suspend },
	{ "sent mailbox", status_sent_mailbox },
	{ "notice", status_notice }
};

void backscatter_user_status(struct mail_user *user,
			     backscatter_status_callback_t *callback,
			     void *context)
{
	struct backscatter_status_item item;
	struct status status = {
		.user = user,
		.domain = t_bounce_domain_normalise(
			bounce_address_domain(user->username))
	};
	unsigned int i;

	if (backscatter_settings_get(user, user->pool, &status.set,
				     &status.warning, &status.error) == 0)
		status.error = NULL;
	for (i = 0; i < N_ELEMENTS(status_checks) &&
	     (i == 0 || status.error == NULL); i++) {
		i_zero(&item);
		item.name = status_checks[i].name;
		item.value = BACKSCATTER_STATUS_OK;
		status_checks[i].check(&status, &item);
		if (item.detail != NULL)
			callback(&item, context);
	}
}
