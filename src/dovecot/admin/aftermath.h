#ifndef BACKSCATTER_AFTERMATH_H
#define BACKSCATTER_AFTERMATH_H

/* Says what to look at after a burst. */

struct backscatter_aftermath;

/* Append a text; nothing if nothing was looked at. Texts of users and strangers
   are cut and made harmless. dest must not be allocated from the data stack. */
void backscatter_aftermath_text(const struct backscatter_aftermath *aftermath,
				string_t *dest);
/* The same as members of a JSON object, which the caller opens and closes;
   doveadm-backscatter(1) documents their keys. */
void backscatter_aftermath_json(const struct backscatter_aftermath *aftermath,
				string_t *dest);

#endif
