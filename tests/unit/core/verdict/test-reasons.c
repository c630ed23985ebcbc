/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Every combination of what the verdict depends on, against a table in which
   each column says what one answer makes of a reason. doc/verdicts.md has the
   same table for people; with the argument --print this program prints it. */

#include "lib.h"
#include "verdict/reasons.h"
#include "test-common.h"

#include <stdio.h>

#define R(name) BOUNCE_REASON_##name

/* What came back says this, and the answers make it that: one after another,
   from left to right, each column on what the one before it left. */
static const struct {
	enum bounce_reason reason;
	enum bounce_reason sent_yes, disowned, replayed, spf_yes, sent_failed,
		spf_failed;
} table[] = {
	/* We sent it. */
#define VOUCHES(a) { R(a), R(a), R(DISOWNED), R(REPLAYED), R(a), R(a), R(a) }
	VOUCHES(DKIM_FULL),
	VOUCHES(DKIM_HEADERS),
	VOUCHES(SENT_COPY),
	/* Nothing shows that we sent it. */
#define CLAIMS(a) { R(a), R(SENT_COPY), R(a), R(a), R(SPF_PASS), R(STATE), \
		    R(DNS) }
	CLAIMS(UNSIGNED),
	CLAIMS(BAD_SIGNATURE),
	CLAIMS(FOREIGN_SIGNATURE),
	CLAIMS(KEY_MISSING),
	CLAIMS(KEY_REVOKED),
	CLAIMS(KEY_UNUSABLE),
	CLAIMS(WEAK_KEY),
	/* It is our signature that is held against it, or all is said. */
#define FINAL(a) { R(a), R(a), R(a), R(a), R(a), R(a), R(a) }
	FINAL(KEY_RETIRED),
	FINAL(EXPIRED),
	FINAL(FUTURE),
	FINAL(STALE),
	FINAL(REPLAYED),
	FINAL(DISOWNED),
	FINAL(NO_ORIGINAL),
	/* There is a doubt. */
#define DOUBT(a) { R(a), R(SENT_COPY), R(a), R(a), R(a), R(a), R(a) }
	{ R(ALTERED), R(SENT_COPY), R(ALTERED), R(REPLAYED), R(ALTERED),
	  R(ALTERED), R(ALTERED) },
	{ R(DAMAGED), R(SENT_COPY), R(DAMAGED), R(BAD_SIGNATURE), R(DAMAGED),
	  R(DAMAGED), R(DAMAGED) },
	FINAL(FORWARDED),
	DOUBT(SUBMITTED),
	DOUBT(NO_SIGNATURE_YET),
	DOUBT(SENDER_MISMATCH),
	DOUBT(TRUNCATED),
	DOUBT(OVER_LIMIT),
	FINAL(SPF_PASS),
	DOUBT(DNS),
	DOUBT(STATE),
};

/* What the best signature may say, and what is made of it where ... */
static const struct {
	enum bounce_reason signature;
	/* a cap was reached; too little came back; our own server returned it,
	   and had it from the user; the user had sent it on; from before we
	   signed */
	enum bounce_reason over_limit, truncated, submitted, forwarded,
		predates;
} originals[] = {
#define STANDS(a) { R(a), R(a), R(a), R(a), R(a), R(a) }
	STANDS(DKIM_FULL),
	STANDS(DKIM_HEADERS),
	STANDS(ALTERED),
	STANDS(SENDER_MISMATCH),
	STANDS(DNS),
	STANDS(STATE),
	STANDS(TRUNCATED),
	{ R(DAMAGED), R(DAMAGED), R(TRUNCATED), R(DAMAGED), R(DAMAGED),
	  R(DAMAGED) },
	STANDS(OVER_LIMIT),
#define AGAINST(a) { R(a), R(OVER_LIMIT), R(a), R(a), R(a), R(a) }
	AGAINST(STALE),
	AGAINST(EXPIRED),
	AGAINST(FUTURE),
	AGAINST(KEY_RETIRED),
	AGAINST(KEY_UNUSABLE),
	AGAINST(KEY_REVOKED),
	AGAINST(WEAK_KEY),
	AGAINST(BAD_SIGNATURE),
	AGAINST(KEY_MISSING),
#define ABSENT(a) { R(a), R(OVER_LIMIT), R(TRUNCATED), R(SUBMITTED), \
		    R(FORWARDED), R(NO_SIGNATURE_YET) }
	ABSENT(FOREIGN_SIGNATURE),
	ABSENT(UNSIGNED),
};

