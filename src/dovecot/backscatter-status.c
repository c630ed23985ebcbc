/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str-sanitize.h"
#include "mail-user.h"
#include "bounce-address.h"
#include "bounce-dns.h"
#include "bounce-domain-file.h"
#include "bounce-domain-name.h"
#include "bounce-domains.h"
#include "bounce-key.h"
#include "bounce-key-dir.h"
#include "backscatter-dict.h"
#include "backscatter-dict-key.h"
#include "backscatter-settings.h"
#include "backscatter-private.h"
#include "backscatter-sent.h"

struct status {
	struct mail_user *user;
	const struct backscatter_settings *set;
	backscatter_status_callback_t *callback;
	void *context;
};

static void
status_say(struct status *status, const char *name,
	   enum backscatter_status_value value, const char *detail,
	   const char *mend)
{
	const struct backscatter_status_item item = {
		.name = name,
		.value = value,
		.detail = detail,
		.mend = mend
	};

	status->callback(&item, status->context);
}

static void status_mode(struct status *status)
{
	switch (status->set->mode) {
	case BACKSCATTER_MODE_OFF:
		status_say(status, "mode", BACKSCATTER_STATUS_FAILED,
			   "off: nothing is judged", "backscatter_mode = audit");
		break;
	case BACKSCATTER_MODE_AUDIT:
		status_say(status, "mode", BACKSCATTER_STATUS_OK,
			   "audit: bounces are judged, and the Sieve tests "
			   "match nothing", NULL);
		break;
	case BACKSCATTER_MODE_ENFORCE:
		status_say(status, "mode", BACKSCATTER_STATUS_OK, "enforce",
			   NULL);
		break;
	}
}

/* The user's own domain, as a name for the DNS; NULL: he has none. */
static const char *status_user_domain(struct status *status)
{
	return t_bounce_domain_normalise(
		bounce_address_domain(status->user->username));
}

/* What is wrong with one of the files of domains, or NULL. */
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

static void status_domains(struct status *status)
{
	const char *domain = status_user_domain(status), *error;
	struct bounce_domains *domains;
	bool own;

	backscatter_dict_start_message(status->user);
	domains = backscatter_domains_get(status->user->pool, status->user,
					  &status->set->domains);
	own = domains != NULL && domain != NULL &&
		bounce_domains_match(domains, domain);
	error = status_domain_files(status);
	if (error == NULL && domains != NULL)
		error = bounce_domains_get_error(domains);
	if (domains == NULL) {
		status_say(status, "domains", domain == NULL ?
			   BACKSCATTER_STATUS_FAILED : BACKSCATTER_STATUS_NOTE,
			   "backscatter_domains is not set: the recipient's "
			   "domain is the only one that is ours",
			   t_strdup_printf("backscatter_domains = %s",
				domain == NULL ? "example.com" : domain));
	} else if (error != NULL) {
		status_say(status, "domains", BACKSCATTER_STATUS_FAILED,
			   error, NULL);
	} else if (domain != NULL && !own) {
		status_say(status, "domains", BACKSCATTER_STATUS_NOTE,
			   "the user's domain is not among "
			   "backscatter_domains", NULL);
	} else {
		status_say(status, "domains", BACKSCATTER_STATUS_OK,
			   "backscatter_domains is set", NULL);
	}
}

static void status_key_dir(struct status *status)
{
	const char *path = status->set->key_dir, *error;
	unsigned int count;

	if (path == NULL) {
		status_say(status, "key directory", BACKSCATTER_STATUS_NOTE,
			   "there is none: late bounces of what a rotated key "
			   "signed are backscatter",
			   "backscatter_key_dir = /etc/dovecot/dkim-keys");
	} else if (bounce_key_dir_check(path, &count, &error) < 0) {
		status_say(status, "key directory", BACKSCATTER_STATUS_FAILED,
			   str_sanitize(error, 1000), NULL);
	} else {
		status_say(status, "key directory", count == 0 ?
			   BACKSCATTER_STATUS_NOTE : BACKSCATTER_STATUS_OK,
			   t_strdup_printf("%s: %u keys", path, count), NULL);
	}
}

