#ifndef BOUNCE_DOMAIN_NAME_H
#define BOUNCE_DOMAIN_NAME_H

/* The form in which domains are compared, whoever wrote them: the admin, a
   signer, the author of a message. */

/* Returns the domain in lower case, as A-labels (RFC 5890 section 2.3.2.1),
   without the root's dot at its end; U-labels in UTF-8, which RFC 8616 allows
   in signatures and RFC 6532 in headers, are mapped as UTS #46 says (not
   transitional). Returns NULL if that is no sequence of DNS labels as
   bounce_key_name_is_valid() wants them. Allocated from the data stack. */
const char *t_bounce_domain_normalise(const char *domain);

#endif
