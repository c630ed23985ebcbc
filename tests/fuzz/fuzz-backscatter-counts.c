/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Counters that are read back. The input is lines: the scope as a number and
   whether the dict lists its keys; the name, nothing for all of them; the time;
   and then what the dict has, "KEY VALUE", where "!" is a failure. In the place
   of Dovecot's dict, this file.
   Covers: src/dovecot/audit/count-key.c
   Covers: src/dovecot/audit/count-read.c */

#include "fuzz-common.h"
#include "fuzz-dict.h"
#include "lib-event.h"
#include "audit/count-key.h"
#include "dict/backend.h"
#include "base/event.h"

#define FUZZ_LINES 3
#define FUZZ_DAY_SECS (24 * 3600)

struct event_category backscatter_event_category = { .name = "backscatter" };

struct dict_iterate_context {
	const char *const *lines;
	bool failed;
};

/* of the input */
static const char *const *fuzz_lines;
static bool fuzz_can_iterate;
/* "": the site has no dict; "file": it is a file */
static const char *fuzz_uri;

int backscatter_dict_backend_open_site(struct event *event ATTR_UNUSED,
				       const char *base_dir ATTR_UNUSED,
				       const char *uri ATTR_UNUSED,
				       struct backscatter_dict_backend *backend_r,
				       const char **error_r ATTR_UNUSED)
{
	i_zero(backend_r);
	backend_r->is_file = strcmp(fuzz_uri, "file") == 0;
	return *fuzz_uri == '\0' ? 0 : 1;
}

void
backscatter_dict_backend_close(struct backscatter_dict_backend *backend
			       ATTR_UNUSED)
{
}

struct dict_iterate_context *
dict_iterate_init(struct dict *dict ATTR_UNUSED,
		  const struct dict_op_settings *set ATTR_UNUSED,
		  const char *path, enum dict_iterate_flags flags ATTR_UNUSED)
{
	struct dict_iterate_context *ctx =
		i_new(struct dict_iterate_context, 1);

	i_assert(path[strlen(path) - 1] == '/');
	ctx->lines = fuzz_lines;
	ctx->failed = !fuzz_can_iterate;
	return ctx;
}

bool dict_iterate(struct dict_iterate_context *ctx, const char **key_r,
		  const char **value_r)
{
	const char *line, *space;

	if (ctx->failed || *ctx->lines == NULL)
		return FALSE;
	line = *ctx->lines++;
	if (strcmp(line, "!") == 0) {
		ctx->failed = TRUE;
		return FALSE;
	}
	space = strrchr(line, ' ');
	*key_r = space == NULL ? line : t_strdup_until(line, space);
	*value_r = space == NULL ? "" : space + 1;
	return TRUE;
}

int dict_iterate_deinit(struct dict_iterate_context **_ctx,
			const char **error_r)
{
	struct dict_iterate_context *ctx = *_ctx;
	bool failed = ctx->failed;

	*_ctx = NULL;
	i_free(ctx);
	*error_r = "fuzz";
	return failed ? -1 : 0;
}

int dict_lookup(struct dict *dict ATTR_UNUSED,
		const struct dict_op_settings *set ATTR_UNUSED,
		pool_t pool ATTR_UNUSED, const char *key,
		const char **value_r, const char **error_r)
{
	struct backscatter_count count;

	i_assert(backscatter_count_key_parse(key, &count) == 0);
	return fuzz_dict_next(value_r, error_r);
}

/* A key that is made of it has the same words again. */
static void
fuzz_count(const struct backscatter_count *count, void *context ATTR_UNUSED)
{
	struct backscatter_count again;

	i_assert(count->bounces > 0);
	i_assert(*backscatter_count_scope_name(count->scope) != '\0');
	i_assert(backscatter_count_key_parse(backscatter_count_key(count),
					     &again) == 0);
	i_assert(again.scope == count->scope);
	i_assert(strcmp(again.day, count->day) == 0);
	i_assert(strcmp(again.verdict, count->verdict) == 0);
	i_assert(strcmp(again.reason, count->reason) == 0);
	i_assert(strcmp(again.outcome, count->outcome) == 0);
}

static void fuzz_read(const struct backscatter_count_query *query)
{
	struct event *event = event_create(NULL);
	struct backscatter_counts *counts;
	const char *error = NULL;
	int ret = backscatter_counts_open(event, "", "", &counts, &error);

	i_assert((ret > 0) == (counts != NULL));
	if (ret > 0) {
		if (backscatter_counts_read(counts, query, fuzz_count, NULL,
					    &error) < 0)
			i_assert(error != NULL);
		backscatter_counts_close(&counts);
	} else if (ret < 0)
		i_assert(error != NULL);
	event_unref(&event);
}

static void fuzz_names(const char *name)
{
	const char *server = backscatter_count_server(name);

	i_assert(*server != '\0' && strlen(server) <= 253);
	i_assert(strchr(server, '/') == NULL);
	i_assert(*backscatter_count_domain(name, NULL) != '\0');
	i_assert(*backscatter_count_domain("alice", name) != '\0');
}

FUZZ_BEGIN_STR(const char *str)
{
	const char *const *lines = t_strsplit(str, "\n");
	struct backscatter_count_query query;
	unsigned int days;

	if (str_array_length(lines) >= FUZZ_LINES && *lines[0] != '\0' &&
	    str_to_time(lines[2], &query.since) == 0 &&
	    query.since >= 0 && query.since < INT_MAX) {
		query.scope = (unsigned char)lines[0][0] %
			(BACKSCATTER_COUNT_KEY + 1);
		query.name = *lines[1] == '\0' ? NULL : lines[1];
		days = (unsigned char)lines[0][0] / 4 % 4;
		/* as many as are refused */
		query.until = query.since + FUZZ_DAY_SECS *
			(days == 3 ? 4000 : days);
		fuzz_can_iterate = lines[0][1] != '!';
		fuzz_uri = strcmp(lines[1], "file") == 0 ? "file" :
			strcmp(lines[1], "none") == 0 ? "" : "redis";
		fuzz_lines = lines + FUZZ_LINES;
		fuzz_dict_init(fuzz_lines);
		fuzz_read(&query);
		fuzz_names(lines[1]);
	}
}
FUZZ_END
