/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "header/header.h"
#include "base/limits.h"
#include "trace/received.h"
#include "test-common.h"

#define DATE "; Mon, 2 Nov 2026 10:00:00 +0100"
#define DATE_TIME 1793610000

struct received_test {
	const char *value;
	const char *helo, *host, *ip, *by, *with, *id, *rcpt, *auth_user;
	bool authenticated, no_date;
};

static const struct received_test tests[] = {
	/* Postfix */
	{ "from mail.example.net (mail.example.net [192.0.2.1]) by "
	  "mx.example.org (Postfix) with ESMTPS id 4XyZ12 for "
	  "<alice@example.org>" DATE,
	  "mail.example.net", "mail.example.net", "192.0.2.1",
	  "mx.example.org", "ESMTPS", "4XyZ12", "alice@example.org", NULL,
	  FALSE, FALSE },
	{ "from [10.0.0.7] (unknown [IPv6:2001:db8::7]) by mx.example.org "
	  "(Postfix) with ESMTP id 4XyZ12" DATE,
	  "[10.0.0.7]", NULL, "2001:db8::7", "mx.example.org", "ESMTP",
	  "4XyZ12", NULL, NULL, FALSE, FALSE },
	{ "from laptop (dsl.example.net [198.51.100.9]) (using TLSv1.3 with "
	  "cipher TLS_AES_256_GCM_SHA384 (256/256 bits)) (No client "
	  "certificate requested) (Authenticated sender: alice@example.org) "
	  "by smtp.example.org (Postfix) with ESMTPSA id 4XyZ13 for "
	  "<bob@example.com>" DATE,
	  "laptop", "dsl.example.net", "198.51.100.9", "smtp.example.org",
	  "ESMTPSA", "4XyZ13", "bob@example.com", "alice@example.org", TRUE,
	  FALSE },
	/* without smtpd_sasl_authenticated_header */
	{ "from laptop (dsl.example.net [198.51.100.9]) by smtp.example.org "
	  "(Postfix) with ESMTPSA id 4XyZ13" DATE,
	  "laptop", "dsl.example.net", "198.51.100.9", "smtp.example.org",
	  "ESMTPSA", "4XyZ13", NULL, NULL, TRUE, FALSE },
	{ "by mx.example.org (Postfix, from userid 1000) id 5AbC" DATE,
	  NULL, NULL, NULL, "mx.example.org", NULL, "5AbC", NULL, NULL, FALSE,
	  FALSE },
	{ "by mx.example.org (Postfix) id 5AbC" DATE,
	  NULL, NULL, NULL, "mx.example.org", NULL, "5AbC", NULL, NULL, FALSE,
	  FALSE },
	{ "from mx.example.org (localhost [IPv6:::1]) by mx.example.org "
	  "(Postfix) with UTF8SMTPSA id 5AbC" DATE,
	  "mx.example.org", NULL, "::1", "mx.example.org", "UTF8SMTPSA",
	  "5AbC", NULL, NULL, TRUE, FALSE },
	/* amavisd-new */
	{ "from mail.example.net ([192.0.2.1]) by localhost (mx.example.org "
	  "[127.0.0.1]) (amavisd-new, port 10024) with ESMTP id abc-01 for "
	  "<alice@example.org>" DATE,
	  "mail.example.net", NULL, "192.0.2.1", "localhost", "ESMTP",
	  "abc-01", "alice@example.org", NULL, FALSE, FALSE },
	/* Exim */
	{ "from [192.0.2.1] (helo=mail.example.net) by mx.example.org with "
	  "esmtp (Exim 4.96) (envelope-from <a@example.net>) id 1abc-0001-2D "
	  "for alice@example.org" DATE,
	  "mail.example.net", "[192.0.2.1]", "192.0.2.1", "mx.example.org",
	  "esmtp", "1abc-0001-2D", "alice@example.org", NULL, FALSE, FALSE },
	{ "from dsl.example.net ([198.51.100.9]:50211 helo=[10.0.0.7]) by "
	  "smtp.example.org with esmtpsa (TLS1.3) tls TLS_AES_256_GCM_SHA384 "
	  "(Exim 4.96) (envelope-from <alice@example.org>) id 1abc-2 for "
	  "bob@example.com" DATE,
	  "[10.0.0.7]", "dsl.example.net", "198.51.100.9", "smtp.example.org",
	  "esmtpsa", "1abc-2", "bob@example.com", NULL, TRUE, FALSE },
	{ "from [198.51.100.9] (port=40100 helo=[10.0.0.7]) by "
	  "smtp.example.org with esmtpa (envelope-from <alice@example.org>) "
	  "id 1abc-3" DATE,
	  "[10.0.0.7]", "[198.51.100.9]", "198.51.100.9", "smtp.example.org",
	  "esmtpa", "1abc-3", NULL, NULL, TRUE, FALSE },
	{ "from [198.51.100.9] (helo=laptop authenticated as alice) by "
	  "smtp.example.org with esmtpsa (Exim 4.96) id 1abc-4" DATE,
	  NULL, NULL, "198.51.100.9", "smtp.example.org", "esmtpsa", "1abc-4",
	  NULL, "alice", TRUE, FALSE },
	{ "from mail.example.net ([2001:db8::9] helo=mail) by mx.example.org "
	  "with smtp (Exim 4.94 #2) id 1abc-5" DATE,
	  "mail", "mail.example.net", "2001:db8::9", "mx.example.org",
	  "smtp", "1abc-5", NULL, NULL, FALSE, FALSE },
	{ "from www-data by web.example.org with local (Exim 4.96) "
	  "(envelope-from <www-data@web.example.org>) id 1abc-6 for "
	  "bob@example.com" DATE,
	  "www-data", NULL, NULL, "web.example.org", "local", "1abc-6",
	  "bob@example.com", NULL, FALSE, FALSE },
	/* Sendmail */
	{ "from mail.example.net (host.example.net [192.0.2.1] (may be "
	  "forged)) by mx.example.org (8.17.1/8.17.1) with ESMTP id "
	  "3A2xyz for <alice@example.org>" DATE,
	  "mail.example.net", "host.example.net", "192.0.2.1",
	  "mx.example.org", "ESMTP", "3A2xyz", "alice@example.org", NULL,
	  FALSE, FALSE },
	{ "from [10.0.0.7] (dsl.example.net [198.51.100.9]) (authenticated "
	  "bits=0) by smtp.example.org (8.17.1/8.17.1/Debian-2) with ESMTPSA "
	  "id 3A2xyz (version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 "
	  "verify=NOT) for <bob@example.com>" DATE,
	  "[10.0.0.7]", "dsl.example.net", "198.51.100.9", "smtp.example.org",
	  "ESMTPSA", "3A2xyz", "bob@example.com", NULL, TRUE, FALSE },
	{ "from mail.example.net (mail.example.net [IPv6:2001:db8:0:0:0:0:0:9])"
	  " by mx.example.org (8.18.1/8.18.1) with ESMTPS id 3A2" DATE,
	  "mail.example.net", "mail.example.net", "2001:db8::9",
	  "mx.example.org", "ESMTPS", "3A2", NULL, NULL, FALSE, FALSE },
	{ "(from www@localhost) by web.example.org (8.17.1/8.17.1/Submit) id "
	  "3A2 for bob@example.com" DATE,
	  "www@localhost", NULL, NULL, "web.example.org", NULL, "3A2",
	  "bob@example.com", NULL, FALSE, FALSE },
	{ "from localhost (localhost) by mx.example.org (8.17.1/cf) id 3A2"
	  DATE,
	  "localhost", NULL, NULL, "mx.example.org", NULL, "3A2", NULL, NULL,
	  FALSE, FALSE },
	/* Exchange, Microsoft 365 */
	{ "from EX1.corp.example.net (192.0.2.1) by EX2.corp.example.net "
	  "(192.0.2.2) with Microsoft SMTP Server (version=TLS1_2, "
	  "cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.1.2507.39; "
	  "Mon, 2 Nov 2026 10:00:00 +0100",
	  "EX1.corp.example.net", NULL, "192.0.2.1", "EX2.corp.example.net",
	  "Microsoft SMTP Server", "15.1.2507.39", NULL, NULL, FALSE, FALSE },
	{ "from EX1.corp.example.net ([fe80::1:2%12]) by EX2.corp.example.net "
	  "([fe80::1:3%12]) with mapi id 15.01.2507.039" DATE,
	  "EX1.corp.example.net", NULL, "fe80::1:2", "EX2.corp.example.net",
	  "mapi", "15.01.2507.039", NULL, NULL, FALSE, FALSE },
	{ "from mail.example.net (2001:db8::25) by "
	  "DB5.mail.protection.example.com (2001:db8:1::7) with Microsoft "
	  "SMTP Server (version=TLS1_3, cipher=X) id 15.20.1 via Frontend "
	  "Transport" DATE,
	  "mail.example.net", NULL, "2001:db8::25",
	  "DB5.mail.protection.example.com", "Microsoft SMTP Server",
	  "15.20.1", NULL, NULL, FALSE, FALSE },
	{ "from mail.example.net ([192.0.2.1]) by mx.example.com over TLS "
	  "secured channel with Microsoft SMTPSVC(8.5.9600.16384)" DATE,
	  "mail.example.net", NULL, "192.0.2.1", "mx.example.com",
	  "Microsoft SMTPSVC", NULL, NULL, NULL, FALSE, FALSE },
	{ "from mail pickup service by mx.example.com with Microsoft SMTPSVC"
	  DATE,
	  "mail", NULL, NULL, "mx.example.com", "Microsoft SMTPSVC", NULL,
	  NULL, NULL, FALSE, FALSE },
	/* qmail */
	{ "from unknown (HELO mail.example.net) (192.0.2.1) by 0 with SMTP"
	  DATE,
	  "mail.example.net", "unknown", "192.0.2.1", "0", "SMTP", NULL, NULL,
	  NULL, FALSE, FALSE },
	{ "from dsl.example.net (HELO ?10.0.0.7?) (alice@198.51.100.9) by "
	  "smtp.example.org with ESMTPA" DATE,
	  "?10.0.0.7?", "dsl.example.net", "198.51.100.9", "smtp.example.org",
	  "ESMTPA", NULL, NULL, NULL, TRUE, FALSE },
	{ "from mail.example.net (192.0.2.1) by mx.example.org with SMTP" DATE,
	  "mail.example.net", NULL, "192.0.2.1", "mx.example.org", "SMTP",
	  NULL, NULL, NULL, FALSE, FALSE },
	{ "(qmail 4711 invoked from network)" DATE,
	  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, FALSE, FALSE },
	{ "(qmail 4711 invoked by uid 33)" DATE,
	  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, FALSE, FALSE },
	/* Gmail */
	{ "from mail.example.net (mail.example.net. [192.0.2.1]) by "
	  "mx.google.com with ESMTPS id d9-2002si.12.2026.11.02 for "
	  "<bob@example.com> (version=TLS1_3 cipher=TLS_AES_256 bits=256/256)"
	  DATE,
	  "mail.example.net", "mail.example.net.", "192.0.2.1",
	  "mx.google.com", "ESMTPS", "d9-2002si.12.2026.11.02",
	  "bob@example.com", NULL, FALSE, FALSE },
	{ "by 2002:a05:6402:1e96:b0:5c9:1 with SMTP id f22csp12" DATE,
	  NULL, NULL, NULL, "2002:a05:6402:1e96:b0:5c9:1", "SMTP", "f22csp12",
	  NULL, NULL, FALSE, FALSE },
	/* OpenSMTPD */
	{ "from laptop (dsl.example.net [198.51.100.9]) by smtp.example.org "
	  "(OpenSMTPD) with ESMTPSA id 1a2b3c4d "
	  "(TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO) auth=yes user=alice for "
	  "<bob@example.com>" DATE,
	  "laptop", "dsl.example.net", "198.51.100.9", "smtp.example.org",
	  "ESMTPSA", "1a2b3c4d", "bob@example.com", "alice", TRUE, FALSE },
	{ "from web.example.org (web.example.org [local]) by web.example.org "
	  "(OpenSMTPD) with ESMTPA id 1a2b" DATE,
	  "web.example.org", "web.example.org", NULL, "web.example.org",
	  "ESMTPA", "1a2b", NULL, NULL, TRUE, FALSE },
	/* Courier */
	{ "from laptop (dsl.example.net [::ffff:198.51.100.9]) (AUTH: LOGIN "
	  "alice@example.org, TLS: TLSv1/SSLv3,256bits,AES256-SHA) by "
	  "smtp.example.org with ESMTPSA; Mon, 02 Nov 2026 09:00:00 +0000",
	  "laptop", "dsl.example.net", "198.51.100.9", "smtp.example.org",
	  "ESMTPSA", NULL, NULL, "alice@example.org", TRUE, FALSE },
	/* Dovecot's LMTP and submission */
	{ "from mx.example.org ([192.0.2.1]) by imap.example.org with LMTP id "
	  "oA8sE3 (envelope-from <a@example.net>) for <alice@example.org>"
	  DATE,
	  "mx.example.org", NULL, "192.0.2.1", "imap.example.org", "LMTP",
	  "oA8sE3", "alice@example.org", NULL, FALSE, FALSE },
	{ "from [10.0.0.7] ([198.51.100.9]) by submit.example.org with "
	  "ESMTPSA id ABc1 (envelope-from <alice@example.org>) for "
	  "<bob@example.com>" DATE,
	  "[10.0.0.7]", NULL, "198.51.100.9", "submit.example.org", "ESMTPSA",
	  "ABc1", "bob@example.com", NULL, TRUE, FALSE },
	/* others */
	{ "from [198.51.100.9] (account alice@example.org [198.51.100.9] "
	  "verified) by mail.example.org (CommuniGate Pro SMTP 6.2) with "
	  "ESMTPSA id 17" DATE,
	  "[198.51.100.9]", NULL, "198.51.100.9",
	  "mail.example.org", "ESMTPSA", "17", NULL, "alice@example.org",
	  TRUE, FALSE },
	{ "from 192.0.2.9 ([198.51.100.9]) (SquirrelMail authenticated user "
	  "alice@example.org) by mail.example.org with HTTP" DATE,
	  "192.0.2.9", NULL, "198.51.100.9", "mail.example.org", "HTTP", NULL,
	  NULL, "alice@example.org", TRUE, FALSE },
	{ "from MAILER-DAEMON id 1f2e by host.example.net (DragonFly Mail "
	  "Agent v0.13)" DATE,
	  "MAILER-DAEMON", NULL, NULL, "host.example.net", NULL, "1f2e", NULL,
	  NULL, FALSE, FALSE },
	{ "from [198.51.100.9] ([198.51.100.9:40211] helo=PC) by 0A12 "
	  "(envelope-from <a@example.net>) with ESMTP id 77/01" DATE,
	  "PC", "[198.51.100.9]", "198.51.100.9", "0A12", "ESMTP", "77/01",
	  NULL, NULL, FALSE, FALSE },
	{ "from unknown [192.0.2.1] (EHLO mail.example.net) by "
	  "mx.example.com(mxl_mta-9) with ESMTP id 1a (envelope-from "
	  "<a@example.net>)" DATE,
	  "mail.example.net", "unknown", "192.0.2.1", "mx.example.com",
	  "ESMTP", "1a", NULL, NULL, FALSE, FALSE },
	{ "from (unknown [192.0.2.1]) by mx.example.com with smtp id 1a" DATE,
	  NULL, NULL, "192.0.2.1", "mx.example.com", "smtp", "1a", NULL, NULL,
	  FALSE, FALSE },
	{ "FROM queue-bounce BY mx.example.com WITH local" DATE,
	  "queue-bounce", NULL, NULL, "mx.example.com", "local", NULL, NULL,
	  NULL, FALSE, FALSE },
	{ "from for (for.example.net [192.0.2.1]) by with.example.org with "
	  "ESMTP id by for <id@example.org>" DATE,
	  "for", "for.example.net", "192.0.2.1", "with.example.org", "ESMTP",
	  "by", "id@example.org", NULL, FALSE, FALSE },
	/* what a client calls itself is no address of it */
	{ "from evil ([203.0.113.66]) (real.example.net [192.0.2.1]) by "
	  "mx.example.org with SMTP" DATE,
	  "evil", "real.example.net", "192.0.2.1", "mx.example.org", "SMTP",
	  NULL, NULL, NULL, FALSE, FALSE },
	{ "from [203.0.113.66] (HELO [203.0.113.66]) (192.0.2.1) by "
	  "mx.example.org with SMTP" DATE,
	  "[203.0.113.66]", "[203.0.113.66]", "192.0.2.1", "mx.example.org",
	  "SMTP", NULL, NULL, NULL, FALSE, FALSE },
	/* damaged */
	{ "", NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, FALSE, TRUE },
	{ "from", NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, FALSE,
	  TRUE },
	{ "from a (b [192.0.2.1", "a", NULL, "192.0.2.1", NULL, NULL, NULL,
	  NULL, NULL, FALSE, TRUE },
	{ "from a (((((((", "a", NULL, NULL, NULL, NULL, NULL, NULL, NULL,
	  FALSE, TRUE },
	{ "from a ([999.1.1.1]) by b; no date", "a", NULL, NULL, "b", NULL,
	  NULL, NULL, NULL, FALSE, TRUE },
	{ "from a \\", "a", NULL, NULL, NULL, NULL, NULL, NULL, NULL, FALSE,
	  TRUE },
	{ "from \"a b (c) by d\" ([192.0.2.1]) by e", "\"a b (c) by d\"",
	  NULL, "192.0.2.1", "e", NULL, NULL, NULL, NULL, FALSE, TRUE },
	{ "from a ([192.0.2.1]) by b for <unclosed id c", "a", NULL,
	  "192.0.2.1", "b", NULL, "c", "<unclosed", NULL, FALSE, TRUE },
	{ "from a (b 256 10024 1.2 0x7f000001) by c", "a", NULL, NULL, "c",
	  NULL, NULL, NULL, NULL, FALSE, TRUE },
	/* white space before the date */
	{ "from x by y  "DATE, "x", NULL, NULL, "y", NULL, NULL, NULL, NULL,
	  FALSE, FALSE },
	{ "(from alice@localhost) by y", "alice@localhost", NULL, NULL, "y",
	  NULL, NULL, NULL, NULL, FALSE, TRUE },
	{ "(from ; alice@localhost) by y", NULL, NULL, NULL, "y",
	  NULL, NULL, NULL, NULL, FALSE, TRUE },
	/* a protocol grows word by word, until it has 40 octets */
	{ "by y with aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b c", NULL, NULL,
	  NULL, "y", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b", NULL, NULL,
	  NULL, FALSE, TRUE },
	{ "by y with aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b", NULL, NULL,
	  NULL, "y", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL, NULL,
	  NULL, FALSE, TRUE },
	{ "from x (unknown [#.#.#.#]) by y", "x", NULL, NULL, "y", NULL, NULL,
	  NULL, NULL, FALSE, TRUE },
};

