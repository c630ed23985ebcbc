/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "istream.h"
#include "mail-storage.h"
#include "dovecot-backscatter.h"
#include "doveadm-backscatter-mail.h"

#include <time.h>

/* A clock that is wrong. */
#define MAIL_MAX_AHEAD_SECS (24 * 3600)

/* When it came. A file's time may be anything; where it cannot be that, what the
   message says is better. Not known: 0. */
static int mail_get_time(struct mail *mail, time_t *time_r)
{
	time_t received, date;
	int zone;

	*time_r = 0;
	if (mail_get_received_date(mail, &received) < 0)
		return -1;
	if (received > 0 && received <= time(NULL) + MAIL_MAX_AHEAD_SECS)
		*time_r = received;
	else if (mail_get_date(mail, &date, &zone) < 0)
		return -1;
	else if (date > 0 && date <= time(NULL))
		*time_r = date;
	return 0;
}

int backscatter_doveadm_ask_mail(struct mail_user *user, struct mail *mail,
				 time_t since, pool_t pool, time_t *received_r,
				 const struct backscatter_result **result_r,
				 const char **error_r)
{
	struct backscatter_question question;
	int ret;

	i_zero(&question);
	ret = mail_get_time(mail, received_r);
	if (ret == 0 && *received_r < since)
		return 0;
	if (ret < 0 || mail_get_stream(mail, NULL, NULL, &question.input) < 0) {
		*error_r = mailbox_get_last_internal_error(mail->box, NULL);
		return -1;
	}
	question.user = user;
	question.name = mailbox_get_vname(mail->box);
	question.when = *received_r;
	question.delivered = TRUE;
	ret = backscatter_ask(pool, &question, result_r, error_r);
	i_stream_seek(question.input, 0);
	return ret < 0 ? -1 : 1;
}

const char *t_backscatter_property(const struct backscatter_result *result,
				   const char *name)
{
	const char *const *values = backscatter_result_property(result, name);

	i_assert(values != NULL);
	return t_strarray_join(values, ", ");
}
