/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "smtp-address.h"
#include "audit/count.h"
#include "audit/delivered.h"
#include "audit/log.h"
#include "base/event.h"
#include "memory/memory.h"
#include "notice/notice.h"
#include "user/user.h"

struct backscatter_delivery {
	pool_t pool;
	struct backscatter_outcome outcome;
	/* What outcome says is filled in when the delivery has ended. */
	struct backscatter_delivered delivered;
};

struct backscatter_delivery *
backscatter_delivery_begin(pool_t pool, struct mail_user *user,
			   const struct backscatter_result *result,
			   const struct backscatter_envelope *envelope,
			   const char *default_mailbox)
{
	struct backscatter_delivery *delivery;

	i_assert(result->is_bounce);

	delivery = p_new(pool, struct backscatter_delivery, 1);
	delivery->pool = pool;
	backscatter_outcome_init(&delivery->outcome, pool, default_mailbox);
	delivery->delivered.user = user;
	delivery->delivered.result = result;
	delivery->delivered.mail_from =
		backscatter_address(pool, envelope->mail_from);
	delivery->delivered.rcpt_to =
		backscatter_address(pool, envelope->rcpt_to);
	delivery->delivered.session_id = envelope->session_id;
	return delivery;
}

void backscatter_delivery_add(struct backscatter_delivery *delivery,
			      const char *action, const char *mailbox)
{
	if (action == NULL)
		backscatter_outcome_saved(&delivery->outcome, mailbox);
	else {
		backscatter_outcome_action(&delivery->outcome, action,
					   mailbox);
	}
}

const struct backscatter_notice *
backscatter_delivered(pool_t pool, struct event *event,
		      const struct backscatter_delivered *delivered)
{
	struct backscatter_record_counters counters;
	struct backscatter_memory_notice notice;

	backscatter_log_delivered(event, delivered);
	if (!backscatter_memory_has_dict(delivered->result->memory))
		return NULL;
	backscatter_count_keys(delivered, &counters);
	if (!backscatter_memory_end(delivered->result->memory, event,
				    delivered->result, &counters,
				    delivered->outcome !=
				    BACKSCATTER_OUTCOME_FAILED, &notice))
		return NULL;
	return backscatter_notice_create(pool, delivered->user, &notice);
}

const struct backscatter_notice *
backscatter_delivery_end(struct backscatter_delivery **_delivery,
			 struct event *parent, bool ok)
{
	const struct backscatter_notice *notice;
	struct backscatter_delivery *delivery = *_delivery;
	struct backscatter_delivered *delivered = &delivery->delivered;
	struct event *event = backscatter_event_create(parent);

	*_delivery = NULL;
	T_BEGIN {
		delivered->outcome =
			backscatter_outcome_value(&delivery->outcome, ok);
		delivered->mailboxes =
			backscatter_outcome_mailboxes(&delivery->outcome);
		delivered->actions =
			backscatter_outcome_actions(&delivery->outcome);
		notice = backscatter_delivered(delivery->pool, event,
					       delivered);
	} T_END;
	event_unref(&event);
	return notice;
}
