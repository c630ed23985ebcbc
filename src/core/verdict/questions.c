/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "hash.h"
#include "hex-binary.h"
#include "message-address.h"
#include "sha2.h"
#include "header/block.h"
#include "trace/authres.h"
#include "kind/kind.h"
#include "base/limits.h"
#include "message/message.h"
#include "verdict/policy.h"
#include "verdict/questions.h"
#include "verdict/reasons.h"
#include "verdict/signatures.h"
#include "trace/trace.h"

#define REPLAY_DAY_SECS (24 * 3600)

HASH_TABLE_DEFINE_TYPE(recipients, char *, char *);

struct questions_context {
	pool_t pool;
	const struct bounce_policy *policy;
	const struct bounce_kind_result *kind;
	const struct bounce_message *message;
	const struct bounce_signatures *signatures;
	const struct bounce_facts *facts;
	const struct bounce_ports *ports;
	struct bounce_answers *answers;
};

/*
 * Facts
 */

/* TRUE if the header only has fields that a program would show to people: From,
   To, Cc, Subject, Date, Message-ID and MIME fields, but not
   Content-Transfer-Encoding. Mail that was on its way has Received fields, too,
   and whoever left these out may have left out a signature. */
static bool header_is_summary(const struct bounce_header *header)
{
	static const char *const names[] = {
		"From", "To", "Cc", "Subject", "Date", "Message-ID",
		"MIME-Version", "Content-Type", "Content-Disposition",
		"Content-ID", "Content-Description", "Content-Language"
	};
	unsigned int i, j;

	for (i = 0; i < header->fields_count; i++) {
		for (j = 0; j < N_ELEMENTS(names); j++) {
			if (bounce_field_is(header, &header->fields[i],
					    names[j]))
				break;
		}
		if (j == N_ELEMENTS(names))
			return FALSE;
	}
	return TRUE;
}

static bool
original_has_signature(const struct bounce_signatures *signatures,
		       const struct bounce_original *original)
{
	unsigned int i;

	for (i = 0; i < signatures->sigs_count; i++) {
		if (signatures->sigs[i].original == original)
			return TRUE;
	}
	return FALSE;
}

static bool original_is_truncated(const struct bounce_signatures *signatures,
				  const struct bounce_original *original)
{
	/* HTML may have lost the signature, too */
	if (original->source == BOUNCE_SOURCE_HTML &&
	    !original_has_signature(signatures, original))
		return TRUE;
	if (header_is_summary(original->message.header))
		return TRUE;
	if (original->state == BOUNCE_ORIGINAL_TRUNCATED &&
	    (original->body_size == 0 ||
	     !bounce_block_is_original(original->message.header)))
		return TRUE;
	/* every message has From (RFC 5322 section 3.6): the header was cut
	   before it, and a signature there may be lost */
	return bounce_header_find(original->message.header, "From") == NULL;
}

/* TRUE if the mail is from before the day on which we began to sign all
   mail. */
static bool
original_predates_signing(const struct bounce_policy *policy,
			  const struct bounce_original *original)
{
	time_t date;

	if (policy->signed_since == 0)
		return FALSE;
	date = bounce_header_date(original->message.header);
	return date != 0 && date < policy->signed_since;
}

void bounce_facts_collect(const struct bounce_policy *policy,
			  const struct bounce_kind_result *kind,
			  const struct bounce_message *message,
			  const struct bounce_signatures *signatures,
			  struct bounce_facts *facts_r)
{
	const struct bounce_original *original = signatures->original;

	i_zero(facts_r);
	facts_r->signature = signatures->best == NULL ?
		BOUNCE_REASON_UNSIGNED : signatures->best->reason;
	facts_r->weak = kind->weak;
	facts_r->over_limit = signatures->over_limit || message->over_limit;
	facts_r->no_original = original == NULL;
	/* only for these reasons it matters how much of the original came
	   back */
	if (original != NULL &&
	    (bounce_reason_asks(facts_r->signature,
				BOUNCE_QUESTION_FORWARDED) ||
	     facts_r->signature == BOUNCE_REASON_DAMAGED)) {
		if (original->message.over_limit)
			facts_r->over_limit = TRUE;
		facts_r->truncated = original_is_truncated(signatures,
							   original);
		facts_r->predates_signing =
			original_predates_signing(policy, original);
	}
}

/*
 * Questions
 */

static void
asked_set(struct bounce_asked *asked, int ret, const char *error)
{
	asked->finding = ret < 0 ? BOUNCE_FINDING_FAILED :
		ret > 0 ? BOUNCE_FINDING_YES : BOUNCE_FINDING_NO;
	asked->text = ret < 0 ? error : NULL;
}

