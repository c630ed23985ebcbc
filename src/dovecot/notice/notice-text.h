#ifndef BACKSCATTER_NOTICE_TEXT_H
#define BACKSCATTER_NOTICE_TEXT_H

#include "settings/plugin-settings.h"

/* The texts of a notice in one language, in UTF-8, with LF. It has first intro,
   then a line for each of the labels with its value, then suspended or running,
   and then todo. None of them has a link, so that nobody learns to follow
   one. */
struct backscatter_notice_text {
	const char *subject, *intro;
	/* The user's name; since when mail has come back; how many different
	   mails, to how many recipients; from how many networks they were sent,
	   or unknown. */
	const char *account, *since, *mails, *recipients, *networks, *unknown;
	/* The user is suspended from sending, or is not. */
	const char *suspended, *running;
	const char *todo;
};

extern const struct backscatter_notice_text
backscatter_notice_texts[BACKSCATTER_LANGUAGE_COUNT];

#endif
