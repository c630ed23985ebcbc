/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "header/header.h"
#include "input.h"
#include "test-common.h"

/* The fields as "name|value|", joined, with the flags behind them. */
static const char *t_describe(const struct bounce_header *header)
{
	string_t *str = t_str_new(128);
	unsigned int i;

	for (i = 0; i < header->fields_count; i++) {
		const struct bounce_field *field = &header->fields[i];

		test_assert(field->offset + field->size <= header->size);
		test_assert(field->name_size < field->value_offset &&
			    field->value_offset <= field->size);
		str_append_data(str, header->data + field->offset,
				field->name_size);
		str_append_c(str, '|');
		str_append(str, t_bounce_field_value(header, field, 1000));
		str_append_c(str, '|');
	}
	if (header->complete)
		str_append(str, ".");
	if (header->over_limit)
		str_append(str, "!");
	return str_c(str);
}

/* A header that is read where it is has the same fields. */
static void
check_peek(const unsigned char *data, size_t size, const char *output,
	   unsigned int i)
{
	struct bounce_field fields[8];
	struct bounce_header header;

	if (!bounce_header_peek(data, size, fields, N_ELEMENTS(fields),
				&header))
		return;
	test_assert_idx(header.data == data, i);
	test_assert_strcmp_idx(t_describe(&header), output, i);
}

static void test_bounce_header_fields(void)
{
	static const struct {
		const char *input, *output;
	} tests[] = {
		{ "", "" },
		/* empty lines on top are skipped, so nothing has ended */
		{ "\n", "" },
		{ "\r\n\r\n", "" },
		{ "\r\n\nA: b\n\n", "A|b|." },
		{ "A: b", "A|b|" },
		{ "A: b\n", "A|b|" },
		{ "A: b\n\n", "A|b|." },
		{ "A: b\r\n\r\nC: d\r\n", "A|b|." },
		{ "A:b\nC:\nD:  e  \n\n", "A|b|C||D|e|." },
		/* mixed line ends, and folds of all kinds */
		{ "A: b\r\n c\nD: e\n\tf\r\n g\n\r\n", "A|b c|D|e f g|." },
		{ "A:\n b\n\n", "A|b|." },
		/* a line of white space is a fold (obs-FWS) */
		{ "A: b\n \nC: d\n\n", "A|b|C|d|." },
		/* white space before the colon (obs-optional) */
		{ "A : b\nC\t: d\n\n", "A|b|C|d|." },
		{ "a-b_c.d!: e\n\n", "a-b_c.d!|e|." },
		/* no header lines: the body begins */
		{ "A: b\nno field\nC: d\n\n", "A|b|" },
		{ "A: b\n: c\n\n", "A|b|" },
		{ "A: b\n\x80: c\n\n", "A|b|" },
		{ "A: b\n--x\n", "A|b|" },
		{ " a: b\nC: d\n\n", "" },
		{ "no field\nA: b\n\n", "" },
		/* mbox lines on top, and only there */
		{ "From a@b Thu Jan  1 00:00:00 1970\nA: b\n\n", "A|b|." },
		{ ">From a@b Thu\r\n\r\nA: b\r\n\r\n", "A|b|." },
		{ "A: b\nFrom a@b Thu\nC: d\n\n", "A|b|" },
		{ "From: a@b\n\n", "From|a@b|." },
		{ "From\n\n", "" },
		/* control characters, and a bare CR */
		{ "A: b\rc\x01\x7f\n\n", "A|b?c??|." },
		{ "A: b\r\r\n\n", "A|b?|." },
		{ "A: \xc3\xa4\xff\n\n", "A|\xc3\xa4\xff|." },
	};
	unsigned int i;

	test_begin("bounce header fields");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		size_t size = strlen(tests[i].input);
		unsigned char *copy = test_input_copy(tests[i].input, size);
		pool_t pool = pool_alloconly_create("header", 1024);

		test_assert_strcmp_idx(t_describe(bounce_header_parse(
			pool, copy, size)), tests[i].output, i);
		check_peek(copy, size, tests[i].output, i);
		i_free(copy);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_header_peek(void)
{
	static const struct {
		const char *input;
		unsigned int fields;
		/* of the fields; 0: it is not certain */
		size_t size;
		bool goes_on;
	} tests[] = {
		{ "A: b\n\n", 1, 5, FALSE },
		{ "A: b\r\n\r\nC: d\r\n\r\n", 1, 6, FALSE },
		{ "A: b\nC : d\n e\n\t\nF:\n\nx\n", 3, 19, FALSE },
		/* the body is cut anywhere */
		{ "A: b\n\nx", 1, 5, FALSE },
		{ "A: b\n", 1, 5, TRUE },
		{ "A: b\r\nC: d\r\n e\r\n", 2, 16, TRUE },
		/* it does not end with a line */
		{ "", 0, 0, FALSE },
		{ "A: b", 0, 0, FALSE },
		{ "A: b\r\n\r", 0, 0, FALSE },
		/* odd lines */
		{ "\nA: b\n\n", 0, 0, FALSE },
		{ " A: b\n\n", 0, 0, FALSE },
		{ "\xef\xbb\xbf""A: b\n\n", 0, 0, FALSE },
		{ "From a@b Thu\nA: b\n\n", 0, 0, FALSE },
		{ "A: b\nno field\nFrom: c\n\n", 0, 0, FALSE },
		{ "A: b\n: c\n\n", 0, 0, FALSE },
		{ "A: b\n\r\r\n\n", 0, 0, FALSE },
		/* as many fields as there is room for, and one more */
		{ "A:\nB:\nC:\nD:\n\n", 4, 12, FALSE },
		{ "A:\nB:\nC:\nD:\nE:\n\n", 0, 0, FALSE },
	};
	struct bounce_field fields[4];
	struct bounce_header header;
	unsigned int i;

	test_begin("bounce header peek");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		size_t size = strlen(tests[i].input);
		unsigned char *copy = test_input_copy(tests[i].input, size);
		bool ret = bounce_header_peek(copy, size, fields,
					      N_ELEMENTS(fields), &header);

		test_assert_idx(ret == (tests[i].size > 0), i);
		if (ret) {
			test_assert_idx(header.fields_count ==
					tests[i].fields, i);
			test_assert_idx(header.size == tests[i].size, i);
			test_assert_idx(header.complete != tests[i].goes_on, i);
		}
		i_free(copy);
	}
	test_end();
}

