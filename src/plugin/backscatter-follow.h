#ifndef BACKSCATTER_FOLLOW_H
#define BACKSCATTER_FOLLOW_H

/* Watches the delivery of one bounce: which mailboxes it is saved in, and what
   Sieve does beside that. Between end and begin it costs nothing. */

struct backscatter_delivery;
struct mailbox;

/* One at a time. */
void backscatter_follow_begin(struct backscatter_delivery *delivery);
void backscatter_follow_end(void);

/* For struct mail_storage_hooks. */
void backscatter_follow_mailbox_allocated(struct mailbox *box);

#endif
