/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "base64.h"
#include "str.h"
#include "base/limits.h"
#include "dkim/dkim.h"
#include "test-common.h"

#include <openssl/sha.h>
#include <time.h>

/*
 * The reference: slow, and written from the text of RFC 6376 section 3.4.3 and
 * 3.4.4, one sentence after the other.
 */

/* All line ends are CRLF, and the last line has one. */
static buffer_t *t_ref_crlf(const unsigned char *data, size_t size)
{
	buffer_t *out = t_buffer_create(size * 2 + 2);
	size_t i;

	for (i = 0; i < size; i++) {
		if (data[i] == '\n' && (i == 0 || data[i - 1] != '\r'))
			buffer_append_c(out, '\r');
		buffer_append_c(out, data[i]);
	}
	if (size > 0 && data[size - 1] != '\n')
		buffer_append(out, "\r\n", 2);
	return out;
}

static bool ref_ends_with(const buffer_t *buf, const char *end)
{
	size_t size = strlen(end);

	return buf->used >= size &&
		memcmp(CONST_PTR_OFFSET(buf->data, buf->used - size), end,
		       size) == 0;
}

static bool ref_is_crlf(const unsigned char *data, size_t size, size_t i)
{
	return i + 1 < size && data[i] == '\r' && data[i + 1] == '\n';
}

/* "Ignore all whitespace at the end of lines"; "Reduce all sequences of WSP
   within a line to a single SP character". */
static buffer_t *t_ref_white_space(const buffer_t *in)
{
	const unsigned char *data = in->data;
	buffer_t *out = t_buffer_create(in->used + 1);
	size_t i, next;

	for (i = 0; i < in->used; i = next) {
		next = i + 1;
		if (data[i] != ' ' && data[i] != '\t') {
			buffer_append_c(out, data[i]);
			continue;
		}
		while (next < in->used &&
		       (data[next] == ' ' || data[next] == '\t'))
			next++;
		if (!ref_is_crlf(data, in->used, next))
			buffer_append_c(out, ' ');
	}
	return out;
}

static buffer_t *
t_ref_canon(enum bounce_dkim_canon canon, const void *data, size_t size)
{
	buffer_t *out = t_ref_crlf(data, size);

	if (canon == BOUNCE_DKIM_CANON_RELAXED)
		out = t_ref_white_space(out);
	/* "Ignore all empty lines at the end of the message body" */
	while (ref_ends_with(out, "\r\n\r\n"))
		buffer_set_used_size(out, out->used - 2);
	if (out->used == 2 && ref_ends_with(out, "\r\n"))
		buffer_set_used_size(out, 0);
	/* "If there is no body or no trailing CRLF on the message body, a
	   CRLF is added" is of the simple form only */
	if (out->used == 0 && canon == BOUNCE_DKIM_CANON_SIMPLE)
		buffer_append(out, "\r\n", 2);
	return out;
}

/*
 * What is tested
 */

static void
sig_init(struct bounce_dkim_signature *sig, enum bounce_dkim_canon canon,
	 const void *canonical, size_t size)
{
	i_zero(sig);
	sig->own = TRUE;
	sig->canon_body = canon;
	SHA256(canonical, size, sig->body_hash);
}

/* The header that has these signatures. */
static const struct bounce_header *
header_of(pool_t pool, const struct bounce_dkim_signature *sigs,
	  unsigned int count)
{
	string_t *str = str_new(pool, 64 * count + 1);
	unsigned int i;

	for (i = 0; i < count; i++) {
		str_printfa(str, "DKIM-Signature: c=simple%s",
			    sigs[i].canon_body == BOUNCE_DKIM_CANON_SIMPLE ?
			    "" : "/relaxed");
		if (sigs[i].have_length)
			str_printfa(str, "; l=%"PRIuUOFF_T, sigs[i].length);
		str_append_c(str, '\n');
	}
	return bounce_header_parse(pool, str_data(str), str_len(str));
}

