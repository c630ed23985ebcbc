#ifndef BOUNCE_SENDER_H
#define BOUNCE_SENDER_H

/* Is what was signed this mailbox's mail? */

struct bounce_header;
struct bounce_policy;
struct bounce_envelope;
struct bounce_dkim_signature;

/* TRUE if a returned header belongs to the mailbox that the bounce came to, as
   the policy wants it. Also TRUE if nothing is known of the recipient.

   The mailbox's addresses are those of the envelope, in them whatever mail
   servers wrapped (name/address.h), and the policy's aliases. Of the header
   it is From that counts. Where From has several addresses (RFC 5322 section
   3.6.2) it is the one of Sender, if sig covers that field, and otherwise each
   of them has to be the mailbox's. A From that can be read in more than one way
   is nobody's. */
bool bounce_sender_matches(const struct bounce_policy *policy,
			   const struct bounce_envelope *envelope,
			   const struct bounce_header *original,
			   const struct bounce_dkim_signature *sig);

/* TRUE if the address is one of the mailbox's own, as above, without regard to
   its detail: what was sent to it came to the mailbox. FALSE if nothing is known
   of the recipient. text: "local-part@domain", or a local part alone, as a host
   of the mailbox's domain may write it. */
bool bounce_sender_is_mailbox(const struct bounce_policy *policy,
			      const struct bounce_envelope *envelope,
			      const char *text);

#endif
