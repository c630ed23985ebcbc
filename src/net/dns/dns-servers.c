/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "net.h"
#include "str.h"
#include "dns/dns.h"

#define DNS_PORT 53

const char *
t_bounce_dns_server_name(const struct ip_addr *ip, in_port_t port)
{
	return t_strdup_printf(IPADDR_IS_V4(ip) ? "%s:%u" : "[%s]:%u",
			       net_ip2addr(ip), port == 0 ? DNS_PORT : port);
}

static int
dns_server_parse(const char *word, string_t *servers, const char **error_r)
{
	const char *host;
	struct ip_addr ip;
	in_port_t port;

	/* inet_aton() takes "127.1" for an address, but it is probably a
	   mistake */
	if (net_str2hostport(word, DNS_PORT, &host, &port) < 0 || port == 0 ||
	    net_addr2ip(host, &ip) < 0 ||
	    (IPADDR_IS_V4(&ip) && strcmp(net_ip2addr(&ip), host) != 0)) {
		*error_r = t_strdup_printf(
			"DNS server '%s' is not an IP address with a port "
			"or without", word);
		return -1;
	}
	if (str_len(servers) > 0)
		str_append_c(servers, ',');
	str_append(servers, t_bounce_dns_server_name(&ip, port));
	return 0;
}

int bounce_dns_servers_parse(const char *servers, string_t *dest,
			     const char **error_r)
{
	const char *const *words;
	unsigned int count = 0;

	words = t_strsplit_spaces(servers == NULL ? "" : servers, " \t\r\n,");
	for (; *words != NULL; words++) {
		if (++count > BOUNCE_DNS_MAX_SERVERS) {
			*error_r = t_strdup_printf(
				"More than %d DNS servers are listed",
				BOUNCE_DNS_MAX_SERVERS);
			return -1;
		}
		if (dns_server_parse(*words, dest, error_r) < 0)
			return -1;
	}
	return 0;
}

const char *bounce_dns_servers_prefer(const char *servers,
				      const struct ip_addr *ip, in_port_t port)
{
	const char *const *words = t_strsplit(servers, ",");
	const char *host = net_ip2addr(ip), *name, *first = NULL;
	string_t *rest = t_str_new(128);

	name = t_bounce_dns_server_name(ip, port);
	for (; *words != NULL; words++) {
		/* the system's list may lack the default port */
		if (first == NULL && (strcmp(*words, name) == 0 ||
				      (port == DNS_PORT &&
				       strcmp(*words, host) == 0))) {
			first = *words;
			continue;
		}
		str_append_c(rest, ',');
		str_append(rest, *words);
	}
	return first == NULL ? servers :
		t_strconcat(first, str_c(rest), NULL);
}