static unsigned int table_row(enum bounce_reason reason)
{
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(table); i++) {
		if (table[i].reason == reason)
			return i;
	}
	i_unreached();
}

/* The answers to the first four questions, and to the last. */
static enum bounce_reason
expected(const struct bounce_facts *facts, const struct bounce_asked *asked,
	 enum bounce_reason reason)
{
#define IS(question, answer) \
	(asked[BOUNCE_QUESTION_##question].finding == BOUNCE_FINDING_##answer)
	if (facts->weak && bounce_reason_to_verdict(reason) !=
	    BOUNCE_VERDICT_GENUINE)
		return R(NONE);
	if (IS(SENT_COPY, YES))
		reason = table[table_row(reason)].sent_yes;
	if (IS(DISOWNED, YES))
		reason = table[table_row(reason)].disowned;
	if (IS(REPLAYED, YES))
		reason = table[table_row(reason)].replayed;
	if (IS(SPF, YES))
		reason = table[table_row(reason)].spf_yes;
	/* what is still held against mail that is not ours */
	if ((reason == R(UNSIGNED) || reason == R(FOREIGN_SIGNATURE)) &&
	    IS(FORWARDED, YES))
		reason = R(FORWARDED);
	if (IS(SENT_COPY, FAILED))
		reason = table[table_row(reason)].sent_failed;
	if (IS(SPF, FAILED))
		reason = table[table_row(reason)].spf_failed;
	if (reason == R(UNSIGNED) || reason == R(FOREIGN_SIGNATURE)) {
		if (IS(FORWARDED, FAILED))
			reason = R(DNS);
		else if (facts->forwarded.unknown)
			reason = R(STATE);
	}
	if (facts->weak && bounce_reason_to_verdict(reason) !=
	    BOUNCE_VERDICT_GENUINE)
		reason = R(NONE);
	return reason;
}

/* All answers to all questions, weak and not, and own domains that could not
   all be looked up. */
static void check_answers(struct bounce_facts *facts, enum bounce_reason reason)
{
	/* NOT_ASKED is open still */
	const unsigned int count = BOUNCE_FINDING_COUNT - 1;
	struct bounce_answers answers;
	enum bounce_question open;
	unsigned int i, rest, q;

	i_zero(&answers);
	for (i = 0; i < 4 * count * count * count * count * count; i++) {
		facts->weak = (i & 1) != 0;
		facts->forwarded.unknown = (i & 2) != 0;
		rest = i / 4;
		for (q = 0; q < BOUNCE_QUESTION_COUNT; q++) {
			answers.asked[q].finding = 1 + rest % count;
			rest /= count;
		}
		test_assert_strcmp_idx(
			bounce_reason_name(bounce_reason_find(facts, &answers,
							      &open)),
			bounce_reason_name(expected(facts, answers.asked,
						    reason)), i);
		test_assert_idx(open == BOUNCE_QUESTION_COUNT, i);
	}
	facts->weak = facts->forwarded.unknown = FALSE;
}

/* One after another is open, and none that the reason does not ask. */
static void check_open(const struct bounce_facts *facts,
		       enum bounce_reason reason)
{
	struct bounce_answers answers;
	enum bounce_question open, q;

	i_zero(&answers);
	for (q = 0; q < BOUNCE_QUESTION_COUNT; q++) {
		if (!bounce_reason_asks(reason, q))
			continue;
		test_assert(bounce_reason_find(facts, &answers, &open) ==
			    reason);
		test_assert(open == q);
		answers.asked[q].finding = BOUNCE_FINDING_NO;
	}
	test_assert(bounce_reason_find(facts, &answers, &open) == reason);
	test_assert(open == BOUNCE_QUESTION_COUNT);
}

static void test_bounce_reasons_find(void)
{
	struct bounce_facts facts;
	unsigned int i, flags;
	enum bounce_reason reason;

	for (i = 0; i < N_ELEMENTS(originals); i++) {
		test_begin(t_strdup_printf("bounce reasons: %s",
			bounce_reason_name(originals[i].signature)));
		for (flags = 0; flags < 32; flags++) {
			i_zero(&facts);
			facts.signature = originals[i].signature;
			facts.over_limit = (flags & 1) != 0;
			facts.truncated = (flags & 2) != 0;
			facts.predates_signing = (flags & 4) != 0;
			facts.forwarded.forwarding = (flags & 8) != 0 ?
				BOUNCE_FORWARDED_YES : BOUNCE_FORWARDED_NO;
			facts.submitted = (flags & 16) != 0;
			reason = facts.over_limit ? originals[i].over_limit :
				facts.truncated ? originals[i].truncated :
				facts.submitted ? originals[i].submitted :
				(flags & 8) != 0 ?
				originals[i].forwarded :
				facts.predates_signing ? originals[i].predates :
				originals[i].signature;
			check_open(&facts, reason);
			check_answers(&facts, reason);
		}
		test_end();
	}

	test_begin("bounce reasons: no original");
	i_zero(&facts);
	facts.signature = R(UNSIGNED);
	facts.no_original = TRUE;
	check_answers(&facts, R(NO_ORIGINAL));
	facts.over_limit = TRUE;
	check_answers(&facts, R(OVER_LIMIT));
	test_end();
}

/* Nothing that is asked may be without a consequence, and nothing that has one
   may go unasked. */
static void test_bounce_reasons_asks(void)
{
	unsigned int i;

	test_begin("bounce reasons: what is asked");
	for (i = 0; i < N_ELEMENTS(table); i++) {
		enum bounce_reason reason = table[i].reason;

		test_assert_idx(bounce_reason_asks(reason,
					   BOUNCE_QUESTION_SENT_COPY) ==
				(table[i].sent_yes != reason), i);
		test_assert_idx(bounce_reason_asks(reason,
					   BOUNCE_QUESTION_DISOWNED) ==
				(table[i].disowned != reason), i);
		test_assert_idx(bounce_reason_asks(reason,
					   BOUNCE_QUESTION_REPLAYED) ==
				(table[i].replayed != reason), i);
		test_assert_idx(bounce_reason_asks(reason,
					   BOUNCE_QUESTION_SPF) ==
				(table[i].spf_yes != reason), i);
	}
	/* each reason but none has its row */
	test_assert(N_ELEMENTS(table) == BOUNCE_REASON_COUNT - 1);
	for (i = R(NONE) + 1; i < BOUNCE_REASON_COUNT; i++)
		(void)table_row(i);
	test_end();
}

/* All names are words of a contract: each one is written out here again. */
static void test_bounce_reasons_names(void)
{
	static const struct {
		const char *reason, *verdict;
	} tests[] = {
		{ "none", "none" },
		{ "dkim-full", "genuine" },
		{ "dkim-headers", "genuine" },
		{ "sent-copy", "genuine" },
		{ "unsigned", "backscatter" },
		{ "bad-signature", "backscatter" },
		{ "foreign-signature", "backscatter" },
		{ "key-missing", "backscatter" },
		{ "key-revoked", "backscatter" },
		{ "key-unusable", "backscatter" },
		{ "key-retired", "backscatter" },
		{ "weak-key", "backscatter" },
		{ "expired", "backscatter" },
		{ "future", "backscatter" },
		{ "stale", "backscatter" },
		{ "replayed", "backscatter" },
		{ "disowned", "disowned" },
		{ "no-original", "unverifiable" },
		{ "altered", "unverifiable" },
		{ "damaged", "unverifiable" },
		{ "forwarded", "unverifiable" },
		{ "submitted", "unverifiable" },
		{ "no-signature-yet", "unverifiable" },
		{ "sender-mismatch", "unverifiable" },
		{ "truncated", "unverifiable" },
		{ "over-limit", "unverifiable" },
		{ "spf-pass", "unverifiable" },
		{ "dns", "temperror" },
		{ "state", "temperror" }
	};
	unsigned int i;

	test_begin("bounce reasons: names, verdicts, texts");
	test_assert(N_ELEMENTS(tests) == BOUNCE_REASON_COUNT);
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_strcmp_idx(bounce_reason_name(i), tests[i].reason,
				       i);
		test_assert_strcmp_idx(
			bounce_verdict_name(bounce_reason_to_verdict(i)),
			tests[i].verdict, i);
		test_assert_idx(bounce_reason_text(i) != NULL, i);
	}
	test_end();
}

static void print_cell(enum bounce_reason reason, enum bounce_reason row)
{
	if (reason == row)
		printf(" |");
	else
		printf(" `%s` |", bounce_reason_name(reason));
}

static void print_table(void)
{
	unsigned int i;

	printf("| verdict | reason | sent copy | disowned | replayed | "
	       "SPF pass | sent copy not known | SPF not known |\n"
	       "| --- | --- | --- | --- | --- | --- | --- | --- |\n");
	for (i = 0; i < N_ELEMENTS(table); i++) {
		enum bounce_reason reason = table[i].reason;

		printf("| %s | `%s` |", bounce_verdict_name(
			bounce_reason_to_verdict(reason)),
			bounce_reason_name(reason));
		print_cell(table[i].sent_yes, reason);
		print_cell(table[i].disowned, reason);
		print_cell(table[i].replayed, reason);
		print_cell(table[i].spf_yes, reason);
		print_cell(table[i].sent_failed, reason);
		print_cell(table[i].spf_failed, reason);
		printf("\n");
	}
}

/* The reasons that a signature may have, the best first. */
static void test_bounce_reasons_rank(void)
{
#define RANKED(a) BOUNCE_REASON_##a
	static const enum bounce_reason ranked[] = {
		RANKED(DKIM_FULL), RANKED(DKIM_HEADERS), RANKED(ALTERED),
		RANKED(SENDER_MISMATCH), RANKED(DNS), RANKED(STATE),
		RANKED(TRUNCATED), RANKED(DAMAGED), RANKED(OVER_LIMIT),
		RANKED(STALE), RANKED(EXPIRED), RANKED(FUTURE),
		RANKED(KEY_RETIRED), RANKED(KEY_UNUSABLE),
		RANKED(KEY_REVOKED), RANKED(WEAK_KEY), RANKED(BAD_SIGNATURE),
		RANKED(KEY_MISSING), RANKED(FOREIGN_SIGNATURE)
	};
	unsigned int i;

	test_begin("bounce reasons rank");
	for (i = 0; i < N_ELEMENTS(ranked); i++) {
		test_assert_idx(bounce_reason_rank(ranked[i]) == i + 1, i);
	}
	test_end();
}

int main(int argc, char *argv[])
{
	static void (*const test_functions[])(void) = {
		test_bounce_reasons_names,
		test_bounce_reasons_find,
		test_bounce_reasons_asks,
		test_bounce_reasons_rank,
		NULL
	};

	if (argc > 1 && strcmp(argv[1], "--print") == 0) {
		print_table();
		return 0;
	}
	return test_run(test_functions);
}
