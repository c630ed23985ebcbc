/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The whole pipeline, from bytes to verdict and properties, with keys that have
   signed some of the seeds, and others of each status.
   Covers: src/core/verdict/signatures.c
   Covers: src/core/verdict/questions.c
   Covers: src/core/verdict/reasons.c
   Covers: src/core/verdict/damaged.c
   Covers: src/core/verdict/verdict.c
   Covers: src/core/explain/check.c
   Covers: src/core/dkim/verify.c
   Covers: src/core/dkim/undo.c
   Covers: src/core/dkim/repair.c */

#include "fuzz-common.h"
#include "name/domain-name.h"
#include "name/own-domains.h"
#include "base/envelope.h"
#include "base/lines.h"
#include "base/limits.h"
#include "message/message.h"
#include "verdict/policy.h"
#include "explain/check.h"
#include "explain/property.h"
#include "verdict/verdict.h"

/* Keys of example.org, by their selectors. No input has a private half. */
static const struct {
	const char *selector;
	const char *record;
} fuzz_records[] = {
	/* the key pair of tests/fuzz/keys */
	{ "fr",
	  "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCm3N2u"
	  "J8Yau5uZRzDwPjr4q8nYdHIZYrULOtkJcmO+CsXlPZBMjBalA+0o7kaRYBfl7j"
	  "wrF/2Qye1tH6N4VCJ1vQ1Ys3yWbeEFSf/iEJfpEho6JdfChz2lL5Ll6eKjgc+h"
	  "Yw/YcE92f2GXzrgztu8bWCAiqABe3dbGwliKnQV6owIDAQAB" },
	{ "fe",
	  "v=DKIM1; k=ed25519; p=P9aO8HQWbjd6qYkjJ9RYV7GQI1l4kTM3Oc9KAfrB"
	  "kQ0=" },
	/* tests/corpus/damage */
	{ "rsa",
	  "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"
	  "rj4RWqX+80BdkwUYmVxgRWr00/Gpvv68qkLlXgCRmQ3flSl7oOij38UGyBmAaO"
	  "/+nHy9exBODVWB3a9uEc01tSc4ggUUN4mm0QsaMDwz2LfCXMIdXqjCJzv25gFY"
	  "5ubaDjfWdIcn9h3X7fNSrAVicTL+x0TThLPR/6OMgWeztKotedLMMznVqTSKkp"
	  "dEA+rydNTvHf3FZ1tSTn5IKKVwrX/oumONSw+qBBY+Le4VqUYbAzSKmpL+mIBz"
	  "Jmr+GlzCMwEKrAHtUCdnnzB4312bpnkZTeK+rXbsuoMbHTOXQKKaz3NUNPlx4v"
	  "G7hS4NA2Q8oTLCnoFsBRnPrWS3qffJPwIDAQAB" },
	{ "ed",
	  "v=DKIM1; k=ed25519; p=DjWokUWjQHv7okfpUefFE0vC+PbX46WHEg2aPlZg"
	  "/eo=" },
	/* tests/corpus/mta */
	{ "s2048",
	  "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"
	  "vEdjapCDrkDsUJRKk4RwCZGCGOOzkGGE4Xq5mnr4UJNNb7KyIVkkvViCKtM2WO"
	  "Ln3vDzdug4BL5YlzK8t8PlCDk3Bm3frJqrHEn/cm9WKl2uMnMJybo7PpStLhl6"
	  "nV20WoqPig9f2xDhnBxHDxUAvzIbyX3tI6qBxhtntqC4vzW7IYDMKZNdXIZwHj"
	  "pBu5MTGXcXDI7Bt9Y8TIhFC+SN/6hSGm+ECa0VXe4obrV5umLiUeo560Y2Qh7w"
	  "LkDmRSeZ/lx+sMl+L1BkeAZ1G9LYpEI8O/smiai2CpI1HBjciJJqWLaqxy4Eer"
	  "0REkCGlG01mPZNxPWjfnAz95UlayZ1FwIDAQAB" },
	{ "sed",
	  "v=DKIM1; k=ed25519; p=8VfQM6AvqBOIwqfXG9wlwjJwqcfpLKWpRwMUC+S0"
	  "4GQ=" }
};

/* They are parsed once. The first two are known without being asked for. */
#define FUZZ_KNOWN 2
static struct bounce_key *fuzz_keys[N_ELEMENTS(fuzz_records)];

