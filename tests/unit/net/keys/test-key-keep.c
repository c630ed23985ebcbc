/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "keys/key-keep.h"
#include "test-common.h"

#define DAY BOUNCE_KEY_KEEP_AGREE_SECS
/* how long a copy is held */
#define HOLD (19 * DAY)
#define START 1800000000

#define DIGEST_A \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B \
	"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* An answer: of 'A' and 'B' DNS has the record with that digest, of 'r' a
   revoked key, of 'x' no such name, of 'u' another text; '?' is no answer. */
static struct bounce_key_keep_answer answer_of(char c)
{
	struct bounce_key_keep_answer answer = { .digest = NULL };

	switch (c) {
	case 'A':
	case 'B':
		answer.status = BOUNCE_KEY_FOUND;
		answer.digest = c == 'A' ? DIGEST_A : DIGEST_B;
		break;
	case 'r':
		answer.status = BOUNCE_KEY_REVOKED;
		break;
	case 'x':
		answer.status = BOUNCE_KEY_MISSING;
		break;
	case 'u':
		answer.status = BOUNCE_KEY_UNUSABLE;
		break;
	default:
		answer.status = BOUNCE_KEY_TEMPERROR;
		break;
	}
	return answer;
}

/* The copy that there is: 'A', 'B', 'r' or '-'. */
static char copy_of(const struct bounce_kept_key *key)
{
	return key->copy == NULL ? '-' : key->revoked ? 'r' :
		strcmp(key->copy, DIGEST_A) == 0 ? 'A' : 'B';
}

/* Each step is an answer, after so many seconds. copies has the copy that there
   is after each of them. */
struct test_step {
	char answer;
	long after;
};

static void
test_steps(const char *name, const struct test_step *steps, const char *copies)
{
	struct bounce_kept_key key = { .name = "s._domainkey.d.example" };
	struct bounce_key_keep_answer answer;
	enum bounce_key_keep_action action;
	time_t now = START;
	unsigned int i;

	test_begin(t_strdup_printf("bounce key keep: %s", name));
	for (i = 0; copies[i] != '\0'; i++) {
		now += steps[i].after;
		answer = answer_of(steps[i].answer);
		action = bounce_key_keep_decide(&key, &answer, now, HOLD);
		bounce_key_keep_done(&key, action);
		test_assert_idx(copy_of(&key) == copies[i], i);
		test_assert_idx(key.first <= now && key.last <= now &&
				key.gone <= now, i);
		/* the same answer once more changes nothing */
		action = bounce_key_keep_decide(&key, &answer, now, HOLD);
		test_assert_idx(action == BOUNCE_KEY_KEEP_NOTHING, i);
	}
	test_assert(steps[i].answer == '\0');
	test_end();
}

