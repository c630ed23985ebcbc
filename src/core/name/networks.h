#ifndef BOUNCE_NETWORKS_H
#define BOUNCE_NETWORKS_H

/* Ranges of addresses: the hosts that we trust. */

struct ip_addr;
struct bounce_networks;

/* Takes a list of addresses and ranges such as "192.0.2.0/24 ::1", separated
   by white space or commas. Returns 0, or -1 with an error (data stack) that
   names the bad word. */
int bounce_networks_parse(pool_t pool, const char *list,
			  const struct bounce_networks **networks_r,
			  const char **error_r);
/* TRUE if the address is in one of them; networks may be NULL: none. */
bool bounce_networks_match(const struct bounce_networks *networks,
			   const struct ip_addr *ip);

/* An address in its full form: unlike for net_addr2ip(), "127.1" and "256" are
   none. Returns 0 or -1. */
int bounce_ip_parse(const char *str, struct ip_addr *ip_r);
/* TRUE for addresses that cannot be on the way between two organisations:
   loopback, link-local, private (RFC 1918, 4193), shared (RFC 6598) and
   unspecified ones. */
bool bounce_ip_is_private(const struct ip_addr *ip);

#endif
