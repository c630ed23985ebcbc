/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"

#include "sieve-common.h"
#include "sieve-extensions.h"

#include "base/compat.h"

#include "ext-backscatter-common.h"
#include "sieve-backscatter-plugin.h"

const char *sieve_backscatter_plugin_version = PIGEONHOLE_ABI_VERSION;

/* No work is done here, and nothing that may fail: Dovecot 2.4's config process
   loads us while it parses the configuration. */
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

/* The loader wants this one to be there, and never calls it. */
void sieve_backscatter_plugin_init(void)
{
}

void sieve_backscatter_plugin_deinit(void)
{
}