static void test_bounce_key_keep_steps(void)
{
	static const struct {
		const char *name;
		struct test_step steps[9];
		const char *copies;
	} tests[] = {
		{ "two answers a day apart agree",
		  { { 'A', 0 }, { 'A', DAY - 1 }, { 'A', 1 } }, "--A" },
		{ "answers disagree",
		  { { 'A', 0 }, { 'B', DAY }, { 'A', DAY }, { 'A', DAY - 1 },
		    { 'A', 1 } }, "----A" },
		{ "a lie of one day",
		  { { 'B', 0 }, { 'B', DAY - 1 }, { 'A', 1 }, { 'A', DAY } },
		  "---A" },
		{ "no answer between them",
		  { { 'A', 0 }, { '?', DAY / 2 }, { 'A', DAY / 2 } }, "--A" },
		{ "no answer from the beginning",
		  { { '?', 0 }, { '?', DAY } }, "--" },
		{ "no such name between them",
		  { { 'A', 0 }, { 'x', DAY / 2 }, { 'A', DAY / 2 },
		    { 'A', DAY } }, "---A" },
		{ "another text between them",
		  { { 'A', 0 }, { 'u', DAY / 2 }, { 'A', DAY / 2 },
		    { 'A', DAY } }, "---A" },
		{ "never there",
		  { { 'x', 0 }, { 'u', DAY }, { 'r', DAY } }, "---" },
		{ "not answered for too long",
		  { { 'A', 0 }, { '?', HOLD }, { 'A', DAY }, { 'A', DAY } },
		  "---A" },
		{ "left DNS, and is deleted after the time that it is held",
		  { { 'A', 0 }, { 'A', DAY }, { 'x', 5 }, { 'x', HOLD - 1 },
		    { 'x', 1 }, { 'x', DAY } }, "-AAA--" },
		{ "left DNS, where another text has its name",
		  { { 'A', 0 }, { 'A', DAY }, { 'u', 5 }, { 'u', HOLD } },
		  "-AA-" },
		{ "left DNS, which does not answer then",
		  { { 'A', 0 }, { 'A', DAY }, { 'x', 5 }, { '?', HOLD },
		    { 'x', 1 } }, "-AAA-" },
		{ "DNS does not answer for long",
		  { { 'A', 0 }, { 'A', DAY }, { '?', 100 * DAY },
		    { 'x', DAY }, { 'x', HOLD - 1 } }, "-AAAA" },
		{ "left DNS and comes back",
		  { { 'A', 0 }, { 'A', DAY }, { 'x', DAY }, { 'x', HOLD - 1 },
		    { 'A', 1 }, { 'x', HOLD }, { 'x', HOLD - 1 },
		    { 'x', 1 } }, "-AAAAAA-" },
		{ "another key under the same name",
		  { { 'A', 0 }, { 'A', DAY }, { 'B', DAY }, { 'B', DAY - 1 },
		    { 'B', 1 } }, "-AAAB" },
		{ "another key for an hour",
		  { { 'A', 0 }, { 'A', DAY }, { 'B', DAY }, { 'A', 3600 },
		    { 'x', DAY }, { 'x', HOLD - 1 }, { 'x', 1 } }, "-AAAAA-" },
		{ "revoked at once, and deleted as any other",
		  { { 'A', 0 }, { 'A', DAY }, { 'r', 1 }, { 'r', 100 * DAY },
		    { 'x', DAY }, { 'x', HOLD - 1 }, { 'x', 1 } }, "-Arrrr-" },
		{ "revoked after it left DNS",
		  { { 'A', 0 }, { 'A', DAY }, { 'x', 1 }, { 'r', DAY } },
		  "-AAr" },
		{ "revoked before it is saved",
		  { { 'A', 0 }, { 'r', DAY }, { 'A', 1 } }, "---" },
		{ "revoked by mistake",
		  { { 'A', 0 }, { 'A', DAY }, { 'r', 1 }, { 'A', 1 },
		    { 'A', DAY - 1 }, { 'A', 1 } }, "-Ar--A" },
		{ "the clock steps back: later, never earlier",
		  { { 'A', 0 }, { 'A', -100 * DAY }, { 'A', DAY - 1 },
		    { 'A', 1 }, { 'x', 0 }, { 'x', -DAY },
		    { 'x', HOLD - 1 }, { 'x', 1 } }, "---AAAA-" }
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(tests); i++)
		test_steps(tests[i].name, tests[i].steps, tests[i].copies);
}

/* What was not done is decided again. */
static void test_bounce_key_keep_not_done(void)
{
	struct bounce_kept_key key = { .name = "s._domainkey.d.example" };
	struct bounce_key_keep_answer found = answer_of('A');
	struct bounce_key_keep_answer missing = answer_of('x');
	struct bounce_key_keep_answer revoked = answer_of('r');
	unsigned int i;

	test_begin("bounce key keep: not done");
	(void)bounce_key_keep_decide(&key, &found, START, HOLD);
	for (i = 1; i < 4; i++) {
		test_assert_idx(bounce_key_keep_decide(&key, &found,
			START + i * DAY, HOLD) == BOUNCE_KEY_KEEP_SAVE, i);
	}
	bounce_key_keep_done(&key, BOUNCE_KEY_KEEP_SAVE);
	for (i = 0; i < 3; i++) {
		test_assert_idx(bounce_key_keep_decide(&key, &revoked,
			START + i, HOLD) == BOUNCE_KEY_KEEP_REVOKE, i);
	}
	(void)bounce_key_keep_decide(&key, &missing, START, HOLD);
	for (i = 0; i < 3; i++) {
		test_assert_idx(bounce_key_keep_decide(&key, &missing,
			START + HOLD + i, HOLD) ==
			BOUNCE_KEY_KEEP_DELETE, i);
	}
	test_assert(copy_of(&key) == 'A');
	test_end();
}