static void
test_string(const char *got, const char *want, unsigned int idx)
{
	test_assert_idx(null_strcmp(got, want) == 0, idx);
	if (null_strcmp(got, want) != 0)
		i_info("#%u: got %s, want %s", idx, got, want);
}

static void test_bounce_received_forms(void)
{
	struct bounce_received r;
	unsigned int i;
	pool_t pool;

	test_begin("bounce received: forms");
	for (i = 0; i < N_ELEMENTS(tests); i++) {
		const struct received_test *t = &tests[i];
		size_t size = strlen(t->value) + 1;
		/* of the very size, for valgrind */
		char *value = i_memdup(t->value, size);

		pool = pool_alloconly_create("received", 256);
		bounce_received_parse(pool, value, &r);
		i_free(value);
		if (t->helo != NULL || t->auth_user == NULL)
			test_string(r.helo, t->helo, i);
		/* a host that is not named in the table is not looked at */
		if (t->host != NULL)
			test_string(r.host, t->host, i);
		test_string(r.ip.family == 0 ? NULL : net_ip2addr(&r.ip),
			    t->ip, i);
		test_string(r.by, t->by, i);
		test_string(r.with, t->with, i);
		test_string(r.id, t->id, i);
		test_string(r.rcpt, t->rcpt, i);
		test_string(r.auth_user, t->auth_user, i);
		test_assert_idx(r.authenticated == t->authenticated, i);
		test_assert_idx(r.date == (t->no_date ? 0 : DATE_TIME), i);
		pool_unref(&pool);
	}
	test_end();
}

