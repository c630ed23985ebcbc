/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Uses the backscatter_dict of a user as a delivery would, and prints what came
   of it: for ../integration/test-dict. It is no test of its own.

   dict-probe -c dovecot.conf -u USER -- COMMAND...

   inc KEY, set KEY VALUE, unset KEY, get KEY, only KEY (delete all others), lock,
   unlock, message (a new one), suspend UNTIL WHY (since the second 1, by
   "probe"), resume, suspended, again N (all that follows, N times)

   Fields are separated by tabs: the command, its result (-1, 0, 1), the value
   or the error, and the milliseconds that it took. */

#include "lib.h"
#include "array.h"
#include "ioloop.h"
#include "master-service.h"
#include "master-service-settings.h"
#include "mail-storage-service.h"
#include "mail-user.h"
#include "dovecot-backscatter.h"
#include "dict/state-dict.h"
#include "memory/suspension.h"

#include <stdio.h>
#include <time.h>

static struct mail_user *user;

static long long msecs_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		i_fatal("clock_gettime() failed: %m");
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int
probe_write(struct backscatter_dict *dict, enum backscatter_dict_op_type type,
	    char **args, const char **error_r)
{
	const struct backscatter_dict_op op = {
		.type = type,
		.key = args[1],
		.value = type == BACKSCATTER_DICT_SET ? args[2] : NULL
	};

	return backscatter_dict_write(dict, &op, 1, 3600, error_r);
}

static int
probe_write_suspension(struct backscatter_dict *dict, char **args,
		       const char **error_r)
{
	struct backscatter_suspension suspension = { .by = "probe" };
	ARRAY_TYPE(backscatter_dict_op) ops;

	t_array_init(&ops, 4);
	if (strcmp(args[0], "suspend") == 0) {
		suspension.since = 1;
		suspension.until = atol(args[1]);
		suspension.why = args[2];
	}
	backscatter_suspension_add_ops(&suspension, &ops);
	return backscatter_dict_write(dict, array_front(&ops),
				      array_count(&ops), 3600, error_r);
}

static int
probe_suspended(struct backscatter_dict *dict, const char **text_r,
		const char **error_r)
{
	struct backscatter_suspension suspension;
	int ret;

	ret = backscatter_suspension_lookup(dict, pool_datastack_create(),
					    &suspension, error_r);
	if (ret > 0) {
		*text_r = t_strdup_printf("%s %s %s %s",
			dec2str(suspension.since), dec2str(suspension.until),
			suspension.by, suspension.why);
	}
	return ret;
}

static int
probe_run(struct backscatter_dict *dict, char **args, const char **text_r,
	  const char **error_r)
{
	if (strcmp(args[0], "get") == 0)
		return backscatter_dict_lookup(dict, pool_datastack_create(),
					       args[1], text_r, error_r);
	if (strcmp(args[0], "inc") == 0)
		return probe_write(dict, BACKSCATTER_DICT_INC, args, error_r);
	if (strcmp(args[0], "set") == 0)
		return probe_write(dict, BACKSCATTER_DICT_SET, args, error_r);
	if (strcmp(args[0], "unset") == 0)
		return probe_write(dict, BACKSCATTER_DICT_UNSET, args, error_r);
	if (strcmp(args[0], "suspend") == 0 || strcmp(args[0], "resume") == 0)
		return probe_write_suspension(dict, args, error_r);
	if (strcmp(args[0], "suspended") == 0)
		return probe_suspended(dict, text_r, error_r);
	if (strcmp(args[0], "only") == 0)
		backscatter_dict_keep_only(dict, args[1]);
	else if (strcmp(args[0], "lock") == 0)
		backscatter_dict_lock(dict);
	else if (strcmp(args[0], "unlock") == 0)
		backscatter_dict_unlock(dict);
	else if (strcmp(args[0], "message") == 0)
		backscatter_dict_start_message(user);
	else
		i_fatal("unknown command: %s", args[0]);
	return 0;
}

static unsigned int probe_args(const char *command)
{
	static const char *const without[] = {
		"lock", "unlock", "message", "resume", "suspended", NULL
	};

	if (strcmp(command, "set") == 0 || strcmp(command, "suspend") == 0)
		return 2;
	return str_array_find(without, command) ? 0 : 1;
}

static void probe_command(char **args)
{
	struct backscatter_dict *dict;
	const char *text = "", *error = NULL;
	long long start = msecs_now();
	int ret;

	ret = backscatter_dict_get(user, &dict, &error);
	if (ret == 0)
		text = "no dict";
	else if (ret > 0)
		ret = probe_run(dict, args, &text, &error);
	else if (strcmp(args[0], "message") == 0)
		backscatter_dict_start_message(user);
	printf("%s\t%d\t%s\t%lld\n", args[0], ret,
	       ret < 0 ? error : text == NULL ? "" : text,
	       msecs_now() - start);
	fflush(stdout);
}

static void probe_commands(char **args)
{
	int i, times = 1;

	if (*args != NULL && strcmp(*args, "again") == 0) {
		times = atoi(args[1]);
		args += 2;
	}
	for (i = 0; i < times; i++) {
		char **arg = args;

		while (*arg != NULL) T_BEGIN {
			probe_command(arg);
			arg += 1 + probe_args(*arg);
		} T_END;
	}
}

static void
probe_user(struct mail_storage_service_ctx *service,
	   const struct mail_storage_service_input *input, char **args)
{
	const char *error;
	long long start;

#ifdef PROBE_SERVICE_USER
	struct mail_storage_service_user *service_user;

	if (mail_storage_service_lookup_next(service, input, &service_user,
					     &user, &error) <= 0)
		i_fatal("%s", error);
#else
	if (mail_storage_service_lookup_next(service, input, &user,
					     &error) <= 0)
		i_fatal("%s", error);
#endif
	probe_commands(args);
	start = msecs_now();
	backscatter_dict_release(user);
	mail_user_deinit(&user);
	printf("deinit\t0\t\t%lld\n", msecs_now() - start);
#ifdef PROBE_SERVICE_USER
	mail_storage_service_user_unref(&service_user);
#endif
}

int main(int argc, char *argv[])
{
	struct mail_storage_service_ctx *service;
	struct mail_storage_service_input input;
	const char *error ATTR_UNUSED;

	i_zero(&input);
	master_service = master_service_init("lmtp",
		MASTER_SERVICE_FLAG_STANDALONE |
		MASTER_SERVICE_FLAG_DONT_SEND_STATS,
		&argc, &argv, "u:");
	while (master_getopt(master_service) > 0)
		input.username = optarg;
	master_service_init_finish(master_service);
#ifndef PROBE_SERVICE_USER
	/* base_dir, for the userdb's socket */
	if (master_service_settings_read_simple(master_service, &error) < 0)
		i_fatal("%s", error);
#endif
	service = mail_storage_service_init(master_service,
#ifdef PROBE_SERVICE_USER
		NULL,
#else
		MAIL_STORAGE_SERVICE_FLAG_ALLOW_ROOT |
#endif
		MAIL_STORAGE_SERVICE_FLAG_USERDB_LOOKUP |
		MAIL_STORAGE_SERVICE_FLAG_NO_LOG_INIT |
		MAIL_STORAGE_SERVICE_FLAG_NO_PLUGINS |
		MAIL_STORAGE_SERVICE_FLAG_NO_CHDIR);
	input.username = input.username == NULL ? getenv("USER") :
		input.username;
	T_BEGIN {
		probe_user(service, &input, argv + optind);
	} T_END;
	mail_storage_service_deinit(&service);
	master_service_deinit(&master_service);
	return 0;
}
