/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "str.h"
#include "istream.h"
#include "mail-user.h"
#include "mail-storage-settings.h"

#include "sieve.h"
#include "sieve-ast.h"
#include "sieve-parser.h"
#include "sieve-script.h"
#include "sieve-storage.h"

#include "dovecot-backscatter.h"
#include "base/compat.h"
#include "scripts.h"

#include <sys/stat.h>

/* A larger script is not read, whatever sieve_max_script_size is. */
#define SCRIPTS_MAX_SIZE (1024 * 1024)
/* How many scripts are read, and how many actions of each are kept. */
#define SCRIPTS_MAX 1000
#define SCRIPTS_MAX_ACTIONS 1000

struct scripts_search {
	pool_t pool;
	struct sieve_instance *svinst;
	struct sieve_storage *storage;
	time_t since;
	ARRAY(struct backscatter_script) found;
	/* the active script was in the list */
	bool active_found;
};

struct scripts_command {
	const char *name;
	/* It has no text, or one that matters only if a link is in it. */
	bool no_text, only_links;
};

/* Each ends with the argument that is shown. */
static const struct scripts_command scripts_commands[] = {
	{ .name = "redirect" },
	{ .name = "notify" },
	{ .name = "vacation", .only_links = TRUE },
	{ .name = "reject", .only_links = TRUE },
	{ .name = "ereject", .only_links = TRUE },
	{ .name = "discard", .no_text = TRUE }
};

/*
 * What a script does
 */

/* Returns the first link in the text (data stack), or NULL. */
static const char *t_scripts_link(const char *text)
{
	for (; *text != '\0'; text++) {
		if (strncasecmp(text, "http://", 7) == 0 ||
		    strncasecmp(text, "https://", 8) == 0 ||
		    strncasecmp(text, "www.", 4) == 0) {
			return t_strdup_until(text,
				text + strcspn(text, " \t\r\n\"<>"));
		}
	}
	return NULL;
}

static void
scripts_action(struct scripts_search *search,
	       const struct scripts_command *command,
	       struct sieve_ast_node *node,
	       ARRAY_TYPE(backscatter_script_action) *actions)
{
	struct sieve_ast_argument *last = sieve_ast_argument_last(node);
	struct backscatter_script_action *action;
	const char *text = NULL;

	if (!command->no_text && last != NULL &&
	    sieve_ast_argument_type(last) == SAAT_STRING)
		text = sieve_ast_argument_strc(last);
	if (command->only_links && text != NULL)
		text = t_scripts_link(text);
	if ((command->only_links && text == NULL) ||
	    array_count(actions) == SCRIPTS_MAX_ACTIONS)
		return;
	action = array_append_space(actions);
	action->what = command->name;
	action->text = p_strdup(search->pool, text);
}

/* Pigeonhole's parser limits how deep commands are nested. */
static void
scripts_commands_in(struct scripts_search *search, struct sieve_ast_node *block,
		    ARRAY_TYPE(backscatter_script_action) *actions)
{
	struct sieve_ast_node *node = sieve_ast_command_first(block);
	unsigned int i;

	for (; node != NULL; node = sieve_ast_command_next(node)) {
		for (i = 0; i < N_ELEMENTS(scripts_commands); i++) {
			if (strcasecmp(node->identifier,
				       scripts_commands[i].name) == 0) {
				scripts_action(search, &scripts_commands[i],
					       node, actions);
			}
		}
		scripts_commands_in(search, node, actions);
	}
}

/* Returns TRUE, or FALSE with an error (data stack). */
static bool
scripts_parse(struct scripts_search *search, struct sieve_script *script,
	      ARRAY_TYPE(backscatter_script_action) *actions,
	      const char **error_r)
{
	string_t *errors = t_str_new(128);
	struct sieve_error_handler *ehandler;
	struct sieve_parser *parser;
	struct sieve_ast *ast = NULL;
	enum sieve_error error;
	bool parsed = FALSE;

	ehandler = sieve_strbuf_ehandler_create(search->svinst, errors, FALSE,
						1);
	parser = sieve_parser_create(script, ehandler, &error);
	if (parser != NULL) {
		parsed = sieve_parser_run(parser, &ast);
		if (parsed)
			scripts_commands_in(search, sieve_ast_root(ast),
					    actions);
		sieve_parser_free(&parser);
	}
	sieve_error_handler_unref(&ehandler);
	*error_r = t_strcut(str_c(errors), '\n');
	return parsed;
}

/*
 * The scripts of a user
 */

/* Get when the script was written, which stays as it is if that is not known.
   Returns 0, or -1 if the script cannot be read or is too large. */
static int
scripts_stat(struct sieve_script *script, time_t *written_r,
	     const char **error_r)
{
	struct istream *stream;
	const struct stat *st;

	if (sieve_script_get_stream(script, &stream, NULL) < 0) {
		*error_r = sieve_script_get_last_error(script, NULL);
		return -1;
	}
	if (i_stream_stat(stream, TRUE, &st) < 0) {
		*error_r = i_stream_get_error(stream);
		return -1;
	}
	*written_r = I_MAX(st->st_mtime, 0);
	if (st->st_size > SCRIPTS_MAX_SIZE) {
		*error_r = "it is too large";
		return -1;
	}
	return 0;
}