/* Whether the client's name is verified, and who handed the message over. */
static void test_bounce_received_client(void)
{
	static const struct {
		const char *value;
		bool host_verified, by_user;
	} clients[] = {
		{ "from a (mx.b.example [192.0.2.1]) by c (Postfix) with ESMTP",
		  TRUE, FALSE },
		{ "from a (unknown [192.0.2.1]) by c (Postfix) with ESMTP",
		  FALSE, FALSE },
		{ "from mx.b.example ([192.0.2.1] helo=a) by c with esmtp "
		  "(Exim 4.96)", TRUE, FALSE },
		{ "from [192.0.2.1] (helo=a) by c with esmtp (Exim 4.96)",
		  FALSE, FALSE },
		{ "from a (mx.b.example [192.0.2.1]) by c (8.17.1/8.17.1) "
		  "with ESMTP", TRUE, FALSE },
		{ "from a (mx.b.example [192.0.2.1] (may be forged)) by c "
		  "(8.17.1/8.17.1) with ESMTP", FALSE, FALSE },
		{ "from a (mx.b.example [192.0.2.1]) by c (OpenSMTPD) with "
		  "ESMTP", FALSE, FALSE },
		{ "from mx.b.example (HELO a) (192.0.2.1) by c with SMTP",
		  FALSE, FALSE },
		/* what only the client can have written */
		{ "from a(Postfix) (mx.b.example [192.0.2.1]) by c (OpenSMTPD)",
		  FALSE, FALSE },
		{ "by c (Postfix) id 1", FALSE, FALSE },
		{ "by c (Postfix, from userid 1000) id 1", FALSE, TRUE },
		{ "from Debian-exim by c with local (Exim 4.96)", FALSE,
		  FALSE },
		{ "from mailnull by c with local (Exim 4.96)", FALSE, FALSE },
		{ "from alice by c with local (Exim 4.96)", FALSE, TRUE },
		{ "from localhost (localhost) by c (8.17.1/8.17.1)", FALSE,
		  FALSE },
		{ "(from alice@localhost) by c (8.17.1/8.17.1/Submit)", FALSE,
		  TRUE },
		/* no version of Sendmail's, and no words of its */
		{ "from a (mx.b.example [192.0.2.1]) by c (8.17.1) with ESMTP",
		  FALSE, FALSE },
		{ "(fromage alice@localhost) by c", FALSE, FALSE },
		/* no names of hosts */
		{ "from a (alice@b.example [192.0.2.1]) by c (Postfix)", FALSE,
		  FALSE },
		{ "from a (ident=b.example [192.0.2.1]) by c (Postfix)", FALSE,
		  FALSE },
		{ "(qmail 4711 invoked for bounce)", FALSE, FALSE },
		{ "(qmail 4711 invoked by uid 33)", FALSE, TRUE }
	};
	struct bounce_received r;
	unsigned int i;
	pool_t pool = pool_alloconly_create("received", 1024);

	test_begin("bounce received: client");
	for (i = 0; i < N_ELEMENTS(clients); i++) {
		bounce_received_parse(pool, clients[i].value, &r);
		test_assert_idx(r.host_verified == clients[i].host_verified,
				i);
		test_assert_idx(r.by_user == clients[i].by_user, i);
	}
	pool_unref(&pool);
	test_end();
}

