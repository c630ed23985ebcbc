#ifndef BOUNCE_IDN_H
#define BOUNCE_IDN_H

/* All that is asked of libidn2, with its large tables in libunistring: few
   messages hold a domain outside of ASCII. */

/* Returns a domain in UTF-8 with its U-labels turned into A-labels (RFC 5891,
   mapped as UTS #46 says, non-transitional), or NULL if that cannot be done.
   Allocated from the data stack. */
const char *t_bounce_idn_to_ascii(const char *domain);
/* Returns why no domain can be turned into A-labels now (data stack), or NULL
   if libidn2 can be used. */
const char *t_bounce_idn_error(void);

#endif
