#ifndef BOUNCE_PORTS_H
#define BOUNCE_PORTS_H

/* What is asked of the world: each port is a struct that its owner makes a part
   of one of his own. The keys are asked for by verdict/signatures.c, all else by
   verdict/questions.c, and only where the answer can change something. */

#include "base/types.h"

struct ip_addr;
struct bounce_header;
struct bounce_message;
struct bounce_key_source;
struct bounce_policy;

/* What came of a question. */
enum bounce_finding {
	/* It was not put: it did not matter so far. */
	BOUNCE_FINDING_NOT_ASKED = 0,
	/* Nobody is there to ask, or it does not count. */
	BOUNCE_FINDING_NOBODY,
	BOUNCE_FINDING_NO,
	BOUNCE_FINDING_YES,
	/* It could not be found out now. */
	BOUNCE_FINDING_FAILED,

	BOUNCE_FINDING_COUNT
};

/* How often did this come back? */
struct bounce_replay_source {
	/* One more bounce, for the mailbox, of what has this id (64 hexadecimal
	   digits: t_bounce_replay_id()). Returns 0 and how many there were, this
	   one included, which is remembered when it was delivered; or -1 with an
	   error from the pool. */
	int (*count)(struct bounce_replay_source *source, pool_t pool,
		     const char *id, unsigned int *count_r,
		     const char **error_r);
};

/* Was the account in other hands at that time? */
struct bounce_disown_source {
	/* Returns 1, 0, or -1 with an error from the pool. */
	int (*find)(struct bounce_disown_source *source, pool_t pool,
		    time_t sent_at, const char **error_r);
};

/* Is there a copy of it among the user's sent mail? */
struct bounce_sent_source {
	/* message_id: as it stands in the field, "<1@example.org>", of at most
	   BOUNCE_MESSAGE_ID_MAX_SIZE octets and without control characters.
	   Returns 1, 0, or -1 with an error from the pool. */
	int (*find)(struct bounce_sent_source *source, pool_t pool,
		    const char *message_id, const char **error_r);
};

struct bounce_spf_result {
	enum bounce_spf spf;
	/* Who was judged, and for which domain; NULL: the trace does not
	   say. */
	const char *address;
	const char *domain;
	/* For a human, or NULL. */
	const char *text;
};

struct bounce_spf_source {
	/* May the host that handed the original over send for our domain? Never
	   fails; what result_r points to is from the pool. */
	void (*check)(struct bounce_spf_source *source, pool_t pool,
		      const struct bounce_policy *policy,
		      const struct bounce_message *bounce,
		      const struct bounce_header *original,
		      struct bounce_spf_result *result_r);
	/* The same of the host that sent the bounce, by the name that it gave:
	   RFC 7208 section 2.4. NULL: nobody wants to know. */
	void (*check_reporter)(struct bounce_spf_source *source, pool_t pool,
			       const struct bounce_policy *policy,
			       const struct bounce_message *bounce,
			       struct bounce_spf_result *result_r);
	/* May this host send for the domain? */
	void (*check_host)(struct bounce_spf_source *source, pool_t pool,
			   const struct ip_addr *ip, const char *domain,
			   struct bounce_spf_result *result_r);
};

struct bounce_ports {
	struct bounce_key_source *keys;
	/* NULL: not asked. */
	struct bounce_replay_source *replay;
	struct bounce_disown_source *disown;
	struct bounce_sent_source *sent;
	struct bounce_spf_source *spf;
};

#endif
