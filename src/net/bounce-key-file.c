/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base64.h"
#include "buffer.h"
#include "iso8601-date.h"
#include "str.h"
#include "str-sanitize.h"
#include "bounce-lines.h"
#include "bounce-key-file.h"

#include <ctype.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

/* Words before the strings of a zone file's entry: owner, TTL, class, type. */
#define ZONE_MAX_WORDS 4

static bool is_blank(char c)
{
	return bounce_is_wsp(c) || c == '\r';
}

static void text_blank(char *p, const char *end)
{
	for (; p < end; p++) {
		if (*p != '\r' && *p != '\n')
			*p = ' ';
	}
}

static int
retired_parse(const char *value, time_t *retired_r, const char **error_r)
{
	const char *str = value;
	int offset;

	if (*retired_r != 0) {
		*error_r = "it says twice when the key was retired";
		return -1;
	}
	/* the day itself is not after that day */
	if (strchr(value, 'T') == NULL && strchr(value, 't') == NULL)
		str = t_strconcat(value, "T23:59:59Z", NULL);
	if (!iso8601_date_parse((const unsigned char *)str, strlen(str),
				retired_r, &offset) || *retired_r <= 0) {
		*error_r = t_strdup_printf(
			"'%s' is not a date like 2026-11-01, nor a time like "
			"2026-11-01T12:00:00Z", str_sanitize(value, 40));
		return -1;
	}
	return 0;
}

/* The comment is what follows a ';'. Returns 1 if it says when the key was
   retired, 0 if it is another comment, -1 if the date is wrong. */
static int
comment_parse(const char *p, const char *end, time_t *retired_r,
	      const char **error_r)
{
	static const char word[] = "retired";
	bool blank;

	while (p < end && (is_blank(*p) || *p == ';'))
		p++;
	if ((size_t)(end - p) < sizeof(word) - 1 ||
	    strncasecmp(p, word, sizeof(word) - 1) != 0)
		return 0;
	p += sizeof(word) - 1;
	blank = p < end && is_blank(*p);
	while (p < end && is_blank(*p))
		p++;
	if (p < end && *p == ':')
		p++;
	else if (!blank || p == end || !i_isdigit(*p)) {
		/* "; retired keys", and not a date without its colon */
		return 0;
	}
	while (p < end && is_blank(*p))
		p++;
	while (end > p && is_blank(end[-1]))
		end--;
	return retired_parse(t_strdup_until(p, end), retired_r, error_r) < 0 ?
		-1 : 1;
}

/* Blanks the comments "retired:". A comment ends with its line, and so does a
   quotation. */
static int text_take_retired(char *text, time_t *retired_r,
			     const char **error_r)
{
	char *p, *end;
	bool quoted = FALSE;
	int ret;

	for (p = text; *p != '\0'; p++) {
		if (*p == '\n')
			quoted = FALSE;
		else if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && quoted && p[1] != '\0' &&
			 p[1] != '\n')
			p++;
		if (*p != ';' || quoted)
			continue;
		end = p + strcspn(p, "\n");
		ret = comment_parse(p, end, retired_r, error_r);
		if (ret < 0)
			return -1;
		if (ret > 0)
			text_blank(p, end);
	}
	return 0;
}

/* A line that begins with ';' is a comment in any form; elsewhere ';' also
   divides tags. */
static void text_take_comment_lines(char *text)
{
	char *p = text, *end;

	while (*p != '\0') {
		end = p + strcspn(p, "\n");
		while (is_blank(*p))
			p++;
		if (*p == ';')
			text_blank(p, end);
		p = *end == '\0' ? end : end + 1;
	}
}

static enum bounce_key_status
record_parse(const string_t *record, struct bounce_key **key_r,
	     const char **error_r)
{
	return bounce_key_parse(str_data(record), str_len(record), key_r,
				error_r);
}

/*
 * A TXT record's text
 */

static enum bounce_key_status
plain_parse(char *text, struct bounce_key **key_r, const char **error_r)
{
	string_t *record = t_str_new(512);
	const char *p;

	text_take_comment_lines(text);
	/* a line need not be folded as in a header */
	for (p = text; *p != '\0'; p++)
		str_append_c(record, is_blank(*p) || *p == '\n' ? ' ' : *p);
	return record_parse(record, key_r, error_r);
}

/*
 * A zone file's entry: RFC 1035 section 5.1
 */

/* All before the first string are words: an '=' makes it tags. */
static bool text_is_zone(const char *p)
{
	for (; *p != '\0' && *p != '='; p++) {
		if (*p == '"')
			return TRUE;
		if (*p == ';') {
			p += strcspn(p, "\n");
			if (*p == '\0')
				break;
		}
	}
	return FALSE;
}

/* p is behind the quote. Returns where the string ends, behind its closing
   quote, or NULL. */
static const char *zone_string(const char *p, string_t *record)
{
	unsigned int num;

	for (; *p != '\0' && *p != '\n'; p++) {
		if (*p == '"')
			return p + 1;
		if (*p != '\\') {
			str_append_c(record, *p);
			continue;
		}
		p++;
		if (i_isdigit(p[0]) && i_isdigit(p[1]) && i_isdigit(p[2])) {
			num = (p[0] - '0') * 100 + (p[1] - '0') * 10 +
				(p[2] - '0');
			if (num > 255)
				return NULL;
			str_append_c(record, num);
			p += 2;
		} else if (*p == '\0' || *p == '\n')
			return NULL;
		else
			str_append_c(record, *p);
	}
	return NULL;
}