/* A copy left DNS two hours ago, when the command ran. It runs again after each
   of these, counted from the first run; and "held" says for how long the copy
   has been held then. */
static void test_bounce_key_keep_resume(void)
{
	static const struct {
		long after, held;
	} runs[] = {
		{ 6 * 3600, 6 * 3600 },
		{ 2 * DAY, 2 * DAY },
		/* two days count */
		{ 2 * DAY + 1, 2 * DAY },
		{ 10L * 365 * DAY, 2 * DAY },
		/* the clock was set back */
		{ -DAY, 0 },
		{ 0, 0 }
	};
	ARRAY_TYPE(bounce_kept_key) keys;
	struct bounce_kept_key *key;
	time_t over;
	unsigned int i;

	test_begin("bounce key keep: time between two runs");
	t_array_init(&keys, 1);
	key = array_append_space(&keys);
	for (i = 0; i < N_ELEMENTS(runs); i++) {
		time_t now = START + runs[i].after;
		struct bounce_key_keep_answer answer = answer_of('x');

		i_zero(key);
		key->name = "s._domainkey.d.example";
		key->copy = DIGEST_A;
		key->first = key->last = START - DAY;
		key->gone = START;
		over = bounce_key_keep_resume(&keys, START, now);
		test_assert_idx(over == I_MAX(runs[i].after - 2 * DAY, 0), i);
		(void)bounce_key_keep_decide(key, &answer, now, UINT_MAX);
		test_assert_idx(now - key->gone == runs[i].held, i);
		test_assert_idx(key->first == I_MIN(START - DAY + over, now),
				i);
		test_assert_idx(key->last == key->first, i);
	}
	key->gone = 0;
	test_assert(bounce_key_keep_resume(&keys, START, START + 3 * DAY) ==
		    DAY);
	test_assert(key->gone == 0);
	/* not known, or a state that somebody has written */
	test_assert(bounce_key_keep_resume(&keys, 0, START) == 0);
	key->gone = key->first = key->last = INT64_MAX;
	test_assert(bounce_key_keep_resume(&keys, 1, START) ==
		    START - 1 - 2 * DAY);
	test_assert(key->gone == 2L * START - 1 - 2 * DAY);
	test_end();
}

static int
parse(pool_t pool, const char *text, ARRAY_TYPE(bounce_kept_key) *keys,
      const char **error_r)
{
	time_t ran;

	p_array_init(keys, pool, 4);
	if (bounce_key_keep_parse(pool, (const void *)text, strlen(text), keys,
				  &ran, error_r) < 0)
		return -1;
	test_assert(ran == START + 9);
	return 0;
}

#define FIRST "backscatter kept keys 1\n"
#define LAST "end 1800000009\n"

