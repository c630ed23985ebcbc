/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "master-service.h"
#include "conf.h"

#include <sys/wait.h>
#include <unistd.h>

#define CONF_MAX_SIZE (1024 * 1024)
#define CONF_MAX_LINE_SIZE (64 * 1024)

struct conf_reader {
	pool_t pool;
	struct istream *input;
	struct backscatter_conf *conf;
};

static void
conf_add(struct conf_reader *reader, const char *prefix, const char *line)
{
	struct backscatter_conf_setting *setting;
	const char *equals = strchr(line, '='), *value;
	size_t size;

	if (equals == NULL)
		return;
	value = t_str_trim(equals + 1, " \t");
	size = strlen(value);
	if (size >= 2 && *value == '"' && value[size - 1] == '"')
		value = t_strndup(value + 1, size - 2);
	setting = array_append_space(&reader->conf->settings);
	setting->name = p_strconcat(reader->pool, prefix,
		t_str_trim(t_strdup_until(line, equals), " \t"), NULL);
	setting->value = p_strdup(reader->pool, value);
}

/* Read to the end of a section. The prefix, such as "plugin/", comes before
   each name in it. */
static void conf_read_section(struct conf_reader *reader, const char *prefix)
{
	const char *line, *name;
	size_t size;

	while ((line = i_stream_read_next_line(reader->input)) != NULL) {
		line = t_str_trim(line, " \t");
		size = strlen(line);
		if (strcmp(line, "}") == 0)
			return;
		if (size == 0 || *line == '#')
			continue;
		if (line[size - 1] == '{') {
			name = t_str_trim(t_strndup(line, size - 1), " \t");
			conf_read_section(reader, t_strconcat(prefix, name, "/",
							      NULL));
		} else {
			conf_add(reader, prefix, line);
		}
	}
}

static void conf_exec(int fd, const char *protocol)
{
	const char *path = master_service_get_config_path(master_service);
	const char *filter = t_strconcat("protocol=", protocol, NULL);
	const char *args[] = {
		"doveconf", "-n", "-c", path, "-f", filter, NULL
	};

	if (dup2(fd, STDOUT_FILENO) < 0)
		_exit(1);
	execvp(args[0], (char *const *)args);
	_exit(127);
}

static int
conf_read_fd(struct conf_reader *reader, int fd, const char **error_r)
{
	struct istream *input = i_stream_create_fd(fd, CONF_MAX_LINE_SIZE);
	int ret = -1;

	i_stream_set_blocking(input, TRUE);
	reader->input = i_stream_create_limit(input, CONF_MAX_SIZE);
	conf_read_section(reader, "");
	if (reader->input->stream_errno != 0) {
		*error_r = t_strdup_printf("read(doveconf) failed: %s",
			i_stream_get_error(reader->input));
	} else if (!reader->input->eof || input->v_offset >= CONF_MAX_SIZE) {
		*error_r = "doveconf prints too much";
	} else {
		ret = 0;
	}
	i_stream_unref(&reader->input);
	i_stream_unref(&input);
	return ret;
}

int backscatter_conf_read(pool_t pool, const char *protocol,
			  const struct backscatter_conf **conf_r,
			  const char **error_r)
{
	struct conf_reader reader = { .pool = pool };
	int fd[2], status, ret;
	pid_t pid;

	if (pipe(fd) < 0 || (pid = fork()) < 0) {
		*error_r = t_strdup_printf("doveconf cannot be run: %m");
		return -1;
	}
	if (pid == 0)
		conf_exec(fd[1], protocol);
	i_close_fd(&fd[1]);
	reader.conf = p_new(pool, struct backscatter_conf, 1);
	p_array_init(&reader.conf->settings, pool, 64);
	ret = conf_read_fd(&reader, fd[0], error_r);
	i_close_fd(&fd[0]);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) {
			*error_r = t_strdup_printf("waitpid() failed: %m");
			return -1;
		}
	}
	if (ret == 0 && status != 0) {
		*error_r = "doveconf failed";
		return -1;
	}
	*conf_r = reader.conf;
	return ret;
}

const char *
backscatter_conf_get(const struct backscatter_conf *conf, const char *name)
{
	const struct backscatter_conf_setting *setting;

	array_foreach(&conf->settings, setting) {
		if (strcmp(setting->name, name) == 0)
			return setting->value;
	}
	return NULL;
}

bool backscatter_conf_begins(const struct backscatter_conf *conf,
			     const char *name)
{
	const struct backscatter_conf_setting *setting;
	size_t size = strlen(name);

	array_foreach(&conf->settings, setting) {
		if (strncmp(setting->name, name, size) == 0)
			return TRUE;
	}
	return FALSE;
}

bool backscatter_conf_has(const struct backscatter_conf *conf,
			  const char *name, const char *word)
{
	const char *value = backscatter_conf_get(conf, name);

	if (value != NULL &&
	    str_array_find(t_strsplit_spaces(value, " ,\t"), word))
		return TRUE;
	value = backscatter_conf_get(conf, t_strdup_printf("%s/%s", name,
							   word));
	return value != NULL && strcmp(value, "yes") == 0;
}
