/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "name/address.h"
#include "header/header.h"
#include "message/message.h"
#include "report/delivery-status.h"
#include "verdict/linkage.h"

ARRAY_DEFINE_TYPE(bounce_address, struct bounce_address);

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

static void
t_linkage_add_fields(const struct bounce_header *header,
		     ARRAY_TYPE(bounce_address) *named)
{
	static const char *const names[] = {
		"To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc"
	};
	const struct bounce_address *list;
	const char *value;
	unsigned int i, count;

	for (i = 0; i < N_ELEMENTS(names); i++) {
		value = t_bounce_header_value(header, names[i]);
		if (value == NULL)
			continue;
		/* if there are too many addresses, the first ones are enough */
		(void)t_bounce_address_parse_list(value, &list, &count);
		array_append(named, list, count);
	}
}

static bool
linkage_is_named(const ARRAY_TYPE(bounce_address) *named,
		 const struct bounce_address *recipient)
{
	const struct bounce_address *address;

	array_foreach(named, address) {
		if (bounce_address_equals(address, recipient, NULL))
			return TRUE;
	}
	return FALSE;
}

static enum bounce_linkage
linkage_compare(const struct bounce_report *report,
		const struct bounce_header *header, const char **matched_r)
{
	ARRAY_TYPE(bounce_address) named;
	struct bounce_address recipient;
	bool known = FALSE;
	unsigned int i, j;

	t_array_init(&named, 16);
	t_linkage_add_fields(header, &named);
	for (i = 0; i < report->recipients_count; i++) {
		const char *const texts[] = {
			report->recipients[i].original_recipient,
			report->recipients[i].final_recipient
		};

		for (j = 0; j < N_ELEMENTS(texts); j++) {
			if (texts[j] == NULL ||
			    t_bounce_address_parse(texts[j], &recipient) < 0)
				continue;
			known = TRUE;
			if (linkage_is_named(&named, &recipient)) {
				*matched_r = texts[j];
				return BOUNCE_LINKAGE_YES;
			}
		}
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