static void test_bounce_key_keep_state(void)
{
	static const struct bounce_kept_key keys[] = {
		{ .name = "a._domainkey.d.example", .seen = DIGEST_A,
		  .first = START, .last = START + 5 },
		{ .name = "b.c._domainkey.d.example", .seen = DIGEST_A,
		  .first = START, .last = START + DAY, .copy = DIGEST_A },
		{ .name = "d._domainkey.d.example", .copy = DIGEST_B,
		  .revoked = TRUE, .gone = START + 7 }
	};
	static const char text[] = FIRST
		"a._domainkey.d.example "DIGEST_A" 1800000000 1800000005 - 0\n"
		"b.c._domainkey.d.example "DIGEST_A" 1800000000 1800086400 "
		DIGEST_A" 0\n"
		"d._domainkey.d.example - 0 0 !"DIGEST_B" 1800000007\n"LAST;
	ARRAY_TYPE(bounce_kept_key) parsed;
	pool_t pool = pool_alloconly_create("test", 1024);
	string_t *str = t_str_new(256);
	const struct bounce_kept_key *p;
	const char *error;
	unsigned int count;

	test_begin("bounce key keep: state");
	bounce_key_keep_write(keys, N_ELEMENTS(keys), START + 9, str);
	test_assert_strcmp(str_c(str), text);
	test_assert(parse(pool, text, &parsed, &error) == 0);
	p = array_get(&parsed, &count);
	test_assert(count == N_ELEMENTS(keys));
	str_truncate(str, 0);
	bounce_key_keep_write(p, count, START + 9, str);
	test_assert_strcmp(str_c(str), text);
	test_assert(p[2].seen == NULL && p[2].revoked);
	test_assert(parse(pool, FIRST LAST, &parsed, &error) == 0);
	test_assert(array_count(&parsed) == 0);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_key_keep_broken(void)
{
#define LINE(name, words) FIRST name" "words"\n"LAST
#define NAME "a._domainkey.d.example"
	static const struct {
		const char *text, *error;
	} tests[] = {
		{ "", "first line" },
		{ "\n", "first line" },
		{ "backscatter kept keys 2\n"LAST, "first line" },
		{ FIRST, "not complete" },
		{ FIRST"end 1", "not complete" },
		{ FIRST"end\n", "not complete" },
		{ FIRST"end \n", "not complete" },
		{ FIRST"end x\n", "not complete" },
		{ FIRST"end -1\n", "not complete" },
		{ FIRST LAST"x\n", "not complete" },
		{ FIRST LAST"x", "not complete" },
		{ FIRST NAME" - 0 0 - 0\n", "not complete" },
		{ FIRST NAME" - 0 0\n"LAST, "line 2" },
		{ FIRST"\n"LAST, "line 2" },
		{ FIRST NAME" - 0 0 - 0\nx\n"LAST, "line 3" },
		{ LINE(NAME, "- 0 0 - 0 0"), "line 2" },
		{ LINE(NAME, "- 0 0 - -1"), "line 2" },
		{ LINE(NAME, "- -1 0 - 0"), "line 2" },
		{ LINE(NAME, "- x 0 - 0"), "line 2" },
		{ LINE(NAME, "- 0 x - 0"), "line 2" },
		{ LINE(NAME, "- 0 0 - x"), "line 2" },
		{ LINE(NAME, "- 99999999999999999999 0 - 0"), "line 2" },
		{ LINE(NAME, "a 0 0 - 0"), "line 2" },
		{ LINE(NAME, "- 0 0 ! 0"), "line 2" },
		{ LINE(NAME, "- 0 0 !- 0"), "line 2" },
		{ LINE(NAME, "- 0 0 "DIGEST_A"a 0"), "line 2" },
		{ LINE("a.d.example", "- 0 0 - 0"), "line 2" },
		{ LINE("._domainkey.d.example", "- 0 0 - 0"), "line 2" },
		{ LINE("a._domainkey.", "- 0 0 - 0"), "line 2" },
		{ LINE("A._domainkey.d.example", "- 0 0 - 0"), "line 2" },
		{ LINE("../x._domainkey.d.example", "- 0 0 - 0"), "line 2" },
		{ LINE("a._domainkey.d/e", "- 0 0 - 0"), "line 2" }
	};
	ARRAY_TYPE(bounce_kept_key) keys;
	pool_t pool = pool_alloconly_create("test", 1024);
	string_t *text = t_str_new(1024);
	const char *error;
	unsigned int i;
	time_t ran;

	test_begin("bounce key keep: broken state");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		test_assert_idx(parse(pool, tests[i].text, &keys,
				      &error) < 0, i);
		test_assert_idx(strstr(error, tests[i].error) != NULL, i);
	}
	p_array_init(&keys, pool, 4);
	test_assert(bounce_key_keep_parse(pool, (const void *)FIRST"\0\n"LAST,
		sizeof(FIRST"\0\n"LAST) - 1, &keys, &ran, &error) < 0);
	test_assert_strcmp(error, "it is not text");

	str_append(text, FIRST);
	for (i = 0; i < BOUNCE_KEY_KEEP_MAX_KEYS + 1; i++)
		str_append(text, NAME" - 0 0 - 0\n");
	str_append(text, LAST);
	test_assert(parse(pool, str_c(text), &keys, &error) < 0);
	test_assert(strstr(error, "more than 10000 keys") != NULL);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_key_keep_digest(void)
{
	test_begin("bounce key keep: digest");
	test_assert_strcmp(bounce_key_keep_digest("abc", 3),
		"ba7816bf8f01cfea414140de5dae2223"
		"b00361a396177a9cb410ff61f20015ad");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_key_keep_steps,
		test_bounce_key_keep_not_done,
		test_bounce_key_keep_resume,
		test_bounce_key_keep_state,
		test_bounce_key_keep_broken,
		test_bounce_key_keep_digest,
		NULL
	};
	return test_run(test_functions);
}
