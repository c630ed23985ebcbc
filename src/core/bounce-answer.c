/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "message-address.h"
#include "bounce-address.h"
#include "bounce-answer.h"
#include "bounce-domain-name.h"
#include "bounce-domains.h"
#include "bounce-header.h"
#include "bounce-limits.h"
#include "bounce-message.h"
#include "bounce-report.h"
#include "bounce-verdict.h"

/* The size of the header at the start of data, the line that ends it
   included, or 0 if it does not end there. Looks from *pos on. */
static size_t
header_find_end(const unsigned char *data, size_t size, size_t *pos)
{
	const unsigned char *p, *end = data + size;

	for (p = data + *pos; p < end; p++) {
		p = memchr(p, '\n', end - p);
		if (p == NULL)
			break;
		if (end - p > 1 && p[1] == '\n')
			return p + 2 - data;
		if (end - p > 2 && p[1] == '\r' && p[2] == '\n')
			return p + 3 - data;
	}
	/* a line end may be half there */
	*pos = size < 3 ? 0 : size - 3;
	return 0;
}

/* Look at the header of the message, without reading it: the message's own
   parser will, once it knows whose signatures are ours. */
static const struct bounce_header *
answer_peek_header(pool_t pool, struct istream *input)
{
	const unsigned char *data;
	size_t size, header_size, pos = 0;

	i_stream_set_max_buffer_size(input, BOUNCE_HEADER_MAX_SIZE);
	for (;;) {
		data = i_stream_get_data(input, &size);
		header_size = header_find_end(data, size, &pos);
		if (header_size > 0 || i_stream_read(input) <= 0)
			break;
	}
	data = i_stream_get_data(input, &size);
	return bounce_header_parse(pool, data,
				   header_size > 0 ? header_size : size);
}

/* The first address of a field, or NULL. */
static const char *
header_get_address(pool_t pool, const struct bounce_header *header,
		   const char *name)
{
	const char *value = t_bounce_header_value(header, name);
	const struct message_address *addr;

	if (value == NULL)
		return NULL;
	addr = message_address_parse(pool, (const unsigned char *)value,
				     strlen(value), 16, 0);
	for (; addr != NULL; addr = addr->next) {
		if (addr->mailbox != NULL && *addr->mailbox != '\0' &&
		    addr->domain != NULL && *addr->domain != '\0')
			return p_strconcat(pool, addr->mailbox, "@",
					   addr->domain, NULL);
	}
	return NULL;
}

static void
answer_find_recipient(pool_t pool, const struct bounce_header *header,
		      struct bounce_answer *answer)
{
	static const char *const names[] = {
		"Delivered-To", "X-Original-To", "To"
	};
	/* whose mailbox it is tells more than the message's To */
	unsigned int i, count = N_ELEMENTS(names) -
		(answer->owner == NULL ? 0 : 1);

	for (i = 0; i < count; i++) {
		answer->envelope.rcpt_to =
			header_get_address(pool, header, names[i]);
		if (answer->envelope.rcpt_to != NULL) {
			answer->rcpt_to_field = names[i];
			return;
		}
	}
	answer->envelope.rcpt_to = answer->owner;
}

/* The recipient's domain is ours. It may come from the message's header: it
   is a name, never a list of them or a ".domain". */
static const struct bounce_domains *
answer_default_domains(pool_t pool, const char *rcpt_to)
{
	struct bounce_domains *domains;
	const char *domain, *error;

	domain = t_bounce_domain_normalise(bounce_address_domain(rcpt_to));
	if (domain == NULL)
		domain = "";
	if (bounce_domains_parse(pool, domain, &domains, &error) < 0 &&
	    bounce_domains_parse(pool, "", &domains, &error) < 0)
		i_unreached();
	return domains;
}

int bounce_answer_judge(pool_t pool, struct bounce_answer *answer,
			const struct bounce_ports *ports,
			struct istream *input,
			const char **error_r)
{
	struct bounce_message_settings set;

	/* Without MAIL FROM the message's Return-Path says what it says. */
	if (answer->envelope.rcpt_to == NULL) {
		answer_find_recipient(pool, answer_peek_header(pool, input),
				      answer);
	}
	if (answer->policy.domains == NULL) {
		answer->policy.domains = answer_default_domains(pool,
			answer->envelope.rcpt_to);
	}

	i_zero(&set);
	set.envelope = &answer->envelope;
	if (bounce_message_read(pool, input, &set, &answer->message,
				error_r) < 0)
		return -1;
	answer->verdict = bounce_judge(pool, &answer->policy,
				       &answer->envelope, answer->message,
				       ports);
	return 0;
}

bool bounce_answer_is_over_limit(const struct bounce_answer *answer)
{
	const struct bounce_report *report = answer->message->report;
	const struct bounce_signatures *signatures =
		answer->verdict->signatures;

	return answer->message->over_limit ||
		(report != NULL && report->over_limit) ||
		(signatures != NULL && signatures->over_limit);
}
