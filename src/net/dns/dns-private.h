#ifndef BOUNCE_DNS_PRIVATE_H
#define BOUNCE_DNS_PRIVATE_H

/* What dns.c and resolver.c share. Only resolver.c calls c-ares. */

#include "dns/dns.h"

struct bounce_dns {
	/* in the form that c-ares takes; "": the servers of the system */
	char *servers;
	/* this server is asked first until preferred_until */
	struct ip_addr preferred_ip;
	in_port_t preferred_port;
	uint64_t preferred_until;
};

#endif
