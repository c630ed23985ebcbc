/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "follow.c"
#include "test-common.h"

/* What each delivery was told of. */
struct backscatter_delivery {
	string_t *actions;
};

void backscatter_delivery_add(struct backscatter_delivery *delivery,
			      const char *action, const char *mailbox)
{
	str_printfa(delivery->actions, "%s %s;",
		    action == NULL ? "saved" : action,
		    mailbox == NULL ? "-" : mailbox);
}

static void test_action(const char *action, const char *mailbox)
{
	struct event *event = event_create(NULL);

	event_set_name(event, "sieve_action_finished");
	event_add_str(event, "action_name", action);
	if (mailbox != NULL)
		event_add_str(event, "fileinto_mailbox", mailbox);
	e_info(event, "%s", action);
	event_unref(&event);
}

/* A plugin that delivers while it delivers. */
static void test_backscatter_follow_nested(void)
{
	struct backscatter_delivery outer = { .actions = t_str_new(128) };
	struct backscatter_delivery inner = { .actions = t_str_new(128) };
	struct backscatter_delivery *first, *second, *third;

	test_begin("backscatter follow: nested deliveries");
	test_action("before", NULL);
	first = backscatter_follow(&outer);
	test_assert(first == NULL);
	test_action("redirect", NULL);
	/* another bounce */
	second = backscatter_follow(&inner);
	test_assert(second == &outer);
	test_action("fileinto", "Inner");
	/* and in that one a message that is none */
	third = backscatter_follow(NULL);
	test_assert(third == &inner);
	test_action("nobody's", NULL);
	test_assert(backscatter_follow(third) == NULL);
	test_action("discard", NULL);
	test_assert(backscatter_follow(second) == &inner);
	test_action("fileinto", "Outer");
	test_assert(backscatter_follow(first) == &outer);
	test_action("after", NULL);

	test_assert_strcmp(str_c(outer.actions), "redirect -;fileinto Outer;");
	test_assert_strcmp(str_c(inner.actions), "fileinto Inner;discard -;");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_backscatter_follow_nested,
		NULL
	};
	return test_run(test_functions);
}