/* Whether there are answers: of the user's domain, whatever they are. */
static void status_dns(struct status *status)
{
	const char *domain = status_user_domain(status), *error;
	struct bounce_dns_query query;
	struct bounce_dns *dns;
	pool_t pool;

	if (bounce_dns_create(status->set->dns_servers, &dns, &error) < 0) {
		status_say(status, "DNS", BACKSCATTER_STATUS_FAILED, error,
			   "backscatter_dns_servers = 127.0.0.1");
		return;
	}
	i_zero(&query);
	query.type = BOUNCE_DNS_TYPE_TXT;
	query.name = t_strconcat("_domainkey.", domain == NULL ?
				 "example.com" : domain, NULL);
	pool = pool_alloconly_create("backscatter status", 1024);
	bounce_dns_lookup(dns, pool, &query, 1,
			  bounce_dns_now() + status->set->dns_timeout_msecs);
	if (query.status == BOUNCE_DNS_TEMPERROR) {
		status_say(status, "DNS", BACKSCATTER_STATUS_FAILED,
			   t_strdup_printf("%s: %s", query.name, query.error),
			   "backscatter_dns_servers = 127.0.0.1");
	} else {
		status_say(status, "DNS", BACKSCATTER_STATUS_OK,
			   t_strdup_printf("it answers for %s", query.name),
			   NULL);
	}
	bounce_dns_destroy(&dns);
	pool_unref(&pool);
}

/* Whether it can be written to. */
static void status_dict(struct status *status)
{
	struct backscatter_dict *dict;
	const char *error;
	int ret;

	ret = backscatter_dict_get(status->user, &dict, &error);
	if (ret > 0) {
		backscatter_dict_inc(dict, BACKSCATTER_KEY_PRIV_NUMBER
				     "status.check", 1, 0);
		ret = backscatter_dict_flush(dict, &error) < 0 ? -1 : 1;
	}
	if (ret < 0) {
		status_say(status, "dict", BACKSCATTER_STATUS_FAILED,
			   t_strconcat(str_sanitize(error, 1000), " (the log "
				       "of the dict service may say more)",
				       NULL), NULL);
	} else if (ret == 0) {
		status_say(status, "dict", BACKSCATTER_STATUS_NOTE,
			   "backscatter_dict is not set: nothing is "
			   "remembered from one bounce to the next", NULL);
	} else {
		status_say(status, "dict", BACKSCATTER_STATUS_OK,
			   "it can be written to", NULL);
	}
	backscatter_dict_release(status->user);
}

/* Whether a copy in it would be found. */
static void status_sent_mailbox(struct status *status)
{
	const char *name = status->set->sent_mailbox, *error;
	bool cached;
	int ret;

	if (name == NULL)
		return;
	ret = backscatter_sent_check(status->user, name, &cached, &error);
	if (ret < 0) {
		status_say(status, "sent mailbox", BACKSCATTER_STATUS_FAILED,
			   str_sanitize(error, 1000), NULL);
	} else if (ret == 0) {
		status_say(status, "sent mailbox", BACKSCATTER_STATUS_NOTE,
			   t_strdup_printf("the user has no %s of his own",
					   name), NULL);
	} else if (!cached) {
		status_say(status, "sent mailbox", BACKSCATTER_STATUS_NOTE,
			   t_strdup_printf("%s: Message-IDs are not cached, "
				"and only the newest %u copies are found (see "
				"THE SENT COPY in backscatter(7))", name,
				BACKSCATTER_SENT_MAX_READ), NULL);
	} else {
		status_say(status, "sent mailbox", BACKSCATTER_STATUS_OK,
			   t_strdup_printf("%s: Message-IDs are cached", name),
			   NULL);
	}
}

void backscatter_user_status(struct mail_user *user,
			     backscatter_status_callback_t *callback,
			     void *context)
{
	struct status status = {
		.user = user,
		.callback = callback,
		.context = context
	};
	const char *warning, *error;

	if (backscatter_settings_get(user, user->pool, &status.set, &warning,
				     &error) < 0) {
		status_say(&status, "settings", BACKSCATTER_STATUS_FAILED,
			   error, NULL);
		return;
	}
	if (warning != NULL) {
		status_say(&status, "settings", BACKSCATTER_STATUS_NOTE,
			   warning, NULL);
	} else {
		status_say(&status, "settings", BACKSCATTER_STATUS_OK,
			   "each has a value that it may have", NULL);
	}
	status_mode(&status);
	status_domains(&status);
	status_key_dir(&status);
	status_dns(&status);
	status_dict(&status);
	status_sent_mailbox(&status);
}
