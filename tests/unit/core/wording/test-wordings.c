/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "wording/wordings.h"
#include "input.h"
#include "test-common.h"

#define W(name) BOUNCE_WORDS_##name

static void test_bounce_words_match(void)
{
	static const struct {
		enum bounce_words words;
		const char *text;
		bool found;
	} tests[] = {
		{ W(SUBJECT), "undelivered mail returned to sender", TRUE },
		{ W(SUBJECT), "warning: could not send message", TRUE },
		{ W(SUBJECT), "unzustellbar: angebot", TRUE },
		{ W(SUBJECT), "Недоставлено", TRUE },
		{ W(SUBJECT), "配信不能", TRUE },
		{ W(SUBJECT), "lunch", FALSE },
		{ W(SUBJECT), "", FALSE },
		{ W(SUBJECT), "|", FALSE },
		{ W(SUBJECT), "\x01returned mail", TRUE },
		/* words do not run into each other */
		{ W(SUBJECT), "mail|delivery", FALSE },
		{ W(TEXT), "your message could not be delivered.", TRUE },
		{ W(TEXT), "your parcel could not be delivered.", FALSE },
		{ W(RETURNED), "a copy of your message", TRUE },
		{ W(HINT), "your parcel could not be delivered.", TRUE },
		{ W(HINT), "hello", FALSE },
		{ W(MAIL), "failed: e-mail", TRUE },
		{ W(MAIL), "failed: parcel", FALSE },
		{ W(ANSWER), "re: hi", TRUE },
		{ W(ANSWER), "re[2]: hi", TRUE },
		{ W(ANSWER), "re : hi", TRUE },
		{ W(ANSWER), "re^2: hi", TRUE },
		{ W(ANSWER), "回复：hi", TRUE },
		{ W(ANSWER), "return: hi", FALSE },
		{ W(ANSWER), "hi re: you", FALSE },
		{ W(ANSWER), "re", FALSE },
		{ W(FORWARD), "fwd: hi", TRUE },
		{ W(FORWARD), "wg: hi", TRUE },
		{ W(FORWARD), "forward: hi", FALSE },
		{ W(DELAYED), "delivery delayed", TRUE },
		{ W(DELAYED), "deferred", FALSE },
		{ W(DEFERRED), "deferred", TRUE },
		{ W(FAILED_SUBJECT), "returned", TRUE },
		{ W(STILL_TRIED), "we will keep trying", TRUE },
		{ W(STILL_TRIED), "we tried", FALSE },
		{ W(GIVEN_UP), "i have given up", TRUE },
		{ W(GIVEN_UP), "i do not give up", FALSE },
		{ W(MANAGER_NAME), "x-mailman-y", TRUE },
		{ W(MANAGER_ROLE), "owner-ham", TRUE },
		{ W(MANAGER_ROLE), "ham+owner", TRUE },
		{ W(MANAGER_ROLE), "ham_bounces", TRUE },
		{ W(MANAGER_ROLE), "owner-x", TRUE },
		{ W(MANAGER_ROLE), "owner", FALSE },
		{ W(MANAGER_ROLE), "owner-", FALSE },
		{ W(MANAGER_ROLE), "hamowner", FALSE },
		{ W(MANAGER_ROLE), "a-owner-b", FALSE },
		{ W(MANAGER_ROLE), "o", FALSE },
		{ W(OTHER_NOTICE), "the message was delivered", TRUE },
		{ W(DAEMON_NAME), "the mail delivery subsystem", TRUE },
		{ W(DAEMON_NAME), "carol", FALSE },
		{ W(DAEMON_LOCAL_PART), "postmaster", TRUE },
		{ W(DAEMON_LOCAL_PART), "microsoftexchange"
		  "329e71ec88ae4615bbc36ab6ce41109e", TRUE },
		{ W(DAEMON_LOCAL_PART), "postmaster2", FALSE },
		{ W(DAEMON_LOCAL_PART), "post", FALSE },
		{ W(NULL_LOCAL_PART), "<null>", TRUE },
		{ W(NULL_LOCAL_PART), "nulls", FALSE },
		{ W(SESSION_SUBJECT), "postfix smtp server: errors from a",
		  TRUE },
		{ W(AUTOREPLY_SUBJECT), "out of office: hi", TRUE },
		{ W(AUTOREPLY_SUBJECT), "hi", FALSE },
	};
	unsigned int i;

	test_begin("bounce words: where they are looked for");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		unsigned char *copy = test_input_copy(tests[i].text,
						strlen(tests[i].text) + 1);

		test_assert_idx(bounce_words_match(tests[i].words,
						   (const char *)copy) ==
				tests[i].found, i);
		i_free(copy);
	}
	/* nothing is found where nothing is */
	for (i = 0; i < BOUNCE_WORDS_COUNT; i++) {
		test_assert_idx(!bounce_words_match(i, ""), i);
		test_assert_idx(!bounce_words_match(i, " "), i);
		test_assert_idx(!bounce_words_match(i, "\xff"), i);
	}
	test_end();
}

static void test_bounce_words_composed(void)
{
	static const struct {
		const char *text;
		bool answer, refused;
	} tests[] = {
		{ "re: hi", TRUE, FALSE },
		{ "[ticket 1] hi", TRUE, FALSE },
		{ "hi", FALSE, FALSE },
		{ "your message was rejected.", FALSE, TRUE },
		{ "the bid was rejected.", FALSE, FALSE },
		{ "ihr beitrag wurde abgelehnt", FALSE, TRUE },
		/* nothing is decided */
		{ "your message is held, and may be rejected.", FALSE,
		  FALSE },
		{ "abgelehnt? please decide", FALSE, FALSE },
	};
	unsigned int i;

	test_begin("bounce words: answers, and refused posts");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(bounce_words_answer(tests[i].text) ==
				tests[i].answer, i);
		test_assert_idx(bounce_words_refused_post(tests[i].text) ==
				tests[i].refused, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_words_match,
		test_bounce_words_composed,
		NULL
	};
	return test_run(test_functions);
}
