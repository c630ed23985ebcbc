/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "explain/diagnosis.h"
#include "name/own-domains.h"
#include "header/header.h"
#include "message/message.h"
#include "report/delivery-status.h"
#include "verdict/policy.h"
#include "verdict/verdict.h"
#include "test-common.h"

#define HOP(helo, ip, auth, by, with) \
	"Received: from "helo" ("helo" ["ip"])"auth" by "by" with "with" id 1; " \
	"Mon, 2 Nov 2026 10:00:00 +0000\r\n"
#define RELAY HOP("smtp.example.org", "192.0.2.1", "", "mx.b.example", "ESMTP")

struct fixture {
	pool_t pool;
	struct bounce_policy policy;
	struct bounce_diagnosis *diagnosis;
	string_t *text;
};

static void fixture_init(struct fixture *f)
{
	struct bounce_domains *domains;
	const char *error;

	i_zero(f);
	f->pool = pool_alloconly_create("diagnosis", 4096);
	if (bounce_domains_parse(f->pool, "example.org", &domains, &error) < 0)
		i_panic("%s", error);
	bounce_policy_init(&f->policy);
	f->policy.domains = domains;
	f->diagnosis = bounce_diagnosis_init(f->pool);
	f->text = str_new(default_pool, 1024);
}

static void fixture_deinit(struct fixture *f)
{
	bounce_diagnosis_deinit(&f->diagnosis);
	test_assert(f->diagnosis == NULL);
	str_free(&f->text);
	pool_unref(&f->pool);
}

static void
add(struct fixture *f, enum bounce_verdict_value value, enum bounce_kind kind,
    const char *header)
{
	struct bounce_message message;
	struct bounce_original original;
	struct bounce_verdict verdict;

	i_zero(&message);
	i_zero(&original);
	i_zero(&verdict);
	verdict.message = &message;
	verdict.value = value;
	verdict.kind.kind = kind;
	original.message.header = bounce_header_parse(f->pool,
		(const void *)p_strdup(f->pool, header), strlen(header));
	verdict.original = &original;
	bounce_diagnosis_add(f->diagnosis, &f->policy, &verdict);
}

static void
add_sent(struct fixture *f, unsigned int number, const char *trace)
{
	add(f, BOUNCE_VERDICT_GENUINE, BOUNCE_KIND_FAILED, t_strdup_printf(
		"%sMessage-ID: <%u@example.org>\r\nSubject: Offer %u\r\n"
		"Date: Mon, %u Nov 2026 10:00:00 +0000\r\n", trace, number,
		number % 2, 2 + number % 9));
}

static const char *finish(struct fixture *f)
{
	bounce_diagnosis_text(f->diagnosis, "alice@example.org", f->text);
	return str_c(f->text);
}

static bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void test_bounce_diagnosis_sentences(void)
{
	struct fixture f;
	unsigned int i;

	test_begin("bounce diagnosis: sentences");
	fixture_init(&f);
	test_assert(begins(finish(&f), "There are no bounces."));
	fixture_deinit(&f);

	fixture_init(&f);
	add_sent(&f, 1, RELAY);
	add(&f, BOUNCE_VERDICT_NONE, BOUNCE_KIND_NONE, "");
	test_assert(begins(finish(&f), "Nothing shows that anything is wrong"));
	fixture_deinit(&f);

	fixture_init(&f);
	for (i = 0; i < BOUNCE_DIAGNOSIS_MANY - 1; i++)
		add_sent(&f, i, RELAY);
	add(&f, BOUNCE_VERDICT_BACKSCATTER, BOUNCE_KIND_FAILED, "");
	test_assert(begins(finish(&f), "Somebody elsewhere has forged"));
	test_assert(strstr(str_c(f.text), "If they are not by "
			   "alice@example.org,") != NULL);
	test_assert(strstr(str_c(f.text), "Nothing shows") == NULL);
	fixture_deinit(&f);

	fixture_init(&f);
	add(&f, BOUNCE_VERDICT_BACKSCATTER, BOUNCE_KIND_FAILED, "");
	add(&f, BOUNCE_VERDICT_UNVERIFIABLE, BOUNCE_KIND_FAILED, "");
	test_assert(begins(finish(&f), "Somebody elsewhere has forged"));
	test_assert(strstr(str_c(f.text), "If they are not by") == NULL);
	test_assert(strstr(str_c(f.text), "Nothing shows") != NULL);
	fixture_deinit(&f);

	fixture_init(&f);
	add(&f, BOUNCE_VERDICT_UNVERIFIABLE, BOUNCE_KIND_FAILED, "");
	test_assert(begins(finish(&f), "Nothing shows that anything is wrong"));
	test_assert(strstr(str_c(f.text), "user's own mail") == NULL);
	fixture_deinit(&f);

	/* forgeries do not hide a stolen account */
	fixture_init(&f);
	for (i = 0; i < BOUNCE_DIAGNOSIS_MANY; i++)
		add_sent(&f, i, RELAY);
	for (i = 0; i < 100; i++)
		add(&f, BOUNCE_VERDICT_BACKSCATTER, BOUNCE_KIND_FAILED, "");
	test_assert(begins(finish(&f), "Mail is sent through this account: 20 "
			   "different messages"));
	test_assert(strstr(str_c(f.text), "Unless alice@example.org has") !=
		    NULL);
	fixture_deinit(&f);

	/* a mailing */
	fixture_init(&f);
	for (i = 0; i < 100; i++)
		add_sent(&f, 7, RELAY);
	test_assert(begins(finish(&f), "One message, or a few, went to many"));
	fixture_deinit(&f);

	/* who asks to be told that all was delivered is no spammer */
	fixture_init(&f);
	for (i = 0; i < 100; i++) {
		add(&f, BOUNCE_VERDICT_GENUINE, BOUNCE_KIND_DELIVERED,
		    t_strdup_printf("Message-ID: <%u>\r\n", i));
	}
	test_assert(begins(finish(&f), "Nothing shows that anything is wrong"));
	test_assert(strstr(str_c(f.text), "     100  sent through our servers, "
			   "other reports\n") != NULL);
	fixture_deinit(&f);
	test_end();
}

/* Who sent it: the most frequent first, and what our own servers wrote. */
static void test_bounce_diagnosis_clients(void)
{
	static const char login[] = RELAY HOP("pc", "198.51.100.9",
		" (Authenticated sender: alice@example.org)",
		"smtp.example.org", "ESMTPSA");
	static const char nobody[] = RELAY HOP("pc", "203.0.113.7", "",
		"smtp.example.org", "ESMTPSA");
	static const char web[] = RELAY HOP("pc", "203.0.113.8", "",
		"web.example.org", "HTTP");
	/* the spammer's own line below ours */
	static const char forged[] = RELAY HOP("pc", "203.0.113.7", "",
		"smtp.example.org", "ESMTPA")
		HOP("x", "192.0.2.99", " (Authenticated sender: eve)",
		    "smtp.example.org", "ESMTPA");
	/* our servers are named otherwise */
	static const char named[] = HOP("pc", "203.0.113.8", "",
		"smtp.provider.example", "ESMTPA");
	struct fixture f;
	unsigned int i;
	const char *text;

	test_begin("bounce diagnosis: clients");
	fixture_init(&f);
	for (i = 0; i < 10; i++)
		add_sent(&f, i, i < 3 ? login : i < 8 ? nobody : i < 9 ? web :
			 named);
	add_sent(&f, 10, forged);
	/* another recipient of the same message */
	add_sent(&f, 10, forged);
	text = finish(&f);
	test_assert(strstr(text, "\nDifferent originals sent through our "
			   "servers: 11,\nthe first of "
			   "2026-11-02T10:00:00Z, the last of "
			   "2026-11-10T10:00:00Z\n") != NULL);
	test_assert(strstr(text, "\nSubjects:\n       6  Offer 0\n"
			   "       5  Offer 1\n") != NULL);
	test_assert(strstr(text, "\nClient addresses:\n"
			   "       6  203.0.113.7\n"
			   "       3  198.51.100.9\n"
			   "       2  203.0.113.8\n") != NULL);
	test_assert(strstr(text, "\nLogged in as:\n"
			   "       3  alice@example.org\n") != NULL);
	test_assert(strstr(text, "192.0.2.99") == NULL);
	test_assert(strstr(text, "Signatures do not cover them") != NULL);
	fixture_deinit(&f);
	test_end();
}

