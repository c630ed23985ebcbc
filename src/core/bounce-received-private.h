#ifndef BOUNCE_RECEIVED_PRIVATE_H
#define BOUNCE_RECEIVED_PRIVATE_H

/* What the words and comments of a trace field say, each by itself. */

#include "net.h"

/* Without case; text need not end with a NUL. */
static inline bool
bounce_text_begins(const char *text, size_t size, const char *word)
{
	return size >= strlen(word) &&
		strncasecmp(text, word, strlen(word)) == 0;
}

static inline bool
bounce_text_is(const char *text, size_t size, const char *word)
{
	return size == strlen(word) && bounce_text_begins(text, size, word);
}

/* TRUE if the word is an address: "[1.2.3.4]", "[1.2.3.4]:25", "[1.2.3.4:25]",
   "1.2.3.4", "[IPv6:2001:db8::1]", "user@1.2.3.4" (by qmail). IPv4 in IPv6 is
   IPv4. */
bool bounce_received_ip(const char *text, size_t size, struct ip_addr *ip_r);
/* A name that ends where something else follows it. From the data stack. */
const char *t_bounce_received_name(const char *text);
/* TRUE if the comment says that the client logged in; *name_r is as whom, on
   the data stack, or "". */
bool bounce_received_auth(const char *text, const char **name_r);

#endif
