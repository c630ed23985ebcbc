/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "mail-storage.h"
#include "mail-namespace.h"
#include "mailbox-list-iter.h"
#include "mail-user.h"
#include "doveadm-mail.h"
#include "dovecot-backscatter.h"
#include "commands.h"
#include "scripts.h"
#include "aftermath.h"

struct aftermath_search {
	pool_t pool;
	struct doveadm_mail_cmd_context *ctx;
	struct mail_user *user;
	time_t since;
	ARRAY(struct backscatter_mailbox_change) found;
};

void doveadm_backscatter_each_mailbox(
	struct doveadm_mail_cmd_context *ctx, struct mail_user *user,
	doveadm_backscatter_mailbox_callback_t *callback, void *context)
{
	static const char *const patterns[] = { "*", NULL };
	struct mailbox_list_iterate_context *iter;
	const struct mailbox_info *info;

	iter = mailbox_list_iter_init_namespaces(user->namespaces, patterns,
		MAIL_NAMESPACE_TYPE_PRIVATE,
		MAILBOX_LIST_ITER_SKIP_ALIASES |
		MAILBOX_LIST_ITER_NO_AUTO_BOXES);
	while (!doveadm_is_killed() &&
	       (info = mailbox_list_iter_next(iter)) != NULL) T_BEGIN {
		if ((info->flags & (MAILBOX_NOSELECT |
				    MAILBOX_NONEXISTENT)) == 0)
			callback(info->vname, context);
	} T_END;
	if (mailbox_list_iter_deinit(&iter) < 0) {
		doveadm_backscatter_user_failed(ctx, user,
			"The mailboxes cannot be listed: %s",
			mailbox_list_get_last_internal_error(
				user->namespaces->list, NULL));
	}
}

/* Get when the message was saved in its mailbox. For a Maildir, Dovecot says
   when the file has changed, of which it may be a hard link; but the name of a
   file begins with the time when it was made. Returns 0 or -1. */
static int aftermath_save_date(struct mail *mail, time_t *date_r)
{
	const char *name, *end;
	uintmax_t made;

	if (mail_get_save_date(mail, date_r) < 0)
		return -1;
	if (mail_get_special(mail, MAIL_FETCH_STORAGE_ID, &name) == 0 &&
	    str_parse_uintmax(name, &made, &end) == 0 && *end == '.' &&
	    made < (uintmax_t)*date_r)
		*date_r = made;
	return 0;
}

/* Messages are in the order in which they were saved: go up from the last one,
   to the first one that was saved since. */
static void
aftermath_saved(struct aftermath_search *search, struct mailbox *box,
		uint32_t next_uid, struct backscatter_mailbox_change *change)
{
	struct mailbox_transaction_context *trans;
	struct mail *mail;
	uint32_t seq, first_uid = next_uid;
	time_t date;

	trans = mailbox_transaction_begin(box, 0, __func__);
	mail = mail_alloc(trans, MAIL_FETCH_SAVE_DATE, NULL);
	for (seq = change->messages; seq > 0; seq--) {
		mail_set_seq(mail, seq);
		if (aftermath_save_date(mail, &date) < 0) {
			if (mail->expunged)
				continue;
			doveadm_backscatter_user_failed(search->ctx,
				search->user, "mailbox %s: UID %u: %s",
				change->name, mail->uid,
				mailbox_get_last_internal_error(box, NULL));
			break;
		}
		if (date < search->since)
			break;
		first_uid = mail->uid;
		change->saved++;
	}
	change->removed = next_uid - first_uid - change->saved;
	mail_free(&mail);
	mailbox_transaction_rollback(&trans);
}

static void aftermath_mailbox(const char *name, void *context)
{
	struct aftermath_search *search = context;
	struct backscatter_mailbox_change change;
	struct mailbox_status status;
	struct mailbox *box;

	i_zero(&change);
	change.name = p_strdup(search->pool, name);
	box = doveadm_mailbox_find(search->user, name);
	if (mailbox_open(box) < 0 ||
	    mailbox_sync(box, MAILBOX_SYNC_FLAG_FULL_READ) < 0) {
		doveadm_backscatter_user_failed(search->ctx, search->user,
			"mailbox %s: %s", name,
			mailbox_get_last_internal_error(box, NULL));
		mailbox_free(&box);
		return;
	}
	mailbox_get_open_status(box, STATUS_MESSAGES | STATUS_UIDNEXT, &status);
	change.messages = status.messages;
	change.once = status.uidnext - 1;
	aftermath_saved(search, box, status.uidnext, &change);
	mailbox_free(&box);
	if (change.saved > 0 || (change.messages == 0 && change.once > 0))
		array_push_back(&search->found, &change);
}

static int
aftermath_cmp(const struct backscatter_mailbox_change *c1,
	      const struct backscatter_mailbox_change *c2)
{
	if (c1->saved != c2->saved)
		return c1->saved > c2->saved ? -1 : 1;
	return strcmp(c1->name, c2->name);
}

void doveadm_backscatter_aftermath_find(
	pool_t pool, struct doveadm_mail_cmd_context *ctx,
	struct mail_user *user, struct backscatter_aftermath *aftermath)
{
	struct aftermath_search search = {
		.pool = pool,
		.ctx = ctx,
		.user = user,
		.since = aftermath->since
	};

	doveadm_backscatter_scripts_find(pool, user, aftermath);
	p_array_init(&search.found, pool, 8);
	doveadm_backscatter_each_mailbox(ctx, user, aftermath_mailbox, &search);
	array_sort(&search.found, aftermath_cmp);
	aftermath->mailboxes_count = array_count(&search.found);
	aftermath->mailboxes = aftermath->mailboxes_count == 0 ? NULL :
		array_front(&search.found);
}