static void test_bounce_diagnosis_signals(void)
{
	static const struct bounce_report_recipient dead = {
		.final_recipient = "Bob@example.com", .status = "5.1.1"
	}, same = {
		.final_recipient = "bob@example.com", .status = "5.1.1"
	}, full = {
		.final_recipient = "carol@example.com", .status = "5.2.2"
	};
	static const struct bounce_report_recipient *const recipients[] = {
		&dead, &same, &full
	};
	static const char *const addresses[] = {
		"192.0.2.1", "192.0.2.200", "198.51.100.1"
	};
	struct bounce_report_recipient other = { .status = "5.1.1" };
	const struct bounce_report_recipient *others[] = { &other };
	struct bounce_answers answers;
	struct bounce_message message;
	struct bounce_verdict verdict;
	struct fixture f;
	unsigned int i;

	test_begin("bounce diagnosis: signals");
	fixture_init(&f);
	i_zero(&answers);
	i_zero(&message);
	i_zero(&verdict);
	verdict.message = &message;
	verdict.answers = &answers;
	verdict.value = BOUNCE_VERDICT_GENUINE;
	verdict.kind.kind = BOUNCE_KIND_FAILED;
	answers.proof.strength = BOUNCE_PROOF_OWN;
	answers.proof.recipients = recipients;
	answers.proof.recipients_count = N_ELEMENTS(recipients);
	for (i = 0; i < N_ELEMENTS(addresses); i++) {
		test_assert(net_addr2ip(addresses[i],
					&answers.proof.client) == 0);
		bounce_diagnosis_add(f.diagnosis, &f.policy, &verdict);
	}
	test_assert(strstr(finish(&f), "\nSignals of the alarm:\n"
		"       1  originals: different mails that could not be "
		"delivered\n"
		"       1  recipients: different recipients that do not "
		"exist\n"
		"       2  hosts: different networks, by bounces that "
		"our own server made\n") != NULL);

	/* so many that they are not told apart, by nobody who is known */
	i_zero(&answers.proof.client);
	answers.proof.recipients = others;
	answers.proof.recipients_count = 1;
	for (i = 0; i < 1000; i++) T_BEGIN {
		other.final_recipient = t_strdup_printf("%u@example.com", i);
		bounce_diagnosis_add(f.diagnosis, &f.policy, &verdict);
		if (i == 998) {
			str_truncate(f.text, 0);
			test_assert(strstr(finish(&f), "\n    1000  "
					   "recipients: ") != NULL);
		}
	} T_END;
	str_truncate(f.text, 0);
	test_assert(strstr(finish(&f), "\n    1000 or more recipients: ") !=
		    NULL);
	test_assert(strstr(str_c(f.text), "\n       2  hosts: ") != NULL);
	fixture_deinit(&f);
	test_end();
}

static void add_subject(struct fixture *f, const char *subject)
{
	add(f, BOUNCE_VERDICT_GENUINE, BOUNCE_KIND_FAILED, t_strdup_printf(
		"Message-ID: <%s>\r\nSubject: %s\r\n", subject, subject));
}

