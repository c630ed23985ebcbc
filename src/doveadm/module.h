#ifndef DOVEADM_BACKSCATTER_MODULE_H
#define DOVEADM_BACKSCATTER_MODULE_H

struct module;

extern const char *doveadm_backscatter_plugin_version;

/* doveadm calls these when it loads the module and when it unloads it. */
void doveadm_backscatter_plugin_init(struct module *module);
void doveadm_backscatter_plugin_deinit(void);

#endif