static const char *zone_word(const char **_p)
{
	const char *p = *_p, *start = p;

	p += strcspn(p, " \t\r\n()\";");
	*_p = p;
	return t_strdup_until(start, p);
}

static const char *zone_read(const char *p, string_t *record)
{
	unsigned int words = 0;
	bool strings = FALSE, txt = FALSE;

	while (*p != '\0') {
		if (is_blank(*p) || *p == '\n' || *p == '(' || *p == ')')
			p++;
		else if (*p == ';')
			p += strcspn(p, "\n");
		else if (*p == '"') {
			p = zone_string(p + 1, record);
			if (p == NULL)
				return "a quoted string does not end";
			strings = TRUE;
		} else if (strings || txt || ++words > ZONE_MAX_WORDS) {
			return "it is not one TXT record as in a zone file";
		} else
			txt = strcasecmp(zone_word(&p), "TXT") == 0;
	}
	if (!strings || (words > 0 && !txt))
		return "it is not one TXT record as in a zone file";
	return NULL;
}

static enum bounce_key_status
zone_parse(const char *text, struct bounce_key **key_r, const char **error_r)
{
	string_t *record = t_str_new(512);

	*error_r = zone_read(text, record);
	if (*error_r != NULL)
		return BOUNCE_KEY_UNUSABLE;
	return record_parse(record, key_r, error_r);
}

/*
 * PEM
 */

/* Nobody is asked for a passphrase. */
static int
pem_passphrase(char *buf ATTR_UNUSED, int size ATTR_UNUSED,
	       int write ATTR_UNUSED, void *context ATTR_UNUSED)
{
	return -1;
}

static EVP_PKEY *pem_read(const char *text)
{
	BIO *bio = BIO_new_mem_buf(text, -1);
	EVP_PKEY *pkey;

	if (bio == NULL)
		i_fatal_status(FATAL_OUTOFMEM, "BIO_new_mem_buf() failed");
	pkey = PEM_read_bio_PUBKEY(bio, NULL, pem_passphrase, NULL);
	BIO_free(bio);
	return pkey;
}

/* Make the record that would be in the DNS, so that there is one place where
   keys are judged. */
static const char *pem_to_record(EVP_PKEY *pkey, string_t *record)
{
	unsigned char raw[32], *der = NULL;
	size_t raw_size = sizeof(raw);
	int der_size;

	switch (EVP_PKEY_get_base_id(pkey)) {
	case EVP_PKEY_RSA:
		der_size = i2d_PUBKEY(pkey, &der);
		if (der_size <= 0)
			return "the public key cannot be encoded";
		str_append(record, "v=DKIM1; k=rsa; p=");
		base64_encode(der, der_size, record);
		OPENSSL_free(der);
		return NULL;
	case EVP_PKEY_ED25519:
		if (EVP_PKEY_get_raw_public_key(pkey, raw, &raw_size) != 1)
			return "the public key cannot be encoded";
		str_append(record, "v=DKIM1; k=ed25519; p=");
		base64_encode(raw, raw_size, record);
		return NULL;
	}
	return "the public key is neither RSA nor Ed25519";
}

static enum bounce_key_status
pem_parse(const char *text, struct bounce_key **key_r, const char **error_r)
{
	string_t *record = t_str_new(512);
	EVP_PKEY *pkey;

	if (strstr(text, "PRIVATE KEY-----") != NULL) {
		*error_r = "it holds a private key, which does not belong here";
		return BOUNCE_KEY_UNUSABLE;
	}
	/* Dovecot's own TLS looks at the queue of errors: leave nothing */
	ERR_set_mark();
	pkey = pem_read(text);
	*error_r = pkey == NULL ? "its PEM is no public key" :
		pem_to_record(pkey, record);
	EVP_PKEY_free(pkey);
	ERR_pop_to_mark();
	if (*error_r != NULL)
		return BOUNCE_KEY_UNUSABLE;
	return record_parse(record, key_r, error_r);
}

enum bounce_key_status
bounce_key_file_parse(const unsigned char *data, size_t size,
		      struct bounce_key **key_r, const char **error_r)
{
	enum bounce_key_status status;
	time_t retired = 0;
	char *text;

	*key_r = NULL;
	if (memchr(data, '\0', size) != NULL) {
		*error_r = "it is no text";
		return BOUNCE_KEY_UNUSABLE;
	}
	text = p_strndup(pool_datastack_create(), data, size);
	if (text[strspn(text, " \t\r\n")] == '\0') {
		*error_r = "it is empty";
		return BOUNCE_KEY_UNUSABLE;
	}
	if (text_take_retired(text, &retired, error_r) < 0)
		return BOUNCE_KEY_UNUSABLE;

	if (strstr(text, "-----BEGIN ") != NULL)
		status = pem_parse(text, key_r, error_r);
	else if (text_is_zone(text))
		status = zone_parse(text, key_r, error_r);
	else
		status = plain_parse(text, key_r, error_r);
	if (status == BOUNCE_KEY_FOUND)
		(*key_r)->retired = retired;
	return status;
}
