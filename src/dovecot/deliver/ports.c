/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dns/dns.h"
#include "keys/key-lookup.h"
#include "spf/spf-source.h"
#include "dict/state-dict.h"
#include "settings/plugin-settings.h"
#include "user/keys.h"
#include "dovecot-backscatter.h"
#include "deliver/ports.h"
#include "memory/sent-copy.h"

#include <time.h>

/* The deadline is for all lookups of one message. */
static struct bounce_sent_source *
ports_sent_init(pool_t pool, struct mail_user *user,
		const struct backscatter_settings *set)
{
	const struct backscatter_sent_settings sent_set = {
		.user = user,
		.mailbox = set->sent_mailbox,
		.deadline = bounce_dns_now() + set->dns_timeout_msecs,
		.oldest = time(NULL) - set->policy.max_age
	};

	return set->sent_mailbox == NULL ? NULL :
		backscatter_sent_create(pool, &sent_set);
}

int backscatter_ports_init(struct backscatter_ports *ports_r, pool_t pool,
			   struct mail_user *user,
			   const struct backscatter_settings *set,
			   enum backscatter_replays replays,
			   const char **error_r)
{
	i_zero(ports_r);
	ports_r->user = user;
	ports_r->memory = backscatter_memory_create(pool, user, set,
						    time(NULL), replays,
						    &ports_r->ports);
	if (backscatter_keys_get(set, &ports_r->keys, error_r) < 0)
		return -1;
	ports_r->ports.keys = bounce_key_lookup_source(ports_r->keys, pool);
	if (set->spf != BACKSCATTER_SPF_NO) {
		ports_r->ports.spf = bounce_spf_source_init(pool,
			ports_r->ports.keys, set->reporter_spf != 0);
	}
	ports_r->ports.sent = ports_sent_init(pool, user, set);
	return 0;
}

void backscatter_ports_deinit(struct backscatter_ports *ports)
{
	bounce_key_lookup_unref(&ports->keys);
	backscatter_dict_release(ports->user);
}
