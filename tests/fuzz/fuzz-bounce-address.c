/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Addresses: one of an envelope, with what mail servers have wrapped in it; those
   of a field; those of the configuration.
   Covers: src/core/name/address.c */

#include "fuzz-common.h"
#include "name/address.h"
#include "name/domain-name.h"

static void fuzz_equals(const struct bounce_address *address)
{
	/* nobody else's domain is put into one form */
	if (t_bounce_domain_normalise(address->domain) == NULL)
		return;
	i_assert(bounce_address_equals(address, address, NULL));
	i_assert(bounce_address_equals(address, address, ""));
	i_assert(bounce_address_equals(address, address, "+-"));
	i_assert(bounce_domain_is_within(
		t_strconcat("sub.", address->domain, NULL), address->domain));
}

static void fuzz_address(const char *str)
{
	struct bounce_address address, inner;
	unsigned int i;

	if (t_bounce_address_parse(str, &address) < 0)
		return;
	for (i = 0; i <= BOUNCE_ADDRESS_MAX_WRAPS; i++) {
		i_assert(*address.local_part != '\0');
		i_assert(*address.domain != '\0');
		fuzz_equals(&address);
		if (!t_bounce_address_unwrap(&address, &inner))
			break;
		/* so that it ends */
		i_assert(strlen(inner.local_part) <
			 strlen(address.local_part));
		address = inner;
	}
}

static void fuzz_list(const char *str)
{
	const struct bounce_address *list;
	unsigned int i, count;

	if (t_bounce_address_parse_list(str, &list, &count) == 0)
		i_assert(count <= BOUNCE_ADDRESS_MAX_LIST);
	for (i = 0; i < count; i++) {
		i_assert(*list[i].local_part != '\0');
		i_assert(list[i].domain != NULL);
		fuzz_equals(&list[i]);
	}
}

/* Each is two parts with a '@' between them, and in lower case. */
static void fuzz_strings(const char *str)
{
	const char *const *strings = t_bounce_address_strings(str, 16);
	struct bounce_address first;

	for (; *strings != NULL; strings++) {
		i_assert(strchr(*strings, '@') != NULL);
		i_assert(strcmp(*strings, t_str_lcase(*strings)) == 0);
		(void)bounce_address_string_is_whole(*strings);
	}
	if (t_bounce_address_parse_first(str, &first))
		i_assert(*first.local_part != '\0' && first.domain != NULL);
	i_assert(strlen(t_bounce_address_strip(str)) <= strlen(str));
}

/* Parsed once more, they are the same. */
static void fuzz_patterns(const char *str)
{
	const char *const *patterns, *const *again, *error = NULL;
	pool_t pool = pool_allocfree_create("fuzz");

	if (bounce_address_parse_patterns(pool, str, &patterns, &error) < 0)
		i_assert(error != NULL);
	else for (; *patterns != NULL; patterns++) {
		if (bounce_address_parse_patterns(pool, *patterns, &again,
						  &error) < 0)
			i_unreached();
		i_assert(strcmp(again[0], *patterns) == 0);
		i_assert(again[1] == NULL);
	}
	pool_unref(&pool);
}

FUZZ_BEGIN_STR(const char *str)
{
	fuzz_address(str);
	fuzz_list(str);
	fuzz_strings(str);
	fuzz_patterns(str);
}
FUZZ_END
