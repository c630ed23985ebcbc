/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "keys/key-file.h"
#include "input.h"
#include "test-common.h"

#include <openssl/err.h>

/* RSA of 1024 bits, in lines as PEM has it */
#define RSA1 "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDKDgmgzCjj3dSMdxWv6SS+hLiO"
#define RSA2 "hjxhIsP2hIQF1QKf/k6MMBF/t3A+Oa6qMIM7rcruklXG3c2iEK4hAQTMEFpep/mz"
#define RSA3 "75zhQGioWiGyqsMymmDKLNBWNiR7qlr0tdZf+Mnz7IY+w781zjNVN1h5J5E9gJ1J"
#define RSA4 "OgiiPlZ5Sxzvu7CCYwIDAQAB"
#define RSA RSA1 RSA2 RSA3 RSA4
/* RFC 8463 appendix A.2, alone and in PEM */
#define ED "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
#define ED_SPKI "MCowBQYDK2VwAyEA" ED
#define EC1 "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1mud2W7SOEWIyPtdPEDLKrLaGhGh"
#define EC2 "8pi2BC6n9GnO/FEvMitCxANyezNZ54eB4dyYLeMGOfjONAVay2wfltmVrQ=="
#define PEM(text) \
	"-----BEGIN PUBLIC KEY-----\n" text "\n-----END PUBLIC KEY-----\n"
#define PEM_RSA PEM(RSA1 "\n" RSA2 "\n" RSA3 "\n" RSA4)

/* 2026-11-01T23:59:59Z: the whole day still counts */
#define NOV_1_END 1793577599
/* 2026-11-01T11:00:00Z */
#define NOV_1_11H 1793530800

