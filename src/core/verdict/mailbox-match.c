/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "rfc822-parser.h"
#include "name/address.h"
#include "dkim/dkim.h"
#include "name/domain-name.h"
#include "base/envelope.h"
#include "header/header.h"
#include "verdict/policy.h"
#include "verdict/mailbox-match.h"

struct sender_context {
	enum bounce_sender_match match;
	const char *delimiter;
	/* The addresses of the mailbox: first those of the envelope and what is
	   wrapped in them, then the aliases. local_part is NULL for an alias
	   that means all addresses of a domain. */
	ARRAY(struct bounce_address) mailbox;
	unsigned int recipients_count;
	/* a recipient with a domain is known */
	bool known;
};

static void sender_add_recipient(struct sender_context *ctx, const char *text)
{
	struct bounce_address address, inner;
	unsigned int i;

	if (text == NULL || strchr(text, '@') == NULL)
		return;
	ctx->known = TRUE;
	if (t_bounce_address_parse(text, &address) < 0)
		return;
	array_push_back(&ctx->mailbox, &address);
	for (i = 0; i < BOUNCE_ADDRESS_MAX_WRAPS &&
	     t_bounce_address_unwrap(&address, &inner); i++) {
		array_push_back(&ctx->mailbox, &inner);
		address = inner;
	}
}

static void
sender_init(struct sender_context *ctx, const struct bounce_policy *policy,
	    const struct bounce_envelope *envelope,
	    enum bounce_sender_match match)
{
	const char *const *alias = policy->aliases;
	struct bounce_address address;

	i_zero(ctx);
	ctx->match = match;
	ctx->delimiter = policy->recipient_delimiter;
	t_array_init(&ctx->mailbox, 4);
	sender_add_recipient(ctx, envelope->rcpt_to);
	sender_add_recipient(ctx, envelope->orcpt);
	sender_add_recipient(ctx, envelope->user);
	ctx->recipients_count = array_count(&ctx->mailbox);
	for (; alias != NULL && *alias != NULL; alias++) {
		(void)t_bounce_address_parse(*alias, &address);
		if (**alias == '@')
			address.local_part = NULL;
		if (address.domain != NULL)
			array_push_back(&ctx->mailbox, &address);
	}
}

static bool
sender_matches_one(const struct sender_context *ctx,
		   const struct bounce_address *sender,
		   const struct bounce_address *mailbox)
{
	if (ctx->match == BOUNCE_SENDER_MATCH_DOMAIN) {
		return bounce_domain_is_within(sender->domain,
					       mailbox->domain) ||
			bounce_domain_is_within(mailbox->domain,
						sender->domain);
	}
	return mailbox->local_part == NULL ?
		bounce_domain_equals(sender->domain, mailbox->domain) :
		bounce_address_equals(sender, mailbox, ctx->delimiter);
}

static bool
sender_matches_mailbox(const struct sender_context *ctx,
		       const struct bounce_address *sender)
{
	const struct bounce_address *mailbox;

	array_foreach(&ctx->mailbox, mailbox) {
		if (sender_matches_one(ctx, sender, mailbox))
			return TRUE;
	}
	return FALSE;
}

/* What was read so far of a list of addresses. */
struct sender_reading {
	/* those that came before the current one */
	unsigned int addresses;
	/* of the current one */
	unsigned int angles, ats;
	bool in_angle;
	/* it has a quoted string with an at-sign */
	bool quoted_at;
	bool in_group;
	/* the list has a ';' that ends no group */
	bool separated;
};

/* Read what separates addresses; c is '\0' at the end of the list. Returns
   FALSE if the address before it can be read in more than one way, if it would
   be the name of a group, or if it is only a quoted string that looks like an
   address. */
static bool sender_reading_next(struct sender_reading *reading, char c)
{
	if ((reading->ats > 1 && reading->angles == 0) ||
	    (reading->ats > 0 && c == ':') ||
	    (reading->quoted_at && reading->ats == 0))
		return FALSE;
	if (reading->ats > 0)
		reading->addresses++;
	if (c == ';' && !reading->in_group)
		reading->separated = TRUE;
	reading->in_group = c == ':' || (c == ',' && reading->in_group);
	reading->angles = reading->ats = 0;
	reading->quoted_at = FALSE;
	return TRUE;
}

/* Read the next character. Returns FALSE if the address can be read in more
   than one way. */
static bool sender_reading_add(struct sender_reading *reading, char c)
{
	switch (c) {
	case '<':
		reading->in_angle = TRUE;
		return ++reading->angles == 1 && reading->ats == 0;
	case '>':
		reading->in_angle = FALSE;
		return reading->ats <= 1;
	case '@':
		reading->ats++;
		/* some programs read no address behind such a semicolon, or
		   behind another one in angle brackets */
		return !reading->separated &&
			(reading->in_angle || reading->angles == 0);
	case '\0':
	case ',':
	case ';':
	case ':':
		return reading->in_angle ? c != '\0' :
			sender_reading_next(reading, c);
	}
	return TRUE;
}

