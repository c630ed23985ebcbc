/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "base/limits.h"
#include "base/lines.h"
#include "header/header.h"
#include "report/delivery-status.h"

#include <ctype.h>

#define TEXT_MAX_LINES 400
#define TEXT_LINE_MAX_SIZE 998

struct report_text {
	pool_t pool;
	const char *const *message_ids;
	ARRAY(struct bounce_report_recipient) recipients;
	/* the recipient that the text spoke of last */
	unsigned int current;
};

static bool is_address_char(unsigned char c)
{
	return c > 32 && c != 127 && strchr("<>()[],;:\"\\", c) == NULL;
}

/* Returns the size of the address at the beginning of data, or 0 if there is
   none. A dot after it belongs to the sentence. */
static size_t address_size(const char *data)
{
	const char *at = NULL, *p;
	size_t size;

	for (p = data; *p != '\0' && is_address_char(*p); p++) {
		if (*p == '@') {
			if (at != NULL)
				return 0;
			at = p;
		}
	}
	while (p > data && p[-1] == '.')
		p--;
	size = p - data;
	if (at == NULL || at == data || at[-1] == '=' || p - at < 4 ||
	    memchr(at, '.', p - at) == NULL || size > 320)
		return 0;
	return size;
}

/* TRUE if the address cannot be that of a recipient that failed: it is the
   Message-ID of an original, or that of the server that writes. */
static bool
address_is_other(const struct report_text *report, const char *address)
{
	return (report->message_ids != NULL &&
		str_array_find(report->message_ids, address)) ||
		strncasecmp(address, "mailer-daemon@", 14) == 0 ||
		strncasecmp(address, "postmaster@", 11) == 0;
}

static struct bounce_report_recipient *
report_text_recipient(struct report_text *report, const char *address)
{
	struct bounce_report_recipient *rcpt;

	array_foreach_modifiable(&report->recipients, rcpt) {
		if (strcasecmp(rcpt->final_recipient, address) == 0) {
			report->current =
				array_foreach_idx(&report->recipients, rcpt);
			return rcpt;
		}
	}
	if (array_count(&report->recipients) >= BOUNCE_REPORT_MAX_RECIPIENTS)
		return NULL;
	report->current = array_count(&report->recipients);
	rcpt = array_append_space(&report->recipients);
	rcpt->final_recipient = p_strdup(report->pool, address);
	return rcpt;
}

/* Read X-Failed-Recipients, as Exim and Gmail write it: addresses with commas
   between them. */
static void
report_text_add_failed(struct report_text *report,
		       const struct bounce_header *header)
{
	const char *value, *const *words;

	value = t_bounce_header_value(header, "X-Failed-Recipients");
	if (value == NULL)
		return;
	for (words = t_strsplit_spaces(value, ", "); *words != NULL; words++) {
		if (address_size(*words) == strlen(*words))
			(void)report_text_recipient(report, *words);
	}
}

/* Returns the size of the reply code before "<a@b>" in a transcript, such as
   "550 5.1.1 "; 0 if there is none. */
static size_t line_reply_code_size(const char *line)
{
	size_t size = strspn(line, "0123456789");

	if (size != 3 || (line[3] != ' ' && line[3] != '-'))
		return 0;
	size = 4 + strspn(line + 4, "0123456789.");
	size += strspn(line + size, " ");
	return line[size] == '<' ? size : 0;
}

/* Returns the address at the beginning of a line, or NULL. In the bounces of
   most programs the list of failed recipients has such lines: "<a@b>:", "a@b:
   550 ..", or "a@b" after blanks. */
static const char *line_first_address(const char *line)
{
	size_t size;

	line += line_reply_code_size(line);
	line += strspn(line, " \t<*-");
	size = address_size(line);
	if (size == 0)
		return NULL;
	return t_strndup(line, size);
}

