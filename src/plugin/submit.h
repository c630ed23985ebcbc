#ifndef BACKSCATTER_SUBMIT_H
#define BACKSCATTER_SUBMIT_H

struct mail_deliver_context;
struct backscatter_notice;

/* Send a notice with the null sender, as Dovecot sends all mail of a delivery:
   by submission_host or sendmail_path. It waits for sendmail, and for each
   answer of the host, for a few seconds at most. Returns 0, or -1 with an error
   (data stack). */
int backscatter_submit(struct mail_deliver_context *ctx,
		       const struct backscatter_notice *notice,
		       const char **error_r);

#endif