/* The body in pieces: chunk octets each; if 0, cut in two at cut. */
static const enum bounce_dkim_body *
body_run(pool_t pool, const struct bounce_dkim_signature *sigs,
	 unsigned int count, const unsigned char *data, size_t size,
	 size_t chunk, size_t cut)
{
	enum bounce_dkim_body *results =
		p_new(pool, enum bounce_dkim_body, count);
	struct bounce_dkim_body_hasher *hasher;
	const struct bounce_dkim_body_hashes *hashes;
	size_t pos = 0, n;
	unsigned int i;

	hasher = bounce_dkim_body_init(pool, header_of(pool, sigs, count));
	while (pos < size) {
		unsigned char *copy;

		n = chunk > 0 ? chunk : pos == 0 && cut > 0 ? cut : size;
		n = I_MIN(n, size - pos);
		copy = i_malloc(n);
		memcpy(copy, data + pos, n);
		bounce_dkim_body_more(hasher, copy, n);
		i_free(copy);
		pos += n;
	}
	hashes = bounce_dkim_body_finish(&hasher);
	test_assert(hasher == NULL);
	for (i = 0; i < count; i++)
		results[i] = bounce_dkim_body_check(hashes, &sigs[i]);
	return results;
}

/* Both forms at once. */
static bool
body_matches(const void *data, size_t size, size_t chunk, size_t cut)
{
	pool_t pool = pool_alloconly_create("test", 1024 * 32);
	struct bounce_dkim_signature sigs[2];
	const enum bounce_dkim_body *result;
	buffer_t *out;
	bool ret;

	T_BEGIN {
		out = t_ref_canon(BOUNCE_DKIM_CANON_SIMPLE, data, size);
		sig_init(&sigs[0], BOUNCE_DKIM_CANON_SIMPLE, out->data,
			 out->used);
		out = t_ref_canon(BOUNCE_DKIM_CANON_RELAXED, data, size);
		sig_init(&sigs[1], BOUNCE_DKIM_CANON_RELAXED, out->data,
			 out->used);
	} T_END;
	result = body_run(pool, sigs, 2, data, size, chunk, cut);
	ret = result[0] == BOUNCE_DKIM_BODY_MATCH &&
		result[1] == BOUNCE_DKIM_BODY_MATCH;
	pool_unref(&pool);
	return ret;
}

#define C100 "0123456789012345678901234567890123456789012345678901234567890" \
	"123456789012345678901234567890123456789"

static void test_bounce_dkim_body_splits(void)
{
	static const struct {
		const char *body;
		size_t size;
	} tests[] = {
#define T(body) { body, sizeof(body) - 1 }
		/* RFC 6376 section 3.4.3: no body at all, and empty ones */
		T(""), T("\r\n"), T("\n"), T("\r\n\r\n\r\n"), T("\n\r\n\n"),
		/* section 3.4.4: lines of white space are empty */
		T(" "), T(" \t\r\n"), T("\t\n  \n\r\n"),
		T("a"), T("a\r\n"), T("a\n"), T("a\r\n\r\n"), T("a\n\n\n"),
		/* section 3.4.5, example 1 */
		T(" C \r\nD \t E\r\n\r\n\r\n"),
		T(" a  b\t\tc \t d  \r\n\t\r\n x"),
		T("\r\n\r\na\r\n\r\n\r\nb\r\n\r\n"),
		T("a \r\n \r\n\t b \r\n \r\n"),
		/* a CR that ends no line is an octet like any other */
		T("\r"), T("\r\r"), T("\r\r\n"), T("a\rb\r\n"), T("a \r b"),
		T("a \r\r\n\r\n"), T("\n\r"), T("a\r\n\r"), T(" \r"),
		T("a\0b\0\r\n\0"),
		T("\xff\x80 \xe4\r\n"),
		/* around the eight octets that are looked at at once */
		T("1234567  890"), T("12345678  90"), T("123456\t7890123"),
		T("1234567 \r\n12345678 \r\n123456789 \r\n"),
		T("a !b !c !d !e !f !g !h  !"), T("a b c d e f g h i j\tk l"),
		T("\x21 \x21 \x09\x08 \x08\x20\x21"),
		T(C100 " " C100 "  " C100 "\r\n" C100 " \r\n\r\n" C100),
		/* the dot of SMTP and mbox's From are only text */
		T(".\r\n..\r\n>From x\r\n")
#undef T
	};
	unsigned int i;
	size_t n;

	test_begin("bounce dkim body splits");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		const char *body = tests[i].body;
		size_t size = tests[i].size;

		for (n = 0; n <= size; n++)
			test_assert_idx(body_matches(body, size, 0, n), i);
		for (n = 1; n <= 9; n++)
			test_assert_idx(body_matches(body, size, n, 0), i);
	}
	test_end();
}

