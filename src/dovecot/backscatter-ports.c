/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-key-lookup.h"
#include "bounce-spf-source.h"
#include "backscatter-dict.h"
#include "backscatter-settings.h"
#include "backscatter-private.h"
#include "backscatter-ports.h"

#include <time.h>

int backscatter_ports_init(struct backscatter_ports *ports_r, pool_t pool,
			   struct mail_user *user,
			   const struct backscatter_settings *set,
			   bool delivery, const char **error_r)
{
	i_zero(ports_r);
	if (backscatter_keys_get(set, &ports_r->keys, error_r) < 0)
		return -1;
	ports_r->ports.keys = bounce_key_lookup_source(ports_r->keys, pool);
	if (set->spf != BACKSCATTER_SPF_NO) {
		ports_r->ports.spf = bounce_spf_source_init(pool,
			ports_r->ports.keys, set->reporter_spf != 0);
	}
	backscatter_state_init(&ports_r->state, user, set, time(NULL),
			       !delivery, &ports_r->ports);
	return 0;
}

void backscatter_ports_deinit(struct backscatter_ports *ports)
{
	bounce_key_lookup_unref(&ports->keys);
	backscatter_dict_release(ports->state.user);
}
