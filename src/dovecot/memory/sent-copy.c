/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "message-id.h"
#include "mail-cache-private.h"
#include "mail-namespace.h"
#include "mail-storage-private.h"
#include "mail-user.h"
#include "dns/dns.h"
#include "verdict/ports.h"
#include "memory/sent-copy.h"

/* How many messages are looked at between two looks at the clock. */
#define SENT_CLOCK_INTERVAL 64

struct backscatter_sent_source {
	struct bounce_sent_source source;
	struct backscatter_sent_settings set;
};

struct sent_search {
	const struct backscatter_sent_settings *set;
	/* without angle brackets, comments and quotes */
	const char *message_id;
	struct mail *mail;
	uint32_t first_seq, first_read_seq, last_seq;
};

/* TRUE if the current message of search->mail has the Message-ID. If the cache
   does not have it, the header is read only if read is TRUE. */
static bool sent_mail_matches(struct sent_search *search, bool read)
{
	const char *value, *id;

	search->mail->lookup_abort = MAIL_LOOKUP_ABORT_NOT_IN_CACHE;
	if (mail_get_first_header(search->mail, "Message-ID", &value) < 0) {
		/* reading fails if the message was expunged meanwhile */
		search->mail->lookup_abort = MAIL_LOOKUP_ABORT_NEVER;
		if (!read || mail_get_first_header(search->mail, "Message-ID",
						   &value) < 0)
			return FALSE;
	}
	if (value == NULL)
		return FALSE;
	id = message_id_get_next(&value);
	return id != NULL && strcmp(id, search->message_id) == 0;
}

static bool sent_mail_is_fresh(struct sent_search *search)
{
	time_t date;

	search->mail->lookup_abort = MAIL_LOOKUP_ABORT_NEVER;
	return mail_get_received_date(search->mail, &date) == 0 &&
		date >= search->set->oldest;
}

/* Returns 1 if a copy was found, 0 if not, or -1 if the time is over. */
static int sent_search_mails(struct sent_search *search)
{
	uint32_t seq;
	bool found;

	for (seq = search->last_seq; seq >= search->first_seq; seq--) {
		if ((seq % SENT_CLOCK_INTERVAL == 0 ||
		     seq >= search->first_read_seq) &&
		    bounce_dns_now() >= search->set->deadline)
			return -1;
		mail_set_seq(search->mail, seq);
		T_BEGIN {
			found = sent_mail_matches(search,
				seq >= search->first_read_seq) &&
				sent_mail_is_fresh(search);
		} T_END;
		if (found)
			return 1;
	}
	return 0;
}

/* Returns how many headers may be read. What it costs to read one depends on
   the mailbox format: an mbox may have to be read from its beginning. */
static uint32_t sent_max_read(const struct mailbox *box, uint32_t messages)
{
	const char *name = box->storage->name;

	if (strcmp(name, "sdbox") == 0 || strcmp(name, "mdbox") == 0 ||
	    (strcmp(name, "maildir") == 0 &&
	     messages <= BACKSCATTER_SENT_MAX_MAILDIR))
		return BACKSCATTER_SENT_MAX_READ;
	return 0;
}

static int
sent_search_mailbox(struct sent_search *search, struct mailbox *box)
{
	struct mailbox_transaction_context *trans;
	struct mailbox_status status;
	uint32_t max_read;
	int ret;

	mailbox_get_open_status(box, STATUS_MESSAGES, &status);
	search->last_seq = status.messages;
	search->first_seq = status.messages < BACKSCATTER_SENT_MAX_MESSAGES ?
		1 : status.messages - BACKSCATTER_SENT_MAX_MESSAGES + 1;
	max_read = sent_max_read(box, status.messages);
	search->first_read_seq = status.messages < max_read ?
		1 : status.messages - max_read + 1;

	trans = mailbox_transaction_begin(box,
			MAILBOX_TRANSACTION_FLAG_NO_CACHE_DEC, "backscatter");
	search->mail = mail_alloc(trans, 0, NULL);
	ret = sent_search_mails(search);
	mail_free(&search->mail);
	/* so that nothing that was read is added to the cache */
	mailbox_transaction_rollback(&trans);
	return ret;
}

