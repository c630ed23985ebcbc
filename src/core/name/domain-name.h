#ifndef BOUNCE_DOMAIN_NAME_H
#define BOUNCE_DOMAIN_NAME_H

/* Names in the DNS, and the form in which domains are compared, whoever wrote
   them: the admin, a signer, the author of a message. */

/* TRUE if the name is a sequence of labels (RFC 1035 section 2.3.1) of letters
   in lower case, digits, hyphens and underscores, with at most 63 octets in
   each label and 253 in all, and without a dot at the end. */
bool bounce_dns_name_is_valid(const char *name);
bool bounce_dns_name_data_is_valid(const unsigned char *name, size_t size);

/* Returns the domain in lower case, as A-labels (RFC 5890 section 2.3.2.1), and
   without the root's dot at its end. U-labels in UTF-8, which RFC 8616 allows
   in signatures and RFC 6532 in headers, are mapped as UTS #46 says
   (non-transitional). Returns NULL if the result is not a valid name as above,
   or if the domain is NULL. Allocated from the data stack. */
const char *t_bounce_domain_normalise(const char *domain);
/* Returns why that was not possible with the domain in an admin's word, which
   should have been such as "a domain name". Allocated from the data stack. */
const char *t_bounce_domain_error(const char *word, const char *expected);

/* The first is TRUE if the domain is the parent or one of its subdomains, the
   second if the two are the same domain. Case and a dot at the end make no
   difference. Nothing is within "" or ".". */
bool bounce_domain_is_within(const char *domain, const char *parent);
bool bounce_domain_equals(const char *domain1, const char *domain2);

#endif
