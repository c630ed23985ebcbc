/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "bounce-address.h"
#include "bounce-dkim.h"
#include "bounce-domain-name.h"
#include "bounce-envelope.h"
#include "bounce-header.h"
#include "bounce-policy.h"
#include "bounce-sender.h"

struct sender_context {
	const struct bounce_policy *policy;
	/* the mailbox's: of the envelope, and unwrapped */
	ARRAY(struct bounce_address) recipients;
	/* there is a recipient with a domain */
	bool known;
};

static void sender_add_recipient(struct sender_context *ctx, const char *text)
{
	struct bounce_address address;
	unsigned int i;

	if (text == NULL || strchr(text, '@') == NULL)
		return;
	ctx->known = TRUE;
	if (t_bounce_address_parse(text, &address) < 0)
		return;
	array_push_back(&ctx->recipients, &address);
	for (i = 0; i < BOUNCE_ADDRESS_MAX_WRAPS; i++) {
		struct bounce_address inner;

		if (!t_bounce_address_unwrap(&address, &inner))
			break;
		array_push_back(&ctx->recipients, &inner);
		address = inner;
	}
}

static bool
sender_domain_matches(const char *domain, const char *recipient_domain)
{
	return bounce_domain_is_within(domain, recipient_domain) ||
		bounce_domain_is_within(recipient_domain, domain);
}

static bool
sender_matches_alias(const struct bounce_policy *policy,
		     const struct bounce_address *sender, const char *alias)
{
	struct bounce_address address;

	if (*alias == '@') {
		return policy->sender_match == BOUNCE_SENDER_MATCH_DOMAIN ?
			sender_domain_matches(sender->domain, alias + 1) :
			bounce_domain_equals(sender->domain,
						     alias + 1);
	}
	if (t_bounce_address_parse(alias, &address) < 0)
		return FALSE;
	return policy->sender_match == BOUNCE_SENDER_MATCH_DOMAIN ?
		sender_domain_matches(sender->domain, address.domain) :
		bounce_address_equals(sender, &address,
				      policy->recipient_delimiter);
}

static bool
sender_matches_mailbox(const struct sender_context *ctx,
		       const struct bounce_address *sender)
{
	const struct bounce_policy *policy = ctx->policy;
	const struct bounce_address *recipient;
	const char *const *alias = policy->aliases;

	array_foreach(&ctx->recipients, recipient) {
		if (policy->sender_match == BOUNCE_SENDER_MATCH_DOMAIN ?
		    sender_domain_matches(sender->domain, recipient->domain) :
		    bounce_address_equals(sender, recipient,
					  policy->recipient_delimiter))
			return TRUE;
	}
	for (; alias != NULL && *alias != NULL; alias++) {
		if (sender_matches_alias(policy, sender, *alias))
			return TRUE;
	}
	return FALSE;
}

/* One address of a list, as far as it was read. */
struct sender_reading {
	unsigned int comment, angles, ats;
	bool quoted, in_angle;
};

/* Returns FALSE if the address cannot be read in one way only. */
static bool sender_reading_add(struct sender_reading *reading, char c)
{
	switch (c) {
	case '"':
		reading->quoted = TRUE;
		break;
	case '(':
		reading->comment++;
		break;
	case '<':
		reading->ats = 0;
		reading->in_angle = TRUE;
		return ++reading->angles == 1;
	case '>':
		reading->in_angle = FALSE;
		return reading->ats <= 1;
	case '@':
		if (reading->in_angle || reading->angles == 0)
			reading->ats++;
		break;
	case ',':
	case ';':
	case ':':
		if (reading->in_angle)
			break;
		if (reading->ats > 1 && reading->angles == 0)
			return FALSE;
		i_zero(reading);
		break;
	}
	return TRUE;
}

/* Two at-signs in an address, two pairs of angle brackets, a quote that is left
   open: programs differ in whose address they show. */