/* Ten are shown, and of those that are as frequent the first by name. */
static void test_bounce_diagnosis_list(void)
{
	struct fixture f;
	char longest[101];
	unsigned int i;

	test_begin("bounce diagnosis: list");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[100] = '\0';
	fixture_init(&f);
	for (i = 0; i < 9; i++)
		add_subject(&f, t_strdup_printf("%u", 9 - i));
	add_subject(&f, longest);
	test_assert(strstr(finish(&f), t_strdup_printf("\nSubjects:\n"
		"       1  1\n       1  2\n       1  3\n       1  4\n"
		"       1  5\n       1  6\n       1  7\n       1  8\n"
		"       1  9\n       1  %s\n", longest)) != NULL);
	test_assert(strstr(str_c(f.text), "others") == NULL);
	/* nor is there a date */
	test_assert(strstr(str_c(f.text), "through our servers: 10\n") != NULL);
	str_truncate(f.text, 0);
	add_subject(&f, "0");
	test_assert(strstr(finish(&f), "       1  9\n       1  others\n") !=
		    NULL);
	fixture_deinit(&f);
	test_end();
}

static void test_bounce_diagnosis_json(void)
{
	struct fixture f;
	unsigned int i;

	test_begin("bounce diagnosis: JSON");
	fixture_init(&f);
	add_sent(&f, 0, RELAY);
	test_assert(bounce_diagnosis_stolen_since(f.diagnosis) == 0);
	for (i = 1; i < BOUNCE_DIAGNOSIS_MANY; i++)
		add_sent(&f, i, RELAY);
	/* Mon, 2 Nov 2026 10:00:00 +0000 */
	test_assert(bounce_diagnosis_stolen_since(f.diagnosis) == 1793613600);
	bounce_diagnosis_json(f.diagnosis, "a\"\x1b", f.text);
	test_assert(strstr(str_c(f.text), "\"user\":\"a\\\"?\","
			   "\"conclusion\":\"stolen\",\"text\":") != NULL);
	test_assert(strstr(str_c(f.text), "\"forged\":0,\"failed\":20,"
		"\"reports\":0,\"unclear\":0,\"originals\":20,"
		"\"recipients\":0,\"hosts\":0,"
		"\"first\":\"2026-11-02T10:00:00Z\","
		"\"last\":\"2026-11-10T10:00:00Z\",\"subjects\":["
		"{\"value\":\"Offer 0\",\"count\":10},"
		"{\"value\":\"Offer 1\",\"count\":10}],"
		"\"addresses\":[],\"names\":[]") != NULL);
	fixture_deinit(&f);
	test_end();
}

/* So many originals that a second bounce of one may be counted as one more. */
static void test_bounce_diagnosis_originals(void)
{
	struct fixture f;
	unsigned int i;

	test_begin("bounce diagnosis: many originals");
	fixture_init(&f);
	for (i = 0; i <= 20000; i++) T_BEGIN {
		add_subject(&f, t_strdup_printf("%u", i));
	} T_END;
	add_subject(&f, "19999");
	test_assert(strstr(finish(&f), "20001 different messages") != NULL);
	add_subject(&f, "20000");
	str_truncate(f.text, 0);
	test_assert(strstr(finish(&f), "20002 different messages") != NULL);
	fixture_deinit(&f);
	test_end();
}

static void test_bounce_diagnosis_hostile(void)
{
	struct fixture f;
	unsigned int i;
	const char *text;

	test_begin("bounce diagnosis: hostile");
	fixture_init(&f);
	for (i = 0; i < 3000; i++) T_BEGIN {
		add(&f, BOUNCE_VERDICT_GENUINE, BOUNCE_KIND_FAILED,
		    t_strdup_printf("Message-ID: <%u>\r\nSubject: \x1b[2J%u"
				    "\r\n", i, i));
	} T_END;
	add(&f, BOUNCE_VERDICT_GENUINE, BOUNCE_KIND_FAILED, "");
	text = finish(&f);
	test_assert(strchr(text, '\x1b') == NULL);
	test_assert(strstr(text, "    2991  others\n") != NULL);
	test_assert(str_len(f.text) < 4096);
	fixture_deinit(&f);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_diagnosis_sentences,
		test_bounce_diagnosis_clients,
		test_bounce_diagnosis_signals,
		test_bounce_diagnosis_list,
		test_bounce_diagnosis_json,
		test_bounce_diagnosis_originals,
		test_bounce_diagnosis_hostile,
		NULL
	};
	return test_run(test_functions);
}
