/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "hash.h"
#include "hex-binary.h"
#include "message-address.h"
#include "message-date.h"
#include "sha2.h"
#include "bounce-authres.h"
#include "bounce-facts.h"
#include "bounce-limits.h"
#include "bounce-message.h"
#include "bounce-policy.h"
#include "bounce-support.h"
#include "bounce-trace.h"
#include "bounce-verdict.h"

#define REPLAY_DAY_SECS (24 * 3600)

HASH_TABLE_DEFINE_TYPE(recipients, char *, char *);

struct support_context {
	pool_t pool;
	const struct bounce_policy *policy;
	const struct bounce_kind_result *kind;
	const struct bounce_message *message;
	const struct bounce_ports *ports;
	struct bounce_evidence *evidence;
};

static void
support_set(struct bounce_asked *asked, int ret, const char *error)
{
	asked->finding = ret < 0 ? BOUNCE_FINDING_FAILED :
		ret > 0 ? BOUNCE_FINDING_YES : BOUNCE_FINDING_NO;
	asked->text = ret < 0 ? error : NULL;
}

/* What is known so far amounts to this. */
static enum bounce_reason support_reason(struct support_context *ctx)
{
	struct bounce_facts facts;

	bounce_facts_collect(ctx->policy, ctx->kind, ctx->message,
			     ctx->evidence, &facts);
	return bounce_facts_reason(&facts);
}

/* The returned Message-ID, or NULL if there is none that can be looked for. */
static const char *support_message_id(struct support_context *ctx)
{
	const struct bounce_original *original =
		bounce_facts_original(ctx->evidence);
	const struct bounce_header *header;
	const struct bounce_field *field;
	const char *value;

	if (original == NULL)
		return NULL;
	header = original->message.header;
	field = bounce_header_find(header, "Message-ID");
	if (field == NULL || field->size > BOUNCE_MESSAGE_ID_MAX_SIZE)
		return NULL;
	value = t_bounce_field_value(header, field, field->size);
	return *value == '\0' ? NULL : value;
}

static void support_ask_sent(struct support_context *ctx)
{
	struct bounce_sent_source *sent = ctx->ports->sent;
	const char *message_id, *error = NULL;
	int ret;

	if (sent == NULL || (message_id = support_message_id(ctx)) == NULL)
		return;
	ret = sent->find(sent, ctx->pool, message_id, &error);
	support_set(&ctx->evidence->sent_copy, ret, error);
}

/* When it was sent: what the signature says, or of a copy its Date. */
static time_t
support_sent_at(struct support_context *ctx, enum bounce_reason reason)
{
	const struct bounce_original *original;
	const char *date;
	time_t timestamp;
	int offset;

	if (reason != BOUNCE_REASON_SENT_COPY) {
		return bounce_signature_time(
			bounce_facts_signature(ctx->evidence));
	}
	original = bounce_facts_original(ctx->evidence);
	date = t_bounce_header_value(original->message.header, "Date");
	if (date == NULL ||
	    !message_date_parse((const unsigned char *)date, strlen(date),
				&timestamp, &offset))
		return 0;
	return timestamp;
}

static void
support_ask_disown(struct support_context *ctx, enum bounce_reason reason)
{
	struct bounce_disown_source *disown = ctx->ports->disown;
	const char *error = NULL;
	int ret;

	if (disown == NULL)
		return;
	ret = disown->find(disown, ctx->pool, support_sent_at(ctx, reason),
			   &error);
	support_set(&ctx->evidence->disowned, ret, error);
}

const char *t_bounce_replay_id(const struct bounce_kind_result *kind,
			       const void *data, size_t size)
{
	const char *name = bounce_kind_name(kind->kind);
	unsigned char digest[SHA256_RESULTLEN];
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	/* with its NUL: what follows cannot be taken for more of it */
	sha256_loop(&ctx, name, strlen(name) + 1);
	sha256_loop(&ctx, data, size);
	sha256_result(&ctx, digest);
	return binary_to_hex(digest, sizeof(digest));
}

