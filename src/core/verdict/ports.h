#ifndef BOUNCE_PORTS_H
#define BOUNCE_PORTS_H

/* The interfaces through which the verdict asks others: DNS, the dict, the
   mailbox. Each of them is a struct of callbacks that its owner embeds in one
   of his own. verdict/signatures.c asks for the keys and verdict/questions.c
   for everything else, and only if the answer can change the verdict. */

#include "base/types.h"

struct ip_addr;
struct bounce_header;
struct bounce_message;
struct bounce_key_source;
struct bounce_policy;

/* The answer to a question. */
enum bounce_finding {
	/* It was not asked, as it did not matter so far. */
	BOUNCE_FINDING_NOT_ASKED = 0,
	/* There is nobody to ask, or the answer would not count. */
	BOUNCE_FINDING_NOBODY,
	BOUNCE_FINDING_NO,
	BOUNCE_FINDING_YES,
	/* The answer could not be found out now. */
	BOUNCE_FINDING_FAILED,

	BOUNCE_FINDING_COUNT
};

/* Counts how often the same signature or Message-ID came back. */
struct bounce_replay_source {
	/* Count one more bounce to the mailbox with this id, which is 64
	   hexadecimal digits (t_bounce_replay_id()). NULL: count one more whose
	   signature is damaged. Returns 0 and the number of such bounces,
	   including this one, which is stored only when the message is
	   delivered; or -1 with an error from the pool. */
	int (*count)(struct bounce_replay_source *source, pool_t pool,
		     const char *id, unsigned int *count_r,
		     const char **error_r);
};

/* Knows when somebody else used the account. */
struct bounce_disown_source {
	/* sent_at is in seconds since 1970; 0: it is not known. Returns 1 if
	   somebody else used the account then, 0 if not, or -1 with an error
	   from the pool. */
	int (*find)(struct bounce_disown_source *source, pool_t pool,
		    time_t sent_at, const char **error_r);
};

/* Looks for a copy of the original in the sent mail of the user. */
struct bounce_sent_source {
	/* message_id is the value of the field, such as "<1@example.org>". It
	   has at most BOUNCE_MESSAGE_ID_MAX_SIZE octets and no control
	   characters. Returns 1 if there is a copy, 0 if not, or -1 with an
	   error from the pool. */
	int (*find)(struct bounce_sent_source *source, pool_t pool,
		    const char *message_id, const char **error_r);
};

struct bounce_spf_result {
	enum bounce_spf spf;
	/* The address that was checked, and the domain for which; NULL: the
	   trace does not name them. */
	const char *address;
	const char *domain;
	/* An explanation for people, or NULL. */
	const char *text;
};

struct bounce_spf_source {
	/* Check SPF (RFC 7208) of our domain for the host that handed over the
	   original. Never fails; what result_r points to is from the pool. */
	void (*check)(struct bounce_spf_source *source, pool_t pool,
		      const struct bounce_policy *policy,
		      const struct bounce_message *bounce,
		      const struct bounce_header *original,
		      struct bounce_spf_result *result_r);
	/* Do the same for the host that sent the bounce, with the name that it
	   gave as HELO, which is the identity to check for the null sender (RFC
	   7208 section 2.4). NULL: this is not checked. */
	void (*check_reporter)(struct bounce_spf_source *source, pool_t pool,
			       const struct bounce_policy *policy,
			       const struct bounce_message *bounce,
			       struct bounce_spf_result *result_r);
	/* Check SPF of the domain for this host. */
	void (*check_host)(struct bounce_spf_source *source, pool_t pool,
			   const struct ip_addr *ip, const char *domain,
			   struct bounce_spf_result *result_r);
};

struct bounce_ports {
	struct bounce_key_source *keys;
	/* NULL: this is not asked. */
	struct bounce_replay_source *replay;
	struct bounce_disown_source *disown;
	struct bounce_sent_source *sent;
	struct bounce_spf_source *spf;
};

#endif
