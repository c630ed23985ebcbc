/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "message-address.h"
#include "mail-namespace.h"
#include "mail-storage.h"
#include "mail-user.h"
#include "mailbox-list-iter.h"
#include "doveadm-mail.h"
#include "dovecot-backscatter.h"
#include "commands.h"
#include "mail.h"
#include "setup-look.h"

#include <time.h>

#define SETUP_SENT_MESSAGES 50
/* Of the INBOX, the messages with the highest UIDs are looked at. */
#define SETUP_INBOX_UIDS 300
#define SETUP_INBOX_SECS (30 * 24 * 3600)
/* More names of one kind are not kept: a stranger may have made them up. */
#define SETUP_MAX_NAMES 1000
#define SETUP_MAX_NAME_SIZE 300

struct setup_look {
	struct backscatter_walk walk;
	struct backscatter_setup *setup;
	/* of the user's name, in lower case; NULL: it has none */
	const char *domain;
	/* A bounce could not be judged now. As others could not be either, and
	   each may take its time, the user's mail is left. */
	bool stop;
};

void backscatter_setup_init(struct backscatter_setup *setup_r, pool_t pool)
{
	i_zero(setup_r);
	setup_r->pool = pool;
	p_array_init(&setup_r->domains, pool, 8);
	p_array_init(&setup_r->keys, pool, 8);
	p_array_init(&setup_r->others, pool, 8);
	p_array_init(&setup_r->unsigned_hosts, pool, 8);
}

/* Returns the domain of a user's name in lower case, or NULL if it has none
   that can be written into a configuration as it is. */
static const char *t_setup_user_domain(const char *username)
{
	const char *at = strrchr(username, '@'), *domain;

	if (at == NULL || at[1] == '\0')
		return NULL;
	domain = t_str_lcase(at + 1);
	return domain[strspn(domain, "abcdefghijklmnopqrstuvwxyz"
			     "0123456789-_.")] == '\0' ? domain : NULL;
}

static void
setup_count(struct backscatter_setup *setup,
	    ARRAY_TYPE(backscatter_seen) *names, const char *name)
{
	struct backscatter_seen *seen;

	/* anybody may have made it up */
	name = backscatter_sanitize(name, SETUP_MAX_NAME_SIZE);
	array_foreach_modifiable(names, seen) {
		if (strcmp(seen->name, name) == 0) {
			seen->count++;
			return;
		}
	}
	if (array_count(names) == SETUP_MAX_NAMES)
		return;
	seen = array_append_space(names);
	seen->name = p_strdup(setup->pool, name);
	seen->count = 1;
}

/* A domain that mail of this user bears. */
static bool setup_domain(struct setup_look *look, const char *domain)
{
	if (look->domain != NULL && strcasecmp(domain, look->domain) == 0)
		return TRUE;
	setup_count(look->setup, &look->setup->others, t_str_lcase(domain));
	return FALSE;
}

static void setup_key(struct setup_look *look, const char *selector,
		      const char *domain)
{
	if (setup_domain(look, domain)) {
		setup_count(look->setup, &look->setup->keys,
			    t_str_lcase(t_strconcat(selector, "._domainkey.",
						    domain, NULL)));
	}
}

/*
 * Sent mail
 */

static void setup_sent_mail(struct setup_look *look, struct mail *mail)
{
	const struct message_address *addr;
	const char *value, *const *values, *selector, *domain;

	look->setup->sent++;
	if (mail_get_first_header(mail, "From", &value) > 0) {
		addr = message_address_parse(pool_datastack_create(),
			(const unsigned char *)value, strlen(value), 1, 0);
		if (addr != NULL && addr->domain != NULL &&
		    *addr->domain != '\0')
			(void)setup_domain(look, addr->domain);
	}
	if (mail_get_headers(mail, "DKIM-Signature", &values) <= 0)
		return;
	for (; *values != NULL; values++) {
		if (backscatter_signature_key(*values, &selector,
					      &domain) == 0)
			setup_key(look, selector, domain);
	}
}

static void setup_sent_mailbox(struct setup_look *look, struct mailbox *box)
{
	struct mailbox_transaction_context *trans;
	struct mailbox_status status;
	struct mail *mail;
	uint32_t seq;

	mailbox_get_open_status(box, STATUS_MESSAGES, &status);
	trans = mailbox_transaction_begin(box, 0, __func__);
	mail = mail_alloc(trans, 0, NULL);
	seq = status.messages <= SETUP_SENT_MESSAGES ? 1 :
		status.messages - SETUP_SENT_MESSAGES + 1;
	for (; seq <= status.messages; seq++) T_BEGIN {
		mail_set_seq(mail, seq);
		setup_sent_mail(look, mail);
	} T_END;
	mail_free(&mail);
	(void)mailbox_transaction_commit(&trans);
}