/* However long the field is: who writes to many gets as many bounces. */
static void
header_add_addresses(const struct bounce_header *header, const char *name,
		     HASH_TABLE_TYPE(recipients) recipients)
{
	const struct bounce_field *field = bounce_header_find(header, name);
	const struct message_address *addr;
	const char *value;
	char *address;

	if (field == NULL)
		return;
	value = t_bounce_field_value(header, field, field->size);
	addr = message_address_parse(pool_datastack_create(),
				     (const unsigned char *)value,
				     strlen(value),
				     BOUNCE_REPLAY_MAX_ADDRESSES, 0);
	for (; addr != NULL; addr = addr->next) {
		if (addr->mailbox == NULL || addr->domain == NULL ||
		    *addr->domain == '\0')
			continue;
		address = t_strdup_noconst(t_strconcat(addr->mailbox, "@",
						       addr->domain, NULL));
		hash_table_update(recipients, address, address);
	}
}

/* The different addresses in the fields To and Cc that the signature covers. */
static unsigned int
signature_count_recipients(const struct bounce_signature_evidence *evidence)
{
	static const char *const names[] = { "To", "Cc" };
	HASH_TABLE_TYPE(recipients) recipients;
	unsigned int i, count;

	hash_table_create(&recipients, default_pool, 0, strcase_hash,
			  strcasecmp);
	for (i = 0; i < N_ELEMENTS(names); i++) {
		if (bounce_dkim_signature_covers(evidence->sig, names[i])) {
			header_add_addresses(
				evidence->original->message.header,
				names[i], recipients);
		}
	}
	count = hash_table_count(recipients);
	hash_table_destroy(&recipients);
	return I_MIN(count, BOUNCE_REPLAY_MAX_RECIPIENTS);
}

/* A mail fails once, but Exim warns of a delay on each day that it is in the
   queue. */
static unsigned int
replay_times(const struct bounce_policy *policy, enum bounce_kind kind)
{
	unsigned int days;

	if (kind != BOUNCE_KIND_DELAYED)
		return 1;
	days = policy->queue_lifetime / REPLAY_DAY_SECS;
	if (policy->queue_lifetime % REPLAY_DAY_SECS > 0)
		days++;
	return I_MAX(days, 1);
}

unsigned int
bounce_replay_allowed(const struct bounce_policy *policy,
		      enum bounce_kind kind,
		      const struct bounce_evidence *evidence)
{
	const struct bounce_signature_evidence *best =
		bounce_facts_signature(evidence);
	unsigned int count = 0;

	/* one that is not signed names whom a stranger likes */
	if (best != NULL && best->header == BOUNCE_DKIM_HEADER_PASS) T_BEGIN {
		count = signature_count_recipients(best);
	} T_END;
	return policy->replay_limit +
		I_MAX(count, 1) * replay_times(policy, kind);
}

/* How many bounces with a damaged signature have come within the period? They
   are counted under an id of their own for each. */
static void support_ask_damaged(struct support_context *ctx)
{
	struct bounce_replay_source *replay = ctx->ports->replay;
	const struct bounce_policy *policy = ctx->policy;
	static const struct bounce_kind_result any_kind;
	const char *id, *error = NULL;
	unsigned int count;
	int ret;

	if (replay == NULL || policy->damaged_limit == 0)
		return;
	id = t_strdup_printf("damaged %"PRIdTIME_T, policy->now /
			     I_MAX((time_t)policy->damaged_period, 1));
	ret = replay->count(replay, ctx->pool,
			    t_bounce_replay_id(&any_kind, id, strlen(id)),
			    &count, &error);
	support_set(&ctx->evidence->replayed,
		    ret < 0 ? -1 : count > policy->damaged_limit ? 1 : 0,
		    error);
	if (ret == 0) {
		ctx->evidence->replayed.text = p_strdup_printf(ctx->pool,
			"%u bounces with a damaged signature came of late; "
			"%u are allowed", count, policy->damaged_limit);
	}
}

static void
support_ask_replay(struct support_context *ctx, enum bounce_reason reason)
{
	struct bounce_replay_source *replay = ctx->ports->replay;
	const struct bounce_signature_evidence *best;
	const char *id, *message_id, *error = NULL;
	unsigned int count, allowed;
	int ret;

	if (replay == NULL || ctx->policy->replay_limit == 0)
		return;
	if (reason == BOUNCE_REASON_SENT_COPY) {
		message_id = support_message_id(ctx);
		id = t_bounce_replay_id(ctx->kind, message_id,
					strlen(message_id));
	} else {
		best = bounce_facts_signature(ctx->evidence);
		id = t_bounce_replay_id(ctx->kind, best->sig->b,
					best->sig->b_size);
	}
	allowed = bounce_replay_allowed(ctx->policy, ctx->kind->kind,
					ctx->evidence);
	ret = replay->count(replay, ctx->pool, id, &count, &error);
	support_set(&ctx->evidence->replayed,
		    ret < 0 ? -1 : count > allowed ? 1 : 0, error);
	if (ret == 0) {
		ctx->evidence->replayed.text = p_strdup_printf(ctx->pool,
			"it came back %u times; %u are allowed",
			count, allowed);
	}
}

