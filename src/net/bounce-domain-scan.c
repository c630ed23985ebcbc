/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str-sanitize.h"
#include "bounce-domain-file-private.h"

/* What of a bad line is shown to the admin */
#define SCAN_ERROR_MAX_SIZE 80

struct domain_scanner {
	struct bounce_domain_scan *scan;
	/* a domain was seen */
	bool domains;
	unsigned char last[BOUNCE_DOMAIN_LINE_MAX_SIZE];
	size_t last_size;
};

static bool
scan_bad_line(struct bounce_domain_scan *scan, const unsigned char *line,
	      size_t size)
{
	size = I_MIN(size, BOUNCE_DOMAIN_LINE_MAX_SIZE);
	scan->error = t_strdup_printf("line %"PRIuUOFF_T": "
		"'%s' is not a domain name", scan->lines,
		str_sanitize(t_strndup(line, size), SCAN_ERROR_MAX_SIZE));
	return FALSE;
}

static bool
scan_line(const unsigned char *line, size_t size, uoff_t offset ATTR_UNUSED,
	  void *context)
{
	struct domain_scanner *scanner = context;
	struct bounce_domain_scan *scan = scanner->scan;
	const unsigned char *name;
	enum bounce_domain_line type;
	size_t name_size;
	bool sorted = FALSE;

	scan->lines++;
	T_BEGIN {
		type = bounce_domain_line_parse(line, size, &name, &name_size);
	} T_END;
	switch (type) {
	case BOUNCE_DOMAIN_LINE_BAD:
		return scan_bad_line(scan, line, size);
	case BOUNCE_DOMAIN_LINE_EMPTY:
		/* they are sorted to the beginning, all of them */
		sorted = !scanner->domains;
		break;
	case BOUNCE_DOMAIN_LINE_NORMAL:
		sorted = bounce_domain_line_cmp(scanner->last,
			scanner->last_size, name, name_size) <= 0;
		memcpy(scanner->last, name, name_size);
		scanner->last_size = name_size;
		/* fall through */
	case BOUNCE_DOMAIN_LINE_OTHER:
		scanner->domains = TRUE;
		break;
	}
	if (!sorted && scan->unsorted_line == 0)
		scan->unsorted_line = scan->lines;
	return TRUE;
}

int bounce_domain_file_scan(int fd, struct bounce_domain_scan *scan_r)
{
	struct domain_scanner scanner;
	uoff_t offset;
	size_t rest;

	i_zero(scan_r);
	scanner.scan = scan_r;
	scanner.domains = FALSE;
	scanner.last_size = 0;
	if (bounce_domain_foreach_line(fd, scan_line, &scanner, &offset,
				       &rest) < 0)
		return -1;
	if (scan_r->error != NULL)
		;
	else if (offset + rest == 0)
		scan_r->error = "it is empty";
	else if (rest > 0) {
		scan_r->error = "its last line has no end: "
			"it may be half written";
	}
	return 0;
}
