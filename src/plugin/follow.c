/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "lib-event-private.h"
#include "module-context.h"
#include "mail-storage-private.h"
#include "dovecot-backscatter.h"
#include "follow.h"

#define BACKSCATTER_FOLLOW_CONTEXT(obj) \
	MODULE_CONTEXT(obj, backscatter_follow_storage_module)

/* The delivery that is followed, or NULL. */
static struct backscatter_delivery *backscatter_followed = NULL;

static MODULE_CONTEXT_DEFINE_INIT(backscatter_follow_storage_module,
				  &mail_storage_module_register);

static int
backscatter_follow_transaction_commit(struct mailbox_transaction_context *t,
			struct mail_transaction_commit_changes *changes_r)
{
	struct mailbox *box = t->box;
	union mailbox_module_context *context = BACKSCATTER_FOLLOW_CONTEXT(box);
	bool saves = t->save_count > 0;
	int ret;

	ret = context->super.transaction_commit(t, changes_r);
	/* the mailbox may still be in use when the delivery that it was opened
	   for has ended */
	if (ret == 0 && saves && backscatter_followed != NULL)
		backscatter_delivery_add(backscatter_followed, NULL,
					 box->vname);
	return ret;
}

void backscatter_follow_mailbox_allocated(struct mailbox *box)
{
	struct mailbox_vfuncs *v = box->vlast;
	union mailbox_module_context *context;

	if (backscatter_followed == NULL)
		return;

	context = p_new(box->pool, union mailbox_module_context, 1);
	context->super = *v;
	box->vlast = &context->super;
	v->transaction_commit = backscatter_follow_transaction_commit;
	MODULE_CONTEXT_SET_SELF(box, backscatter_follow_storage_module,
				context);
}

static bool
backscatter_follow_event(struct event *event, enum event_callback_type type,
			 struct failure_context *ctx ATTR_UNUSED,
			 const char *fmt ATTR_UNUSED, va_list args ATTR_UNUSED)
{
	const char *action;

	if (type != EVENT_CALLBACK_TYPE_SEND || backscatter_followed == NULL ||
	    null_strcmp(event->sending_name, "sieve_action_finished") != 0 ||
	    event_find_field_nonrecursive(event, "error") != NULL)
		return TRUE;
	T_BEGIN {
		action = event_find_field_recursive_str(event, "action_name");
		if (action != NULL) {
			backscatter_delivery_add(backscatter_followed,
				action, event_find_field_recursive_str(event,
							"fileinto_mailbox"));
		}
	} T_END;
	return TRUE;
}

struct backscatter_delivery *
backscatter_follow(struct backscatter_delivery *delivery)
{
	struct backscatter_delivery *previous = backscatter_followed;

	if (previous == NULL && delivery != NULL)
		event_register_callback(backscatter_follow_event);
	else if (previous != NULL && delivery == NULL)
		event_unregister_callback(backscatter_follow_event);
	backscatter_followed = delivery;
	return previous;
}
