#ifndef BACKSCATTER_PLUGIN_H
#define BACKSCATTER_PLUGIN_H

/* The delivery hook: what Dovecot's module loader looks for. */

struct module;

extern const char *backscatter_plugin_version;
extern const char backscatter_plugin_binary_dependency[];

/* Dovecot calls these when it loads the module and when it unloads it. */
void backscatter_plugin_init(struct module *module);
void backscatter_plugin_deinit(void);

#endif
