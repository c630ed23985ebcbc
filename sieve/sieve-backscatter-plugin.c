/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"

#include "sieve-common.h"
#include "sieve-extensions.h"

#include "ext-backscatter-common.h"
#include "sieve-backscatter-plugin.h"

const char *sieve_backscatter_plugin_version = PIGEONHOLE_ABI_VERSION;

void sieve_backscatter_plugin_load(struct sieve_instance *svinst,
				   void **context)
{
	*context = (void *)sieve_extension_register(svinst,
						    &backscatter_extension,
						    FALSE);
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
