#ifndef BACKSCATTER_FOLLOW_H
#define BACKSCATTER_FOLLOW_H

/* Watches the delivery of one bounce: which mailboxes it is saved in, and what
   Sieve does beside that. While none is followed it costs nothing. */

struct backscatter_delivery;
struct mailbox;

/* Follow this delivery from now on; NULL: none. Returns the one that was followed
   before, or NULL: a plugin may deliver while it delivers, and what it is in the
   middle of has to be followed again afterwards. */
struct backscatter_delivery *
backscatter_follow(struct backscatter_delivery *delivery);

/* For struct mail_storage_hooks. */
void backscatter_follow_mailbox_allocated(struct mailbox *box);

#endif