/* Bodies of what matters, in every order there is. */
static void test_bounce_dkim_body_all_small(void)
{
	static const char alphabet[] = " \t\r\na";
	unsigned char body[6];
	unsigned int i, n, size, count = 1;

	test_begin("bounce dkim body all small ones");
	for (size = 1; size <= sizeof(body); size++) {
		count *= strlen(alphabet);
		for (i = 0; i < count; i++) {
			unsigned int rest = i;

			for (n = 0; n < size; n++) {
				body[n] = alphabet[rest % strlen(alphabet)];
				rest /= strlen(alphabet);
			}
			test_assert_idx(body_matches(body, size, 0, 0), i);
			test_assert_idx(body_matches(body, size, 1, 0), i);
			test_assert_idx(body_matches(body, size, 0, size / 2),
					i);
		}
	}
	test_end();
}

/* Larger than all buffers, with runs of everything. */
static void test_bounce_dkim_body_large(void)
{
	static const char *const pieces[] = {
		"word", " ", "  ", "\t", "\r\n", "\n", "\r", C100,
		"a b c d e f ", "\r\n\r\n"
	};
	buffer_t *body = buffer_create_dynamic(default_pool, 200000);
	unsigned int seed = 1, i;

	test_begin("bounce dkim body large");
	for (i = 0; i < 20; i++) {
		buffer_set_used_size(body, 0);
		while (body->used < 20000 + i * 1000) {
			const char *piece;

			seed = seed * 1103515245 + 12345;
			piece = pieces[(seed >> 16) % N_ELEMENTS(pieces)];
			buffer_append(body, piece, strlen(piece));
		}
		test_assert_idx(body_matches(body->data, body->used, 0, 0), i);
		test_assert_idx(body_matches(body->data, body->used,
					     1 + i * 513, 0), i);
	}
	/* one line, and no line */
	buffer_set_used_size(body, 0);
	for (i = 0; i < 2000; i++)
		buffer_append(body, C100, 100);
	test_assert(body_matches(body->data, body->used, 0, 0));
	test_assert(body_matches(body->data, body->used, 8191, 0));
	memset(buffer_get_modifiable_data(body, NULL), '\n', body->used);
	test_assert(body_matches(body->data, body->used, 0, 0));
	buffer_append_c(body, 'x');
	test_assert(body_matches(body->data, body->used, 4096, 0));
	buffer_free(&body);
	test_end();
}

static void test_bounce_dkim_body_length(void)
{
	/* section 3.5, l=: the hash is of the first octets; they are counted
	   in the canonical form */
	static const char body[] = "Hello  World \nsecond\n\n";
	static const struct {
		enum bounce_dkim_canon canon;
		const char *hashed;
		uoff_t length;
		enum bounce_dkim_body result;
	} tests[] = {
#define SIMPLE BOUNCE_DKIM_CANON_SIMPLE
#define RELAXED BOUNCE_DKIM_CANON_RELAXED
		{ SIMPLE, "Hello  World \r\nsecond\r\n", 23,
		  BOUNCE_DKIM_BODY_MATCH },
		{ SIMPLE, "Hello  World \r\nsecond\r", 22,
		  BOUNCE_DKIM_BODY_PARTIAL },
		{ SIMPLE, "Hello  World \r\nsecond\r\n", 24,
		  BOUNCE_DKIM_BODY_MISMATCH },
		{ SIMPLE, "Hello  World \r\nsecond\r\n", UOFF_T_MAX,
		  BOUNCE_DKIM_BODY_MISMATCH },
		{ SIMPLE, "Hello", 5, BOUNCE_DKIM_BODY_PARTIAL },
		{ SIMPLE, "Hallo", 5, BOUNCE_DKIM_BODY_MISMATCH },
		{ SIMPLE, "", 0, BOUNCE_DKIM_BODY_PARTIAL },
		{ RELAXED, "Hello World\r\nsecond\r\n", 21,
		  BOUNCE_DKIM_BODY_MATCH },
		{ RELAXED, "Hello World\r\n", 13, BOUNCE_DKIM_BODY_PARTIAL },
		{ RELAXED, "Hello World\r\nsecond\r\n", 22,
		  BOUNCE_DKIM_BODY_MISMATCH },
		{ RELAXED, "", 0, BOUNCE_DKIM_BODY_PARTIAL }
	};
	struct bounce_dkim_signature sigs[N_ELEMENTS(tests)];
	pool_t pool = pool_alloconly_create("test", 1024 * 32);
	const enum bounce_dkim_body *result;
	unsigned int i;

	test_begin("bounce dkim body length");
	/* all in one, so that they share */
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		sig_init(&sigs[i], tests[i].canon, tests[i].hashed,
			 strlen(tests[i].hashed));
		sigs[i].have_length = TRUE;
		sigs[i].length = tests[i].length;
	}
	result = body_run(pool, sigs, N_ELEMENTS(tests), (const void *)body,
			  strlen(body), 3, 0);
	for (i = 0; i < N_ELEMENTS(tests); i++)
		test_assert_idx(result[i] == tests[i].result, i);
	pool_unref(&pool);
	test_end();
}

