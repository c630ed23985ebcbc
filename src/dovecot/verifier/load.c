/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "verifier/verifier.h"
#include "verifier-build.h"

#include <dlfcn.h>

/* It lies beside our own library, whose RUNPATH says so. */
#define VERIFIER_FILE "libdovecot-backscatter-verifier.so"

static const struct backscatter_verifier *
verifier_open(const char **error_r)
{
	const struct backscatter_verifier *verifier;
	void *library;

	/* RTLD_NOW: what is missing shows here, and not in the middle of a
	   message. RTLD_NODELETE: libcrypto cannot be unloaded. */
	library = dlopen(VERIFIER_FILE, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (library == NULL) {
		*error_r = t_strdup_printf("Cannot load what verifies "
			"signatures: %s; if that does not pass, install "
			"dovecot-backscatter again and reload Dovecot",
			dlerror());
		return NULL;
	}
	verifier = dlsym(library, "backscatter_verifier");
	if (verifier == NULL) {
		*error_r = t_strdup_printf(
			"Cannot use what verifies signatures: %s", dlerror());
	}
	/* It stays loaded in any case, as it would with dlclose(). */
	return verifier;
}

int backscatter_verifier_load(const struct backscatter_verifier **verifier_r,
			      const char **error_r)
{
	static const char build[BACKSCATTER_VERIFIER_BUILD_SIZE] =
		BACKSCATTER_VERIFIER_BUILD;
	static const struct backscatter_verifier *verifier = NULL;
	static bool refused = FALSE;

	if (verifier == NULL && !refused) {
		verifier = verifier_open(error_r);
		if (verifier == NULL)
			return -1;
		refused = memcmp(verifier->build, build, sizeof(build)) != 0;
	}
	if (refused) {
		*error_r = VERIFIER_FILE" is of another build of "
			"dovecot-backscatter than what this process has "
			"loaded: reload Dovecot";
		return -1;
	}
	*verifier_r = verifier;
	return 0;
}
