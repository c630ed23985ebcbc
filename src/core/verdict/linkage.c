/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "header/header.h"
#include "message/message.h"
#include "report/delivery-status.h"
#include "verdict/linkage.h"

static const char *const linkage_names[] = {
	[BOUNCE_LINKAGE_UNKNOWN] = "unknown",
	[BOUNCE_LINKAGE_YES] = "yes",
	[BOUNCE_LINKAGE_NO] = "no"
};
_Static_assert(N_ELEMENTS(linkage_names) == BOUNCE_LINKAGE_COUNT,
	       "linkage_names is complete");

const char *bounce_linkage_name(enum bounce_linkage linkage)
{
	i_assert(linkage < BOUNCE_LINKAGE_COUNT);
	return linkage_names[linkage];
}

/* Returns the message in which the original came back, or NULL. The levels and
   the originals are limited, and so is the recursion. */
static const struct bounce_message *
linkage_find_bounce(const struct bounce_message *message,
		    const struct bounce_original *original)
{
	const struct bounce_original *o;
	const struct bounce_message *bounce;

	for (o = message->originals; o != NULL; o = o->next) {
		if (o == original)
			return message;
		bounce = linkage_find_bounce(&o->message, original);
		if (bounce != NULL)
			return bounce;
	}
	return NULL;
}

void t_bounce_linkage_add_field(const struct bounce_header *header,
				const char *name,
				ARRAY_TYPE(bounce_address) *addresses)
{
	const struct bounce_address *list;
	unsigned int count;

	(void)t_bounce_address_parse_list(t_bounce_header_value(header, name),
					  &list, &count);
	array_append(addresses, list, count);
}

const struct bounce_address *
bounce_linkage_match(const ARRAY_TYPE(bounce_address) *addresses,
		     const struct bounce_report_recipient *recipient,
		     const char **text_r)
{
	const char *const texts[] = {
		recipient->original_recipient, recipient->final_recipient
	};
	const struct bounce_address *address;
	struct bounce_address reported;
	unsigned int i;

	*text_r = NULL;
	for (i = 0; i < N_ELEMENTS(texts); i++) {
		if (texts[i] == NULL ||
		    t_bounce_address_parse(texts[i], &reported) < 0)
			continue;
		*text_r = texts[i];
		array_foreach(addresses, address) {
			if (bounce_address_equals(address, &reported, NULL))
				return address;
		}
	}
	return NULL;
}

static enum bounce_linkage
linkage_compare(const struct bounce_report *report,
		const struct bounce_header *header, const char **matched_r)
{
	static const char *const names[] = {
		"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"
	};
	ARRAY_TYPE(bounce_address) named;
	const char *text;
	bool known = FALSE;
	unsigned int i;

	t_array_init(&named, 16);
	for (i = 0; i < N_ELEMENTS(names); i++)
		t_bounce_linkage_add_field(header, names[i], &named);
	for (i = 0; i < report->recipients_count; i++) {
		if (bounce_linkage_match(&named, &report->recipients[i],
					 &text) != NULL) {
			*matched_r = text;
			return BOUNCE_LINKAGE_YES;
		}
		if (text != NULL)
			known = TRUE;
	}
	/* a mailing list (RFC 2919, RFC 2369) sends to members whom the header
	   does not name */
	if (!known || array_count(&named) == 0 ||
	    bounce_header_find(header, "List-Id") != NULL ||
	    bounce_header_find(header, "List-Post") != NULL)
		return BOUNCE_LINKAGE_UNKNOWN;
	return BOUNCE_LINKAGE_NO;
}

enum bounce_linkage
bounce_linkage_find(const struct bounce_message *message,
		    const struct bounce_original *original,
		    const char **matched_r)
{
	const struct bounce_message *bounce;
	enum bounce_linkage linkage;

	*matched_r = NULL;
	if (original == NULL)
		return BOUNCE_LINKAGE_UNKNOWN;
	bounce = linkage_find_bounce(message, original);
	if (bounce == NULL || bounce->report == NULL)
		return BOUNCE_LINKAGE_UNKNOWN;
	T_BEGIN {
		linkage = linkage_compare(bounce->report,
					  original->message.header, matched_r);
	} T_END;
	return linkage;
}
