#ifndef BOUNCE_DELIVERY_STATUS_H
#define BOUNCE_DELIVERY_STATUS_H

/* Reads what a bounce reports: the fields of a message/delivery-status part
   (RFC 3464 section 2) or, if there is no such part, what the text of the
   bounce says in plain words. All of it is a claim of whoever wrote the bounce,
   and need not be valid UTF-8. */

struct bounce_header;

struct bounce_report_recipient {
	/* The addresses without their type ("rfc822;"); NULL: there is none. */
	const char *final_recipient;
	const char *original_recipient;
	/* In lower case, such as "failed"; NULL: there is none. */
	const char *action;
	/* The status code (RFC 3463), such as "5.1.1"; NULL: there is none. */
	const char *status;
	const char *diagnostic_code;
	const char *remote_mta;
};

struct bounce_report {
	const char *reporting_mta;
	/* Seconds since 1970; 0: there is no date, or it cannot be read. */
	time_t arrival_date;
	const struct bounce_report_recipient *recipients;
	unsigned int recipients_count;
	/* The bounce names more recipients than are kept. */
	bool over_limit:1;
};

/* Parse the decoded octets of a delivery-status part. Never fails: a line that
   is not a field is taken for a part of the field above it, or is skipped. If
   groups of fields are encoded once more, they are decoded, but only once. The
   report is allocated from the pool and does not point to data. */
const struct bounce_report *
bounce_report_parse(pool_t pool, const unsigned char *data, size_t size);

/* Merge the reports of two status parts of one message. If both name
   recipients, the result has the recipients of both, each once, and otherwise
   what the first report says; but if the first is over its limit, it is the
   result. If only one of the two names any, that one is the result; if none
   does, the first is. The result is one of the two reports, or is allocated
   from the pool and points to the strings of both. */
const struct bounce_report *
bounce_report_merge(pool_t pool, const struct bounce_report *first,
		    const struct bounce_report *second);

/* Find what a bounce without a delivery-status part says in plain words: the
   recipients that failed, and for each of them the first status code (RFC 3463)
   with the line in which it stands. Of the header only X-Failed-Recipients is
   used. message_ids are those of the originals, without angle brackets,
   NULL-terminated or NULL; they look like addresses, and are not taken for
   recipients. Returns NULL if no recipient was found. The report is allocated
   from the pool and does not point to text. */
const struct bounce_report *
bounce_report_from_text(pool_t pool, const struct bounce_header *header,
			const char *const *message_ids,
			const unsigned char *text, size_t size);

/* TRUE if there is no such address (RFC 3463 section 3.2): the status is 5.1.x.
   Where it is 5.0.0, which Exim writes for whatever another server said, or is
   missing, the diagnostic code tells. */
bool bounce_report_recipient_is_dead(
	const struct bounce_report_recipient *recipient);

/* Returns the most severe action of all recipients as a kind; from the most
   severe down these are failed, delayed, expanded, relayed and delivered.
   Returns NONE if no action is known. */
enum bounce_kind bounce_report_kind(const struct bounce_report *report);

#endif
