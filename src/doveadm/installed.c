/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "fdpass.h"
#include "module-dir.h"
#include "net.h"
#include "pigeonhole-config.h"
#include "base/compat.h"
#include "conf.h"
#include "installed.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long we wait for the configuration process. */
#define INSTALLED_CONFIG_MSECS 5000
#define INSTALLED_CONFIG_MAX_SIZE (64 * 1024 * 1024)
/* Any setting of ours that is not a part of another name. */
#define INSTALLED_CONFIG_SETTING "backscatter_dns_timeout"
#define INSTALLED_MEND "build the plugin again for this Dovecot, and install it"

/* Load the module as Dovecot does, with its own check of the interface for
   which it was built. It is not initialised. */
static int
installed_load(const char *dir, const char *name, const char *abi_version,
	       const char **error_r)
{
	const struct module_dir_load_settings set = {
		.abi_version = abi_version
	};
	struct module *modules = NULL;
	const char *error;
	int ret;

	ret = module_dir_try_load_missing(&modules, dir,
					  backscatter_module_names(name), &set,
					  &error);
	if (ret < 0) {
		*error_r = t_strdup_printf("%s in %s: %s: "INSTALLED_MEND,
					   name, dir, error);
	}
	if (modules != NULL)
		module_dir_unload(&modules);
	return ret < 0 ? -1 : 0;
}

int backscatter_installed_check(const struct backscatter_conf *conf,
				const char **error_r)
{
	const char *plugins = backscatter_conf_get(conf, "mail_plugin_dir");
	const char *sieve = backscatter_conf_get(conf, BACKSCATTER_CONF_TEXT(
				"plugin/sieve_plugin_dir", "sieve_plugin_dir"));

	if (installed_load(plugins != NULL ? plugins : BACKSCATTER_MODULE_DIR,
			   "backscatter", DOVECOT_ABI_VERSION, error_r) < 0 ||
	    installed_load(sieve != NULL ? sieve :
			   BACKSCATTER_MODULE_DIR"/sieve",
			   "sieve_backscatter", PIGEONHOLE_ABI_VERSION,
			   error_r) < 0)
		return -1;
#ifdef HAVE_DOVEADM_PLUGIN_GETENV
	return 0;
#else
	return installed_load(BACKSCATTER_MODULE_DIR"/settings",
			      "backscatter_settings", DOVECOT_ABI_VERSION,
			      error_r);
#endif
}

#ifdef HAVE_DOVEADM_PLUGIN_GETENV
bool backscatter_installed_is_unknown(const char *base_dir ATTR_UNUSED)
{
	return FALSE;
}
#else
/* Returns the configuration in the form that it has for processes, as a file,
   or -1 if the configuration process does not give it to us. */
static int installed_get_config(const char *base_dir)
{
	static const char request[] = "VERSION\tconfig\t3\t0\nREQ\n";
	struct pollfd pfd = { .events = POLLIN };
	int config_fd = -1;
	char byte;

	pfd.fd = net_connect_unix(t_strconcat(base_dir, "/config", NULL));
	if (pfd.fd < 0)
		return -1;
	if (write(pfd.fd, request, strlen(request)) < 0 ||
	    poll(&pfd, 1, INSTALLED_CONFIG_MSECS) <= 0 ||
	    fd_read(pfd.fd, &byte, 1, &config_fd) <= 0)
		i_close_fd(&config_fd);
	i_close_fd(&pfd.fd);
	return config_fd;
}

/* The file has the names of all settings that are known, each ended by NUL.
   There is one more after the data. */
static bool installed_config_has(const char *data, size_t size,
				 const char *setting)
{
	const char *p;

	for (p = data; p < data + size; p += strlen(p) + 1) {
		if (strstr(p, setting) != NULL)
			return TRUE;
	}
	return FALSE;
}

bool backscatter_installed_is_unknown(const char *base_dir)
{
	int fd = installed_get_config(base_dir);
	struct stat st;
	bool unknown = FALSE;
	char *data;

	if (fd < 0)
		return FALSE;
	if (fstat(fd, &st) == 0 && st.st_size > 0 &&
	    st.st_size <= INSTALLED_CONFIG_MAX_SIZE) {
		data = i_malloc(st.st_size + 1);
		unknown = pread(fd, data, st.st_size, 0) == st.st_size &&
			!installed_config_has(data, st.st_size,
					      INSTALLED_CONFIG_SETTING);
		i_free(data);
	}
	i_close_fd(&fd);
	return unknown;
}
#endif
