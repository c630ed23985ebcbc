#ifndef BOUNCE_PROOF_H
#define BOUNCE_PROOF_H

/* Finds out what a genuine failure proves. A valid signature shows that we sent
   the original. It does not show that the original failed: whoever has a copy
   of it can return it in a report that he has made up. */

#include "net.h"

struct bounce_envelope;
struct bounce_message;
struct bounce_original;
struct bounce_policy;
struct bounce_report_recipient;
struct bounce_signature_evidence;
struct bounce_spf_result;

enum bounce_proof_strength {
	/* It is not a genuine failure. */
	BOUNCE_PROOF_NONE = 0,
	/* Anybody may have made up that it failed. */
	BOUNCE_PROOF_CLAIMED,
	/* A server of the domain of a recipient says so: of a recipient whom
	   the signed To or Cc names. */
	BOUNCE_PROOF_RECIPIENT,
	/* Our own server has made the bounce, of mail that was submitted to
	   us. */
	BOUNCE_PROOF_OWN,

	BOUNCE_PROOF_COUNT
};

struct bounce_proof {
	enum bounce_proof_strength strength;
	/* The failed recipients that the bounce speaks for, from the pool: with
	   OWN all that the report names; with RECIPIENT those of whom their own
	   server says so; with CLAIMED those whom the signed To or Cc names, or
	   if there are none, the first, as it may stand in Bcc. */
	const struct bounce_report_recipient *const *recipients;
	unsigned int recipients_count;
	/* The client that submitted the original to us after a login, as a
	   server wrote it into Received that is ours: its name is an own
	   domain, or below one, or is also in a Received field of the bounce;
	   or its address is trusted. Only with OWN; family 0: it is not known,
	   or it was a host of ours, such as a webmail. */
	struct ip_addr client;
};

/* What a genuine failure proves, for which sig vouches; without a signature
   (NULL), no more than CLAIMED. It is OWN if
   - it has the null sender, and servers of ours wrote all of its Received
     fields, of which it has at least one: each client has an address in the
     trusted networks, or no address because the message was handed over inside
     one host; no client has logged in, and no user of a host has handed it over
     by a program there;
   - the original, which is directly in it, was submitted to us: its own
     Received fields are like these, from the top down to the one whose client
     has logged in, or all of them;
   - From is an address of the mailbox, and so is the login name, if the field
     has one.
   It is RECIPIENT if it has the null sender, servers of ours wrote the fields
   down to the one that names the host that brought it to us, and this host
   belongs to the domain of a failed recipient whom the signed To or Cc names:
   its HELO name, or the name that our server has verified for it, is that
   domain or below it. The HELO name counts if SPF passes, by reporter_spf or by
   a field Authentication-Results that is believed.
   reporter_spf is the result of the port, or NULL. proof_r need not be
   initialised. */
void bounce_proof_find(pool_t pool, const struct bounce_policy *policy,
		       const struct bounce_envelope *envelope,
		       const struct bounce_message *message,
		       const struct bounce_signature_evidence *sig,
		       const struct bounce_spf_result *reporter_spf,
		       struct bounce_proof *proof_r);

/* TRUE if our own server has made the bounce, as for OWN above, and the
   original was submitted to us, though nothing of ours signs it. As there is no
   signature to rely on, its header has to show the login, and that of the
   bounce that it came to us: by LMTP, or from an address in the trusted
   networks. */
bool bounce_proof_was_submitted(const struct bounce_policy *policy,
				const struct bounce_envelope *envelope,
				const struct bounce_message *message,
				const struct bounce_original *original);

/* TRUE if it depends on SPF of the host that brought the bounce what the bounce
   proves: its HELO name is in the domain of such a recipient, and nothing else
   shows that it may have that name. */
bool bounce_proof_asks_spf(const struct bounce_policy *policy,
			   const struct bounce_message *message,
			   const struct bounce_signature_evidence *sig);

/* Returns "claimed", "recipient" or "own", a static string; NULL for NONE. */
const char *bounce_proof_name(enum bounce_proof_strength strength);

#endif