/* l= of every length, in no order, the body in pieces of every size: each digest
   is that of what stands before. */
static void test_bounce_dkim_body_lengths(void)
{
	static const char body[] = "one  two\r\nthree\r\n \r\n\r\nfour\r\n";
	static const enum bounce_dkim_canon canons[] = { SIMPLE, RELAXED };
	struct bounce_dkim_signature sigs[BOUNCE_DKIM_MAX_OWN];
	const enum bounce_dkim_body *result;
	unsigned int c, n, i, first;

	test_begin("bounce dkim body lengths");
	for (c = 0; c < N_ELEMENTS(canons); c++) {
		for (first = 0; first < 35; first++) T_BEGIN {
			pool_t pool = pool_alloconly_create("test", 1024 * 32);
			buffer_t *out = t_ref_canon(canons[c], body,
						    sizeof(body) - 1);

			for (i = 0; i < N_ELEMENTS(sigs); i++) {
				n = (first + i * 7) % out->used;
				sig_init(&sigs[i], canons[c], out->data, n);
				sigs[i].have_length = TRUE;
				sigs[i].length = n;
			}
			/* two that want all of it, one of them by l= */
			sig_init(&sigs[3], canons[c], out->data, out->used);
			sigs[7] = sigs[3];
			sigs[7].have_length = TRUE;
			sigs[7].length = out->used;
			result = body_run(pool, sigs, N_ELEMENTS(sigs),
					  (const void *)body, sizeof(body) - 1,
					  first, 0);
			for (i = 0; i < N_ELEMENTS(sigs); i++) {
				test_assert_idx(result[i] ==
					(i == 3 || i == 7 ?
					 BOUNCE_DKIM_BODY_MATCH :
					 BOUNCE_DKIM_BODY_PARTIAL),
					first * 100 + i);
			}
			pool_unref(&pool);
		} T_END;
	}
	test_end();
}

/* More lengths than are kept: those that come later are not tested, and what
   a signature without l= says stands whatever stands above it. */
static void test_bounce_dkim_body_too_many_lengths(void)
{
	static const char body[] = "0123456789012345678901234567890123456789";
	struct bounce_dkim_signature sigs[BOUNCE_DKIM_MAX_LENGTHS + 4];
	pool_t pool = pool_alloconly_create("test", 1024 * 64);
	const enum bounce_dkim_body *result;
	unsigned int i;

	test_begin("bounce dkim body too many lengths");
	for (i = 0; i < N_ELEMENTS(sigs); i++) {
		sig_init(&sigs[i], SIMPLE, body, i);
		sigs[i].have_length = TRUE;
		sigs[i].length = i;
	}
	/* one that is there already, all of it, and too much */
	i = BOUNCE_DKIM_MAX_LENGTHS;
	sigs[i] = sigs[7];
	sig_init(&sigs[i + 2], SIMPLE, body, 40);
	memcpy(sigs[i + 2].body_hash, sigs[0].body_hash, 32);
	sigs[i + 3].length = 1000;
	result = body_run(pool, sigs, N_ELEMENTS(sigs), (const void *)body,
			  40, 3, 0);
	for (i = 0; i <= BOUNCE_DKIM_MAX_LENGTHS; i++)
		test_assert_idx(result[i] == BOUNCE_DKIM_BODY_PARTIAL, i);
	test_assert(result[i] == BOUNCE_DKIM_BODY_UNTESTED);
	test_assert(result[i + 1] == BOUNCE_DKIM_BODY_MISMATCH);
	test_assert(result[i + 2] == BOUNCE_DKIM_BODY_MISMATCH);
	pool_unref(&pool);
	test_end();
}