static enum bounce_finding spf_finding(enum bounce_spf spf)
{
	switch (spf) {
	case BOUNCE_SPF_NOT_ASKED:
		return BOUNCE_FINDING_NOBODY;
	case BOUNCE_SPF_PASS:
		return BOUNCE_FINDING_YES;
	case BOUNCE_SPF_TEMPERROR:
		return BOUNCE_FINDING_FAILED;
	default:
		return BOUNCE_FINDING_NO;
	}
}

/* Returns the Message-ID of the original, or NULL if there is none that can be
   looked for. */
static const char *t_original_message_id(const struct bounce_original *original)
{
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

static void
ask_sent_copy(struct questions_context *ctx,
	      enum bounce_reason reason ATTR_UNUSED,
	      struct bounce_asked *asked)
{
	struct bounce_sent_source *sent = ctx->ports->sent;
	const char *message_id, *error = NULL;
	int ret;

	message_id = t_original_message_id(ctx->signatures->original);
	if (sent == NULL || message_id == NULL)
		return;
	ret = sent->find(sent, ctx->pool, message_id, &error);
	asked_set(asked, ret, error);
}

/* The original was sent when the signature says; if a copy was found, it was
   sent at the time in its Date. */
static void
ask_disowned(struct questions_context *ctx, enum bounce_reason reason,
	     struct bounce_asked *asked)
{
	struct bounce_disown_source *disown = ctx->ports->disown;
	const struct bounce_signatures *signatures = ctx->signatures;
	const char *error = NULL;
	time_t sent_at;
	int ret;

	if (disown == NULL)
		return;
	sent_at = reason != BOUNCE_REASON_SENT_COPY ?
		bounce_signature_time(signatures->best) :
		bounce_header_date(signatures->original->message.header);
	ret = disown->find(disown, ctx->pool, sent_at, &error);
	asked_set(asked, ret, error);
}

const char *t_bounce_replay_id(enum bounce_kind kind, const void *data,
			       size_t size)
{
	const char *name = bounce_kind_name(kind);
	unsigned char digest[SHA256_RESULTLEN];
	struct sha256_ctx ctx;

	sha256_init(&ctx);
	/* the NUL separates the name from the data */
	sha256_loop(&ctx, name, strlen(name) + 1);
	sha256_loop(&ctx, data, size);
	sha256_result(&ctx, digest);
	return binary_to_hex(digest, sizeof(digest));
}

/* The field is read whole, because mail to many recipients may get as many
   bounces. */
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

/* Returns the number of different addresses in To and Cc, if the signature
   covers these fields. */
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

/* Returns how many bounces of this kind one recipient may cause. A message
   fails once, but Exim warns of a delay on each day that the message is in the
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
		      const struct bounce_signatures *signatures)
{
	const struct bounce_signature_evidence *best = signatures->best;
	unsigned int count = 0;

	/* without a signature, a stranger can name any number of recipients */
	if (best != NULL && best->header == BOUNCE_DKIM_HEADER_PASS) T_BEGIN {
		count = signature_count_recipients(best);
	} T_END;
	return policy->replay_limit +
		I_MAX(count, 1) * replay_times(policy, kind);
}

/* Returns the id under which the bounce is counted. All bounces with a damaged
   signature are counted together, without an id. */
static const char *
t_replay_get_id(struct questions_context *ctx, enum bounce_reason reason)
{
	const struct bounce_signatures *signatures = ctx->signatures;
	const char *id;

	switch (reason) {
	case BOUNCE_REASON_DAMAGED:
		return NULL;
	case BOUNCE_REASON_SENT_COPY:
		id = t_original_message_id(signatures->original);
		/* the copy was found by it */
		i_assert(id != NULL);
		return t_bounce_replay_id(ctx->kind->kind, id, strlen(id));
	default:
		return t_bounce_replay_id(ctx->kind->kind,
					  signatures->best->sig->b,
					  signatures->best->sig->b_size);
	}
}

static void
ask_replayed(struct questions_context *ctx, enum bounce_reason reason,
	     struct bounce_asked *asked)
{
	struct bounce_replay_source *replay = ctx->ports->replay;
	const struct bounce_policy *policy = ctx->policy;
	bool damaged = reason == BOUNCE_REASON_DAMAGED;
	unsigned int count, allowed;
	const char *error = NULL;
	int ret;