/* In a part an empty line ends the header at once, and mbox lines are none. */
static void test_bounce_header_part(void)
{
	pool_t pool = pool_alloconly_create("header", 1024);
	struct bounce_header_builder *builder;
	const struct bounce_header *header;

	test_begin("bounce header of a part");
	builder = bounce_header_builder_init(pool, BOUNCE_HEADER_PART);
	test_assert(bounce_header_builder_line(
		builder, (const void *)"\r\n", 2, TRUE) ==
		BOUNCE_HEADER_LINE_END);
	test_assert(bounce_header_builder_line(
		builder, (const void *)"From a b\n", 9, TRUE) ==
		BOUNCE_HEADER_LINE_BODY);
	test_assert(bounce_header_builder_line(
		builder, (const void *)"A: b\n", 5, TRUE) ==
		BOUNCE_HEADER_LINE_FIELD);
	/* pieces of one line, that look like something else */
	test_assert(bounce_header_builder_line(
		builder, (const void *)"C: d", 4, TRUE) ==
		BOUNCE_HEADER_LINE_FIELD);
	(void)bounce_header_builder_line(builder, (const void *)"E: f", 4,
					 FALSE);
	(void)bounce_header_builder_line(builder, (const void *)"\n", 1,
					 FALSE);
	header = bounce_header_builder_finish(builder, TRUE);
	test_assert_strcmp(t_describe(header), "A|b|C|dE: f|.");
	test_assert(header->size == 14);

	bounce_header_builder_reset(builder);
	header = bounce_header_builder_finish(builder, FALSE);
	test_assert(header->fields_count == 0 && header->size == 0 &&
		    !header->complete && !header->over_limit);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_header_exact(void)
{
	static const char input[] =
		"Received: from a\r\n\tby b;\n  now\r\n"
		"received:\tagain \r\n"
		"Subject : \0x\r\n"
		"X: last";
	unsigned char *copy = test_input_copy(input, sizeof(input) - 1);
	pool_t pool = pool_alloconly_create("header", 1024);
	const struct bounce_header *header;
	const struct bounce_field *field;

	test_begin("bounce header is byte-exact");
	header = bounce_header_parse(pool, copy, sizeof(input) - 1);
	i_free(copy);
	test_assert(test_input_equals(header->data, header->size, input,
				      sizeof(input) - 1));
	test_assert(header->fields_count == 4);
	test_assert(bounce_header_count(header, "Received") == 2);
	test_assert(bounce_header_count(header, "Receive") == 0);
	test_assert(bounce_header_count(header, "Received:") == 0);
	field = bounce_header_find(header, "RECEIVED");
	test_assert(field == &header->fields[0]);
	test_assert(field->offset == 0 && field->size == 32 &&
		    field->name_size == 8 && field->value_offset == 9);
	test_assert_strcmp(t_bounce_header_value(header, "received"),
			   "from a by b;  now");
	test_assert_strcmp(t_bounce_field_value(header, field, 4), "from");
	test_assert_strcmp(t_bounce_field_value(header, field, 5), "from");
	test_assert_strcmp(t_bounce_field_value(header, field, 0), "");
	test_assert_strcmp(t_bounce_header_value(header, "subject"), "?x");
	test_assert(header->fields[2].name_size == 7 &&
		    header->fields[2].value_offset == 9);
	test_assert_strcmp(t_bounce_header_value(header, "x"), "last");
	test_assert(t_bounce_header_value(header, "To") == NULL);
	test_assert(bounce_header_find(header, "") == NULL);
	pool_unref(&pool);
	test_end();
}

/* Every prefix: it must be read without trouble, and no field may change that
   is complete in it. */
static void test_bounce_header_prefixes(void)
{
	static const char input[] =
		"From x\r\nA: b\r\n c\r\nDe : f\n\tg\n\r\nbody";
	size_t size;

	test_begin("bounce header, every prefix");
	for (size = 0; size < sizeof(input); size++) T_BEGIN {
		unsigned char *copy = test_input_copy(input, size);
		pool_t pool = pool_alloconly_create("header", 1024);
		const struct bounce_header *header;

		header = bounce_header_parse(pool, copy, size);
		i_free(copy);
		(void)t_describe(header);
		test_assert_idx(header->complete == (size >= 30), size);
		test_assert_idx(header->fields_count ==
				(size < 10 ? 0U : size < 22 ? 1U : 2U), size);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_header_caps(void)
{
	pool_t pool = pool_alloconly_create("header", 1024);
	struct bounce_header_builder *builder;
	const struct bounce_header *header;
	unsigned char *line = i_malloc(BOUNCE_LINE_MAX_SIZE);
	unsigned int i;

	test_begin("bounce header caps: fields");
	builder = bounce_header_builder_init(pool, BOUNCE_HEADER_MESSAGE);
	for (i = 0; i < BOUNCE_HEADER_MAX_FIELDS + 10; i++) {
		test_assert_idx(bounce_header_builder_line(
			builder, (const void *)"A:\n", 3, TRUE) ==
			BOUNCE_HEADER_LINE_FIELD, i);
	}
	test_assert(bounce_header_builder_line(
		builder, (const void *)" x\n", 3, TRUE) ==
		BOUNCE_HEADER_LINE_FIELD);
	test_assert(bounce_header_builder_line(
		builder, (const void *)"\n", 1, TRUE) ==
		BOUNCE_HEADER_LINE_END);
	header = bounce_header_builder_finish(builder, TRUE);
	test_assert(header->over_limit && header->complete);
	test_assert(header->fields_count == BOUNCE_HEADER_MAX_FIELDS);
	test_assert(header->size == 3 * BOUNCE_HEADER_MAX_FIELDS);
	test_end();

	/* a field is kept whole or not at all */
	test_begin("bounce header caps: size");
	builder = bounce_header_builder_init(pool, BOUNCE_HEADER_MESSAGE);
	(void)bounce_header_builder_line(builder, (const void *)"A: b\n", 5,
					 TRUE);
	memset(line, 'x', BOUNCE_LINE_MAX_SIZE);
	memcpy(line, "B: ", 3);
	for (i = 0; i <= BOUNCE_HEADER_MAX_SIZE / BOUNCE_LINE_MAX_SIZE; i++) {
		(void)bounce_header_builder_line(builder, line,
						 BOUNCE_LINE_MAX_SIZE, i == 0);
		line[0] = 'x';
	}
	(void)bounce_header_builder_line(builder, (const void *)"\n", 1,
					 FALSE);
	/* a smaller one after it is, if it fits */
	(void)bounce_header_builder_line(builder, (const void *)"C: d\n", 5,
					 TRUE);
	header = bounce_header_builder_finish(builder, FALSE);
	test_assert(header->over_limit);
	test_assert_strcmp(t_describe(header), "A|b|C|d|!");
	test_assert(header->size == 10);

	/* exactly as much as fits */
	builder = bounce_header_builder_init(pool, BOUNCE_HEADER_MESSAGE);
	line[0] = 'B';
	for (i = 0; i < BOUNCE_HEADER_MAX_SIZE / BOUNCE_LINE_MAX_SIZE; i++)
		(void)bounce_header_builder_line(builder, line,
						 BOUNCE_LINE_MAX_SIZE, i == 0);
	header = bounce_header_builder_finish(builder, FALSE);
	test_assert(!header->over_limit && header->fields_count == 1 &&
		    header->size == BOUNCE_HEADER_MAX_SIZE);
	i_free(line);
	pool_unref(&pool);
	test_end();
}

/* Lines that are no field, in a message's header: of the field above them if a
   well-known field follows, otherwise of the body. */
static void test_bounce_header_tentative(void)
{
	static const struct {
		const char *input, *output, *body;
	} tests[] = {
		{ "A: b\nlost\nTo: c\n\n", "A|blost|To|c|.", "" },
		{ "A: b\nlost\n more\nX-Y: z\nTo: c\n\n",
		  "A|blost more|X-Y|z|To|c|.", "" },
		{ "A: b\nlost\nX: y\n\n", "A|b|", "lost\nX: y\n" },
		{ "A: b\r\nHello,\r\nyou\r\n\r\nTo: c\r\n", "A|b|",
		  "Hello,\r\nyou\r\n" },
		{ "A: b\nlost\nTo: c\nHello\n\n", "A|blost|To|c|",
		  "Hello\n" },
		{ "A: b\nlost", "A|b|", "lost" },
		{ "To: b\nlost\nTo: c", "To|blost|To|c|", "" },
		/* not before the first field */
		{ "lost\nTo: c\n\n", "", "" },
		/* other fields that messages have */
		{ "X-A: b\nlost\nX-Y: z\nContent-Type: c\n\n",
		  "X-A|blost|X-Y|z|Content-Type|c|.", "" },
		{ "X-A: b\nlost\nAuto-Submitted: c\n\n",
		  "X-A|blost|Auto-Submitted|c|.", "" },
		/* but not once more: that of a part, or of what is quoted */
		{ "Content-Type: a\nHello\nContent-Type: b\n\n",
		  "Content-Type|a|", "Hello\nContent-Type: b\n" },
		/* a boundary is of the body at once */
		{ "To: a\n--b\nContent-Type: c\n\n", "To|a|", "" },
		/* a parameter is of the header, whatever follows */
		{ "Content-Type: a/b;\nboundary=\"c\"\n\n",
		  "Content-Type|a/b;boundary=\"c\"|.", "" },
		{ "Content-Type: a/b; c=d;\r\nboundary=e\r\n\r\n",
		  "Content-Type|a/b; c=d;boundary=e|.", "" },
		{ "Content-Type: a/b\n; boundary=c\n\n",
		  "Content-Type|a/b; boundary=c|.", "" },
		{ "Content-Type: a/b\nboundary=c\n\n", "Content-Type|a/b|",
		  "boundary=c\n" },
		{ "Content-Type: a/b;\nDear all\n\n", "Content-Type|a/b;|",
		  "Dear all\n" },
		/* white space and a byte order mark above */
		{ "   \r\n\t\n\nA: b\n\n", "A|b|.", "" },
		{ "\xc2\xa0 \n\xe3\x80\x80\nA: b\n\n", "A|b|.", "" },
		{ "\xef\xbb\xbf" "A: b\n\n", "A|b|.", "" },
		{ "  \nFrom a@b Thu\nA: b\n\n", "A|b|.", "" },
		{ "  x\nA: b\n\n", "", "" },
	};
	unsigned int i;

	test_begin("bounce header, lines that are no field");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("header", 1024);
		struct bounce_header_builder *builder =
			bounce_header_builder_init(pool, BOUNCE_HEADER_MESSAGE);
		const unsigned char *p = (const void *)tests[i].input, *body;
		const unsigned char *end = p + strlen(tests[i].input), *next;
		enum bounce_header_line ret = BOUNCE_HEADER_LINE_FIELD;
		size_t size;

		for (; p < end && ret == BOUNCE_HEADER_LINE_FIELD; p = next) {
			unsigned char *copy;

			next = memchr(p, '\n', end - p);
			next = next == NULL ? end : next + 1;
			copy = test_input_copy(p, next - p);
			ret = bounce_header_builder_line(builder, copy,
							 next - p, TRUE);
			i_free(copy);
		}
		test_assert_strcmp_idx(t_describe(bounce_header_builder_finish(
			builder, ret == BOUNCE_HEADER_LINE_END)),
			tests[i].output, i);
		bounce_header_builder_get_body(builder, &body, &size);
		test_assert_strcmp_idx(size == 0 ? "" :
				       t_strndup(body, size),
				       tests[i].body, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* There may be so many of them, and no more. */
static void test_bounce_header_tentative_cap(void)
{
	unsigned int i, j;

	test_begin("bounce header, many lines that are no field");
	for (i = 39; i <= 42; i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("header", 1024);
		string_t *str = t_str_new(1024);
		const struct bounce_header *header;

		str_append(str, "To: b\n");
		for (j = 0; j < i; j++)
			str_append(str, "no field\n");
		str_append(str, "Subject: c\n\n");
		header = bounce_header_parse(pool, str_data(str),
					     str_len(str));
		test_assert_idx(header->complete == (i <= 40), i);
		test_assert_idx(header->fields_count == (i <= 40 ? 2 : 1), i);
		test_assert_idx(i <= 40 || header->size == 6, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* Nor may they be larger than that before the last of them. */
static void test_bounce_header_tentative_size(void)
{
	unsigned int i, j;

	test_begin("bounce header, long lines that are no field");
	for (i = 16; i <= 19; i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("header", 1024);
		string_t *str = t_str_new(1024);
		const struct bounce_header *header;

		str_append(str, "To: b\n");
		for (j = 0; j < i; j++)
			str_printfa(str, "%01023d\n", 0);
		str_append(str, "Subject: c\n\n");
		header = bounce_header_parse(pool, str_data(str),
					     str_len(str));
		test_assert_idx(header->complete == (i <= 17), i);
		test_assert_idx(header->fields_count == (i <= 17 ? 2 : 1), i);
		test_assert_idx(i <= 17 || header->size == 6, i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* The last octet that may stand before the last of them, and one more. */
static void test_bounce_header_tentative_size_edge(void)
{
	static const struct {
		unsigned int size, fields_count;
	} tests[] = {
		{ 16 * 1024, 2 }, { 16 * 1024 + 1, 1 }
	};
	unsigned int i;

	test_begin("bounce header, a long line before one that is no field");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("header", 1024);
		string_t *str = t_str_new(1024);
		const struct bounce_header *header;

		str_printfa(str, "To: b\n%0*d\nno field\nSubject: c\n\n",
			    (int)tests[i].size - 1, 0);
		header = bounce_header_parse(pool, str_data(str),
					     str_len(str));
		test_assert_idx(header->fields_count == tests[i].fields_count,
				i);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* The field that such a line was added to is dropped: it got too large. */
static void test_bounce_header_tentative_limit(void)
{
	pool_t pool = pool_alloconly_create("header", 1024);
	struct bounce_header_builder *builder =
		bounce_header_builder_init(pool, BOUNCE_HEADER_MESSAGE);
	unsigned char *line = i_malloc(BOUNCE_LINE_MAX_SIZE);
	const struct bounce_header *header;
	const unsigned char *body;
	unsigned int i;
	size_t size;

	test_begin("bounce header, a line that is no field goes over the cap");
	memset(line, 'x', BOUNCE_LINE_MAX_SIZE);
	(void)bounce_header_builder_line(builder, (const void *)"A: b\n", 5,
					 TRUE);
	(void)bounce_header_builder_line(builder, (const void *)"B: c\n", 5,
					 TRUE);
	for (i = 0; i <= BOUNCE_HEADER_MAX_SIZE / BOUNCE_LINE_MAX_SIZE; i++) {
		test_assert_idx(bounce_header_builder_line(
			builder, line, BOUNCE_LINE_MAX_SIZE, i == 0) ==
			BOUNCE_HEADER_LINE_FIELD, i);
	}
	(void)bounce_header_builder_line(builder, (const void *)"C: dd\n", 6,
					 TRUE);
	header = bounce_header_builder_finish(builder, FALSE);
	test_assert(header->over_limit);
	test_assert_strcmp(t_describe(header), "A|b|C|dd|!");
	bounce_header_builder_get_body(builder, &body, &size);
	test_assert(size == 0);
	i_free(line);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_header_line_is_field(void)
{
	static const struct {
		const char *line;
		bool field;
	} tests[] = {
		{ "A:", TRUE },
		{ "A: b\r\n", TRUE },
		{ "X-Foo-Bar \t:", TRUE },
		{ "~:", TRUE },
		{ "", FALSE },
		{ "A", FALSE },
		{ ":", FALSE },
		{ " A:", FALSE },
		{ "A b:", FALSE },
		{ "A\n:", FALSE },
		{ "A\x7f:", FALSE },
		{ "\xc3\xa4:", FALSE },
		{ "--boundary", FALSE },
	};
	unsigned int i;

	test_begin("bounce header line is field");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		size_t size = strlen(tests[i].line);
		unsigned char *copy = test_input_copy(tests[i].line, size);

		test_assert_idx(bounce_header_line_is_field(copy, size) ==
				tests[i].field, i);
		i_free(copy);
	}
	test_end();
}

/* The colon must be in the first piece of a line. */
static void test_bounce_header_line_long(void)
{
	unsigned char *line = i_malloc(BOUNCE_LINE_MAX_SIZE + 1);
	unsigned int i;
	size_t size;

	test_begin("bounce header line is long");
	for (i = 0; i < 2; i++) {
		size = BOUNCE_LINE_MAX_SIZE + i;
		memset(line, ' ', size);
		memcpy(line, "From", 4);
		line[size - 1] = ':';
		test_assert_idx(bounce_header_line_is_field(line, size) ==
				(i == 0), i);
		test_assert_idx(bounce_header_line_rank(line, size) ==
				(i == 0 ? BOUNCE_FIELD_KNOWN :
				 BOUNCE_FIELD_OTHER), i);
	}
	i_free(line);
	test_end();
}

/* What the header before it had does not count. */
static void test_bounce_header_reset(void)
{
	static const char *const lines[] = {
		"Content-Type: a\n", "lost\n"
	};
	pool_t pool = pool_alloconly_create("header", 1024);
	struct bounce_header_builder *builder =
		bounce_header_builder_init(pool, BOUNCE_HEADER_MESSAGE);
	const char *first = "X: y\n";
	unsigned int i, j;

	test_begin("bounce header reset");
	for (i = 0; i < 2; i++) {
		(void)bounce_header_builder_line(builder, (const void *)first,
						 strlen(first), TRUE);
		for (j = N_ELEMENTS(lines); j-- > 0; ) {
			(void)bounce_header_builder_line(builder,
				(const void *)lines[j], strlen(lines[j]),
				TRUE);
		}
		if (i == 0)
			bounce_header_builder_reset(builder);
	}
	test_assert_strcmp(t_describe(bounce_header_builder_finish(builder,
								   TRUE)),
			   "X|ylost|Content-Type|a|.");
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_header_fields,
		test_bounce_header_peek,
		test_bounce_header_part,
		test_bounce_header_exact,
		test_bounce_header_prefixes,
		test_bounce_header_caps,
		test_bounce_header_tentative,
		test_bounce_header_tentative_cap,
		test_bounce_header_tentative_size,
		test_bounce_header_tentative_size_edge,
		test_bounce_header_tentative_limit,
		test_bounce_header_line_is_field,
		test_bounce_header_line_long,
		test_bounce_header_reset,
		NULL
	};
	return test_run(test_functions);
}
