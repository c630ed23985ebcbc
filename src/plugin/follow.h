#ifndef BACKSCATTER_FOLLOW_H
#define BACKSCATTER_FOLLOW_H

/* Watches the delivery of one bounce: in which mailboxes it is saved, and what
   else Sieve does with it. It costs nothing while no delivery is followed. */

struct backscatter_delivery;
struct mailbox;

/* Follow this delivery from now on, or none if it is NULL. The delivery must
   live until another one is followed. Returns the delivery that was followed
   before, or NULL. The caller follows that one again when its own delivery has
   ended: a plugin may deliver another message in the middle of a delivery. */
struct backscatter_delivery *
backscatter_follow(struct backscatter_delivery *delivery);

/* To be called by struct mail_storage_hooks. */
void backscatter_follow_mailbox_allocated(struct mailbox *box);

#endif
