/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "base/limits.h"
#include "name/own-domains.h"
#include "dkim/dkim.h"
#include "test-common.h"

#define BH "bh=frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="
/* all that is required, but for what a test is about */
#define V "v=1;"
#define A "a=rsa-sha256;"
#define D "d=example.org;"
#define S "s=sel;"
#define H "h=From;"
#define B "b=YWJj"

static struct bounce_domains *domains_create(pool_t pool)
{
	struct bounce_domains *domains;
	const char *error;

	if (bounce_domains_parse(pool, "example.org .example.com "
				 "b\xc3\xbc""cher.example",
				 &domains, &error) < 0)
		i_unreached();
	return domains;
}

/* The header in a heap block of its size, which outlives the result. */
static const struct bounce_dkim_signatures *
signatures_parse(pool_t pool, const void *header, size_t size,
		 unsigned char **copy_r)
{
	*copy_r = i_malloc(I_MAX(size, 1));
	memcpy(*copy_r, header, size);
	return bounce_dkim_signatures_parse(
		pool, bounce_header_parse(pool, *copy_r, size),
		domains_create(pool));
}

static void test_bounce_dkim_own_domains(void)
{
	static const struct {
		const char *domain;
		bool own;
	} tests[] = {
		{ "example.org", TRUE },
		{ "EXAMPLE.ORG.", TRUE },
		{ "a.example.org", FALSE },
		{ "example.com", TRUE },
		{ "a.b.example.com", TRUE },
		{ "evilexample.com", FALSE },
		{ "com", FALSE },
		{ "", FALSE },
		/* RFC 8616 section 4 */
		{ "xn--bcher-kva.example", TRUE },
		{ "b\xc3\xbc""cher.example", TRUE },
		{ "b\xc3\xbc""chse.example", FALSE }
	};
	pool_t pool = pool_alloconly_create("test", 4096);
	const struct bounce_dkim_signatures *sigs;
	unsigned int i;

	test_begin("bounce dkim own domains");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		unsigned char *copy;
		const char *header = t_strdup_printf("DKIM-Signature: "
			V A "d=%s;" S H BH";"B, tests[i].domain);

		sigs = signatures_parse(pool, header, strlen(header), &copy);
		test_assert_idx(sigs->count == 1 &&
				sigs->sigs[0].own == tests[i].own, i);
		/* none is ours */
		sigs = bounce_dkim_signatures_parse(pool,
			bounce_header_parse(pool, copy, strlen(header)), NULL);
		test_assert_idx(sigs->count == 1 && !sigs->sigs[0].own, i);
		i_free(copy);
	} T_END;
	pool_unref(&pool);
	test_end();
}

/* The header may end anywhere: with the bytes of a signature that is cut, with
   the whole one, and with a field behind it. */
static void test_bounce_dkim_own_truncated(void)
{
	static const char sig[] =
		"DKIM-Signature: "V A D S H BH"; b=YWJj\r\n\tYWJjYWJjYWJj";
	unsigned int i, b_pos = strstr(sig, " b=") + 3 - sig;

	test_begin("bounce dkim own truncated");
	for (i = 16; i <= strlen(sig); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 4096);
		const struct bounce_dkim_signatures *sigs;
		const char *header;
		unsigned char *copy;

		sigs = signatures_parse(pool, sig, i, &copy);
		test_assert_idx(sigs->count == 1, i);
		/* b= that is cut where base64 may end is known by its size */
		if (i <= b_pos)
			test_assert_idx(sigs->sigs[0].truncated, i);
		else {
			test_assert_idx(sigs->sigs[0].truncated ==
					(sigs->sigs[0].error != NULL), i);
		}
		/* that can be said of it whosever it is */
		test_assert_idx(bounce_dkim_header_is_cut(
			bounce_header_parse(pool, (const void *)sig, i)) ==
			sigs->sigs[0].truncated, i);
		i_free(copy);
		/* the same with more header behind it is just wrong */
		header = t_strdup_printf("%s\r\nFrom: a\r\n",
					 t_strndup(sig, i));
		sigs = signatures_parse(pool, header, strlen(header), &copy);
		test_assert_idx(sigs->count == 1 &&
				!sigs->sigs[0].truncated, i);
		i_free(copy);
		pool_unref(&pool);
	} T_END;
	test_end();
}

