#ifndef NO_MEMORY_H
#define NO_MEMORY_H

/* libcrypto without memory. */

#include <openssl/crypto.h>

/* The allocation that fails, and all after it; UINT_MAX: none. */
static unsigned int test_alloc_fail = UINT_MAX;

static bool test_alloc_fails(void)
{
	if (test_alloc_fail == UINT_MAX)
		return FALSE;
	if (test_alloc_fail == 0)
		return TRUE;
	test_alloc_fail--;
	return FALSE;
}

static void *
test_malloc(size_t size, const char *file ATTR_UNUSED, int line ATTR_UNUSED)
{
	return test_alloc_fails() ? NULL : malloc(size);
}

static void *test_realloc(void *mem, size_t size, const char *file ATTR_UNUSED,
			  int line ATTR_UNUSED)
{
	return test_alloc_fails() ? NULL : realloc(mem, size);
}

static void
test_free(void *mem, const char *file ATTR_UNUSED, int line ATTR_UNUSED)
{
	free(mem);
}

/* To be called before libcrypto allocates anything. */
static inline void test_no_memory_init(void)
{
	if (CRYPTO_set_mem_functions(test_malloc, test_realloc,
				     test_free) != 1)
		i_fatal("CRYPTO_set_mem_functions() failed");
}

#endif