/* Returns 1 if the mailbox is open, 0 if there is none to look into, or -1 on
   an error, which the mailbox has. */
static int sent_mailbox_open(struct mailbox *box)
{
	/* these show other mailboxes, and may be slow */
	static const char *const others[] = {
		"virtual", "imapc", "pop3c", "shared", NULL
	};
	enum mailbox_existence existence;

	/* opening the mailbox would create it if it is configured to be created
	   automatically */
	if (mailbox_exists(box, FALSE, &existence) < 0)
		return -1;
	if (existence != MAILBOX_EXISTENCE_SELECT ||
	    str_array_find(others, box->storage->name))
		return 0;
	if (mailbox_open(box) < 0) {
		return mailbox_get_last_mail_error(box) ==
			MAIL_ERROR_NOTFOUND ? 0 : -1;
	}
	return 1;
}

/* The same for the name of a mailbox. If 1 is returned, the caller must free
   the box. */
static int
sent_open(const char *name, struct mail_user *user, struct mailbox **box_r,
	  const char **error_r)
{
	struct mail_namespace *ns;
	struct mailbox *box;
	int ret;

	ns = mail_namespace_find(user->namespaces, name);
	if (ns == NULL || ns->type != MAIL_NAMESPACE_TYPE_PRIVATE)
		return 0;
	box = mailbox_alloc(ns->list, name, MAILBOX_FLAG_READONLY);
	ret = sent_mailbox_open(box);
	if (ret < 0) {
		*error_r = t_strdup_printf("Mailbox %s: %s", name,
			mailbox_get_last_internal_error(box, NULL));
	}
	if (ret > 0)
		*box_r = box;
	else
		mailbox_free(&box);
	return ret;
}

static int
sent_find(struct sent_search *search, const char **error_r)
{
	struct mailbox *box;
	int ret;

	ret = sent_open(search->set->mailbox, search->set->user, &box,
			error_r);
	if (ret <= 0)
		return ret;
	ret = sent_search_mailbox(search, box);
	if (ret < 0) {
		*error_r = t_strdup_printf("Mailbox %s: "
			"no copy was found in time", search->set->mailbox);
	}
	mailbox_free(&box);
	return ret;
}

static int
backscatter_sent_find(struct bounce_sent_source *source, pool_t pool,
		      const char *message_id, const char **error_r)
{
	struct backscatter_sent_source *sent =
		container_of(source, struct backscatter_sent_source, source);
	struct sent_search search = { .set = &sent->set };
	const char *error = NULL;
	int ret = 0;

	T_BEGIN {
		search.message_id = message_id_get_next(&message_id);
		if (search.message_id != NULL)
			ret = sent_find(&search, &error);
		if (ret < 0)
			*error_r = p_strdup(pool, error);
	} T_END;
	return ret;
}

struct bounce_sent_source *
backscatter_sent_create(pool_t pool,
			const struct backscatter_sent_settings *set)
{
	struct backscatter_sent_source *sent =
		p_new(pool, struct backscatter_sent_source, 1);

	sent->source.find = backscatter_sent_find;
	sent->set = *set;
	return &sent->source;
}

int backscatter_sent_check(struct mail_user *user, const char *mailbox,
			   bool *cached_r, const char **error_r)
{
	const struct mail_cache_field *field;
	struct mailbox *box;
	unsigned int idx;
	int ret;

	ret = sent_open(mailbox, user, &box, error_r);
	if (ret <= 0)
		return ret;
	/* what its cache file says goes before what is set */
	(void)mail_cache_open_and_verify(box->cache);
	*cached_r = FALSE;
	idx = mail_cache_register_lookup(box->cache, "hdr.message-id");
	if (idx != UINT_MAX) {
		field = mail_cache_register_get_field(box->cache, idx);
		*cached_r = (field->decision & ~MAIL_CACHE_DECISION_FORCED) !=
			MAIL_CACHE_DECISION_NO;
	}
	mailbox_free(&box);
	return 1;
}