/* What a long field above it has swallowed is looked at where it may be ours. */
static void test_bounce_dkim_own_swallowed(void)
{
	static const struct {
		size_t before;
		const char *text;
		unsigned int count;
	} tests[] = {
		{ 1000, " DKIM-Signature: "V A D S H BH";"B, 1 },
		{ 1000, " dkim-signature:"V A D S H BH";"B"\nFrom: a", 1 },
		/* a line of that length is not broken off */
		{ 500, " DKIM-Signature: "V A D S H BH";"B, 0 },
		/* a stranger's, or none */
		{ 1000, " DKIM-Signature: "V A "d=example.net;" S H BH";"B, 0 },
		{ 1000, " DKIM-Signature: "V A D S H, 0 },
		{ 1000, "xDKIM-Signature: "V A D S H BH";"B, 0 },
		{ 1000, " DKIM-Signature:", 0 },
		{ 1000, " DKIM-Signature", 0 }
	};
	unsigned int i;

	test_begin("bounce dkim own swallowed");
	for (i = 0; i < N_ELEMENTS(tests); i++) T_BEGIN {
		pool_t pool = pool_alloconly_create("test", 4096);
		string_t *header = t_str_new(2048);
		const struct bounce_dkim_signatures *sigs;
		unsigned char *copy;

		str_append(header, "To: ");
		while (str_len(header) < tests[i].before)
			str_append(header, "a@a, ");
		str_append(header, tests[i].text);
		sigs = signatures_parse(pool, str_data(header),
					str_len(header), &copy);
		test_assert_ucmp_idx(sigs->count, ==, tests[i].count, i);
		if (sigs->count > 0) {
			test_assert_idx(sigs->sigs[0].damaged, i);
			test_assert_strcmp_idx(sigs->sigs[0].error,
				"the field above has swallowed it", i);
		}
		i_free(copy);
		pool_unref(&pool);
	} T_END;
	test_end();
}

static void test_bounce_dkim_own_limits(void)
{
	pool_t pool = pool_alloconly_create("test", 65536);
	string_t *header = str_new(default_pool, 65536);
	const struct bounce_dkim_signatures *sigs;
	unsigned char *copy;
	unsigned int i;

	test_begin("bounce dkim own limits");
	/* many that are not kept */
	for (i = 0; i < 8000; i++) {
		str_printfa(header, "DKIM-Signature: "V A"d=%s;s=s%u;"
			    H BH";"B"\n", i % 1000 == 999 ?
			    "example.org" : "example.net", i);
	}
	sigs = signatures_parse(pool, str_data(header), str_len(header), &copy);
	test_assert(!sigs->over_limit);
	test_assert(sigs->count == 8 + BOUNCE_DKIM_MAX_FOREIGN);
	i_free(copy);

	str_truncate(header, 0);
	for (i = 0; i < 17; i++)
		str_printfa(header, "DKIM-Signature: "V A"d=%s;s=s%u;"
			    H BH";"B"\n", "example.org", i);
	for (i = 0; i < 17; i++)
		str_printfa(header, "DKIM-Signature: "V A"d=%s;s=s%u;"
			    H BH";"B"\n", "example.net", i);
	sigs = signatures_parse(pool, str_data(header), str_len(header), &copy);
	test_assert(sigs->over_limit);
	test_assert(sigs->count ==
		    BOUNCE_DKIM_MAX_OWN + BOUNCE_DKIM_MAX_FOREIGN);
	for (i = 0; i < sigs->count; i++) {
		test_assert_idx(sigs->sigs[i].own == (i < 16), i);
		test_assert_idx(sigs->sigs[i].field == (i < 16 ? i : i + 1),
				i);
	}
	i_free(copy);

	str_free(&header);
	pool_unref(&pool);
	test_end();
}

/* Fields of other names that hold the name: renamed on the way, or their makers'
   own. */
