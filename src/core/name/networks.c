/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "net.h"
#include "name/networks.h"

#define NETWORKS_PRIVATE \
	"0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 " \
	"172.16.0.0/12 192.168.0.0/16 ::/127 fc00::/7 fe80::/10 fec0::/10"

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

/* net_parse_range() takes "192.0.2" and "192.0.2.0/" for something. */
static int
network_parse(const char *word, struct bounce_network *network_r)
{
	const char *slash = strchr(word, '/');
	struct ip_addr ip;

	if (bounce_ip_parse(slash == NULL ? word : t_strdup_until(word, slash),
			    &ip) < 0 ||
	    (slash != NULL && (slash[1] == '\0' ||
			       !str_is_numeric(slash + 1, '\0'))))
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
	const struct bounce_networks *networks;
	const char *error;
	bool ret;

	T_BEGIN {
		if (bounce_networks_parse(pool_datastack_create(),
					  NETWORKS_PRIVATE, &networks,
					  &error) < 0)
			i_unreached();
		ret = bounce_networks_match(networks, ip);
	} T_END;
	return ret;
}