static bool setup_is_sent(const struct mailbox_info *info)
{
	static const char *const names[] = {
		"Sent", "Sent Items", "Sent Messages", NULL
	};

	if ((info->flags & (MAILBOX_NOSELECT | MAILBOX_NONEXISTENT)) != 0)
		return FALSE;
	if (info->special_use != NULL &&
	    str_array_icase_find(t_strsplit_spaces(info->special_use, " "),
				 "\\Sent"))
		return TRUE;
	return str_array_find(names, info->vname);
}

static void setup_sent(struct setup_look *look, struct mail_user *user)
{
	static const char *const patterns[] = { "*", NULL };
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;
	struct mailbox *box;

	iter = mailbox_list_iter_init_namespaces(user->namespaces, patterns,
		MAIL_NAMESPACE_TYPE_PRIVATE,
		MAILBOX_LIST_ITER_SKIP_ALIASES |
		MAILBOX_LIST_ITER_NO_AUTO_BOXES |
		MAILBOX_LIST_ITER_RETURN_SPECIALUSE);
	while ((info = mailbox_list_iter_next(iter)) != NULL) T_BEGIN {
		if (setup_is_sent(info)) {
			box = mailbox_alloc(info->ns->list, info->vname,
					    MAILBOX_FLAG_READONLY);
			if (mailbox_open(box) == 0 && mailbox_sync(box, 0) == 0)
				setup_sent_mailbox(look, box);
			mailbox_free(&box);
		}
	} T_END;
	(void)mailbox_list_iter_deinit(&iter);
}

/*
 * Bounces
 */

static void
setup_unsigned(struct setup_look *look, const struct backscatter_result *result)
{
	struct backscatter_unsigned_sender sender;
	pool_t pool;

	/* a forger's mail is not signed either, but his host is not ours */
	if (strcmp(t_backscatter_property(result, "spf"), "pass") != 0)
		return;
	pool = pool_alloconly_create("backscatter unsigned", 1024);
	if (backscatter_result_unsigned(result, pool, &sender) &&
	    sender.address != NULL) {
		setup_count(look->setup, &look->setup->unsigned_hosts,
			    t_strdup_printf("%s%s%s%s (%s)",
				sender.host == NULL ? "" : sender.host,
				sender.host == NULL ? "" : " [",
				sender.address, sender.host == NULL ? "" : "]",
				sender.domain));
	}
	pool_unref(&pool);
}

static bool
setup_judged(struct backscatter_walk *walk, struct mail *mail ATTR_UNUSED,
	     time_t received ATTR_UNUSED,
	     const struct backscatter_result *result)
{
	struct setup_look *look = container_of(walk, struct setup_look, walk);
	const char *verdict, *selector, *domain, *from;

	if (!result->is_bounce)
		return FALSE;
	look->setup->bounces++;
	verdict = t_backscatter_property(result, "verdict");
	domain = t_backscatter_property(result, "domain");
	selector = t_backscatter_property(result, "selector");
	from = strrchr(t_backscatter_property(result, "original-from"), '@');
	if (strcmp(verdict, "genuine") == 0)
		look->setup->genuine++;
	else
		setup_unsigned(look, result);
	/* others may sign what they like, but not often in our name */
	if (*domain != '\0' && from != NULL && look->domain != NULL &&
	    strcasecmp(from + 1, look->domain) == 0)
		setup_key(look, selector, domain);
	look->stop = strcmp(verdict, "temperror") == 0;
	return look->stop;
}

static void setup_bounces(struct setup_look *look)
{
	struct backscatter_walk *walk = &look->walk;
	struct mailbox_transaction_context *trans;

	if (backscatter_walk_open(walk, "INBOX") < 0)
		return;
	if (walk->end_uid > SETUP_INBOX_UIDS)
		walk->next_uid = walk->end_uid - SETUP_INBOX_UIDS + 1;
	while (!look->stop && backscatter_walk_batch(walk, &trans) > 0) {
		if (backscatter_walk_commit(walk, &trans) < 0)
			break;
	}
	mailbox_free(&walk->box);
}

void backscatter_setup_look(struct backscatter_setup *setup,
			    struct doveadm_mail_cmd_context *ctx,
			    struct mail_user *user)
{
	struct setup_look look = {
		.walk = {
			.ctx = ctx,
			.user = user,
			.since = time(NULL) - SETUP_INBOX_SECS,
			.judged = setup_judged
		},
		.setup = setup,
		.domain = t_setup_user_domain(user->username)
	};

	setup->users++;
	if (look.domain != NULL)
		setup_count(setup, &setup->domains, look.domain);
	setup_sent(&look, user);
	setup_bounces(&look);
}
