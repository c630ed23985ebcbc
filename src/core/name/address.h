#ifndef BOUNCE_ADDRESS_H
#define BOUNCE_ADDRESS_H

/* Mail addresses, and the forms in which mail servers wrap them. Unless its
   comment says otherwise, what a function returns is allocated from the data
   stack. */

struct bounce_address {
	/* The local part without quotes. */
	const char *local_part;
	/* The domain as t_bounce_domain_normalise() returns it, if it is a
	   domain name. */
	const char *domain;
};

/* How many addresses are read of one header field. */
#define BOUNCE_ADDRESS_MAX_LIST 100
/* How many times an address is unwrapped, as one wrapping may hold another. */
#define BOUNCE_ADDRESS_MAX_WRAPS 4

/* Returns what follows the last '@' of an address, as a pointer into the text;
   NULL if nothing follows it, or if the text is NULL. */
const char *bounce_address_domain(const char *text);
/* Returns the text without the pair of angle brackets around all of it, if
   there is one. */
const char *t_bounce_address_strip(const char *text);

/* Split "local-part@domain" of an envelope (RFC 5321 section 4.1.2) at its last
   '@'. Returns 0, or -1 if one of the two is missing; if there is an '@', the
   other one is still filled in. */
int t_bounce_address_parse(const char *text,
			   struct bounce_address *address_r);

/* Many programs write a display name with an '@' in it without quotes. If the
   value of a field consists of words and one pair of angle brackets, the
   address is in the brackets: returns the value from there on. Brackets in a
   comment or a quoted string may be an attempt to deceive, and are left to the
   parser: returns the whole value. */
const char *bounce_address_list_skip_name(const char *value);
/* Parse the addresses of a field such as From or To (RFC 5322 section 3.4). The
   members of groups are in the list; an address without a domain is not. The
   value may be NULL, which is an empty list. Returns 0, or -1 if there are more
   than BOUNCE_ADDRESS_MAX_LIST addresses; list_r then has the first of them. */
int t_bounce_address_parse_list(const char *value,
				const struct bounce_address **list_r,
				unsigned int *count_r);
/* Parse the same list, and return its first address. Returns FALSE if the list
   is empty. */
bool t_bounce_address_parse_first(const char *value,
				  struct bounce_address *address_r);

/* Parse such a field into strings "local-part@domain", with ASCII letters in
   lower case. There are at most max of them, not counting the empty ones where
   groups begin and end. Either half may be empty (there, and in "From: <>");
   bounce_address_string_is_whole() is TRUE if both are there. value may be
   NULL, which is an empty list. The list is NULL-terminated. */
const char *const *
t_bounce_address_strings(const char *value, unsigned int max);
bool bounce_address_string_is_whole(const char *address);

/* TRUE if the address has another one wrapped in it, which inner_r is set to:
   by SRS0 or SRS1 (Sender Rewriting Scheme), by prvs= (BATV,
   draft-levine-smtp-batv, also in its older form), or by btv1==. Only the host
   that made such an address can verify the hash in it, so the hash is not
   looked at. */
bool t_bounce_address_unwrap(const struct bounce_address *address,
			     struct bounce_address *inner_r);

/* TRUE if the addresses are those of the same mailbox. They are compared
   without case, and without the detail of the local part: it begins at the
   first character that is in delimiters. NULL: there is no detail. */
bool bounce_address_equals(const struct bounce_address *address1,
			   const struct bounce_address *address2,
			   const char *delimiters);

/* Parse a list of patterns that are separated by white space or commas:
   "local-part@domain" is an address, and "@domain" stands for all addresses of
   that domain. patterns_r is NULL-terminated and from the pool. Returns 0, or
   -1 with an error (data stack) that names the bad word. */
int bounce_address_parse_patterns(pool_t pool, const char *list,
				  const char *const **patterns_r,
				  const char **error_r);

#endif
