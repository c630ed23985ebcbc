/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The whole pipeline, from bytes to verdict and properties, with keys of each
   status. */

#include "fuzz-common.h"
#include "bounce-domains.h"
#include "bounce-limits.h"
#include "bounce-message.h"
#include "bounce-policy.h"
#include "bounce-property.h"
#include "bounce-verdict.h"

/* The key of the recordings in tests/corpus/mta. */
static const char fuzz_key[] =
	"v=DKIM1; k=ed25519; p=8VfQM6AvqBOIwqfXG9wlwjJwqcfpLKWpRwMUC+S04GQ=";

static void
fuzz_lookup(struct bounce_key_source *source ATTR_UNUSED,
	    pool_t pool ATTR_UNUSED, struct bounce_key_query *queries,
	    unsigned int count)
{
	const char *error;
	unsigned int i;

	i_assert(count <= BOUNCE_DKIM_MAX_OWN);
	for (i = 0; i < count; i++) {
		i_assert(bounce_key_name_is_valid(queries[i].selector));
		i_assert(bounce_key_name_is_valid(queries[i].domain));
		queries[i].status = queries[i].selector[0] %
			(BOUNCE_KEY_TEMPERROR + 1);
		queries[i].error = "fuzz";
		if (queries[i].status == BOUNCE_KEY_FOUND &&
		    bounce_key_parse((const unsigned char *)fuzz_key,
				     sizeof(fuzz_key) - 1, &queries[i].key,
				     &error) != BOUNCE_KEY_FOUND)
			i_unreached();
	}
}

/* Each question is answered in each way, as the message's size has it. */
static int fuzz_answer(unsigned int size)
{
	return (int)(size % 3) - 1;
}

static unsigned int fuzz_size;

static int
fuzz_replay(struct bounce_replay_source *source ATTR_UNUSED,
	    pool_t pool ATTR_UNUSED, const char *id, unsigned int *count_r,
	    const char **error_r)
{
	i_assert(strlen(id) == 64);
	*count_r = fuzz_size % 5 * 3;
	*error_r = "no state";
	return fuzz_answer(fuzz_size) < 0 ? -1 : 0;
}

static int
fuzz_disown(struct bounce_disown_source *source ATTR_UNUSED,
	    pool_t pool ATTR_UNUSED, time_t sent_at ATTR_UNUSED,
	    const char **error_r)
{
	*error_r = "no state";
	return fuzz_answer(fuzz_size / 3);
}

static int
fuzz_sent(struct bounce_sent_source *source ATTR_UNUSED,
	  pool_t pool ATTR_UNUSED, const char *message_id,
	  const char **error_r)
{
	i_assert(*message_id != '\0' &&
		 strlen(message_id) <= BOUNCE_MESSAGE_ID_MAX_SIZE);
	*error_r = "no mailbox";
	return fuzz_answer(fuzz_size / 9);
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	struct bounce_key_source keys = { .lookup = fuzz_lookup };
	struct bounce_replay_source replay = { .count = fuzz_replay };
	struct bounce_disown_source disown = { .find = fuzz_disown };
	struct bounce_sent_source sent = { .find = fuzz_sent };
	const struct bounce_ports ports = {
		.keys = &keys, .replay = &replay, .disown = &disown,
		.sent = &sent
	};
	struct bounce_envelope envelope = {
		.mail_from = size > 0 && data[0] == 'X' ? NULL : "",
		.rcpt_to = "alice@example.org"
	};
	struct bounce_message_settings set = { .envelope = &envelope };
	struct bounce_message_parser *parser;
	const struct bounce_message *message;
	const struct bounce_verdict *verdict;
	struct bounce_domains *domains;
	struct bounce_policy policy;
	const char *error;
	unsigned int i;
	pool_t pool = pool_allocfree_create("fuzz");

	if (bounce_domains_parse(pool, ".example.org", &domains, &error) < 0)
		i_unreached();
	fuzz_size = size;
	bounce_policy_init(&policy);
	policy.domains = set.domains = domains;
	policy.now = 1763903600;
	parser = bounce_message_parser_init(pool, &set);
	(void)bounce_message_parser_more(parser, data, size);
	message = bounce_message_parser_finish(&parser);
	verdict = bounce_judge(pool, &policy, &envelope, message, &ports,
			       NULL);
	i_assert(verdict->text != NULL);
	for (i = 0; i < BOUNCE_PROPERTY_COUNT; i++)
		(void)bounce_property_get(pool, i, message, verdict);
	pool_unref(&pool);
}
FUZZ_END
