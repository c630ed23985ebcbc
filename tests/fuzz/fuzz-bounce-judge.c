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

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	struct bounce_key_source keys = { .lookup = fuzz_lookup };
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
	bounce_policy_init(&policy);
	policy.domains = set.domains = domains;
	policy.now = 1763903600;
	parser = bounce_message_parser_init(pool, &set);
	(void)bounce_message_parser_more(parser, data, size);
	message = bounce_message_parser_finish(&parser);
	verdict = bounce_judge(pool, &policy, &envelope, message, &keys, NULL);
	i_assert(verdict->text != NULL);
	for (i = 0; i < BOUNCE_PROPERTY_COUNT; i++)
		(void)bounce_property_get(pool, i, message, verdict);
	pool_unref(&pool);
}
FUZZ_END
