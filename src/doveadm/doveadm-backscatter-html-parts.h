#ifndef DOVEADM_BACKSCATTER_HTML_PARTS_H
#define DOVEADM_BACKSCATTER_HTML_PARTS_H

/* What in the report is always the same. */

extern const char backscatter_html_style[];

/* What a reason means, as HTML; NULL: it is not known. */
const char *backscatter_html_reason(const char *reason);

#endif