/* The server's own address */
static void test_bounce_received_by(void)
{
	static const struct {
		const char *value, *ip;
	} servers[] = {
		{ "from a by mx.example.org (Postfix) with ESMTP id 1", NULL },
		{ "from a by mx.example.org (8.17.1/8.17.1) with ESMTP", NULL },
		{ "from a (192.0.2.1) by b (192.0.2.2) with SMTP", "192.0.2.2" },
		{ "from a by b ([fe80::1:3%12]) with mapi", "fe80::1:3" },
		{ "from a by localhost (mx.example.org [127.0.0.1]) "
		  "(amavisd-new, port 10024) with ESMTP", "127.0.0.1" },
		{ "from a by [192.0.2.2] ([192.0.2.3])", "192.0.2.2" },
		{ "from a by [IPv6:2001:db8::1] with SMTP", "2001:db8::1" },
		{ "by 2002:a05:6402::1 with SMTP id 1", "2002:a05:6402::1" },
		{ "from a (192.0.2.1) by", NULL },
		{ "from a by (192.0.2.2)", NULL },
		{ "from a by b with SMTP (192.0.2.2)", NULL },
		{ "from a by b for <c> (192.0.2.2)", NULL },
	};
	struct bounce_received r;
	unsigned int i;
	pool_t pool = pool_alloconly_create("received", 1024);

	test_begin("bounce received: by");
	for (i = 0; i < N_ELEMENTS(servers); i++) {
		bounce_received_parse(pool, servers[i].value, &r);
		test_string(r.by_ip.family == 0 ? NULL :
			    net_ip2addr(&r.by_ip), servers[i].ip, i);
	}
	pool_unref(&pool);
	test_end();
}

