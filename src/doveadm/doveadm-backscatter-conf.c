/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "buffer.h"
#include "str.h"
#include "master-service.h"
#include "doveadm-backscatter-conf.h"

#include <sys/wait.h>
#include <unistd.h>

#define CONF_MAX_SIZE (1024 * 1024)

struct conf_setting {
	const char *name, *value;
};

struct backscatter_conf {
	ARRAY(struct conf_setting) settings;
};

struct conf_parser {
	pool_t pool;
	struct backscatter_conf *conf;
	/* "plugin/", and where each section in it begins */
	string_t *prefix;
	ARRAY(size_t) sections;
};

static void conf_parse_setting(struct conf_parser *parser, const char *line)
{
	struct conf_setting *setting;
	const char *equals = strchr(line, '='), *value;
	size_t size;

	if (equals == NULL)
		return;
	value = t_str_trim(equals + 1, " \t");
	size = strlen(value);
	if (size >= 2 && *value == '"' && value[size - 1] == '"')
		value = t_strndup(value + 1, size - 2);
	setting = array_append_space(&parser->conf->settings);
	setting->name = p_strconcat(parser->pool, str_c(parser->prefix),
		t_str_trim(t_strdup_until(line, equals), " \t"), NULL);
	setting->value = p_strdup(parser->pool, value);
}

static void conf_parse_line(struct conf_parser *parser, const char *line)
{
	size_t size, at = str_len(parser->prefix);
	const size_t *last;
	unsigned int count;

	line = t_str_trim(line, " \t");
	size = strlen(line);
	if (size == 0 || *line == '#')
		return;
	if (line[size - 1] == '{') {
		array_push_back(&parser->sections, &at);
		str_append(parser->prefix,
			   t_str_trim(t_strndup(line, size - 1), " \t"));
		str_append_c(parser->prefix, '/');
	} else if (strcmp(line, "}") == 0) {
		last = array_get(&parser->sections, &count);
		if (count == 0)
			return;
		str_truncate(parser->prefix, last[count - 1]);
		array_delete(&parser->sections, count - 1, 1);
	} else {
		conf_parse_setting(parser, line);
	}
}

const struct backscatter_conf *
backscatter_conf_parse(pool_t pool, const char *text)
{
	struct conf_parser parser;
	const char *const *lines;

	i_zero(&parser);
	parser.pool = pool;
	parser.conf = p_new(pool, struct backscatter_conf, 1);
	parser.prefix = str_new(pool, 128);
	p_array_init(&parser.conf->settings, pool, 64);
	p_array_init(&parser.sections, pool, 8);
	for (lines = t_strsplit(text, "\n"); *lines != NULL; lines++)
		conf_parse_line(&parser, *lines);
	return parser.conf;
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

static int conf_read_fd(int fd, string_t *text, const char **error_r)
{
	char block[4096];
	ssize_t ret;

	while ((ret = read(fd, block, sizeof(block))) != 0) {
		if (ret < 0 && errno == EINTR)
			continue;
		if (ret < 0) {
			*error_r = t_strdup_printf("read(doveconf) failed: %m");
			return -1;
		}
		if (str_len(text) + ret > CONF_MAX_SIZE) {
			*error_r = "doveconf says too much";
			return -1;
		}
		str_append_data(text, block, ret);
	}
	return 0;
}

static int
conf_run(const char *protocol, string_t *text, const char **error_r)
{
	int fd[2], status, ret;
	pid_t pid;

	if (pipe(fd) < 0 || (pid = fork()) < 0) {
		*error_r = t_strdup_printf("doveconf cannot be run: %m");
		return -1;
	}
	if (pid == 0)
		conf_exec(fd[1], protocol);
	i_close_fd(&fd[1]);
	ret = conf_read_fd(fd[0], text, error_r);
	i_close_fd(&fd[0]);
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR) {
			*error_r = t_strdup_printf("waitpid() failed: %m");
			return -1;
		}
	}
	if (ret == 0 && status != 0) {
		*error_r = "doveconf failed";
		ret = -1;
	}
	return ret;
}

int backscatter_conf_read(pool_t pool, const char *protocol,
			  const struct backscatter_conf **conf_r,
			  const char **error_r)
{
	string_t *text = str_new(default_pool, 8192);
	int ret;

	ret = conf_run(protocol, text, error_r);
	if (ret == 0)
		*conf_r = backscatter_conf_parse(pool, str_c(text));
	str_free(&text);
	return ret;
}

const char *
backscatter_conf_get(const struct backscatter_conf *conf, const char *name)
{
	const struct conf_setting *setting;

	array_foreach(&conf->settings, setting) {
		if (strcmp(setting->name, name) == 0)
			return setting->value;
	}
	return NULL;
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

bool backscatter_conf_next(const struct backscatter_conf *conf,
			   unsigned int idx, const char **name_r,
			   const char **value_r)
{
	const struct conf_setting *setting;

	if (idx >= array_count(&conf->settings))
		return FALSE;
	setting = array_idx(&conf->settings, idx);
	*name_r = setting->name;
	*value_r = setting->value;
	return TRUE;
}
