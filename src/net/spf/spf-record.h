#ifndef BOUNCE_SPF_RECORD_H
#define BOUNCE_SPF_RECORD_H

/* SPF records come from whoever a domain includes; libspf2, which parses them,
   has had its share of overflows there. What it is given is checked first. */

/* Octets of a record, and of one of its terms; terms. Much more than any
   record that is in use, and less than what libspf2 counts in an octet. */
#define BOUNCE_SPF_RECORD_MAX_SIZE 4096
#define BOUNCE_SPF_RECORD_MAX_TERM_SIZE 300
#define BOUNCE_SPF_RECORD_MAX_TERMS 200

/* Returns 1 and the record (data stack) if it is one by the grammar of RFC 7208
   section 4.6.1 as far as it matters, without modifiers other than redirect=,
   which decide nothing; 0 if it is no SPF record (section 4.5); -1 with an error
   if it is one and cannot be used. */
int bounce_spf_record_check(const unsigned char *data, size_t size,
			    const char **record_r, const char **error_r);

#endif
