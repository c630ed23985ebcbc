#ifndef BOUNCE_NETWORKS_H
#define BOUNCE_NETWORKS_H

/* Ranges of IP addresses: the hosts that we trust. */

struct ip_addr;
struct bounce_networks;

/* Parse a list of addresses and ranges such as "192.0.2.0/24 ::1", which are
   separated by white space or commas. networks_r is allocated from the pool.
   Returns 0, or -1 with an error (data stack) that names the bad word. */
int bounce_networks_parse(pool_t pool, const char *list,
			  const struct bounce_networks **networks_r,
			  const char **error_r);
/* TRUE if the address is in one of the ranges. networks may be NULL, which is
   an empty list. */
bool bounce_networks_match(const struct bounce_networks *networks,
			   const struct ip_addr *ip);

/* Parse an IP address in its full form: "127.1" and "256", which net_addr2ip()
   accepts, are refused. Returns 0, or -1 if this is not an address. */
int bounce_ip_parse(const char *str, struct ip_addr *ip_r);
/* TRUE for addresses that no host of one organisation can use towards another
   organisation: loopback, link-local, private (RFC 1918, RFC 4193), shared
   (RFC 6598) and unspecified ones. */
bool bounce_ip_is_private(const struct ip_addr *ip);

/* Returns the network that the address is in, as the provider of one customer
   may have it: "192.0.2.0/24" or "2001:db8:1::/48". From the data stack. */
const char *t_bounce_network_name(const struct ip_addr *ip);

#endif
