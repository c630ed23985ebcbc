/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "test-common.h"
#include "audit/outcome.h"

/* What happens in a delivery, in this order: ">NAME" is a save, "A MAILBOX" or
   "A" an action. */
static const struct {
	const char *default_mailbox;
	const char *happened[4];
	bool failed;

	const char *outcome;
	const char *mailboxes;
	const char *actions;
} outcome_tests[] = {
	{ "INBOX", { ">INBOX" }, FALSE, "kept", "INBOX", "" },
	{ "INBOX", { ">inbox" }, FALSE, "kept", "inbox", "" },
	{ "INBOX", { ">INBOX", "keep INBOX" }, FALSE, "kept", "INBOX", "" },
	{ "INBOX", { ">A", "fileinto A" }, FALSE, "filed", "A", "" },
	{ "INBOX", { ">A", ">B" }, FALSE, "filed", "A, B", "" },
	{ "INBOX", { ">A", ">A" }, FALSE, "filed", "A", "" },
	{ "INBOX", { ">A", ">INBOX" }, FALSE, "kept", "INBOX, A", "" },
	{ "detail", { ">detail" }, FALSE, "kept", "detail", "" },
	{ "detail", { ">INBOX" }, FALSE, "kept", "INBOX", "" },
	{ "detail", { ">Detail" }, FALSE, "filed", "Detail", "" },
	{ "INBOX", { NULL }, FALSE, "discarded", "", "" },
	{ "INBOX", { "discard" }, FALSE, "discarded", "", "discard" },
	{ "INBOX", { ">A", "discard" }, FALSE, "filed", "A", "discard" },
	{ "INBOX", { "redirect" }, FALSE, "redirected", "", "redirect" },
	{ "INBOX", { "redirect", "redirect" }, FALSE, "redirected", "",
	  "redirect" },
	{ "INBOX", { "redirect", ">INBOX" }, FALSE, "kept", "INBOX",
	  "redirect" },
	{ "INBOX", { "pipe" }, FALSE, "redirected", "", "pipe" },
	{ "INBOX", { "reject" }, FALSE, "rejected", "", "reject" },
	{ "INBOX", { "ereject" }, FALSE, "rejected", "", "ereject" },
	{ "INBOX", { "vacation", ">INBOX" }, FALSE, "kept", "INBOX",
	  "vacation" },
	{ "INBOX", { "vacation", "notify", "discard" }, FALSE, "discarded", "",
	  "vacation notify discard" },
	{ "INBOX", { NULL }, TRUE, "failed", "", "" },
	{ "INBOX", { "redirect" }, TRUE, "failed", "", "redirect" },
	/* saved is saved: it is not tried again */
	{ "INBOX", { ">A" }, TRUE, "filed", "A", "" },
	/* the same mailbox for the second recipient: nothing to save */
	{ "INBOX", { "keep INBOX" }, FALSE, "kept", "INBOX", "" },
	{ "INBOX", { "fileinto A" }, FALSE, "filed", "A", "" },
	{ "INBOX", { "keep INBOX" }, TRUE, "failed", "INBOX", "" },
	/* from a user's script */
	{ "INBOX", { ">A\r\nB\x1b[1m" }, FALSE, "filed", "A??B?[1m", "" },
	{ "INBOX", { ">\xff" }, FALSE, "filed", "\xef\xbf\xbd", "" }
};

static void
outcome_happened(struct backscatter_outcome *outcome, const char *what)
{
	const char *mailbox;

	if (*what == '>') {
		backscatter_outcome_saved(outcome, what + 1);
		return;
	}
	mailbox = strchr(what, ' ');
	if (mailbox == NULL)
		backscatter_outcome_action(outcome, what, NULL);
	else {
		backscatter_outcome_action(outcome, t_strdup_until(what,
				mailbox), mailbox + 1);
	}
}

static void test_backscatter_outcome(void)
{
	struct backscatter_outcome outcome;
	enum backscatter_outcome_value value;
	unsigned int i, j;
	pool_t pool;

	test_begin("backscatter outcome");
	for (i = 0; i < N_ELEMENTS(outcome_tests); i++) {
		pool = pool_alloconly_create("outcome", 1024);
		backscatter_outcome_init(&outcome, pool,
					 outcome_tests[i].default_mailbox);
		for (j = 0; j < N_ELEMENTS(outcome_tests[i].happened) &&
		     outcome_tests[i].happened[j] != NULL; j++) {
			outcome_happened(&outcome,
					 outcome_tests[i].happened[j]);
		}
		value = backscatter_outcome_value(&outcome,
						  !outcome_tests[i].failed);
		test_assert_strcmp_idx(backscatter_outcome_name(value),
				       outcome_tests[i].outcome, i);
		test_assert_strcmp_idx(backscatter_outcome_mailboxes(&outcome),
				       outcome_tests[i].mailboxes, i);
		test_assert_strcmp_idx(backscatter_outcome_actions(&outcome),
				       outcome_tests[i].actions, i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_backscatter_outcome_many(void)
{
	struct backscatter_outcome outcome;
	unsigned int i;
	pool_t pool;

	test_begin("backscatter outcome: many mailboxes");
	pool = pool_alloconly_create("outcome", 1024);
	backscatter_outcome_init(&outcome, pool, "INBOX");
	for (i = 0; i < 1000; i++) T_BEGIN {
		backscatter_outcome_saved(&outcome, t_strdup_printf("%u", i));
		backscatter_outcome_action(&outcome,
					   t_strdup_printf("act%u", i), NULL);
	} T_END;
	backscatter_outcome_saved(&outcome, "INBOX");
	/* the one that matters is named */
	test_assert_strcmp(backscatter_outcome_mailboxes(&outcome),
			   "INBOX, 0, 1, 2, 3, 4, 5, 6, 7");
	test_assert_strcmp(backscatter_outcome_actions(&outcome),
			   "act0 act1 act2 act3 act4 act5 act6 act7");
	test_assert(backscatter_outcome_value(&outcome, TRUE) ==
		    BACKSCATTER_OUTCOME_KEPT);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const tests[])(void) = {
		test_backscatter_outcome,
		test_backscatter_outcome_many,
		NULL
	};
	return test_run(tests);
}