	if (replay == NULL ||
	    (damaged ? policy->damaged_limit : policy->replay_limit) == 0)
		return;
	allowed = damaged ? policy->damaged_limit :
		bounce_replay_allowed(policy, ctx->kind->kind,
				      ctx->signatures);
	ret = replay->count(replay, ctx->pool, t_replay_get_id(ctx, reason),
			    &count, &error);
	asked_set(asked, ret < 0 ? -1 : count > allowed ? 1 : 0, error);
	if (ret == 0) {
		asked->text = p_strdup_printf(ctx->pool, damaged ?
			"bounces with a damaged signature lately: %u; "
			"allowed: %u" :
			"bounces of this mail so far: %u; allowed: %u",
			count, allowed);
	}
}

static void
ask_spf(struct questions_context *ctx, enum bounce_reason reason ATTR_UNUSED,
	struct bounce_asked *asked)
{
	struct bounce_spf_source *spf = ctx->ports->spf;
	struct bounce_answers *answers = ctx->answers;

	if (spf == NULL)
		return;
	spf->check(spf, ctx->pool, ctx->policy, ctx->message,
		   ctx->signatures->original->message.header, &answers->spf);
	if (spf->check_reporter != NULL) {
		spf->check_reporter(spf, ctx->pool, ctx->policy, ctx->message,
				    &answers->reporter_spf);
	}
	if (ctx->policy->spf_rescue)
		asked->finding = spf_finding(answers->spf.spf);
}

/* All hosts have to pass. */
static void
ask_forwarded(struct questions_context *ctx,
	      enum bounce_reason reason ATTR_UNUSED,
	      struct bounce_asked *asked)
{
	struct bounce_spf_source *spf = ctx->ports->spf;
	const struct bounce_forwarded *forwarded = &ctx->facts->forwarded;
	struct bounce_spf_result result;
	unsigned int i;

	if (spf == NULL || forwarded->forwarding != BOUNCE_FORWARDED_IF_SPF)
		return;
	for (i = 0; i < forwarded->clients_count; i++) {
		spf->check_host(spf, ctx->pool, &forwarded->clients[i],
				forwarded->domain, &result);
		asked->finding = spf_finding(result.spf);
		if (asked->finding != BOUNCE_FINDING_YES)
			break;
	}
}

static void (*const ask_functions[])(struct questions_context *ctx,
				     enum bounce_reason reason,
				     struct bounce_asked *asked) = {
	[BOUNCE_QUESTION_SENT_COPY] = ask_sent_copy,
	[BOUNCE_QUESTION_DISOWNED] = ask_disowned,
	[BOUNCE_QUESTION_REPLAYED] = ask_replayed,
	[BOUNCE_QUESTION_SPF] = ask_spf,
	[BOUNCE_QUESTION_FORWARDED] = ask_forwarded
};
_Static_assert(N_ELEMENTS(ask_functions) == BOUNCE_QUESTION_COUNT,
	       "ask_functions is complete");

/* This asks nobody: our own servers have written it into the bounce. */
static const char *
look_alignment(const struct bounce_policy *policy,
	       const struct bounce_message *message)
{
	enum bounce_alignment alignment = BOUNCE_ALIGNMENT_UNKNOWN;
	unsigned int fields;

	if (policy->authserv_id == NULL)
		return NULL;
	if (bounce_trace_reporter(message->header,
				  policy->trusted_networks, &fields) != NULL) {
		alignment = bounce_authres_alignment(message->header, fields,
						     policy->authserv_id,
						     message->report);
	}
	return bounce_alignment_name(alignment);
}

void bounce_questions_ask(pool_t pool, const struct bounce_policy *policy,
			  const struct bounce_kind_result *kind,
			  const struct bounce_message *message,
			  const struct bounce_signatures *signatures,
			  const struct bounce_facts *facts,
			  const struct bounce_ports *ports,
			  struct bounce_answers *answers_r)
{
	struct questions_context ctx = {
		.pool = pool, .policy = policy, .kind = kind,
		.message = message, .signatures = signatures, .facts = facts,
		.ports = ports, .answers = answers_r
	};
	enum bounce_question question;
	enum bounce_reason reason;

	i_zero(answers_r);
	answers_r->reporter_alignment = look_alignment(policy, message);
	for (;;) {
		reason = bounce_reason_find(facts, answers_r, &question);
		if (question == BOUNCE_QUESTION_COUNT)
			break;
		answers_r->asked[question].finding = BOUNCE_FINDING_NOBODY;
		ask_functions[question](&ctx, reason,
					&answers_r->asked[question]);
	}
}