static const struct {
	const char *text;
	/* "rsa", "ed25519", "revoked", or a part of the error */
	const char *result;
	time_t retired;
} files[] = {
	/* a TXT record's text */
	{ "v=DKIM1; k=rsa; p=" RSA, "rsa", 0 },
	{ "p=" RSA "\n", "rsa", 0 },
	{ "v=DKIM1; k=ed25519; p=" ED "\r\n", "ed25519", 0 },
	{ "v=DKIM1;\nk=rsa;\np=" RSA1 "\n" RSA2 "\n  " RSA3 "\n" RSA4 "\n",
	  "rsa", 0 },
	{ "; made on Monday\nv=DKIM1; p=" RSA "\n ;a comment; p=", "rsa", 0 },
	{ "v=DKIM1; p=", "revoked", 0 },
	{ "v=DKIM1; n=\"quoted; p=" RSA, "rsa", 0 },
	{ "v=DKIM1; k=rsa", "there is no p=", 0 },
	{ "v=DKIM1; p=@@", "p= is not base64", 0 },
	{ "v=spf1 -all", "v= is not DKIM1", 0 },
	{ "v=DKIM1; k=x; p=" RSA, "k= is not known", 0 },

	/* a zone file's entry; the first two as opendkim-genkey wrote them */
	{ "s1._domainkey\tIN\tTXT\t( \"v=DKIM1; h=sha256; k=rsa; \"\n\t  \"p="
	  RSA "\" )  ; ----- DKIM key s1 for example.org\n", "rsa", 0 },
	{ "s2._domainkey.example.org.\tIN\tTXT\t( \"v=DKIM1; h=sha256; k=rsa; "
	  "t=y; n=\\\"a note\\\"; \"\n\t  \"p=" RSA1 RSA2 "\"\n\t  \"" RSA3
	  RSA4 "\" )  ; ----- DKIM key s2 for example.org\n", "rsa", 0 },
	{ "; \"a comment = with all\"\nk 3600 IN TXT \"p=" RSA "\"",
	  "rsa", 0 },
	{ "k txt(\"p=\"\"" RSA "\")", "rsa", 0 },
	{ "\"v=DKIM1; \" \"p=" RSA "\"", "rsa", 0 },
	{ "k TXT \"k=\\114sa; p=" RSA "\"", "rsa", 0 },
	/* any octet by its number, and what only begins like one */
	{ "k TXT \"\\112=\\082\\083a\"", "p= is not an RSA key", 0 },
	{ "k TXT \"n=\\255; p=" RSA "\"", "rsa", 0 },
	{ "k TXT \"n=\\256; p=" RSA "\"", "does not end", 0 },
	{ "k TXT \"n=\\12x; \\107=r\\115a; p=" RSA "\"", "rsa", 0 },
	{ "k TXT \"n=\\1x2; p=" RSA "\"", "rsa", 0 },
	{ "k TXT \"n=\\19~; p=" RSA "\"", "rsa", 0 },
	{ "k TXT \"n=\\x12; p=" RSA "\"", "rsa", 0 },
	{ "k TXT \"p=" RSA "\\\n\"", "does not end", 0 },
	{ "v=DKIM1; p=" RSA "; n=\"x\"", "rsa", 0 },
	{ "n=\"x\"; p=" RSA, "rsa", 0 },
	{ "k TXT \"p=\"", "revoked", 0 },
	{ "k TXT \"p=" RSA, "does not end", 0 },
	{ "k TXT \"p=\n" RSA "\"", "does not end", 0 },
	{ "k TXT \"p=" RSA "\\", "does not end", 0 },
	{ "k TXT \"p=" RSA "\\999\"", "does not end", 0 },
	{ "k TXT \"p=" RSA "\"\nl TXT \"p=" RSA "\"", "not one TXT record", 0 },
	{ "k IN A \"p=" RSA "\"", "not one TXT record", 0 },
	{ "k TXT x \"p=" RSA "\"", "not one TXT record", 0 },
	{ "a b c d e TXT \"p=" RSA "\"", "not one TXT record", 0 },

	/* PEM */
	{ PEM_RSA, "rsa", 0 },
	{ "Some words\n" PEM_RSA, "rsa", 0 },
	{ PEM(ED_SPKI), "ed25519", 0 },
	{ PEM(EC1 "\n" EC2), "neither RSA nor Ed25519", 0 },
	{ PEM("AAAA"), "is not a public key", 0 },
	{ "-----BEGIN PUBLIC KEY-----\n" RSA, "is not a public key", 0 },
	{ "-----BEGIN PUBLIC KEY-----\nProc-Type: 4,ENCRYPTED\n"
	  "DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n" RSA1
	  "\n-----END PUBLIC KEY-----\n", "is not a public key", 0 },
	{ "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	  "is not a public key", 0 },
	{ "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
	  "holds a private key", 0 },
	{ "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY"
	  "-----\n", "holds a private key", 0 },

	/* retired, in each of them */
	{ "p=" RSA "\n; retired: 2026-11-01\n", "rsa", NOV_1_END },
	{ "; retired: 2026-11-01\np=" RSA, "rsa", NOV_1_END },
	{ "p=" RSA "; retired: 2026-11-01", "rsa", NOV_1_END },
	{ "p=" RSA ";retired:2026-11-01\r\n", "rsa", NOV_1_END },
	{ "p=" RSA "\n;; Retired : 2026-11-01T11:00:00Z", "rsa", NOV_1_11H },
	{ "p=" RSA "\n; retired: 2026-11-01T12:00:00+01:00", "rsa",
	  NOV_1_11H },
	{ "k TXT ( \"p=" RSA "\" ) ; retired: 2026-11-01", "rsa", NOV_1_END },
	{ "; retired: 2026-11-01\nk TXT \"p=" RSA "\" ; -- s1", "rsa",
	  NOV_1_END },
	{ PEM_RSA "; retired: 2026-11-01\n", "rsa", NOV_1_END },
	{ "; retired: 2026-11-01\n" PEM_RSA, "rsa", NOV_1_END },
	{ PEM_RSA "; retired: soon\n", "'soon' is not a date", 0 },
	{ PEM_RSA "; retired: 2026-11-01\n; retired: 2026-11-01\n",
	  "says twice", 0 },
	/* not a comment, but a note in the record */
	{ "k TXT \"n=x; retired: 2026-11-01\" \"; p=" RSA "\"",
	  "tag", 0 },
	{ "k TXT \"n=x\\\"; retired: 2026-11-01\" \"; p=" RSA "\"",
	  "tag", 0 },
	{ "p=" RSA "; retired: 1970-01-01T00:00:00Z", "is not a date", 0 },
	{ "p=" RSA "; retired: 1970-01-01T00:00:01Z", "rsa", 1 },
	/* a quotation ends with its line */
	{ "p=" RSA "; n=\"a\\\n; retired: 2026-11-01", "rsa", NOV_1_END },
	{ "p=" RSA "\n; not retired: yet", "rsa", 0 },
	{ "p=" RSA "\n; retired in spring", "rsa", 0 },
	{ "p=" RSA "\n; retired2026-11-01", "rsa", 0 },
	/* a colon is easily forgotten */
	{ "p=" RSA "\n; retired 2026-11-01", "rsa", NOV_1_END },
	{ "p=" RSA "\n; retired 1.11.2026", "is not a date", 0 },
	{ "p=" RSA "\n; retired: soon", "'soon' is not a date", 0 },
	{ "p=" RSA "\n; retired:", "'' is not a date", 0 },
	/* 40 characters of it are shown */
	{ "p=" RSA "\n; retired: in the spring of the year that is coming",
	  "'in the spring of the year that is coming' is not a date", 0 },
	{ "p=" RSA "\n; retired: in the spring of the year that is coming.",
	  "'in the spring of the year that is comin\xe2\x80\xa6' is not", 0 },
	{ "p=" RSA "\n; retired: 2026-02-30", "'2026-02-30' is not a date", 0 },
	{ "p=" RSA "\n; retired: 1.11.2026", "is not a date", 0 },
	{ "p=" RSA "\n; retired: 2026-11-01T12:00:00", "is not a date", 0 },
	{ "p=" RSA "\n; retired: 1969-11-01", "is not a date", 0 },
	{ "; retired: 2026-11-01\np=" RSA "\n; retired: 2026-11-02",
	  "says twice", 0 },

	{ "", "it is empty", 0 },
	{ " \r\n\t\n", "it is empty", 0 },
	{ "; retired: 2026-11-01", "", 0 },
	{ "hello", "", 0 },
	{ "\xff\xfe\xfd", "", 0 }
};

static const char *
file_parse(const void *data, size_t size, time_t *retired_r,
	   const char **error_r)
{
	unsigned char *copy = test_input_copy(data, size);
	enum bounce_key_status status;
	const char *result = "unusable";
	struct bounce_key *key;

	*error_r = NULL;
	status = bounce_key_file_parse(copy, size, &key, error_r);
	i_free(copy);
	test_assert((status == BOUNCE_KEY_FOUND) == (key != NULL));
	test_assert(status == BOUNCE_KEY_FOUND || *error_r != NULL);
	test_assert(ERR_peek_error() == 0);
	if (status == BOUNCE_KEY_REVOKED)
		result = "revoked";
	if (key != NULL) {
		result = key->type == BOUNCE_KEY_TYPE_RSA ? "rsa" : "ed25519";
		*retired_r = key->retired;
		bounce_key_unref(&key);
	}
	return result;
}

static void test_bounce_key_file(void)
{
	const char *result, *error;
	unsigned int i;
	time_t retired;

	test_begin("bounce key file");
	for (i = 0; i < N_ELEMENTS(files); i++) T_BEGIN {
		retired = 0;
		result = file_parse(files[i].text, strlen(files[i].text),
				    &retired, &error);
		if (strcmp(result, "unusable") == 0) {
			if (strstr(error, files[i].result) == NULL)
				test_assert_strcmp_idx(error,
						       files[i].result, i);
		} else {
			test_assert_strcmp_idx(result, files[i].result, i);
		}
		test_assert_idx(retired == files[i].retired, i);
	} T_END;
	test_end();
}

/* A file that is being written must not become another key. */
static void test_bounce_key_file_cut(void)
{
	const char *error, *result;
	unsigned int i, found = 0;
	time_t retired;
	size_t size;

	test_begin("bounce key file cut short");
	/* some of each form, as RSA keys take their time */
	for (i = 0; i < N_ELEMENTS(files); i += 5) T_BEGIN {
		for (size = 0; size < strlen(files[i].text); size++) {
			result = file_parse(files[i].text, size, &retired,
					    &error);
			if (strcmp(result, "rsa") == 0)
				found++;
		}
	} T_END;
	test_assert(found > 0);
	test_assert_strcmp(file_parse("p=" RSA "\0", strlen(RSA) + 3,
				      &retired, &error), "unusable");
	test_assert_strcmp(error, "it is not text");
	test_end();
}

int main(void)
{
	static void (*const test_functions[])(void) = {
		test_bounce_key_file,
		test_bounce_key_file_cut,
		NULL
	};
	return test_run(test_functions);
}
