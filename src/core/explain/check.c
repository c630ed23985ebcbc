/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "message-address.h"
#include "name/address.h"
#include "header/header.h"
#include "kind/kind.h"
#include "explain/check.h"
#include "name/domain-name.h"
#include "name/own-domains.h"
#include "message/message.h"
#include "report/delivery-status.h"
#include "verdict/verdict.h"
#include "wording/marks.h"

/* How many addresses of a field are searched for the first complete one. */
#define CHECK_MAX_ADDRESSES 16
/* A piece of a header with more fields than this is not ordinary, nor is a
   header of more octets: each piece may have a From and a Subject whose
   charsets have to be loaded, and where BOUNCE_HEADER_MAX_SIZE is reached,
   fields are dropped, so that later ones of the same name count. */
#define CHECK_MAX_FIELDS 128
#define CHECK_MAX_SIZE (64 * 1024)

/* Take the recipient from the field. Returns FALSE if the field does not name
   one. */
static bool
check_take_recipient(pool_t pool, struct bounce_check *check,
		     const struct bounce_header *header, const char *name)
{
	const char *value = t_bounce_header_value(header, name);
	const struct message_address *addr;

	addr = value == NULL ? NULL :
		message_address_parse(pool, (const unsigned char *)value,
				      strlen(value), CHECK_MAX_ADDRESSES, 0);
	for (; addr != NULL; addr = addr->next) {
		if (addr->mailbox != NULL && *addr->mailbox != '\0' &&
		    addr->domain != NULL && *addr->domain != '\0') {
			check->envelope.rcpt_to = p_strconcat(pool,
				addr->mailbox, "@", addr->domain, NULL);
			check->rcpt_to_field = name;
			return TRUE;
		}
	}
	return FALSE;
}

static void
check_find_recipient(pool_t pool, struct bounce_check *check,
		     const struct bounce_header *header)
{
	const char *owner = check->envelope.user;

	if (check->envelope.rcpt_to != NULL)
		return;
	if (check->header_recipient &&
	    (check_take_recipient(pool, check, header, "Delivered-To") ||
	     check_take_recipient(pool, check, header, "X-Original-To")))
		return;
	/* the name of the owner says more than the To of the message */
	if (owner != NULL && strchr(owner, '@') != NULL)
		check->envelope.rcpt_to = owner;
	else if (check->header_recipient)
		(void)check_take_recipient(pool, check, header, "To");
}

/* Returns the domain of an address, or "" if it has none. The address may come
   from the header of the message, so the domain has to be one name, and not a
   list of them or a ".domain". */
static const char *t_check_domain(const char *address)
{
	const char *domain = bounce_address_domain(address);

	domain = domain == NULL ? NULL : t_bounce_domain_normalise(domain);
	return domain == NULL ? "" : domain;
}

/* Returns the own domains if none are set: that of the recipient, and that of
   the user's name, as mail to a domain that is an alias may be delivered to the
   user. ORCPT does not count: the sender of the bounce may have made it up, and
   any domain that he signs with would then be ours. */
static const struct bounce_domains *
check_default_domains(pool_t pool, const struct bounce_envelope *envelope)
{
	struct bounce_domains *domains;
	const char *error;

	if (bounce_domains_parse(pool,
			t_strconcat(t_check_domain(envelope->rcpt_to), " ",
				    t_check_domain(envelope->user), NULL),
			&domains, &error) < 0)
		i_unreached();
	return domains;
}

int bounce_check(pool_t pool, struct bounce_check *check,
		 const struct bounce_ports *ports, struct istream *input,
		 const char **error_r)
{
	/* only the MAIL FROM of the envelope matters while the message is
	   read */
	const struct bounce_message_settings set = {
		.envelope = &check->envelope
	};
	const struct bounce_message *message;
	int ret;

	ret = bounce_message_read(pool, input, &set, &message, error_r);
	if (ret == 0 && check->failed != NULL) {
		*error_r = check->failed;
		ret = -1;
	}
	if (ret == 0 && check->prepare != NULL && message->marks->possible)
		ret = check->prepare(error_r);
	check_find_recipient(pool, check, message->header);
	if (check->policy.domains == NULL) {
		check->policy.domains =
			check_default_domains(pool, &check->envelope);
	}
	if (check->domains_needed && message->marks->possible &&
	    bounce_domains_is_empty(check->policy.domains))
		return 0;
	if (ret < 0) {
		check->verdict = bounce_verdict_give_up(pool,
			&check->envelope, message, *error_r);
		return -1;
	}
	check->verdict = bounce_judge(pool, &check->policy, &check->envelope,
				      message, ports);
	return 1;
}

static bool check_is_ordinary(const struct bounce_envelope *envelope,
			      const struct bounce_header *header)
{
	const char *type = t_bounce_header_value(header, "Content-Type");
	struct bounce_kind_marks marks;
	/* The body is not looked at, so the type only matters if it is that of
	   a report, in whatever way it is written. */
	const struct bounce_message message = {
		.header = header, .marks = &marks, .content_type = "",
		.header_only = TRUE
	};
	struct bounce_kind_result kind;

	if (type != NULL && strstr(t_str_lcase(type), "report") != NULL)
		return FALSE;
	t_bounce_kind_marks(header, envelope, &marks);
	/* what a list's manager sends depends on fields of other pieces */
	if (marks.possible || marks.list_manager)
		return FALSE;
	bounce_kind_classify(&message, envelope, &kind);
	return kind.kind == BOUNCE_KIND_NONE;
}

int bounce_check_ordinary(const struct bounce_envelope *envelope,
			  uoff_t offset, const unsigned char *data,
			  size_t size)
{
	struct bounce_field fields[CHECK_MAX_FIELDS];
	struct bounce_header header;
	bool ordinary;

	if (!bounce_header_peek(data, size, fields, N_ELEMENTS(fields),
				&header))
		return -1;
	if (offset + header.size > CHECK_MAX_SIZE)
		return -1;
	T_BEGIN {
		ordinary = check_is_ordinary(envelope, &header);
	} T_END;
	return !ordinary ? -1 : header.complete ? 1 : 0;
}

bool bounce_check_is_over_limit(const struct bounce_check *check)
{
	const struct bounce_message *message = check->verdict->message;
	const struct bounce_signatures *signatures =
		check->verdict->signatures;

	return message->over_limit ||
		(message->report != NULL && message->report->over_limit) ||
		(signatures != NULL && signatures->over_limit);
}
