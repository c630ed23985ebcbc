#ifndef BOUNCE_KIND_PRIVATE_H
#define BOUNCE_KIND_PRIVATE_H

/* For the files that decide what a message is: kind/kind-text.c looks at what
   the message says and whom it names, and kind/kind.c has the rules. Everything
   is allocated from the data stack. */

#include "kind/kind.h"
#include "wording/marks.h"
#include "message/message.h"
#include "wording/wordings.h"

/* What the rules look at. */
struct bounce_kind_input {
	const struct bounce_message *message;
	const struct bounce_kind_marks *marks;
	const struct bounce_envelope *envelope;
	/* the result of bounce_kind_text(); NULL: it was not called yet */
	const char *lc_text;
};

/* Returns the text without the originals in it, in the form that
   wording/wordings.h needs: in lower case, with one blank for any white space,
   and without lines that are the subject of a message. */
const char *bounce_kind_text(struct bounce_kind_input *input);
/* TRUE if the text has one of these words. */
bool bounce_kind_text_has(struct bounce_kind_input *input,
			  enum bounce_words words);
/* TRUE if the subject or the text says that the server still tries to
   deliver. */
bool bounce_kind_says_delayed(struct bounce_kind_input *input);
/* TRUE if the subject or the text names a recipient of the original. */
bool bounce_kind_names_recipient(struct bounce_kind_input *input);
/* TRUE if the text names an address that is not the first one in To. */
bool bounce_kind_names_other(struct bounce_kind_input *input);
/* TRUE if the first address in the message's field of this name is also the
   first address in the given field of its original. */
bool bounce_kind_same_address(const struct bounce_message *message,
			      const char *name, const char *original_name);

#endif
