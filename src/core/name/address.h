#ifndef BOUNCE_ADDRESS_H
#define BOUNCE_ADDRESS_H

/* Mail addresses, and the forms that mail servers wrap them in. What these
   functions return is allocated from the data stack. */

struct bounce_address {
	/* Without quotes. */
	const char *local_part;
	/* As name/domain-name.h has it, where it is a domain name. */
	const char *domain;
};

/* Addresses that are read of one header field. */
#define BOUNCE_ADDRESS_MAX_LIST 100
/* Wrappings of one address that are undone. */
#define BOUNCE_ADDRESS_MAX_WRAPS 4

/* What is behind the last '@' of an address, a pointer into the text; NULL if
   there is nothing, or if the text is NULL. */
const char *bounce_address_domain(const char *text);
/* The text without a pair of angle brackets around all of it. */
const char *t_bounce_address_strip(const char *text);

/* Split "local-part@domain" of an envelope (RFC 5321 section 4.1.2) at its
   last '@'. Returns 0, or -1 if a part of it is missing: the other one is filled
   in if there is an '@'. */
int t_bounce_address_parse(const char *text,
			   struct bounce_address *address_r);

/* The addresses of a From, To.. field (RFC 5322 section 3.4): groups are
   opened, what has no domain is left out. The value may be NULL: there are none.
   Returns 0, or -1 if there are more than BOUNCE_ADDRESS_MAX_LIST; the first of
   them are then in list_r. */
int t_bounce_address_parse_list(const char *value,
				const struct bounce_address **list_r,
				unsigned int *count_r);
/* The same, and the first of them. Returns FALSE if there is none. */
bool t_bounce_address_parse_first(const char *value,
				  struct bounce_address *address_r);

/* The same, as text: "local-part@domain", ASCII in lower case. At most max, but
   for the empty ones where groups begin and end. Either half may be empty (there,
   and in "From: <>"): bounce_address_string_is_whole() is FALSE then. value may be NULL: there is
   none. The list is NULL-terminated. */
const char *const *
t_bounce_address_strings(const char *value, unsigned int max);
bool bounce_address_string_is_whole(const char *address);

/* TRUE if the address was made of another one, which is inner_r: SRS0 and SRS1
   (Sender Rewriting Scheme), prvs= (BATV, draft-levine-smtp-batv, in its older
   form, too), btv1==. Nobody but who made such an address can tell whether
   its signature is right: it is not looked at. */
bool t_bounce_address_unwrap(const struct bounce_address *address,
			     struct bounce_address *inner_r);

/* TRUE if these are the same mailbox: without case, and without the detail
   that begins at the first of the delimiters (characters; NULL: there is no
   detail). */
bool bounce_address_equals(const struct bounce_address *address1,
			   const struct bounce_address *address2,
			   const char *delimiters);

/* Parse a list of addresses: "local-part@domain", or "@domain" for whatever is
   before it, separated by white space or commas. patterns_r is NULL-terminated
   and from the pool. Returns 0, or -1 with an error (data stack) that names
   the bad word. */
int bounce_address_parse_patterns(pool_t pool, const char *list,
				  const char *const **patterns_r,
				  const char **error_r);

#endif
