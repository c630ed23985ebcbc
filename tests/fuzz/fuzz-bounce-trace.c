/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* A header's trace: Received fields and Authentication-Results.
   Covers: src/core/trace/trace.c
   Covers: src/core/trace/received.c
   Covers: src/core/trace/authres.c */

#include "fuzz-common.h"
#include "trace/authres.h"
#include "header/header.h"
#include "base/limits.h"
#include "name/networks.h"
#include "report/delivery-status.h"
#include "trace/trace.h"

static const char *const ranges[] = { "192.0.2.0/24 2001:db8::/32", "" };

static void
fuzz_hop(const struct bounce_received *hop,
	 const struct bounce_networks *trusted, bool made_here)
{
	if (hop == NULL)
		return;
	i_assert(hop->ip.family != 0);
	i_assert(!bounce_ip_is_private(&hop->ip));
	i_assert(!made_here || !bounce_networks_match(trusted, &hop->ip));
}

static void fuzz_received(const struct bounce_header *header)
{
	const ARRAY_TYPE(bounce_received) *received =
		bounce_received_get(header);
	const struct bounce_received *r;

	i_assert(array_count(received) <= BOUNCE_RECEIVED_MAX_FIELDS);
	array_foreach(received, r) {
		i_assert(r->helo == NULL || *r->helo != '\0');
		i_assert(r->auth_user == NULL || r->authenticated);
	}
}

FUZZ_BEGIN_DATA(const uint8_t *data, size_t size)
{
	const struct bounce_report_recipient rcpt = {
		.final_recipient = "bob@b.example"
	};
	const struct bounce_report report = {
		.recipients = &rcpt, .recipients_count = 1
	};
	pool_t pool = pool_allocfree_create("fuzz");
	const struct bounce_header *header =
		bounce_header_parse(pool, data, size);
	/* a bounce that we have made */
	static const unsigned char local[] =
		"Received: from x ([127.0.0.1]) by y\n";
	const struct bounce_header *own =
		bounce_header_parse(pool, local, sizeof(local) - 1);
	const struct bounce_networks *trusted;
	const char *error;
	unsigned int i, field;

	fuzz_received(header);
	for (i = 0; i < N_ELEMENTS(ranges); i++) {
		if (bounce_networks_parse(pool, ranges[i], &trusted,
					  &error) < 0)
			i_unreached();
		fuzz_hop(bounce_trace_reporter(header, trusted, &field),
			 trusted, TRUE);
		i_assert(field <= header->fields_count);
		fuzz_hop(bounce_trace_origin(NULL, header, trusted),
			 trusted, FALSE);
		fuzz_hop(bounce_trace_origin(own, header, trusted),
			 trusted, TRUE);
		(void)bounce_authres_alignment(header, field, "mx.example.org",
					       &report);
	}
	(void)bounce_authres_alignment(header, header->fields_count,
				       "mx.example.org", &report);
	pool_unref(&pool);
}
FUZZ_END