static bool sender_list_is_ambiguous(const char *p)
{
	struct sender_reading reading;

	i_zero(&reading);
	for (; *p != '\0'; p++) {
		if (*p == '\\' && (reading.quoted || reading.comment > 0)) {
			if (*++p == '\0')
				return TRUE;
		} else if (reading.quoted) {
			reading.quoted = *p != '"';
		} else if (reading.comment > 0) {
			if (*p == '(')
				reading.comment++;
			else if (*p == ')')
				reading.comment--;
		} else if (!sender_reading_add(&reading, *p)) {
			return TRUE;
		}
	}
	return reading.quoted || reading.comment > 0 || reading.in_angle ||
		(reading.ats > 1 && reading.angles == 0);
}

/* Returns -1 if there are more addresses than are read, or it is not clear
   which there are. */
static int
t_sender_field(const struct bounce_header *original, const char *name,
	       const struct bounce_address **list_r, unsigned int *count_r)
{
	const struct bounce_field *field = bounce_header_find(original, name);
	const char *value;

	*count_r = 0;
	if (field == NULL)
		return 0;
	value = t_bounce_field_value(original, field, field->size);
	return sender_list_is_ambiguous(value) ? -1 :
		t_bounce_address_parse_list(value, list_r, count_r);
}

/* Who is responsible for the mail, RFC 5322 section 3.6.2: a Sender that was
   not signed is anybody's. */
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

static void
sender_init(struct sender_context *ctx, const struct bounce_envelope *envelope)
{
	t_array_init(&ctx->recipients, 4);
	sender_add_recipient(ctx, envelope->rcpt_to);
	sender_add_recipient(ctx, envelope->orcpt);
	sender_add_recipient(ctx, envelope->user);
}

static bool
sender_matches(const struct bounce_policy *policy,
	       const struct bounce_envelope *envelope,
	       const struct bounce_header *original,
	       const struct bounce_dkim_signature *sig)
{
	struct sender_context ctx = { .policy = policy };
	const struct bounce_address *list;
	unsigned int i, count;

	sender_init(&ctx, envelope);
	if (!ctx.known)
		return TRUE;
	if (t_sender_list(original, sig, &list, &count) < 0 || count == 0)
		return FALSE;
	for (i = 0; i < count; i++) {
		if (!sender_matches_mailbox(&ctx, &list[i]))
			return FALSE;
	}
	return TRUE;
}

bool bounce_sender_matches(const struct bounce_policy *policy,
			   const struct bounce_envelope *envelope,
			   const struct bounce_header *original,
			   const struct bounce_dkim_signature *sig)
{
	bool ret;

	if (policy->sender_match == BOUNCE_SENDER_MATCH_NONE)
		return TRUE;
	T_BEGIN {
		ret = sender_matches(policy, envelope, original, sig);
	} T_END;
	return ret;
}

static bool
sender_is_mailbox(const struct sender_context *ctx, const char *text)
{
	const struct bounce_address *recipient;
	struct bounce_address address;

	if (strchr(text, '@') != NULL) {
		return t_bounce_address_parse(text, &address) == 0 &&
			sender_matches_mailbox(ctx, &address);
	}
	address.local_part = text;
	array_foreach(&ctx->recipients, recipient) {
		address.domain = recipient->domain;
		if (bounce_address_equals(&address, recipient,
					  ctx->policy->recipient_delimiter))
			return TRUE;
	}
	return FALSE;
}

bool bounce_sender_is_mailbox(const struct bounce_policy *policy,
			      const struct bounce_envelope *envelope,
			      const char *text)
{
	struct bounce_policy exact = *policy;
	struct sender_context ctx = { .policy = &exact };
	bool ret;

	exact.sender_match = BOUNCE_SENDER_MATCH_ADDRESS;
	T_BEGIN {
		sender_init(&ctx, envelope);
		ret = sender_is_mailbox(&ctx, text);
	} T_END;
	return ret;
}