/* Seconds that a body of some MB costs below this header. */
static double body_cost(const struct bounce_header *header,
			const unsigned char *data, size_t size)
{
	pool_t pool = pool_alloconly_create("test", 1024 * 64);
	struct bounce_dkim_body_hasher *hasher;
	clock_t start = clock();
	unsigned int i;

	hasher = bounce_dkim_body_init(pool, header);
	for (i = 0; i < 4; i++)
		bounce_dkim_body_more(hasher, data, size);
	(void)bounce_dkim_body_finish(&hasher);
	pool_unref(&pool);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* 3 * 16 lengths cost what one costs, and so do 10,000 signatures. */
static void test_bounce_dkim_body_cost(void)
{
	static struct bounce_dkim_signature sigs[10000];
	pool_t pool = pool_alloconly_create("test", 1024 * 1024);
	const size_t size = 1024 * 1024;
	unsigned char *data = i_malloc(size);
	const struct bounce_header *header[4];
	double cost[4] = { 0, 0, 0, 0 };
	unsigned int i, round;

	test_begin("bounce dkim body cost");
	memset(data, 'x', size);
	for (i = 0; i < N_ELEMENTS(sigs); i++) {
		sigs[i].have_length = TRUE;
		sigs[i].length = 4 * size - 1 - i * 397;
	}
	header[0] = header_of(pool, sigs, 1);
	header[1] = header_of(pool, sigs, 3 * 16);
	header[2] = header_of(pool, sigs, N_ELEMENTS(sigs));
	for (i = 0; i < N_ELEMENTS(sigs); i++)
		sigs[i].length = UOFF_T_MAX - i;
	header[3] = header_of(pool, sigs, N_ELEMENTS(sigs));
	for (round = 0; round < 12; round++) {
		cost[round % 4] += body_cost(header[round % 4], data, size);
	}
	test_assert(cost[1] < cost[0] * 3);
	test_assert(cost[2] < cost[0] * 5);
	test_assert(cost[3] < cost[0] * 5);
	i_free(data);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_dkim_body_results(void)
{
	pool_t pool = pool_alloconly_create("test", 1024 * 64);
	struct bounce_dkim_signature sigs[4];
	const enum bounce_dkim_body *result;

	test_begin("bounce dkim body results");
	sig_init(&sigs[0], SIMPLE, "a\r\n", 3);
	sig_init(&sigs[1], SIMPLE, "\r\n", 2);
	sig_init(&sigs[2], SIMPLE, "a\r\n", 3);
	sigs[2].own = FALSE;
	sig_init(&sigs[3], SIMPLE, "a\r\n", 3);
	sigs[3].error = "error";

	result = body_run(pool, sigs, 4, (const void *)"a", 1, 0, 0);
	test_assert(result[0] == BOUNCE_DKIM_BODY_MATCH);
	test_assert(result[1] == BOUNCE_DKIM_BODY_MISMATCH);
	test_assert(result[2] == BOUNCE_DKIM_BODY_UNTESTED);
	test_assert(result[3] == BOUNCE_DKIM_BODY_UNTESTED);
	/* no octet of a body: it did not come back, or it was empty */
	result = body_run(pool, sigs, 4, NULL, 0, 0, 0);
	test_assert(result[0] == BOUNCE_DKIM_BODY_UNTESTED);
	test_assert(result[1] == BOUNCE_DKIM_BODY_MATCH);
	result = body_run(pool, sigs, 4, (const void *)"\n", 1, 0, 0);
	test_assert(result[0] == BOUNCE_DKIM_BODY_MISMATCH);
	test_assert(result[1] == BOUNCE_DKIM_BODY_MATCH);
	/* there was no body, or the header wants another form of it */
	test_assert(bounce_dkim_body_check(NULL, &sigs[0]) ==
		    BOUNCE_DKIM_BODY_UNTESTED);
	pool_unref(&pool);
	test_end();
}

/* Which forms of the body a header wants. */
static void test_bounce_dkim_body_wanted(void)
{
	static const struct {
		const char *header;
		bool simple, relaxed;
	} tests[] = {
		{ "From: a\n", FALSE, FALSE },
		{ "DKIM-Signature: v=1\n", TRUE, FALSE },
		{ "dkim-signature : c=relaxed\n", TRUE, FALSE },
		{ "DKIM-Signature: c=relaxed/relaxed\n", FALSE, TRUE },
		{ "DKIM-Signature: c=simple/relaxed; l=1\n"
		  "DKIM-Signature: c=simple\n", TRUE, TRUE },
		{ "X-DKIM-Signature: v=1\n", FALSE, FALSE },
		/* nothing that could be tested */
		{ "DKIM-Signature: c=relaxed/x\n", FALSE, FALSE },
		{ "DKIM-Signature: l=x\n", FALSE, FALSE },
		{ "DKIM-Signature: v=1; v=1\n", FALSE, FALSE },
		{ "DKIM-Signature:\n", FALSE, FALSE }
	};
	unsigned int i;

	test_begin("bounce dkim body wanted");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 1024 * 64);
		const char *text = tests[i].header;
		struct bounce_dkim_body_hasher *hasher =
			bounce_dkim_body_init(pool, bounce_header_parse(pool,
				(const void *)text, strlen(text)));
		const struct bounce_dkim_body_hashes *hashes;
		struct bounce_dkim_signature sig;

		bounce_dkim_body_more(hasher, (const void *)"a\n", 2);
		hashes = bounce_dkim_body_finish(&hasher);
		sig_init(&sig, SIMPLE, "a\r\n", 3);
		test_assert_idx(bounce_dkim_body_check(hashes, &sig) ==
				(tests[i].simple ? BOUNCE_DKIM_BODY_MATCH :
				 BOUNCE_DKIM_BODY_UNTESTED), i);
		sig_init(&sig, RELAXED, "a\r\n", 3);
		test_assert_idx(bounce_dkim_body_check(hashes, &sig) ==
				(tests[i].relaxed ? BOUNCE_DKIM_BODY_MATCH :
				 BOUNCE_DKIM_BODY_UNTESTED), i);
		pool_unref(&pool);
	}
	test_end();
}

