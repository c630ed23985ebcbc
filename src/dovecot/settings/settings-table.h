/* All our settings, for Dovecot 2.3 and 2.4 alike. A file that includes this
   defines the macros SETTING() and SETTING_BLOCK() before, which say what a row
   becomes. There is no include guard, because a file may include it twice.

   SETTING(NAME, DEFAULT, TYPE, FIELD, EXPECTATION)
     NAME	  the name without backscatter_
     DEFAULT	  the value if it is not set, as an admin would write it; "" for
		  no value
     TYPE	  how it is parsed, see settings/plugin-settings.c:
		  WORDS(enumeration), UINT(min, max), SECS(min, max),
		  MSECS(min, max), STRING(check), PARSED(parser). min and max
		  are allowed values.
     FIELD	  the field of struct backscatter_settings for the value: an
		  unsigned int or an enumeration for WORDS, UINT, SECS and MSECS
     EXPECTATION  the values that are allowed, to follow "expected:" in an
		  error message

   SETTING_BLOCK() is the same, but Dovecot 2.4 has a block of that name in
   place of the setting. */

SETTING(domains, "", PARSED(domains), domains,
	"domains, each as example.com, or .example.com for its subdomains "
	"as well; or /path of a file of them, or dict:")
SETTING(mode, "enforce", WORDS(mode), mode,
	"enforce, audit or off")
SETTING(key_dir, "", STRING(path), key_dir,
	"an absolute path such as /etc/dovecot/dkim-keys")
SETTING(dns_servers, "", STRING(servers), dns_servers,
	"addresses such as 127.0.0.1, 192.0.2.1:5353 or [2001:db8::1]:53")
SETTING(dns_timeout, "3s", MSECS(100, 60 * 1000), dns_timeout_msecs,
	"a time from 100ms to 60s, such as 3s")
/* RFC 8301 section 3.2: no signature of a key below 1024 bits is valid. */
SETTING(min_rsa_bits, "1024", UINT(1024, 16384), policy.min_rsa_bits,
	"a number of bits from 1024 to 16384")
SETTING(sender_match, "domain", WORDS(sender_match), policy.sender_match,
	"none, domain or address")
SETTING(aliases, "", PARSED(addresses), policy.aliases,
	"addresses, each as alice@example.com, or @example.com for all of "
	"that domain")
SETTING(max_age, "14d", SECS(3600, 3650U * 24 * 3600), policy.max_age,
	"a time from 1h to 3650d, such as 14d")
SETTING(queue_lifetime, "5d", SECS(0, 365 * 24 * 3600), policy.queue_lifetime,
	"a time from 0 to 365d, such as 5d")
SETTING(signed_since, "", PARSED(date), policy.signed_since,
	"a date such as 2026-01-31 or 2026-01-31T12:00:00Z")
/* This many bounces are allowed beyond one for each recipient that the original
   names. */
SETTING(replay_limit, "3", UINT(0, 100000), policy.replay_limit,
	"a number from 0 (they are not counted) to 100000")
/* For how many different signatures we remember how often they came back. */
SETTING(replay_signatures, "100", UINT(1, 1000), replay_signatures,
	"a number from 1 to 1000")
SETTING(burst_limit, "20", UINT(0, 100000), burst_limit,
	"a number from 0 (no alarm) to 100000")
SETTING(burst_recipients, "100", UINT(0, 100000), burst_recipients,
	"a number from 0 (they raise no alarm) to 100000")
SETTING(burst_hosts, "3", UINT(0, 1000), burst_hosts,
	"a number from 0 (they raise no alarm) to 1000")
SETTING(burst_period, "1h", SECS(60, 30U * 24 * 3600), burst_period,
	"a time from 1 min to 30d, such as 1h")
SETTING(suspend, "no", WORDS(suspend), suspend,
	"no or alarm")
SETTING(notice_to, "", STRING(address), notice_to,
	"an address such as owner@example.net")
SETTING(language, "en", WORDS(language), language,
	"en, ja, de, fr or es")
SETTING(sent_mailbox, "", STRING(mailbox), sent_mailbox,
	"the name of a mailbox, such as Sent")
SETTING_BLOCK(dict, "", STRING(dict), dict_uri,
	"the URI of a dict such as file:%h/backscatter.dict, "
	"proxy::backscatter or redis:host=127.0.0.1")
/* Of counters, and of what is remembered of a user without bounces. */
SETTING(keep, "400d", SECS(24 * 3600, 3650U * 24 * 3600), keep,
	"a time from 1d to 3650d, such as 400d")
SETTING(spf, "report", WORDS(spf), spf,
	"no, report or rescue")
SETTING(reporter_spf, "no", WORDS(no_yes), reporter_spf,
	"yes or no")
SETTING(trusted_networks, "127.0.0.0/8 ::1", PARSED(networks),
	policy.trusted_networks,
	"addresses and ranges such as 192.0.2.0/24 2001:db8::1")
SETTING(authserv_id, "", STRING(word), policy.authserv_id,
	"a name such as mx.example.com")

#undef SETTING
#undef SETTING_BLOCK
