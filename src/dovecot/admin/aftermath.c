/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "str.h"
#include "iso8601-date.h"
#include "base/json.h"
#include "base/sanitize.h"
#include "dovecot-backscatter.h"
#include "admin/aftermath.h"

#include <time.h>

/* How many characters of a text are shown, and how many scripts, actions of a
   script, and mailboxes. */
#define AFTERMATH_MAX_TEXT 100
#define AFTERMATH_MAX_SHOWN 50

static const char *t_aftermath_clean(const char *text)
{
	return t_bounce_sanitize_text(text, AFTERMATH_MAX_TEXT);
}

static const char *t_aftermath_time(time_t when)
{
	return iso8601_date_create_tm(gmtime(&when), INT_MAX);
}

static unsigned int aftermath_shown(unsigned int count)
{
	return I_MIN(count, AFTERMATH_MAX_SHOWN);
}

static void
aftermath_others(unsigned int count, const char *what, string_t *dest)
{
	if (count > AFTERMATH_MAX_SHOWN) {
		str_printfa(dest, "    and %u more %s\n",
			    count - AFTERMATH_MAX_SHOWN, what);
	}
}

/*
 * The text
 */

static void
aftermath_script(const struct backscatter_script *script, string_t *dest)
{
	const struct backscatter_script_action *action;
	unsigned int i;

	str_printfa(dest, "  %s%s: changed %s\n",
		    t_aftermath_clean(script->name),
		    script->active ? " (active)" : "", script->changed == 0 ?
		    "at an unknown time" : t_aftermath_time(script->changed));
	if (script->error != NULL) {
		str_printfa(dest, "    cannot be read: %s\n",
			    t_aftermath_clean(script->error));
	}
	for (i = 0; i < aftermath_shown(script->actions_count); i++) {
		action = &script->actions[i];
		str_printfa(dest, "    %s%s%s\n", action->what,
			    action->text == NULL ? "" : ": ",
			    action->text == NULL ? "" :
			    t_aftermath_clean(action->text));
	}
	aftermath_others(script->actions_count, "actions", dest);
}

static void
aftermath_scripts(const struct backscatter_aftermath *aftermath, string_t *dest)
{
	unsigned int i;

	str_append(dest, "\nSieve scripts of the user that have changed, and "
		   "what they do with mail:\n");
	if (aftermath->scripts_error != NULL) {
		str_printfa(dest, "  cannot be listed: %s\n",
			    t_aftermath_clean(aftermath->scripts_error));
	} else if (aftermath->scripts_count == 0) {
		str_append(dest, "  none\n");
	}
	for (i = 0; i < aftermath_shown(aftermath->scripts_count); i++)
		aftermath_script(&aftermath->scripts[i], dest);
	aftermath_others(aftermath->scripts_count, "scripts", dest);
}

static void
aftermath_mailboxes(const struct backscatter_aftermath *aftermath,
		    string_t *dest)
{
	const struct backscatter_mailbox_change *box;
	unsigned int i;

	str_append(dest, "\nMessages saved in mailboxes, how many of these "
		   "were removed again, and older ones:\n");
	if (aftermath->mailboxes_count == 0) {
		str_append(dest, "  none were saved, and no mailbox is "
			   "empty that was not always\n");
	}
	for (i = 0; i < aftermath_shown(aftermath->mailboxes_count); i++) {
		box = &aftermath->mailboxes[i];
		str_printfa(dest, "%8u %8u %8u  %s", box->saved, box->removed,
			    box->messages - box->saved,
			    t_aftermath_clean(box->name));
		if (box->messages == 0)
			str_printfa(dest, ": empty now, %u once", box->once);
		str_append_c(dest, '\n');
	}
	aftermath_others(aftermath->mailboxes_count, "mailboxes", dest);
}

void backscatter_aftermath_text(const struct backscatter_aftermath *aftermath,
				string_t *dest)
{
	if (aftermath->since == 0)
		return;
	T_BEGIN {
		str_printfa(dest, "\nWhat to look at, since %s.\n",
			    t_aftermath_time(aftermath->since));
		aftermath_scripts(aftermath, dest);
		aftermath_mailboxes(aftermath, dest);
	} T_END;
	str_append(dest, "\nDovecot does not know when a message was removed, "
		   "and it does not know of\nidentities, signatures and "
		   "filters in webmail, app passwords, forwards outside of\n"
		   "Sieve, and addresses or telephone numbers for resetting "
		   "the password: look at\nthose, too.\n");
}

/*
 * JSON
 */

static void
aftermath_json_script(const struct backscatter_script *script, string_t *dest)
{
	unsigned int i;

	bounce_json_open(dest);
	bounce_json_text(dest, "name", t_aftermath_clean(script->name));
	bounce_json_bool(dest, "active", script->active);
	bounce_json_time(dest, "changed", script->changed);
	bounce_json_text(dest, "error", t_aftermath_clean(script->error));
	bounce_json_open_array(dest, "actions");
	for (i = 0; i < aftermath_shown(script->actions_count); i++) {
		bounce_json_open(dest);
		bounce_json_text(dest, "what", script->actions[i].what);
		bounce_json_text(dest, "text",
				 t_aftermath_clean(script->actions[i].text));
		str_append_c(dest, '}');
	}
	str_append(dest, "]}");
}

static void
aftermath_json_mailbox(const struct backscatter_mailbox_change *box,
		       string_t *dest)
{
	bounce_json_open(dest);
	bounce_json_text(dest, "name", t_aftermath_clean(box->name));
	bounce_json_number(dest, "saved", box->saved);
	bounce_json_number(dest, "removed", box->removed);
	bounce_json_number(dest, "messages", box->messages);
	bounce_json_number(dest, "once", box->once);
	str_append_c(dest, '}');
}

void backscatter_aftermath_json(const struct backscatter_aftermath *aftermath,
				string_t *dest)
{
	unsigned int i;

	T_BEGIN {
		bounce_json_time(dest, "since", aftermath->since);
		bounce_json_text(dest, "scripts_error",
				 t_aftermath_clean(aftermath->scripts_error));
		bounce_json_open_array(dest, "scripts");
		for (i = 0; i < aftermath_shown(aftermath->scripts_count); i++)
			aftermath_json_script(&aftermath->scripts[i], dest);
		str_append_c(dest, ']');
		bounce_json_open_array(dest, "mailboxes");
		for (i = 0; i < aftermath_shown(aftermath->mailboxes_count);
		     i++)
			aftermath_json_mailbox(&aftermath->mailboxes[i], dest);
		str_append_c(dest, ']');
	} T_END;
}
