/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "header/block.h"
#include "header/header.h"
#include "test-common.h"

static const struct bounce_header *block_parse(pool_t pool, const char *input)
{
	return bounce_header_parse(pool, (const void *)input, strlen(input));
}

static void test_bounce_block_count_known(void)
{
	static const struct {
		const char *input;
		unsigned int count;
		bool machine;
	} tests[] = {
		{ "", 0, FALSE },
		{ "A: b\n", 0, FALSE },
		{ "from: a\nTO: b\nX: c\nDate: d\nSubject: s\n", 4, FALSE },
		{ "Reply-To:\nCc:\nSender:\nMIME-Version:\n", 4, FALSE },
		{ "Received: a\n", 1, TRUE },
		{ "Message-Id: a\n", 1, TRUE },
		{ "Return-Path: a\n", 1, TRUE },
		{ "DKIM-Signature: a\n", 1, TRUE },
		{ "X-Received: a\nFrom: b\n", 2, TRUE },
		{ "Receive: a\nFrom-X: b\n", 0, FALSE },
		{ "Content-Type: a\nList-Id: b\n", 0, FALSE },
	};
	unsigned int i;

	test_begin("bounce block: known fields");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("block", 1024);
		const struct bounce_header *block =
			block_parse(pool, tests[i].input);
		bool machine;

		test_assert_idx(bounce_block_count_known(block, 100,
							 &machine) ==
				tests[i].count, i);
		test_assert_idx(machine == tests[i].machine, i);
		/* it stops where enough were seen */
		(void)bounce_block_count_known(block, 1, &machine);
		test_assert_idx(machine == tests[i].machine, i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_bounce_block_kinds(void)
{
	static const struct {
		const char *input;
		bool original, replaces, of_part;
	} tests[] = {
		{ "", FALSE, FALSE, FALSE },
		{ "\n", FALSE, FALSE, FALSE },
		{ "From: a\nTo: b\nMessage-ID: c\n", TRUE, TRUE, FALSE },
		{ "From: a\nTo: b\nSubject: c\nDate: d\n", FALSE, FALSE,
		  FALSE },
		{ "From: a\nMessage-ID: c\n", FALSE, FALSE, FALSE },
		{ "Received: a\nReceived: b\nReceived: c\n", TRUE, TRUE,
		  FALSE },
		/* what gateways write to a part of theirs */
		{ "Date: a\nMessage-ID: b\nMIME-Version: c\n", TRUE, FALSE,
		  FALSE },
		{ "Date: a\nMIME-Version: b\nDKIM-Signature: c\n", TRUE,
		  TRUE, FALSE },
		{ "Content-Type: a\nMIME-Version: b\n\n", FALSE, FALSE,
		  TRUE },
		{ "CONTENT-X: a\n\n", FALSE, FALSE, TRUE },
		/* no empty line ends it */
		{ "Content-Type: a\n", FALSE, FALSE, FALSE },
		{ "Content-: a\n\n", FALSE, FALSE, FALSE },
		{ "Content-Type: a\nX: b\n\n", FALSE, FALSE, FALSE },
		{ "Contentious: a\n\n", FALSE, FALSE, FALSE },
	};
	unsigned int i;

	test_begin("bounce block: what it is");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("block", 1024);
		const struct bounce_header *block =
			block_parse(pool, tests[i].input);

		test_assert_idx(bounce_block_is_original(block) ==
				tests[i].original, i);
		test_assert_idx(bounce_block_replaces_part_header(block) ==
				tests[i].replaces, i);
		test_assert_idx(bounce_block_is_of_part(block) ==
				tests[i].of_part, i);
		pool_unref(&pool);
	}
	/* a header of a part that has no fields */
	test_assert(!bounce_block_is_of_part(bounce_header_parse_type(
		unsafe_data_stack_pool, BOUNCE_HEADER_PART,
		(const void *)"\n", 1)));
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_block_count_known,
		test_bounce_block_kinds,
		NULL
	};
	return test_run(test_functions);
}
