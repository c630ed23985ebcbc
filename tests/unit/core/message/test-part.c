/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "message/part.h"
#include "test-common.h"

#define SKIP BOUNCE_PART_USE_SKIP
#define STATUS BOUNCE_PART_USE_STATUS
#define TEXT BOUNCE_PART_USE_TEXT
#define ORIGINAL BOUNCE_PART_USE_ORIGINAL
#define SCAN BOUNCE_TEXT_SCAN
#define KEEP (BOUNCE_TEXT_SCAN | BOUNCE_TEXT_KEEP)

static void test_bounce_part_types(void)
{
	static const struct {
		const char *type;
		enum bounce_part_use use;
		unsigned int part, text;
	} tests[] = {
		{ "message/delivery-status", STATUS,
		  BOUNCE_PART_DELIVERY_STATUS, SCAN },
		{ "message/global-delivery-status", STATUS,
		  BOUNCE_PART_DELIVERY_STATUS, SCAN },
		{ "message/disposition-notification", SKIP,
		  BOUNCE_PART_DISPOSITION, 0 },
		{ "message/global-disposition-notification", SKIP,
		  BOUNCE_PART_DISPOSITION, 0 },
		{ "message/feedback-report", SKIP, BOUNCE_PART_FEEDBACK, 0 },
		{ "message/rfc822", ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
		{ "message/global", ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
		{ "message/partial", ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
		{ "message/global-headers", ORIGINAL, BOUNCE_PART_MESSAGE,
		  0 },
		{ "message/rfc-822", ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
		{ "message/x-rfc822-y", ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
		{ "text/rfc822-headers", ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
		{ "text/rfc-822", ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
		{ "text/x-message-header", ORIGINAL, BOUNCE_PART_MESSAGE, 0 },
		{ "application/rfc822", SKIP, 0, 0 },
		{ "text/calendar", SKIP, BOUNCE_PART_CALENDAR, 0 },
		{ "text/html", TEXT, 0, KEEP | BOUNCE_TEXT_HTML },
		{ "text/plain", TEXT, 0, KEEP },
		{ "text/x-nobody", TEXT, 0, KEEP },
		{ "message/x-nobody", TEXT, 0, SCAN },
		{ "multipart/mixed", TEXT, 0, KEEP },
		{ "application/octet-stream", TEXT, 0,
		  SCAN | BOUNCE_TEXT_TOP },
		{ "application/pdf", SKIP, 0, 0 },
		{ "texts/plain", SKIP, 0, 0 },
		{ "text/", TEXT, 0, KEEP },
		{ "*", SKIP, 0, 0 },
		{ "", SKIP, 0, 0 },
	};
	const struct bounce_part_type *type;
	unsigned int i;

	test_begin("bounce part: types");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		type = bounce_part_type_find(tests[i].type);
		test_assert_idx(type->use == tests[i].use, i);
		test_assert_idx(type->part == tests[i].part, i);
		test_assert_idx(type->text == tests[i].text, i);
	}
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_part_types,
		NULL
	};
	return test_run(test_functions);
}