static void fuzz_keys_init(void)
{
	const char *record, *error;
	unsigned int i;

	if (fuzz_keys[0] != NULL)
		return;
	for (i = 0; i < N_ELEMENTS(fuzz_keys); i++) {
		record = fuzz_records[i].record;
		if (bounce_key_parse((const unsigned char *)record,
				     strlen(record), &fuzz_keys[i],
				     &error) != BOUNCE_KEY_FOUND)
			i_unreached();
	}
}

static void fuzz_key_found(struct bounce_key_query *query, unsigned int i)
{
	query->status = BOUNCE_KEY_FOUND;
	query->origin = BOUNCE_KEY_ORIGIN_DIR;
	query->key = fuzz_keys[i];
	bounce_key_ref(query->key);
}

/* Of all other selectors the status is what their first letter says, where that
   is not FOUND. */
static void fuzz_lookup_one(struct bounce_key_query *query)
{
	unsigned int i;

	i_assert(bounce_dns_name_is_valid(query->selector));
	i_assert(bounce_dns_name_is_valid(query->domain));
	for (i = 0; i < N_ELEMENTS(fuzz_records); i++) {
		if (strcmp(query->selector, fuzz_records[i].selector) == 0) {
			fuzz_key_found(query, i);
			return;
		}
	}
	query->status = BOUNCE_KEY_MISSING + query->selector[0] %
		(BOUNCE_KEY_TEMPERROR - BOUNCE_KEY_MISSING + 1);
	query->error = "fuzz";
}

static void
fuzz_lookup(struct bounce_key_source *source ATTR_UNUSED,
	    pool_t pool ATTR_UNUSED, struct bounce_key_query *queries,
	    unsigned int count)
{
	unsigned int i;

	i_assert(count <= BOUNCE_DKIM_MAX_OWN);
	for (i = 0; i < count; i++)
		fuzz_lookup_one(&queries[i]);
}

static unsigned int
fuzz_known(struct bounce_key_source *source ATTR_UNUSED, pool_t pool,
	   const char *domain, struct bounce_key_query *queries,
	   unsigned int max)
{
	unsigned int i;

	i_assert(bounce_dns_name_is_valid(domain));
	if (strcmp(domain, "example.org") != 0)
		return 0;
	for (i = 0; i < I_MIN(FUZZ_KNOWN, max); i++) {
		queries[i].selector = p_strdup(pool, fuzz_records[i].selector);
		queries[i].domain = p_strdup(pool, domain);
		fuzz_key_found(&queries[i], i);
	}
	return i;
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

/* Whether it is no bounce by its header, which comes in two pieces: the first
   one ends after the third line. */
static bool
fuzz_is_ordinary(const struct bounce_envelope *envelope, const uint8_t *data,
		 size_t size)
{
	const uint8_t *end = size == 0 ? data : data + size, *p = data;
	unsigned int i;
	int ret;

	for (i = 0; i < 3 && p < end; i++)
		p = bounce_line_next(p, end);
	ret = bounce_check_ordinary(envelope, 0, data, p - data);
	if (ret == 0) {
		ret = bounce_check_ordinary(envelope, p - data, p,
					    end - p);
	}
	return ret > 0;
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	struct bounce_key_source keys = {
		.lookup = fuzz_lookup, .known = fuzz_known
	};
	struct bounce_replay_source replay = { .count = fuzz_replay };
	struct bounce_disown_source disown = { .find = fuzz_disown };
	struct bounce_sent_source sent = { .find = fuzz_sent };
	const struct bounce_ports ports = {
		.keys = &keys, .replay = &replay, .disown = &disown,
		.sent = &sent
	};
	struct bounce_envelope envelope = {
		.mail_from = size == 0 ? "" : data[0] == 'X' ? NULL :
			data[0] == 'D' ? "carol@example.com" : "",
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
	fuzz_keys_init();
	fuzz_size = size;
	bounce_policy_init(&policy);
	policy.domains = domains;
	/* an hour after the originals of one corpus and of another were
	   signed */
	policy.now = size % 2 == 0 ? 1763903600 : 1795784400;
	parser = bounce_message_parser_init(pool, &set);
	(void)bounce_message_parser_more(parser, data, size);
	message = bounce_message_parser_finish(&parser);
	verdict = bounce_judge(pool, &policy, &envelope, message, &ports);
	i_assert(verdict->text != NULL);
	i_assert(!fuzz_is_ordinary(&envelope, data, size) ||
		 (message->header_only &&
		  verdict->kind.kind == BOUNCE_KIND_NONE));
	for (i = 0; i < BOUNCE_PROPERTY_COUNT; i++)
		(void)bounce_property_get(pool, i, verdict);
	pool_unref(&pool);
}
FUZZ_END
