#ifndef BOUNCE_SPF_RECORD_H
#define BOUNCE_SPF_RECORD_H

/* An SPF record comes from any domain that a record includes, and libspf2,
   which parses it, has had buffer overflows in its parser. So each record is
   checked before libspf2 gets it. */

/* The largest number of octets in a record, of octets in one of its terms, and
   of terms. All are much more than records in use have, and few enough for
   libspf2, which counts some of these in one octet. */
#define BOUNCE_SPF_RECORD_MAX_SIZE 4096
#define BOUNCE_SPF_RECORD_MAX_TERM_SIZE 300
#define BOUNCE_SPF_RECORD_MAX_TERMS 200

/* Check a record by the part of the grammar of RFC 7208 section 4.6.1 that
   matters here. Returns 1 and the record (data stack), without modifiers other
   than redirect=, as those do not affect the result; 0 if it is not an SPF
   record (section 4.5); -1 with an error if it is one but cannot be used. */
int bounce_spf_record_check(const unsigned char *data, size_t size,
			    const char **record_r, const char **error_r);

#endif
