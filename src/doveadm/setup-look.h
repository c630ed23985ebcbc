#ifndef DOVEADM_BACKSCATTER_SETUP_LOOK_H
#define DOVEADM_BACKSCATTER_SETUP_LOOK_H

/* Finds out from users' mail how the site signs what it sends: from their
   names, from copies of sent mail, and from bounces. */

struct doveadm_mail_cmd_context;
struct mail_user;

/* Something that was seen, and how often. */
struct backscatter_seen {
	const char *name;
	unsigned int count;
};
ARRAY_DEFINE_TYPE(backscatter_seen, struct backscatter_seen);

/* Names are sanitised, and allocated from the pool. */
struct backscatter_setup {
	pool_t pool;
	unsigned int users, sent, bounces, genuine;
	/* The domains in the users' names. */
	ARRAY_TYPE(backscatter_seen) domains;
	/* The keys of these domains that have signed what was seen, such as
	   "mail._domainkey.example.org". */
	ARRAY_TYPE(backscatter_seen) keys;
	/* Other domains in the From of sent mail, or in the signature of mail
	   from one of the users' domains. A user or a stranger may have made
	   them up. */
	ARRAY_TYPE(backscatter_seen) others;
	/* The hosts from which mail came back that was not signed, and that SPF
	   says are ours. */
	ARRAY_TYPE(backscatter_seen) unsigned_hosts;
};

/* Begin with nothing seen. */
void backscatter_setup_init(struct backscatter_setup *setup_r, pool_t pool);
/* Look at a user's mail: at the newest of what he has sent, and at bounces in
   the INBOX that are not old. Errors are logged. */
void backscatter_setup_look(struct backscatter_setup *setup,
			    struct doveadm_mail_cmd_context *ctx,
			    struct mail_user *user);

#endif
