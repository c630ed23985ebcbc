/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "base64.h"
#include "str.h"
#include "time-util.h"
#include "message-address.h"
#include "message-date.h"
#include "message-header-encode.h"
#include "smtp-address.h"
#include "mail-user.h"
#include "base/sanitize.h"
#include "memory/burst.h"
#include "memory/memory.h"
#include "memory/record-dict.h"
#include "notice/notice-text.h"
#include "notice/notice.h"
#include "settings/plugin-settings.h"
#include "user/user.h"
#include "dovecot-backscatter.h"

const char *backscatter_notice_masked(const char *address)
{
	const char *domain = strrchr(address, '@');

	address = t_strdup_printf("%.1s...%s", address,
				  domain == NULL ? "" : domain);
	return t_bounce_sanitize(address, strlen(address));
}

/*
 * The mail
 */

static void
notice_number(string_t *body, const char *label, uint64_t number)
{
	str_printfa(body, "%s%s\n", label, dec2str(number));
}

static string_t *
t_notice_body(const struct backscatter_notice_text *text,
	      const struct backscatter_settings *set, const char *username,
	      const struct backscatter_memory_notice *what)
{
	const struct backscatter_record_burst *burst = &what->burst;
	string_t *body = t_str_new(4096);

	str_printfa(body, "%s\n", text->intro);
	str_printfa(body, "%s%s\n", text->account,
		    t_bounce_sanitize(username, strlen(username)));
	str_printfa(body, "%s%s\n", text->since,
		    t_strfgmtime("%Y-%m-%d %H:%M UTC",
				 burst->last - (time_t)set->burst_period));
	notice_number(body, text->mails, burst->originals);
	notice_number(body, text->recipients, burst->recipients);
	if (burst->hosts > 0)
		notice_number(body, text->networks, burst->hosts);
	else
		str_printfa(body, "%s%s\n", text->networks, text->unknown);
	str_printfa(body, "\n%s\n%s", what->suspended ? text->suspended :
		    text->running, text->todo);
	return body;
}

/* Append a text as base64: it has lines of any length, and is not ASCII. */
static void notice_append_base64(string_t *dest, string_t *body)
{
	const char *text = t_str_replace(str_c(body), '\r', ' ');
	string_t *crlf = t_str_new(str_len(body) + 128);

	for (; *text != '\0'; text++) {
		if (*text == '\n')
			str_append_c(crlf, '\r');
		str_append_c(crlf, *text);
	}
	str_append_str(dest, t_base64_encode(BASE64_ENCODE_FLAG_CRLF, 76,
					     str_data(crlf), str_len(crlf)));
	str_append(dest, "\r\n");
}

static const char *t_notice_from(struct mail_user *user)
{
	const struct message_address *postmaster;
	string_t *from = t_str_new(64);
	const char *error;

	if (!mail_user_get_postmaster_address(user, &postmaster, &error))
		return "<>";
	message_address_write(from, postmaster);
	return str_c(from);
}

const struct backscatter_notice *
backscatter_notice_create(pool_t pool, struct mail_user *user,
			  const struct backscatter_memory_notice *what)
{
	const struct backscatter_settings *set =
		backscatter_user_get_settings(user);
	const struct backscatter_notice_text *text =
		&backscatter_notice_texts[set->language];
	struct backscatter_notice *notice;
	struct smtp_address *to;
	string_t *mail = t_str_new(8192);
	const char *error;

	if (smtp_address_parse_mailbox(pool, set->notice_to, 0, &to,
				       &error) < 0)
		i_unreached();
	str_printfa(mail, "From: %s\r\n", t_notice_from(user));
	str_printfa(mail, "To: <%s>\r\n", smtp_address_encode(to));
	str_append(mail, "Subject: ");
	message_header_encode(text->subject, mail);
	str_printfa(mail, "\r\nDate: %s\r\n",
		    message_date_create(what->burst.last));
	str_printfa(mail, "Message-ID: %s\r\n",
		    backscatter_burst_message_id(what->id));
	str_append(mail, "Auto-Submitted: auto-generated\r\n"
		   "X-Auto-Response-Suppress: All\r\n"
		   "X-Backscatter-Notice: owner\r\n"
		   "MIME-Version: 1.0\r\n"
		   "Content-Type: text/plain; charset=UTF-8\r\n"
		   "Content-Transfer-Encoding: base64\r\n\r\n");
	notice_append_base64(mail, t_notice_body(text, set, user->username,
						 what));
	notice = p_new(pool, struct backscatter_notice, 1);
	notice->to = to;
	notice->message = p_strdup(pool, str_c(mail));
	return notice;
}

/*
 * It could not be sent
 */

static int
notice_forget(struct backscatter_record *record, void *context ATTR_UNUSED,
	      const char **error_r ATTR_UNUSED)
{
	backscatter_burst_not_told(record);
	return 0;
}

void backscatter_notice_failed(struct mail_user *user)
{
	const char *error;

	/* errors were logged where they occurred */
	(void)backscatter_record_change(user, notice_forget, NULL, FALSE, NULL,
					&error);
}
