/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "net.h"
#include "name/networks.h"

struct bounce_network {
	struct ip_addr ip;
	unsigned int bits;
};

struct bounce_networks {
	ARRAY(struct bounce_network) ranges;
};

int bounce_ip_parse(const char *str, struct ip_addr *ip_r)
{
	unsigned int dots = 0;
	const char *p;

	for (p = str; *p != '\0'; p++)
		dots += *p == '.' ? 1 : 0;
	if (strchr(str, ':') == NULL && dots != 3)
		return -1;
	return net_addr2ip(str, ip_r);
}

/* Refuses "192.0.2" and "192.0.2.0/", which net_parse_range() accepts. */
static int
network_parse(const char *word, struct bounce_network *network_r)
{
	const char *slash = strchr(word, '/');
	struct ip_addr ip;

	if (bounce_ip_parse(slash == NULL ? word : t_strdup_until(word, slash),
			    &ip) < 0 ||
	    (slash != NULL && !str_is_numeric(slash + 1, '\0')))
		return -1;
	return net_parse_range(word, &network_r->ip, &network_r->bits);
}

int bounce_networks_parse(pool_t pool, const char *list,
			  const struct bounce_networks **networks_r,
			  const char **error_r)
{
	const char *const *words = t_strsplit_spaces(list, " \t\r\n,");
	struct bounce_networks *networks =
		p_new(pool, struct bounce_networks, 1);

	p_array_init(&networks->ranges, pool, 4);
	for (; *words != NULL; words++) {
		if (network_parse(*words,
				  array_append_space(&networks->ranges)) < 0) {
			*error_r = t_strdup_printf("'%s' is not an address and "
				"not a range of addresses", *words);
			return -1;
		}
	}
	*networks_r = networks;
	return 0;
}

bool bounce_networks_match(const struct bounce_networks *networks,
			   const struct ip_addr *ip)
{
	const struct bounce_network *network;

	if (networks == NULL || ip->family == 0)
		return FALSE;
	array_foreach(&networks->ranges, network) {
		if (network->ip.family == ip->family &&
		    net_is_in_network(ip, &network->ip, network->bits))
			return TRUE;
	}
	return FALSE;
}

bool bounce_ip_is_private(const struct ip_addr *ip)
{
	/* the first two octets, and how many bits of them count */
	static const struct {
		sa_family_t family;
		uint16_t prefix;
		uint8_t bits;
	} ranges[] = {
		{ AF_INET, 0x0000, 8 },		/* 0.0.0.0/8 */
		{ AF_INET, 0x0a00, 8 },		/* 10.0.0.0/8 */
		{ AF_INET, 0x6440, 10 },	/* 100.64.0.0/10 */
		{ AF_INET, 0x7f00, 8 },		/* 127.0.0.0/8 */
		{ AF_INET, 0xa9fe, 16 },	/* 169.254.0.0/16 */
		{ AF_INET, 0xac10, 12 },	/* 172.16.0.0/12 */
		{ AF_INET, 0xc0a8, 16 },	/* 192.168.0.0/16 */
		{ AF_INET6, 0xfc00, 7 },	/* fc00::/7 */
		{ AF_INET6, 0xfe80, 10 },	/* fe80::/10 */
		{ AF_INET6, 0xfec0, 10 },	/* fec0::/10 */
	};
	/* ip4 and ip6 begin at the same place, and are in network byte order */
	const uint8_t *octets = (const uint8_t *)&ip->u;
	unsigned int i, first = octets[0] << 8 | octets[1];

	for (i = 0; i < N_ELEMENTS(ranges); i++) {
		if (ip->family == ranges[i].family &&
		    (first ^ ranges[i].prefix) >> (16 - ranges[i].bits) == 0)
			return TRUE;
	}
	return ip->family == AF_INET6 &&
		(IN6_IS_ADDR_UNSPECIFIED(&ip->u.ip6) ||
		 IN6_IS_ADDR_LOOPBACK(&ip->u.ip6));
}

const char *t_bounce_network_name(const struct ip_addr *ip)
{
	struct ip_addr network = *ip;

	if (IPADDR_IS_V4(ip)) {
		network.u.ip4.s_addr &= htonl(0xffffff00);
		return t_strconcat(net_ip2addr(&network), "/24", NULL);
	}
	memset(&network.u.ip6.s6_addr[48 / 8], 0, 16 - 48 / 8);
	return t_strconcat(net_ip2addr(&network), "/48", NULL);
}
