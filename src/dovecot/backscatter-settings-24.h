#ifndef BACKSCATTER_SETTINGS_24_H
#define BACKSCATTER_SETTINGS_24_H

/* The settings as Dovecot 2.4 knows them. */

#include "backscatter-settings.h"

struct setting_parser_info;

struct backscatter_string_settings {
	pool_t pool;

	const char *domains;
	const char *mode;
	const char *key_dir;
	const char *dns_servers;
	const char *dns_timeout;
	const char *min_rsa_bits;
	const char *sender_match;
	const char *aliases;
	const char *max_age;
	const char *queue_lifetime;
	const char *signed_since;
	const char *spf;
	const char *reporter_spf;
	const char *trusted_networks;
	const char *authserv_id;
	const char *replay_limit;
	const char *burst_limit;
	const char *burst_period;
	const char *sent_mailbox;
	/* Dovecot's own */
	const char *recipient_delimiter;

	/* made of the strings when they are checked */
	struct backscatter_settings parsed;
};

extern const struct setting_parser_info backscatter_setting_parser_info;

#endif