static void
scripts_read(struct scripts_search *search, struct sieve_script *script,
	     const char *name, bool active)
{
	struct backscatter_script found = {
		.name = p_strdup(search->pool, name),
		.active = active
	};
	ARRAY_TYPE(backscatter_script_action) actions;
	time_t activated;
	const char *error = NULL;
	bool readable = scripts_stat(script, &found.changed, &error) == 0;

	if (active && sieve_storage_active_script_get_last_change(
			search->storage, &activated) == 0)
		found.changed = I_MAX(found.changed, activated);
	if (found.changed != 0 && found.changed < search->since)
		return;
	p_array_init(&actions, search->pool, 4);
	if (readable && !scripts_parse(search, script, &actions, &error))
		readable = FALSE;
	if (!readable)
		found.error = p_strdup(search->pool, error);
	found.actions_count = array_count(&actions);
	found.actions = found.actions_count == 0 ? NULL : array_front(&actions);
	array_push_back(&search->found, &found);
}

static void
scripts_open(struct scripts_search *search, const char *name, bool active)
{
	struct backscatter_script unread;
	struct sieve_script *script;

	if (sieve_storage_open_script(search->storage, name, &script,
				      NULL) == 0) {
		scripts_read(search, script, name, active);
		sieve_script_unref(&script);
		return;
	}
	i_zero(&unread);
	unread.name = p_strdup(search->pool, name);
	unread.active = active;
	unread.error = p_strdup(search->pool, sieve_storage_get_last_error(
					search->storage, NULL));
	array_push_back(&search->found, &unread);
}

/* The active script may be a file beside those that are listed. What is active
   by default belongs to the admin. */
static void scripts_open_active(struct scripts_search *search)
{
	struct sieve_script *script;

	if (search->active_found ||
	    sieve_storage_active_script_open(search->storage, &script,
					     NULL) < 0)
		return;
	if (!sieve_script_is_default(script)) {
		scripts_read(search, script, sieve_script_name(script) == NULL ?
			     "(no name)" : sieve_script_name(script), TRUE);
	}
	sieve_script_unref(&script);
}

/* Returns 0, or -1 if the scripts cannot be listed. */
static int scripts_list(struct scripts_search *search)
{
	struct sieve_storage_list_context *list;
	const char *name;
	bool active;
	unsigned int count = 0;

	if (sieve_storage_list_init(search->storage, &list) < 0)
		return -1;
	while ((name = sieve_storage_list_next(list, &active)) != NULL &&
	       count++ < SCRIPTS_MAX) T_BEGIN {
		scripts_open(search, name, active);
		search->active_found = search->active_found || active;
	} T_END;
	return sieve_storage_list_deinit(&list);
}

static int
scripts_cmp(const struct backscatter_script *s1,
	    const struct backscatter_script *s2)
{
	if (s1->active != s2->active)
		return s1->active ? -1 : 1;
	if (s1->changed != s2->changed)
		return s1->changed > s2->changed ? -1 : 1;
	return strcmp(s1->name, s2->name);
}

static void
scripts_search_storage(struct scripts_search *search,
		       struct backscatter_aftermath *aftermath)
{
	p_array_init(&search->found, search->pool, 8);
	if (scripts_list(search) < 0) {
		aftermath->scripts_error = p_strdup(search->pool,
			sieve_storage_get_last_error(search->storage, NULL));
	}
	scripts_open_active(search);
	array_sort(&search->found, scripts_cmp);
	aftermath->scripts_count = array_count(&search->found);
	aftermath->scripts = aftermath->scripts_count == 0 ? NULL :
		array_front(&search->found);
}

#ifndef HAVE_SIEVE_RESULTS_BY_POINTER
static const char *scripts_setting(void *context, const char *name)
{
	return mail_user_plugin_getenv(context, name);
}
#endif

void doveadm_backscatter_scripts_find(pool_t pool, struct mail_user *user,
				      struct backscatter_aftermath *aftermath)
{
	static const struct sieve_callbacks callbacks = {
#ifndef HAVE_SIEVE_RESULTS_BY_POINTER
		.get_setting = scripts_setting
#endif
	};
	struct sieve_environment env = {
		.username = user->username,
		.base_dir = user->set->base_dir,
		.event_parent = user->event,
		.flags = SIEVE_FLAG_HOME_RELATIVE
	};
	struct scripts_search search = {
		.pool = pool,
		.since = aftermath->since
	};
	enum sieve_error error;

	if (mail_user_get_home(user, &env.home_dir) <= 0)
		env.home_dir = NULL;
	aftermath->scripts_error = "Pigeonhole cannot open them";
	if (sieve_init(&env, &callbacks, user, FALSE, &search.svinst) < 0)
		return;
	if (sieve_storage_create_personal(search.svinst, user,
					  SIEVE_SCRIPT_CAUSE_ANY, 0,
					  &search.storage, &error) == 0) {
		aftermath->scripts_error = NULL;
		scripts_search_storage(&search, aftermath);
		sieve_storage_unref(&search.storage);
	} else if (error == SIEVE_ERROR_NOT_FOUND) {
		aftermath->scripts_error = NULL;
	}
	sieve_deinit(&search.svinst);
}
