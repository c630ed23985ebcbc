#ifndef BOUNCE_POLICY_H
#define BOUNCE_POLICY_H

/* The settings of the admin by which messages are judged. Whoever fills in the
   struct owns what it points to. */

struct bounce_domains;
struct bounce_networks;

enum bounce_sender_match {
	BOUNCE_SENDER_MATCH_NONE = 0,
	BOUNCE_SENDER_MATCH_DOMAIN,
	BOUNCE_SENDER_MATCH_ADDRESS
};

struct bounce_policy {
	const struct bounce_domains *domains;
	/* A signature by an RSA key with fewer bits does not vouch. */
	unsigned int min_rsa_bits;
	/* How From of the original is compared with the mailbox. */
	enum bounce_sender_match sender_match;
	/* The detail of a local part begins at the first of these characters in
	   it. NULL or "": local parts have no detail. */
	const char *recipient_delimiter;
	/* The other addresses of the mailbox: "a@example.org", or
	   "@example.org" for all addresses of that domain. NULL-terminated;
	   NULL: there are none. */
	const char *const *aliases;
	/* In seconds. A signature that is older than max_age is stale. A
	   signature is expired if x= plus queue_lifetime is past. */
	unsigned int max_age;
	unsigned int queue_lifetime;
	/* Originals with an earlier Date need not be signed; 0: all have to
	   be. */
	time_t signed_since;
	/* How many bounces of one kind are allowed for one signature, beyond
	   those that its recipients may cause; 0: bounces are not counted. */
	unsigned int replay_limit;
	/* How many bounces with a damaged signature get the benefit of the
	   doubt, for one mailbox and within the period by which the replay
	   port counts them; 0: all of them. */
	unsigned int damaged_limit;
	/* If SPF shows that one of our hosts sent an original, the bounce is
	   not called backscatter. */
	bool spf_rescue;
	/* Our own relays, whose Received fields are believed. NULL: there are
	   none. */
	const struct bounce_networks *trusted_networks;
	/* The name of our own servers in Authentication-Results (authserv-id,
	   RFC 8601 section 2.5). NULL: no such field is believed. */
	const char *authserv_id;
	/* The time at which the message is judged. */
	time_t now;
	/* now is what the clock of this host says at a delivery. If the bounce
	   is dated in the future as well as the t= of the original's signature,
	   it is not held against them, as that clock is probably wrong. */
	bool now_is_doubtful;
};

#define BOUNCE_POLICY_MIN_RSA_BITS 1024
#define BOUNCE_POLICY_MAX_AGE (14 * 24 * 3600)
#define BOUNCE_POLICY_QUEUE_LIFETIME (5 * 24 * 3600)
#define BOUNCE_POLICY_REPLAY_LIMIT 3
/* By how many seconds t= may be ahead of our clock. */
#define BOUNCE_POLICY_DRIFT 300

/* Set the defaults of the settings. domains becomes NULL and now 0; the caller
   sets them. */
void bounce_policy_init(struct bounce_policy *policy_r);

#endif
