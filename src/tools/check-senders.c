/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "str.h"
#include "verdict/unsigned-sender.h"
#include "base/json.h"
#include "base/sanitize.h"
#include "check-senders.h"

/* So many characters of a host's name are kept and shown. */
#define SENDERS_MAX_HOST 100

struct check_sender {
	/* the address and the domain, separated by a space */
	const char *key;
	/* the address is NULL if only hosts of ours are known */
	const char *address, *domain;
	/* the name that it had in its first message; NULL if it had none */
	const char *host;
	uintmax_t count;
};

ARRAY_DEFINE_TYPE(check_sender, struct check_sender *);

struct bounce_check_senders {
	pool_t pool;
	HASH_TABLE(const char *, struct check_sender *) hash;
	ARRAY_TYPE(check_sender) list;
	/* how many messages came from senders that are not kept */
	uintmax_t others;
};

struct bounce_check_senders *bounce_check_senders_init(void)
{
	struct bounce_check_senders *senders;
	pool_t pool = pool_alloconly_create("senders", 4096);

	senders = p_new(pool, struct bounce_check_senders, 1);
	senders->pool = pool;
	hash_table_create(&senders->hash, pool, 0, str_hash, strcmp);
	p_array_init(&senders->list, pool, 64);
	return senders;
}

void bounce_check_senders_deinit(struct bounce_check_senders **_senders)
{
	struct bounce_check_senders *senders = *_senders;

	*_senders = NULL;
	hash_table_destroy(&senders->hash);
	pool_unref(&senders->pool);
}

static struct check_sender *
check_sender_new(struct bounce_check_senders *senders, const char *key,
		 const struct bounce_unsigned_sender *from)
{
	struct check_sender *sender =
		p_new(senders->pool, struct check_sender, 1);

	sender->key = p_strdup(senders->pool, key);
	sender->address = p_strdup(senders->pool, from->address);
	sender->domain = p_strdup(senders->pool, from->domain);
	if (from->host != NULL) {
		sender->host = p_strdup(senders->pool,
			t_bounce_sanitize_text(from->host, SENDERS_MAX_HOST));
	}
	hash_table_insert(senders->hash, sender->key, sender);
	array_push_back(&senders->list, &sender);
	return sender;
}

void bounce_check_senders_add(struct bounce_check_senders *senders,
			      const struct bounce_unsigned_sender *from)
{
	const char *key = t_strconcat(from->address == NULL ? "" :
				      from->address, " ", from->domain, NULL);
	struct check_sender *sender = hash_table_lookup(senders->hash, key);

	if (sender == NULL) {
		if (array_count(&senders->list) >= BOUNCE_CHECK_SENDERS_MAX) {
			senders->others++;
			return;
		}
		sender = check_sender_new(senders, key, from);
	}
	sender->count++;
}

static int
check_sender_cmp(struct check_sender *const *s1, struct check_sender *const *s2)
{
	if ((*s1)->count != (*s2)->count)
		return (*s1)->count > (*s2)->count ? -1 : 1;
	return strcmp((*s1)->key, (*s2)->key);
}

/* Get the senders, the most frequent ones first. From the data stack. */
static void
t_senders_sort(const struct bounce_check_senders *senders,
	       ARRAY_TYPE(check_sender) *sorted)
{
	t_array_init(sorted, array_count(&senders->list) + 1);
	array_append_array(sorted, &senders->list);
	array_sort(sorted, check_sender_cmp);
}

void bounce_check_senders_text(string_t *dest,
			       const struct bounce_check_senders *senders)
{
	ARRAY_TYPE(check_sender) sorted;
	struct check_sender *sender;

	if (array_count(&senders->list) == 0) {
		str_append(dest, "No mail in our name came back unsigned from "
			   "a known address.\n");
		return;
	}
	str_append(dest, "Mail in our name that came back unsigned, by the "
		   "host that handed it over:\n");
	T_BEGIN {
		t_senders_sort(senders, &sorted);
		array_foreach_elem(&sorted, sender) {
			str_printfa(dest, "%8ju  %s  %s%s%s\n", sender->count,
				    sender->address == NULL ? "unknown" :
				    sender->address, sender->domain,
				    sender->host == NULL ? "" : "  ",
				    sender->host == NULL ? "" : sender->host);
		}
	} T_END;
	if (senders->others > 0)
		str_printfa(dest, "%8ju  others\n", senders->others);
}

void bounce_check_senders_json(string_t *dest,
			       const struct bounce_check_senders *senders)
{
	ARRAY_TYPE(check_sender) sorted;
	struct check_sender *sender;
	bool first = TRUE;

	str_append(dest, "{\"unsigned_senders\":[");
	T_BEGIN {
		t_senders_sort(senders, &sorted);
		array_foreach_elem(&sorted, sender) {
			str_printfa(dest, "%s{\"count\":%ju", first ? "" : ",",
				    sender->count);
			bounce_json_text(dest, "address", sender->address);
			bounce_json_text(dest, "domain", sender->domain);
			bounce_json_text(dest, "host", sender->host);
			str_append_c(dest, '}');
			first = FALSE;
		}
	} T_END;
	str_printfa(dest, "],\"others\":%ju}\n", senders->others);
}