static const struct bounce_header *test_header(pool_t pool, const char *text)
{
	return bounce_header_parse(pool, (const unsigned char *)text,
				   strlen(text));
}

static void test_bounce_received_get(void)
{
	const ARRAY_TYPE(bounce_received) *received;
	const struct bounce_header *header;
	const struct bounce_received *r;
	pool_t pool = pool_alloconly_create("received", 1024);

	test_begin("bounce received: get");
	header = test_header(pool,
		"Return-Path: <a@b>\r\n"
		"RECEIVED: from one ([192.0.2.1])\r\n"
		"\tby two\r\n"
		"\tfor <alice@example.org>;\r\n"
		"\tMon, 2 Nov 2026 10:00:00 +0100\r\n"
		"X-Received: from no ([192.0.2.2])\r\n"
		"Received : from three ([192.0.2.3])\r\n"
		"Subject: x\r\n\r\n");
	received = bounce_received_get(header);
	test_assert(array_count(received) == 2);
	/* they are read once */
	test_assert(bounce_received_get(header) == received);
	r = array_idx(received, 0);
	test_assert_strcmp(r[0].by, "two");
	test_assert_strcmp(r[0].rcpt, "alice@example.org");
	test_assert(r[0].date == DATE_TIME);
	test_assert_strcmp(net_ip2addr(&r[1].ip), "192.0.2.3");
	pool_unref(&pool);
	test_end();
}

