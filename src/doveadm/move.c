/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "guid.h"
#include "mail-storage-private.h"
#include "mail-namespace.h"
#include "mail-user.h"
#include "move.h"

#include <sys/stat.h>

struct move_id {
	guid_128_t hash;
};

struct backscatter_move {
	struct mailbox *box;
	/* The IDs of the messages that were in the mailbox when it was opened,
	   sorted. */
	ARRAY(struct move_id) ids;

	/* The transaction with the batch's copies; NULL: there are none yet. */
	struct mailbox_transaction_context *trans;
};

static const char *t_move_error(struct backscatter_move *move)
{
	return t_strdup_printf("mailbox %s: %s", mailbox_get_vname(move->box),
		mailbox_get_last_internal_error(move->box, NULL));
}

static int move_open(struct mailbox *box)
{
	enum mail_error error;

	if (mailbox_open(box) < 0) {
		(void)mailbox_get_last_error(box, &error);
		if (error != MAIL_ERROR_NOTFOUND ||
		    mailbox_create(box, NULL, FALSE) < 0 ||
		    mailbox_open(box) < 0)
			return -1;
	}
	return mailbox_sync(box, MAILBOX_SYNC_FLAG_FULL_READ);
}

static int
move_id_cmp(const struct move_id *id1, const struct move_id *id2)
{
	return memcmp(id1->hash, id2->hash, sizeof(id1->hash));
}

/* Get an ID from the message's GUID. Returns 1, 0 if the storage does not know
   a GUID, or -1 on error. */
static int move_get_guid(struct mail *mail, struct move_id *id_r)
{
	const char *guid;

	if (mail_get_special(mail, MAIL_FETCH_GUID, &guid) < 0)
		return -1;
	if (*guid == '\0')
		return 0;
	mail_generate_guid_128_hash(guid, id_r->hash);
	return 1;
}

/* Get an ID from the message's file in a Maildir, which copies by hard links.
   If the name of the original does not contain its size, the copy gets a new
   name, and its GUID is only written afterwards: after an interruption between
   the two, only the file shows that this is a copy. Returns 1, 0 if the storage
   is not a Maildir or the file has only one name, or -1 on error. */
static int move_get_file(struct mail *mail, struct move_id *id_r)
{
	const char *links, *file, *path = mailbox_get_path(mail->box);
	struct stat st;

	if (strcmp(mail->box->storage->name, "maildir") != 0)
		return 0;
	if (mail_get_special(mail, MAIL_FETCH_REFCOUNT, &links) < 0)
		return -1;
	if (strcmp(links, "1") == 0)
		return 0;
	if (mail_get_special(mail, MAIL_FETCH_REFCOUNT_ID, &file) < 0)
		return -1;
	/* older versions of Dovecot do not include the file system in the ID */
	if (stat(path, &st) < 0) {
		mailbox_set_critical(mail->box, "stat(%s) failed: %m", path);
		return -1;
	}
	file = t_strdup_printf("file %llu %s", (unsigned long long)st.st_dev,
			       file);
	mail_generate_guid_128_hash(file, id_r->hash);
	return 1;
}

static int move_add_ids(struct backscatter_move *move, struct mail *mail)
{
	struct move_id id;
	int ret;

	ret = move_get_guid(mail, &id);
	if (ret > 0)
		array_push_back(&move->ids, &id);
	if (ret >= 0 && (ret = move_get_file(mail, &id)) > 0)
		array_push_back(&move->ids, &id);
	return ret < 0 && !mail->expunged ? -1 : 0;
}

static bool move_is_there(struct backscatter_move *move, struct mail *mail)
{
	struct move_id id;

	return (move_get_guid(mail, &id) > 0 &&
		array_bsearch(&move->ids, &id, move_id_cmp) != NULL) ||
		(move_get_file(mail, &id) > 0 &&
		 array_bsearch(&move->ids, &id, move_id_cmp) != NULL);
}

static int move_read_ids(struct backscatter_move *move)
{
	struct mailbox_transaction_context *trans;
	struct mail *mail;
	uint32_t seq, seq2;
	int ret = 0;

	mailbox_get_seq_range(move->box, 1, (uint32_t)-1, &seq, &seq2);
	trans = mailbox_transaction_begin(move->box, 0, __func__);
	mail = mail_alloc(trans, MAIL_FETCH_GUID, NULL);
	for (; seq > 0 && seq <= seq2 && ret >= 0; seq++) T_BEGIN {
		mail_set_seq(mail, seq);
		ret = move_add_ids(move, mail);
	} T_END;
	mail_free(&mail);
	array_sort(&move->ids, move_id_cmp);
	if (mailbox_transaction_commit(&trans) < 0)
		ret = -1;
	return ret < 0 ? -1 : 0;
}

int backscatter_move_init(struct mail_user *user, const char *name,
			  struct backscatter_move **move_r,
			  const char **error_r)
{
	struct mail_namespace *ns = mail_namespace_find(user->namespaces, name);
	struct backscatter_move *move;

	move = i_new(struct backscatter_move, 1);
	i_array_init(&move->ids, 128);
	move->box = mailbox_alloc(ns->list, name, MAILBOX_FLAG_IGNORE_ACLS);
	if (move_open(move->box) < 0 || move_read_ids(move) < 0) {
		*error_r = t_move_error(move);
		backscatter_move_deinit(&move);
		return -1;
	}
	*move_r = move;
	return 0;
}

void backscatter_move_deinit(struct backscatter_move **_move)
{
	struct backscatter_move *move = *_move;

	*_move = NULL;
	if (move == NULL)
		return;
	if (move->trans != NULL)
		mailbox_transaction_rollback(&move->trans);
	mailbox_free(&move->box);
	array_free(&move->ids);
	i_free(move);
}

bool backscatter_move_is_target(struct backscatter_move *move,
				const struct mailbox *box)
{
	return mailbox_equals(move->box, mailbox_get_namespace(box),
			      mailbox_get_vname(box));
}

static int
move_copy(struct backscatter_move *move, struct mail *mail,
	  const char **error_r)
{
	struct mail_save_context *save_ctx;

	if (move->trans == NULL) {
		move->trans = mailbox_transaction_begin(move->box,
			MAILBOX_TRANSACTION_FLAG_EXTERNAL, __func__);
	}
	save_ctx = mailbox_save_alloc(move->trans);
	mailbox_save_copy_flags(save_ctx, mail);
	/* unlike a copy, a move does not need room for both messages in the
	   quota */
	if (mailbox_move(&save_ctx, mail) < 0) {
		*error_r = t_move_error(move);
		return -1;
	}
	return 0;
}

int backscatter_move_mail(struct backscatter_move *move, struct mail *mail,
			  const char **error_r)
{
	if (move_is_there(move, mail)) {
		mail_expunge(mail);
		return 0;
	}
	return move_copy(move, mail, error_r);
}

int backscatter_move_commit(struct backscatter_move *move,
			    const char **error_r)
{
	if (move->trans == NULL)
		return 0;
	if (mailbox_transaction_commit(&move->trans) < 0) {
		*error_r = t_move_error(move);
		return -1;
	}
	return 0;
}
