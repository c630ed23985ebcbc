#ifndef BOUNCE_KIND_PRIVATE_H
#define BOUNCE_KIND_PRIVATE_H

/* For the files that decide what a message is: kind/kind-text.c looks at what
   it says and whom it names, and kind/kind.c holds the rules. All of it is
   allocated from the data stack. */

#include "kind/kind.h"
#include "wording/marks.h"
#include "message/message.h"
#include "wording/wordings.h"

/* What the rules ask. */
struct bounce_kind_input {
	const struct bounce_message *message;
	const struct bounce_kind_marks *marks;
	const struct bounce_envelope *envelope;
	/* bounce_kind_text(); NULL: nobody has asked for it */
	const char *lc_text;
};

/* The text without what came back in it, for wording/wordings.h: in lower case, each
   white space one blank, without the lines that are some message's subject. */
const char *bounce_kind_text(struct bounce_kind_input *input);
/* The text has one of these words. */
bool bounce_kind_text_has(struct bounce_kind_input *input,
			  enum bounce_words words);
/* Subject or text say that delivery is still tried. */
bool bounce_kind_says_delayed(struct bounce_kind_input *input);
/* Subject or text name somebody to whom the original was written. */
bool bounce_kind_names_recipient(struct bounce_kind_input *input);
/* The text names an address that is not the first in To. */
bool bounce_kind_names_other(struct bounce_kind_input *input);
/* The first address of this field of the message is that of a field of its
   original. */
bool bounce_kind_same_address(const struct bounce_message *message,
			      const char *name, const char *original_name);

#endif