static void support_ask_spf(struct support_context *ctx)
{
	struct bounce_spf_source *spf = ctx->ports->spf;
	const struct bounce_original *original =
		bounce_facts_original(ctx->evidence);

	if (spf == NULL)
		return;
	spf->check(spf, ctx->pool, ctx->policy, ctx->message,
		   original->message.header, &ctx->evidence->spf);
	if (spf->check_reporter != NULL) {
		spf->check_reporter(spf, ctx->pool, ctx->policy, ctx->message,
				    &ctx->evidence->reporter_spf);
	}
}

static void
support_ask_forwarded(struct support_context *ctx, enum bounce_reason reason)
{
	struct bounce_spf_source *spf = ctx->ports->spf;
	const struct bounce_forwarded *forwarded = &ctx->evidence->forwarded;
	enum bounce_verdict_value verdict = bounce_reason_to_verdict(reason);
	struct bounce_spf_result result;
	unsigned int i;

	/* also where something else could not be found out */
	if (spf == NULL || forwarded->forwarding != BOUNCE_FORWARDED_IF_SPF ||
	    (verdict != BOUNCE_VERDICT_BACKSCATTER &&
	     verdict != BOUNCE_VERDICT_TEMPERROR))
		return;
	for (i = 0; i < forwarded->clients_count; i++) {
		spf->check_host(spf, ctx->pool, &forwarded->clients[i],
				forwarded->domain, &result);
		ctx->evidence->forwarded_spf = result.spf;
		if (result.spf != BOUNCE_SPF_PASS)
			break;
	}
}

/* No question to anybody: what our own servers wrote into the bounce. */
static void support_look_alignment(struct support_context *ctx)
{
	const struct bounce_header *header = ctx->message->header;
	enum bounce_alignment alignment = BOUNCE_ALIGNMENT_UNKNOWN;
	const char *authserv_id = ctx->policy->authserv_id;
	unsigned int fields;

	if (authserv_id == NULL)
		return;
	if (bounce_trace_reporter(ctx->pool, header,
				  ctx->policy->trusted_networks,
				  &fields) != NULL) {
		alignment = bounce_authres_alignment(header, fields,
						     authserv_id,
						     ctx->message->report);
	}
	ctx->evidence->reporter_alignment = bounce_alignment_name(alignment);
}

void bounce_support_ask(pool_t pool, const struct bounce_policy *policy,
			const struct bounce_kind_result *kind,
			const struct bounce_message *message,
			const struct bounce_ports *ports,
			struct bounce_evidence *evidence)
{
	struct support_context ctx = {
		.pool = pool,
		.policy = policy,
		.kind = kind,
		.message = message,
		.ports = ports,
		.evidence = evidence
	};
	enum bounce_reason reason = support_reason(&ctx);

	support_look_alignment(&ctx);
	/* NONE: a weak rule, and nothing vouches */
	if (reason == BOUNCE_REASON_NONE ||
	    array_count(&evidence->originals) == 0)
		return;
	if (bounce_reason_asks_sent_copy(reason))
		support_ask_sent(&ctx);
	if (evidence->sent_copy.finding == BOUNCE_FINDING_YES)
		reason = BOUNCE_REASON_SENT_COPY;
	else if (bounce_reason_asks_spf(reason))
		support_ask_spf(&ctx);
	support_ask_forwarded(&ctx, support_reason(&ctx));
	if (bounce_reason_asks_disown(reason))
		support_ask_disown(&ctx, reason);
	if (reason == BOUNCE_REASON_DAMAGED) {
		support_ask_damaged(&ctx);
		/* nothing is given to the doubt any more */
		if (bounce_reason_asks_spf(support_reason(&ctx)))
			support_ask_spf(&ctx);
	} else if (bounce_reason_asks_replay(reason)) {
		support_ask_replay(&ctx, reason);
	}
}
