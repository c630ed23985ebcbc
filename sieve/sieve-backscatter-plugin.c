/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"

#include "sieve-common.h"
#include "sieve-extensions.h"

#include "base/compat.h"

#include "ext-backscatter-common.h"
#include "sieve-backscatter-plugin.h"

const char *sieve_backscatter_plugin_version = PIGEONHOLE_ABI_VERSION;

/* Only register the extension here. The config process of Dovecot 2.4 loads
   this module while it parses the configuration, so nothing else may be done
   that could fail. */
int sieve_backscatter_plugin_load(struct sieve_instance *svinst, void **context)
{
	const struct sieve_extension *ext;

	if (sieve_extension_register(svinst, &backscatter_extension, FALSE,
				     &ext) < 0)
		return -1;
	*context = (void *)ext;
	return 0;
}

void sieve_backscatter_plugin_unload(struct sieve_instance *svinst ATTR_UNUSED,
				     void *context)
{
	sieve_extension_unregister(context);
}

/* The loader looks for this function, but never calls it. */
void sieve_backscatter_plugin_init(void)
{
}

void sieve_backscatter_plugin_deinit(void)
{
}