static void test_bounce_dkim_own_renamed(void)
{
	static const struct {
		const char *header;
		/* it is one of the signatures; the header is cut in it */
		bool kept, cut;
	} tests[] = {
		{ "X-DKIM-Signature: "V A D S H BH";"B, TRUE, FALSE },
		{ "dkim_signature: "V A D S H BH";"B, TRUE, FALSE },
		{ "DKIM-Signature-Orig: "V A D S H BH";"B, TRUE, FALSE },
		/* it may be ours */
		{ "X-DKIM-Signature: "V A S H BH";"B, TRUE, TRUE },
		{ "X-DKIM-Signature: "V A D S H BH";b=Y", TRUE, TRUE },
		/* it does not look like one */
		{ "X-DKIM-Signature: "V A D S H B, FALSE, FALSE },
		{ "X-DKIM-Signature: none", FALSE, FALSE },
		{ "X-DKIM-Signature:", FALSE, FALSE },
		{ "DKIM--Signature: "V A D S H BH";"B, FALSE, FALSE },
		{ "DKIM-Signaturx: "V A D S H BH";"B, FALSE, FALSE },
		{ "DKIM-Signatur: "V A D S H BH";"B, FALSE, FALSE },
		/* it is another domain's */
		{ "X-Google-DKIM-Signature: "V A "d=1e100.net;" S H BH";"B,
		  FALSE, FALSE }
	};
	unsigned int i;

	test_begin("bounce dkim own renamed");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		pool_t pool = pool_alloconly_create("test", 4096);
		const struct bounce_dkim_signatures *sigs;
		unsigned char *copy;

		sigs = signatures_parse(pool, tests[i].header,
					strlen(tests[i].header), &copy);
		test_assert_idx(sigs->count == (tests[i].kept ? 1 : 0), i);
		if (sigs->count > 0) {
			test_assert_idx(sigs->sigs[0].damaged, i);
			test_assert_idx(sigs->sigs[0].error != NULL, i);
			test_assert_idx(sigs->sigs[0].truncated ==
					tests[i].cut, i);
		}
		test_assert_idx(bounce_dkim_header_is_cut(
			bounce_header_parse(pool, copy,
				strlen(tests[i].header))) == tests[i].cut, i);
		i_free(copy);
		pool_unref(&pool);
	}
	/* nothing is cut in no field */
	test_assert(!bounce_dkim_header_is_cut(
		bounce_header_parse(unsafe_data_stack_pool,
				    (const void *)"", 0)));
	test_end();
}

/* What answers is asked, and does not know. */
static int
unknown_lookup(struct bounce_domain_source *source ATTR_UNUSED,
	       const char *const *keys, const char **error_r)
{
	*error_r = "down";
	return strcmp(keys[0], "example.net") == 0 ? 0 : -1;
}

static void test_bounce_dkim_own_unknown(void)
{
	static const char header[] =
		"DKIM-Signature: "V A D S H BH";"B"\n"
		"DKIM-Signature: "V A "d=example.net;" S H BH";"B"\n"
		"DKIM-Signature: "V A "d=<example.net>;" S H BH";"B"\n"
		"From: a\n";
	struct bounce_domain_source source = { .lookup = unknown_lookup };
	struct bounce_domain_source *const sources[] = { &source, NULL };
	pool_t pool = pool_alloconly_create("test", 4096);
	const struct bounce_dkim_signatures *sigs;

	test_begin("bounce dkim own unknown");
	sigs = bounce_dkim_signatures_parse(pool,
		bounce_header_parse(pool, (const void *)header,
				    strlen(header)),
		bounce_domains_with_sources(pool, NULL, sources));
	test_assert(sigs->count == 3);
	test_assert(sigs->sigs[0].own_unknown && !sigs->sigs[0].own &&
		    !sigs->sigs[0].domain_unreadable);
	test_assert(!sigs->sigs[1].own_unknown && !sigs->sigs[1].own &&
		    !bounce_dkim_signature_may_be_own(&sigs->sigs[1]));
	test_assert(sigs->sigs[2].domain_unreadable && sigs->sigs[2].damaged);
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_dkim_own_domains,
		test_bounce_dkim_own_truncated,
		test_bounce_dkim_own_renamed,
		test_bounce_dkim_own_unknown,
		test_bounce_dkim_own_swallowed,
		test_bounce_dkim_own_limits,
		NULL
	};
	return test_run(test_functions);
}