/* Neither their number nor their size costs more than the caps allow. */
static void test_bounce_received_caps(void)
{
	const ARRAY_TYPE(bounce_received) *received;
	const struct bounce_received *r;
	pool_t pool = pool_alloconly_create("received", 1024);
	string_t *str = t_str_new(1024 * 1024);
	static const char *const bad[] = {
		"<", "\"", "(", ")", "[", "with x ", "a@", "helo=", "from ", "by "
	};
	unsigned int i, j;

	test_begin("bounce received: caps");
	for (i = 0; i < 2 * BOUNCE_RECEIVED_MAX_FIELDS; i++) {
		str_append(str, "Received: from a ([192.0.2.1]) by ");
		for (j = 0; j < 1000; j++)
			str_append(str, bad[i % N_ELEMENTS(bad)]);
		str_append(str, "\r\n");
	}
	received = bounce_received_get(test_header(pool, str_c(str)));
	test_assert(array_count(received) == BOUNCE_RECEIVED_MAX_FIELDS);
	r = array_idx(received, 0);
	test_assert_strcmp(r->helo, "a");
	pool_unref(&pool);
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_received_forms,
		test_bounce_received_client,
		test_bounce_received_by,
		test_bounce_received_get,
		test_bounce_received_caps,
		NULL
	};
	return test_run(test_functions);
}