/* Count the addresses, which have an at-sign each. Returns 0, or -1 if mail
   programs may differ in which address they show: an address has two at-signs
   or two pairs of angle brackets, stands where the name of a group or of
   another address does, in quotes, behind another one or behind a semicolon
   that ends no group; or a quoted string or a comment is not closed. */
static int sender_list_count(const char *value, unsigned int *count_r)
{
	struct rfc822_parser_context parser;
	struct sender_reading reading;
	string_t *quoted = t_str_new(128);
	int ret;

	i_zero(&reading);
	value = bounce_address_list_skip_name(value);
	rfc822_parser_init(&parser, (const unsigned char *)value,
			   strlen(value), NULL);
	while ((ret = rfc822_skip_lwsp(&parser)) > 0) {
		if (*parser.data == '"') {
			str_truncate(quoted, 0);
			if (rfc822_parse_quoted_string(&parser, quoted) < 0)
				return -1;
			if (strchr(str_c(quoted), '@') != NULL)
				reading.quoted_at = TRUE;
		} else if (!sender_reading_add(&reading, *parser.data++)) {
			return -1;
		}
	}
	if (ret < 0 || !sender_reading_add(&reading, '\0'))
		return -1;
	*count_r = reading.addresses;
	return 0;
}

/* Read the addresses of a field. Returns 0, or -1 if there are more of them
   than are read, or if they can be read in more than one way. */
static int
t_sender_field(const struct bounce_header *original, const char *name,
	       const struct bounce_address **list_r, unsigned int *count_r)
{
	const struct bounce_field *field = bounce_header_find(original, name);
	unsigned int count;
	const char *value;

	*count_r = 0;
	if (field == NULL)
		return 0;
	value = t_bounce_field_value(original, field, field->size);
	/* the parser may leave out an address that mail programs show */
	return sender_list_count(value, &count) < 0 ||
		t_bounce_address_parse_list(value, list_r, count_r) < 0 ||
		count != *count_r ? -1 : 0;
}

/* Find the addresses of who is responsible for the mail (RFC 5322 section
   3.6.2). A Sender that was not signed does not count, as anybody can write it.
   Returns 0, or -1 if the addresses are not clear. */
static int
t_sender_list(const struct bounce_header *original,
	      const struct bounce_dkim_signature *sig,
	      const struct bounce_address **list_r, unsigned int *count_r)
{
	const struct bounce_address *sender;
	unsigned int count;

	if (t_sender_field(original, "From", list_r, count_r) < 0)
		return -1;
	if (*count_r > 1 && sig != NULL &&
	    bounce_dkim_signature_covers(sig, "Sender") &&
	    bounce_header_count(original, "Sender") == 1 &&
	    t_sender_field(original, "Sender", &sender, &count) == 0 &&
	    count == 1) {
		*list_r = sender;
		*count_r = 1;
	}
	return 0;
}

static bool
sender_matches(const struct sender_context *ctx,
	       const struct bounce_header *original,
	       const struct bounce_dkim_signature *sig)
{
	const struct bounce_address *list;
	unsigned int i = 0, count;

	if (!ctx->known)
		return TRUE;
	if (t_sender_list(original, sig, &list, &count) < 0)
		return FALSE;
	while (i < count && sender_matches_mailbox(ctx, &list[i]))
		i++;
	return count > 0 && i == count;
}

bool bounce_sender_matches(const struct bounce_policy *policy,
			   const struct bounce_envelope *envelope,
			   const struct bounce_header *original,
			   const struct bounce_dkim_signature *sig)
{
	struct sender_context ctx;
	bool ret;

	if (policy->sender_match == BOUNCE_SENDER_MATCH_NONE)
		return TRUE;
	T_BEGIN {
		sender_init(&ctx, policy, envelope, policy->sender_match);
		ret = sender_matches(&ctx, original, sig);
	} T_END;
	return ret;
}

static bool
sender_is_mailbox(const struct sender_context *ctx, const char *text)
{
	const struct bounce_address *mailbox;
	struct bounce_address address;
	unsigned int i;

	if (strchr(text, '@') != NULL) {
		return t_bounce_address_parse(text, &address) == 0 &&
			sender_matches_mailbox(ctx, &address);
	}
	address.local_part = text;
	for (i = 0; i < ctx->recipients_count; i++) {
		mailbox = array_idx(&ctx->mailbox, i);
		address.domain = mailbox->domain;
		if (bounce_address_equals(&address, mailbox, ctx->delimiter))
			return TRUE;
	}
	return FALSE;
}

bool bounce_sender_is_mailbox(const struct bounce_policy *policy,
			      const struct bounce_envelope *envelope,
			      const char *text)
{
	struct sender_context ctx;
	bool ret;

	T_BEGIN {
		sender_init(&ctx, policy, envelope,
			    BOUNCE_SENDER_MATCH_ADDRESS);
		ret = sender_is_mailbox(&ctx, text);
	} T_END;
	return ret;
}