static void test_bounce_dkim_body_rfc(void)
{
	/* section 3.4.3 and 3.4.4 give the hashes of the empty body */
	static const char simple[] =
		"frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=";
	static const char relaxed[] =
		"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
	pool_t pool = pool_alloconly_create("test", 1024 * 32);
	struct bounce_dkim_signature sigs[2];
	const enum bounce_dkim_body *result;

	test_begin("bounce dkim body rfc");
	sig_init(&sigs[0], SIMPLE, "", 0);
	memcpy(sigs[0].body_hash, t_base64_decode_str(simple)->data, 32);
	sig_init(&sigs[1], RELAXED, "x", 1);
	memcpy(sigs[1].body_hash, t_base64_decode_str(relaxed)->data, 32);
	result = body_run(pool, sigs, 2, NULL, 0, 0, 0);
	test_assert(result[0] == BOUNCE_DKIM_BODY_MATCH);
	test_assert(result[1] == BOUNCE_DKIM_BODY_MATCH);
	pool_unref(&pool);
	test_end();
}

static void test_bounce_dkim_body_names(void)
{
	test_begin("bounce dkim body names");
	test_assert_strcmp(bounce_dkim_body_name(BOUNCE_DKIM_BODY_UNTESTED),
			   "untested");
	test_assert_strcmp(bounce_dkim_body_name(BOUNCE_DKIM_BODY_MATCH),
			   "match");
	test_assert_strcmp(bounce_dkim_body_name(BOUNCE_DKIM_BODY_PARTIAL),
			   "partial");
	test_assert_strcmp(bounce_dkim_body_name(BOUNCE_DKIM_BODY_MISMATCH),
			   "mismatch");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dkim_body_splits,
		test_bounce_dkim_body_all_small,
		test_bounce_dkim_body_large,
		test_bounce_dkim_body_length,
		test_bounce_dkim_body_lengths,
		test_bounce_dkim_body_too_many_lengths,
		test_bounce_dkim_body_cost,
		test_bounce_dkim_body_results,
		test_bounce_dkim_body_wanted,
		test_bounce_dkim_body_rfc,
		test_bounce_dkim_body_names,
		NULL
	};
	return test_run(test_functions);
}