/* Returns the address after words that announce a recipient, or NULL. */
static const char *line_named_address(const char *line)
{
	static const char *const names[] = {
		"rcpt to:", "your message to ", "delivering to ",
		"delivery to ", "recipient: ", "recipient address: ",
		"message to ",
		"delivered to: ", "e-mail an ", "nachricht an ",
	};
	const char *lc_line = t_str_lcase(line), *p;
	unsigned int i;
	size_t size;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		p = strstr(lc_line, names[i]);
		if (p == NULL)
			continue;
		p = line + (p - lc_line) + strlen(names[i]);
		p += strspn(p, " <");
		size = address_size(p);
		if (size > 0)
			return t_strndup(p, size);
	}
	return NULL;
}

/* Returns the first status code (class.subject.detail, RFC 3463 section 2) that
   is not a part of an IP address, or NULL. */
static const char *line_status(const char *line)
{
	const char *p;
	size_t subject, detail;

	for (p = line; *p != '\0'; p++) {
		if ((p[0] != '2' && p[0] != '4' && p[0] != '5') ||
		    p[1] != '.' ||
		    (p > line && (i_isalnum(p[-1]) || p[-1] == '.' ||
				  p[-1] == '-')))
			continue;
		subject = strspn(p + 2, "0123456789");
		if (subject == 0 || subject > 3 || p[2 + subject] != '.')
			continue;
		detail = strspn(p + 3 + subject, "0123456789");
		if (detail == 0 || detail > 3 ||
		    i_isalnum(p[3 + subject + detail]) ||
		    (p[3 + subject + detail] == '.' &&
		     i_isdigit(p[4 + subject + detail])))
			continue;
		return t_strndup(p, 3 + subject + detail);
	}
	return NULL;
}

static void report_text_line(struct report_text *report, const char *line)
{
	struct bounce_report_recipient *rcpt = NULL;
	const char *address, *status;

	address = line_first_address(line);
	if (address == NULL)
		address = line_named_address(line);
	if (address != NULL && !address_is_other(report, address))
		rcpt = report_text_recipient(report, address);
	else if (array_count(&report->recipients) > 0)
		rcpt = array_idx_modifiable(&report->recipients,
					    report->current);

	if (rcpt == NULL || rcpt->status != NULL)
		return;
	status = line_status(line);
	if (status != NULL) {
		rcpt->status = p_strdup(report->pool, status);
		rcpt->diagnostic_code =
			p_strdup(report->pool, t_str_trim(line, " \t"));
	}
}

/* Returns the line as a string with blanks for control characters. */
static const char *t_line_clean(const unsigned char *data, size_t size)
{
	string_t *line = t_str_new(128);
	size_t i;

	size = I_MIN(size, TEXT_LINE_MAX_SIZE);
	for (i = 0; i < size; i++)
		str_append_c(line, data[i] < 32 ? ' ' : data[i]);
	return str_c(line);
}

static void report_text_lines(struct report_text *report,
			      const unsigned char *text, size_t size)
{
	const unsigned char *end = text + size, *next;
	unsigned int lines = 0;

	for (; text < end && lines < TEXT_MAX_LINES; text = next, lines++) {
		next = bounce_line_next(text, end);
		T_BEGIN {
			report_text_line(report,
					 t_line_clean(text, next - text));
		} T_END;
	}
}

const struct bounce_report *
bounce_report_from_text(pool_t pool, const struct bounce_header *header,
			const char *const *message_ids,
			const unsigned char *text, size_t size)
{
	struct report_text report;
	struct bounce_report *ret;

	i_zero(&report);
	report.pool = pool;
	report.message_ids = message_ids;
	p_array_init(&report.recipients, pool, 1);
	T_BEGIN {
		report_text_add_failed(&report, header);
		if (size > 0)
			report_text_lines(&report, text, size);
	} T_END;
	if (array_count(&report.recipients) == 0)
		return NULL;
	ret = p_new(pool, struct bounce_report, 1);
	ret->recipients = array_get(&report.recipients,
				    &ret->recipients_count);
	return ret;
}
