#ifndef BOUNCE_MAILBOX_MATCH_H
#define BOUNCE_MAILBOX_MATCH_H

/* Finds out whether signed mail was sent by the mailbox to which the bounce
   came. */

struct bounce_header;
struct bounce_policy;
struct bounce_envelope;
struct bounce_dkim_signature;

/* TRUE if a returned header belongs to the mailbox to which the bounce came,
   compared as policy->sender_match says. Also TRUE if no address of the
   recipient is known.

   The mailbox's addresses are those of the envelope, also without what mail
   servers wrapped around them (name/address.h), and the policy's aliases. They
   are compared with From. If From has several addresses (RFC 5322 section
   3.6.2), they are compared with the one in Sender if sig covers that field,
   and otherwise each address in From has to be the mailbox's. A From that can
   be read in more than one way does not match. sig may be NULL. */
bool bounce_sender_matches(const struct bounce_policy *policy,
			   const struct bounce_envelope *envelope,
			   const struct bounce_header *original,
			   const struct bounce_dkim_signature *sig);

/* TRUE if the address is one of the mailbox's own, as above, so that mail to it
   came to the mailbox. The detail of the local part is ignored. FALSE if no
   address of the recipient is known. text is "local-part@domain", or only a
   local part, as a host in the mailbox's domain may write it. */
bool bounce_sender_is_mailbox(const struct bounce_policy *policy,
			      const struct bounce_envelope *envelope,
			      const char *text);

#endif
