#ifndef BOUNCE_REPORT_H
#define BOUNCE_REPORT_H

/* What a bounce claims: the fields of a message/delivery-status part, RFC 3464
   section 2, or what the text says where it is plain. */

struct bounce_header;

struct bounce_report_recipient {
	/* The address without its type ("rfc822;"), sanitised; NULL: none. */
	const char *final_recipient;
	const char *original_recipient;
	/* Lower case: "failed"; NULL: none. */
	const char *action;
	/* "5.1.1"; NULL: none. */
	const char *status;
	const char *diagnostic_code;
	const char *remote_mta;
};

struct bounce_report {
	const char *reporting_mta;
	/* Seconds since 1970; 0: none or not a date. */
	time_t arrival_date;
	const struct bounce_report_recipient *recipients;
	unsigned int recipients_count;
	/* More recipients came than are kept. */
	bool over_limit:1;
};

/* Parse the decoded octets of a delivery-status part. Never fails: what is no
   field belongs to the field above it, or is skipped. Groups of fields that are
   encoded are decoded, once. The report is allocated from the pool and holds no
   pointer into data. */
const struct bounce_report *
bounce_report_parse(pool_t pool, const unsigned char *data, size_t size);

/* What two status parts of one message say: the recipients of both, each once,
   where both name any; otherwise the one that does, or the first. May return one of the
   two; what is new is the pool's. */
const struct bounce_report *
bounce_report_merge(pool_t pool, const struct bounce_report *first,
		    const struct bounce_report *second);

/* What the text of a bounce without a delivery-status part says where it is
   plain: the recipients that failed, and for each the first status code
   (RFC 3463) and the line that it stands in. Of the header X-Failed-Recipients
   is used. message_ids: of what came back, without angle brackets,
   NULL-terminated, or NULL: they look like addresses. Returns NULL if nothing was
   found. */
const struct bounce_report *
bounce_report_from_text(pool_t pool, const struct bounce_header *header,
			const char *const *message_ids,
			const unsigned char *text, size_t size);

/* The gravest action of the recipients as a kind: failed before delayed before
   expanded, relayed, delivered; NONE if no action is known. */
enum bounce_kind bounce_report_kind(const struct bounce_report *report);

#endif
