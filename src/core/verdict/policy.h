#ifndef BOUNCE_POLICY_H
#define BOUNCE_POLICY_H

/* What the admin decides. */

struct bounce_domains;
struct bounce_networks;

enum bounce_sender_match {
	BOUNCE_SENDER_MATCH_NONE = 0,
	BOUNCE_SENDER_MATCH_DOMAIN,
	BOUNCE_SENDER_MATCH_ADDRESS
};

struct bounce_policy {
	const struct bounce_domains *domains;
	/* RSA keys below this do not vouch. */
	unsigned int min_rsa_bits;
	enum bounce_sender_match sender_match;
	/* Characters of which the first begins the detail of a local part;
	   NULL or "": there is no detail. */
	const char *recipient_delimiter;
	/* The mailbox's other addresses: "a@example.org", or "@example.org"
	   for all of that domain. NULL-terminated; NULL: none. */
	const char *const *aliases;
	/* Seconds: a signature older than this is stale; x= is judged with
	   the queue lifetime added. */
	unsigned int max_age;
	unsigned int queue_lifetime;
	/* Originals dated earlier are not expected to be signed; 0: all are. */
	time_t signed_since;
	/* Bounces of one signature and kind beyond those that the recipients
	   that it names may cause; 0: they are not counted. */
	unsigned int replay_limit;
	/* Bounces whose original bears a damaged signature that are given the
	   benefit of the doubt, for a mailbox and in so many seconds; 0: all of
	   them are. */
	unsigned int damaged_limit;
	unsigned int damaged_period;
	/* That one of our hosts sent an original (SPF) is held for it. */
	bool spf_rescue;
	/* Hosts whose trace fields are true: our own relays. NULL: none. */
	const struct bounce_networks *trusted_networks;
	/* What our own servers call themselves in Authentication-Results; NULL:
	   there are none to be believed. */
	const char *authserv_id;
	/* The time as of which the message is judged. */
	time_t now;
};

#define BOUNCE_POLICY_MIN_RSA_BITS 1024
#define BOUNCE_POLICY_MAX_AGE (14 * 24 * 3600)
#define BOUNCE_POLICY_QUEUE_LIFETIME (5 * 24 * 3600)
#define BOUNCE_POLICY_REPLAY_LIMIT 3
/* How far t= may be ahead of our clock, seconds. */
#define BOUNCE_POLICY_DRIFT 300

/* The defaults of the settings; domains NULL, now 0. */
void bounce_policy_init(struct bounce_policy *policy_r);

#endif
