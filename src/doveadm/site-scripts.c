/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "mail-user.h"
#include "conf.h"
#include "site-scripts.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many octets of a script are read. */
#define SITE_SCRIPT_MAX_SIZE (256 * 1024)
#define SITE_SCRIPT_SUFFIX ".sieve"
#define SITE_SCRIPT_COMPILED_SUFFIX ".svbin"

struct site_scripts_look {
	struct mail_user *user;
	struct backscatter_site_scripts *scripts;
};

/* Returns a path of the configuration as an absolute path, or NULL if we cannot
   tell where it is. From the data stack. */
static const char *
t_site_script_path(struct mail_user *user, const char *value)
{
	const char *home, *const *parts;

	/* "file:~/sieve;active=~/.dovecot.sieve" */
	parts = t_strsplit(value, ";");
	if (*parts == NULL)
		return NULL;
	value = *parts;
	for (; *parts != NULL; parts++) {
		if (strncmp(*parts, "active=", 7) == 0)
			value = *parts + 7;
	}
	if (strncmp(value, "file:", 5) == 0)
		value += 5;
	if (strncmp(value, "~/", 2) == 0 && mail_user_get_home(user, &home) > 0)
		value = t_strconcat(home, value + 1, NULL);
	return *value != '/' || strchr(value, '%') != NULL ? NULL : value;
}

/* Returns TRUE if a script contains the name of the extension. The script may
   belong to the user, who may put anything there, such as a FIFO. */
static bool site_script_uses(const char *path)
{
	char *text = t_malloc_no0(SITE_SCRIPT_MAX_SIZE + 1);
	struct stat st;
	ssize_t size = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return FALSE;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		size = read(fd, text, SITE_SCRIPT_MAX_SIZE);
	i_close_fd(&fd);
	text[size < 0 ? 0 : size] = '\0';
	return strstr(text, "\"vnd.backscatter\"") != NULL;
}

/* Returns the path without ".sieve" (data stack), or NULL if it does not end
   with that. */
static const char *t_site_script_stem(const char *path)
{
	size_t size = strlen(path), suffix = strlen(SITE_SCRIPT_SUFFIX);

	return size <= suffix ||
		strcmp(path + size - suffix, SITE_SCRIPT_SUFFIX) != 0 ? NULL :
		t_strndup(path, size - suffix);
}

/* Returns TRUE if Pigeonhole has to compile the script for each message: there
   is no result that is as new as the script, and the user, as whom it is run,
   cannot write one. */
static bool site_script_is_uncompiled(const char *path, const struct stat *st)
{
	const char *stem = t_site_script_stem(path), *slash;
	struct stat compiled;

	if (stem == NULL)
		return FALSE;
	if (stat(t_strconcat(stem, SITE_SCRIPT_COMPILED_SUFFIX, NULL),
		 &compiled) == 0 && compiled.st_mtime >= st->st_mtime)
		return FALSE;
	slash = strrchr(path, '/');
	/* access() would check the rights of our real uid, not of the user's */
	return faccessat(AT_FDCWD, t_strdup_until(path, slash + 1), W_OK,
			 AT_EACCESS) < 0;
}

static void
site_script_file(struct site_scripts_look *look, const char *path,
		 const struct stat *st, bool global)
{
	if (site_script_uses(path))
		look->scripts->uses = TRUE;
	if (global && site_script_is_uncompiled(path, st))
		look->scripts->uncompiled = t_strdup(path);
}

/* All scripts of a folder are run. */
static void site_script_folder(struct site_scripts_look *look, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	struct stat st;
	const char *file;

	if (dir == NULL) {
		look->scripts->unknown = t_strdup(path);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		file = t_strconcat(path, "/", entry->d_name, NULL);
		if (t_site_script_stem(entry->d_name) != NULL &&
		    stat(file, &st) == 0)
			site_script_file(look, file, &st, TRUE);
	}
	(void)closedir(dir);
}

/* Look at the script that a setting names. A global setting may name a folder.
   A folder of the user's own is only where his scripts are kept. */
static void
site_script(struct site_scripts_look *look, const char *name, const char *value,
	    bool global)
{
	const char *path = t_site_script_path(look->user, value);
	struct stat st;

	if (path == NULL)
		look->scripts->unknown = t_strdup(value);
	else if (stat(path, &st) < 0) {
		if (global) {
			look->scripts->missing = t_strdup_printf("%s = %s: %m",
								 name, value);
		}
	} else if (S_ISREG(st.st_mode))
		site_script_file(look, path, &st, global);
	else if (S_ISDIR(st.st_mode) && global)
		site_script_folder(look, path);
}

static bool
site_script_is_global(const struct backscatter_conf *conf, const char *name)
{
	const char *slash = strrchr(name, '/'), *type;

	if (strncmp(name, "plugin/", 7) == 0) {
		return strncmp(name, "plugin/sieve_before", 19) == 0 ||
			strncmp(name, "plugin/sieve_after", 18) == 0;
	}
	type = backscatter_conf_get(conf, t_strconcat(
		t_strdup_until(name, slash + 1), "type", NULL));
	return type != NULL && strcmp(type, "personal") != 0;
}

/* Returns TRUE if a setting names a script that is run at delivery. */
static bool site_script_is_script(const char *name)
{
	const char *last = strrchr(name, '/');

	last = last == NULL ? name : last + 1;
	if (strncmp(name, "plugin/sieve", 12) == 0) {
		return strcmp(last, "sieve") == 0 ||
			strcmp(last, "sieve_default") == 0 ||
			strncmp(last, "sieve_before", 12) == 0 ||
			strncmp(last, "sieve_after", 11) == 0;
	}
	return strncmp(name, "sieve_script ", 13) == 0 &&
		(strcmp(last, "path") == 0 ||
		 strcmp(last, "active_path") == 0 ||
		 strcmp(last, "sieve_script_path") == 0 ||
		 strcmp(last, "sieve_script_active_path") == 0);
}

void backscatter_site_scripts_look(const struct backscatter_conf *conf,
				   struct mail_user *user,
				   struct backscatter_site_scripts *scripts_r)
{
	struct site_scripts_look look = {
		.user = user, .scripts = scripts_r
	};
	const struct backscatter_conf_setting *setting;
	const char *name;

	i_zero(scripts_r);
	array_foreach(&conf->settings, setting) {
		name = setting->name;
		if (!site_script_is_script(name))
			continue;
		site_script(&look, strncmp(name, "plugin/", 7) == 0 ?
			    name + 7 : name, setting->value,
			    site_script_is_global(conf, name));
	}
	site_script(&look, "sieve", "~/.dovecot.sieve", FALSE);
}
