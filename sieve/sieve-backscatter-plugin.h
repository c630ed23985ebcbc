#ifndef SIEVE_BACKSCATTER_PLUGIN_H
#define SIEVE_BACKSCATTER_PLUGIN_H

/* The functions that Pigeonhole's plugin loader looks for. The module is loaded
   and unloaded for every recipient, so it keeps no state of its own. */

struct sieve_instance;

extern const char *sieve_backscatter_plugin_version;

/* Returns 0, or -1 if the extension cannot be registered. Pigeonhole 0.5
   ignores the return value. */
int sieve_backscatter_plugin_load(struct sieve_instance *svinst,
				  void **context);
void sieve_backscatter_plugin_unload(struct sieve_instance *svinst,
				     void *context);
void sieve_backscatter_plugin_init(void);
void sieve_backscatter_plugin_deinit(void);

#endif
