/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "base64.h"
#include "sha2.h"
#include "str.h"
#include "memory/alarm.h"
#include "memory/record.h"

#define RECORD_VERSION "v2"
/* More than any setting allows. If a text has more, the newest are kept. */
#define RECORD_MAX_REPLAYS 10000
#define RECORD_HASH_CHARS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static const char *const number_names[BACKSCATTER_RECORD_NUMBERS] = {
	[BACKSCATTER_RECORD_DAMAGED] = "damaged",
	[BACKSCATTER_RECORD_ORIGINALS] = "originals",
	[BACKSCATTER_RECORD_RECIPIENTS] = "recipients",
	[BACKSCATTER_RECORD_DEAD] = "dead",
	[BACKSCATTER_RECORD_NETWORKS] = "networks",
	[BACKSCATTER_RECORD_PROVEN] = "proven",
	[BACKSCATTER_RECORD_PROVEN_DEAD] = "proven-dead",
	[BACKSCATTER_RECORD_DOMAINS] = "domains"
};
static const char *const table_names[BACKSCATTER_RECORD_TABLES] = {
	[BACKSCATTER_RECORD_OF] = "of",
	[BACKSCATTER_RECORD_TO] = "to",
	[BACKSCATTER_RECORD_FROM] = "from",
	[BACKSCATTER_RECORD_BY] = "by"
};

/* By flags, and then by how many steps ago it was counted. */
static const char seen_chars[] = "0123456" "abcdefg" "hijklmn" "opqrstu";
_Static_assert(sizeof(seen_chars) - 1 == (BACKSCATTER_RECORD_STEPS + 1) *
	       (BACKSCATTER_RECORD_ALL_FLAGS + 1), "seen_chars is complete");

static const char *number_name(unsigned int number)
{
	if (number < BOUNCE_VERDICT_COUNT)
		return bounce_verdict_name(number);
	i_assert(number < BACKSCATTER_RECORD_NUMBERS);
	return number_names[number];
}

/*
 * Reading
 */

static void record_init(struct backscatter_record *record, pool_t pool)
{
	unsigned int i;

	i_zero(record);
	for (i = 0; i < BACKSCATTER_RECORD_TABLES; i++)
		p_array_init(&record->seen[i], pool, 16);
	p_array_init(&record->replays, pool, 16);
}

static bool hash_parse(const char *text, char hash_r[])
{
	if (strspn(text, RECORD_HASH_CHARS) != BACKSCATTER_RECORD_HASH_LEN ||
	    text[BACKSCATTER_RECORD_HASH_LEN] != '\0')
		return FALSE;
	memcpy(hash_r, text, BACKSCATTER_RECORD_HASH_LEN + 1);
	return TRUE;
}

static bool record_parse_time(const char *text, time_t *time_r)
{
	uint64_t value;

	if (str_to_uint64(text, &value) < 0 || value > BOUNCE_WINDOWS_TIME_MAX)
		return FALSE;
	*time_r = value;
	return TRUE;
}

static bool
record_parse_numbers(const char *const *items, unsigned int numbers[])
{
	unsigned int i;

	for (i = 0; items[i] != NULL; i++) {
		if (i > BACKSCATTER_RECORD_STEPS ||
		    str_to_uint(items[i], &numbers[i]) < 0)
			return FALSE;
	}
	return TRUE;
}

/* An item is a hash, and one of seen_chars. */
static bool
record_parse_seen(struct backscatter_record *record,
		  enum backscatter_record_table table, const char *item)
{
	struct backscatter_record_seen *seen;
	const char *p;
	size_t len = strlen(item);

	if (len == 0)
		return FALSE;
	p = strchr(seen_chars, item[len - 1]);
	if (p == NULL)
		return FALSE;
	seen = array_append_space(&record->seen[table]);
	seen->age = (p - seen_chars) % (BACKSCATTER_RECORD_STEPS + 1);
	seen->flags = (p - seen_chars) / (BACKSCATTER_RECORD_STEPS + 1);
	return hash_parse(t_strndup(item, len - 1), seen->hash);
}

static bool
record_parse_replay(struct backscatter_record *record, const char *item)
{
	const char *const *parts = t_strsplit(item, ":");
	struct backscatter_record_replay *replay;

	if (str_array_length(parts) != 3)
		return FALSE;
	replay = array_append_space(&record->replays);
	return hash_parse(parts[0], replay->id) &&
		str_to_uint(parts[1], &replay->count) == 0 &&
		str_to_uint(parts[2], &replay->day) == 0;
}

static bool
record_parse_burst(const char *const *items,
		   struct backscatter_record_burst *burst)
{
	unsigned int count = str_array_length(items);

	if (count == 5) {
		/* there was only one signal then */
		burst->signal = BACKSCATTER_ALARM_ORIGINALS;
	} else if (count != 8 ||
		   str_to_uint64(items[5], &burst->dead) < 0 ||
		   str_to_uint64(items[6], &burst->hosts) < 0 ||
		   str_to_uint(items[7], &burst->signal) < 0 ||
		   burst->signal >= BACKSCATTER_ALARM_COUNT) {
		return FALSE;
	}
	return record_parse_time(items[0], &burst->since) &&
		record_parse_time(items[1], &burst->last) &&
		burst->since <= burst->last &&
		str_to_uint64(items[2], &burst->originals) == 0 &&
		str_to_uint64(items[3], &burst->recipients) == 0 &&
		str_to_uint64(items[4], &burst->bounces) == 0;
}

/* Returns the last items, which are the newest. */
static const char *const *
record_newest(const char *const *items, unsigned int max)
{
	unsigned int count = str_array_length(items);

	return count <= max ? items : items + (count - max);
}

static bool
record_parse_table(struct backscatter_record *record,
		   enum backscatter_record_table table,
		   const char *const *items)
{
	array_clear(&record->seen[table]);
	items = record_newest(items, BACKSCATTER_RECORD_MAX_SEEN);
	for (; *items != NULL; items++) {
		if (!record_parse_seen(record, table, *items))
			return FALSE;
	}
	return TRUE;
}

static bool
record_parse_replays(struct backscatter_record *record,
		     const char *const *items)
{
	array_clear(&record->replays);
	items = record_newest(items, RECORD_MAX_REPLAYS);
	for (; *items != NULL; items++) {
		if (!record_parse_replay(record, *items))
			return FALSE;
	}
	return TRUE;
}

static bool
record_parse_value(struct backscatter_record *record, const char *name,
		   const char *value)
{
	const char *const *items = t_strsplit(value, ",");
	unsigned int i;

	for (i = 0; i < BACKSCATTER_RECORD_NUMBERS; i++) {
		if (strcmp(name, number_name(i)) == 0)
			return record_parse_numbers(items, record->numbers[i]);
	}
	for (i = 0; i < BACKSCATTER_RECORD_TABLES; i++) {
		if (strcmp(name, table_names[i]) == 0)
			return record_parse_table(record, i, items);
	}
	if (strcmp(name, "replays") == 0)
		return record_parse_replays(record, items);
	if (strcmp(name, "period") == 0)
		return str_to_uint(value, &record->period) == 0;
	if (strcmp(name, "step") == 0)
		return str_to_uint64(value, &record->step) == 0 &&
			record->step <= BOUNCE_WINDOWS_TIME_MAX;
	if (strcmp(name, "burst") == 0)
		return record_parse_burst(items, &record->burst);
	if (strcmp(name, "suspended") == 0)
		return record_parse_time(value, &record->suspended);
	if (strcmp(name, "told") == 0)
		return str_array_length(items) == 2 &&
			record_parse_time(items[0], &record->told) &&
			hash_parse(items[1], record->told_id);
	if (strcmp(name, "pushed") == 0)
		return record_parse_time(value, &record->pushed);
	if (strcmp(name, "counters") == 0) {
		record->counters_add = strcmp(value, "add") == 0;
		return record->counters_add;
	}
	if (strcmp(name, "writer") == 0)
		return hash_parse(value, record->writer);
	if (strcmp(name, "hosts") == 0) {
		record->several_hosts = strcmp(value, "several") == 0;
		return record->several_hosts;
	}
	if (strcmp(name, "times") == 0)
		return bounce_windows_parse(t_strarray_join(items, " "),
					    &record->disowned) == 0;
	return FALSE;
}

static bool
record_parse_words(struct backscatter_record *record, const char *const *words)
{
	const char *p;

	for (; *words != NULL; words++) {
		p = strchr(*words, '=');
		if (p == NULL || p[1] == '\0' ||
		    !record_parse_value(record, t_strdup_until(*words, p),
					p + 1))
			return FALSE;
	}
	return TRUE;
}

int backscatter_record_parse(pool_t pool, const char *text,
			     struct backscatter_record *record_r,
			     const char **error_r)
{
	const char *const *words;
	bool ok;

	record_init(record_r, pool);
	if (text == NULL || *text == '\0')
		return 0;
	*error_r = "it is broken";
	words = t_strsplit_spaces(text, " ");
	if (*words == NULL)
		ok = TRUE;
	else if (strcmp(*words, RECORD_VERSION) == 0)
		ok = record_parse_words(record_r, words + 1);
	else if (**words == 'v') {
		*error_r = "a newer version of the plugin has written it";
		ok = FALSE;
	} else {
		ok = bounce_windows_parse(text, &record_r->disowned) == 0;
	}
	if (!ok) {
		record_init(record_r, pool);
		return -1;
	}
	return 0;
}

/*
 * Writing
 */

/* Zeros at the end are left out. */
static void
record_write_numbers(string_t *str, const struct backscatter_record *record,
		     unsigned int number)
{
	const unsigned int *numbers = record->numbers[number];
	unsigned int i, count = BACKSCATTER_RECORD_STEPS + 1;

	while (count > 0 && numbers[count - 1] == 0)
		count--;
	for (i = 0; i < count; i++) {
		if (i == 0)
			str_printfa(str, " %s=", number_name(number));
		else
			str_append_c(str, ',');
		str_printfa(str, "%u", numbers[i]);
	}
}

static void
record_write_seen(string_t *str, const struct backscatter_record *record,
		  enum backscatter_record_table table)
{
	const struct backscatter_record_seen *seen;
	const char *separator = t_strconcat(" ", table_names[table], "=", NULL);

	array_foreach(&record->seen[table], seen) {
		str_printfa(str, "%s%s%c", separator, seen->hash,
			    seen_chars[seen->flags *
				       (BACKSCATTER_RECORD_STEPS + 1) +
				       seen->age]);
		separator = ",";
	}
}

static void
record_write_replays(string_t *str, const struct backscatter_record *record)
{
	const struct backscatter_record_replay *replay;
	const char *separator = " replays=";

	array_foreach(&record->replays, replay) {
		str_printfa(str, "%s%s:%u:%u", separator, replay->id,
			    replay->count, replay->day);
		separator = ",";
	}
}

static void
record_write_burst(string_t *str, const struct backscatter_record_burst *burst)
{
	if (burst->last == 0)
		return;
	str_printfa(str, " burst=%lld,%lld,%llu,%llu,%llu,%llu,%llu,%u",
		    (long long)burst->since, (long long)burst->last,
		    (unsigned long long)burst->originals,
		    (unsigned long long)burst->recipients,
		    (unsigned long long)burst->bounces,
		    (unsigned long long)burst->dead,
		    (unsigned long long)burst->hosts, burst->signal);
}

/* If nothing was counted, not even the step is written, so that an empty record
   has an empty text. */
static void
record_write_steps(string_t *str, const struct backscatter_record *record)
{
	string_t *steps = t_str_new(1024);
	unsigned int i;

	for (i = 0; i < BACKSCATTER_RECORD_NUMBERS; i++)
		record_write_numbers(steps, record, i);
	for (i = 0; i < BACKSCATTER_RECORD_TABLES; i++)
		record_write_seen(steps, record, i);
	if (str_len(steps) == 0)
		return;
	str_printfa(str, " period=%u step=%llu", record->period,
		    (unsigned long long)record->step);
	str_append_str(str, steps);
}

const char *backscatter_record_text(const struct backscatter_record *record)
{
	string_t *str = t_str_new(1024);
	const char *disowned;

	record_write_steps(str, record);
	record_write_burst(str, &record->burst);
	record_write_replays(str, record);
	disowned = t_bounce_windows_text(&record->disowned);
	if (*disowned != '\0') {
		str_printfa(str, " times=%s", t_strarray_join(
				t_strsplit(disowned, " "), ","));
	}
	if (record->suspended > 0)
		str_printfa(str, " suspended=%s", dec2str(record->suspended));
	if (record->told > 0) {
		str_printfa(str, " told=%s,%s", dec2str(record->told),
			    record->told_id);
	}
	if (record->pushed > 0)
		str_printfa(str, " pushed=%lld", (long long)record->pushed);
	if (record->counters_add)
		str_append(str, " counters=add");
	if (str_len(str) == 0)
		return "";
	if (record->writer[0] != '\0')
		str_printfa(str, " writer=%s", record->writer);
	if (record->several_hosts)
		str_append(str, " hosts=several");
	return t_strconcat(RECORD_VERSION, str_c(str), NULL);
}

/*
 * Time
 */

static void
record_forget_steps(struct backscatter_record *record, unsigned int period)
{
	unsigned int i;

	i_zero(&record->numbers);
	for (i = 0; i < BACKSCATTER_RECORD_TABLES; i++)
		array_clear(&record->seen[i]);
	record->several_hosts = FALSE;
	record->period = period;
}

static void
record_age_seen(struct backscatter_record *record,
		enum backscatter_record_table table, unsigned int steps)
{
	struct backscatter_record_seen *seen;
	unsigned int i = 0;

	/* all of them, since a text may have them in any order */
	while (i < array_count(&record->seen[table])) {
		seen = array_idx_modifiable(&record->seen[table], i);
		seen->age += steps;
		if (seen->age > BACKSCATTER_RECORD_STEPS)
			array_delete(&record->seen[table], i, 1);
		else
			i++;
	}
}

static void
record_shift_steps(struct backscatter_record *record, unsigned int steps)
{
	unsigned int i;

	for (i = 0; i < BACKSCATTER_RECORD_NUMBERS; i++) {
		memmove(record->numbers[i] + steps, record->numbers[i],
			(BACKSCATTER_RECORD_STEPS + 1 - steps) *
			sizeof(record->numbers[i][0]));
		memset(record->numbers[i], 0,
		       steps * sizeof(record->numbers[i][0]));
	}
	for (i = 0; i < BACKSCATTER_RECORD_TABLES; i++)
		record_age_seen(record, i, steps);
}

/* If the clock went back, nothing that was counted becomes older. If it went
   back by no more than the period, we keep counting in the newest step until
   the clock has reached it again: two hosts whose clocks differ a little must
   not make the record older each time that they take turns. If it went back
   further, the newest step becomes the current one, since otherwise nothing
   would become older until the clock has caught up. */
static void
record_advance_steps(struct backscatter_record *record, time_t now,
		     unsigned int period)
{
	unsigned int step_secs = I_MAX(period / BACKSCATTER_RECORD_STEPS, 1);
	uint64_t step = (uint64_t)now / step_secs;
	uint64_t before = record->step;

	if (record->period != period ||
	    (step > before && step - before > BACKSCATTER_RECORD_STEPS))
		record_forget_steps(record, period);
	else if (step > before)
		record_shift_steps(record, step - before);
	else if (before - step <= BACKSCATTER_RECORD_STEPS)
		step = before;
	record->step = step;
}

static void
record_advance_replays(struct backscatter_record *record, time_t now,
		       unsigned int max_age)
{
	unsigned int today = now / BACKSCATTER_RECORD_DAY_SECS;
	/* one more, because the first and the last day are not whole days */
	unsigned int max_days = max_age / BACKSCATTER_RECORD_DAY_SECS + 1;
	struct backscatter_record_replay *replay;
	unsigned int i = 0;

	while (i < array_count(&record->replays)) {
		replay = array_idx_modifiable(&record->replays, i);
		/* tomorrow is accepted: another host's clock may be ahead */
		if (replay->day > today + 1)
			replay->day = today;
		if (replay->day < today && today - replay->day > max_days)
			array_delete(&record->replays, i, 1);
		else
			i++;
	}
}

void backscatter_record_advance(struct backscatter_record *record, time_t now,
				unsigned int period, unsigned int max_age)
{
	i_assert(period > 0);

	/* a record that we write must be one that we can read, even if the
	   clock is wrong */
	now = I_MIN(I_MAX(now, 0), BOUNCE_WINDOWS_TIME_MAX);
	record_advance_steps(record, now, period);
	record_advance_replays(record, now, max_age);
	/* Times in the future become now. Otherwise a burst would last until
	   the clock has reached them, and no overflow would be warned of. */
	record->burst.last = I_MIN(record->burst.last, now);
	record->burst.since = I_MIN(record->burst.since, record->burst.last);
	record->pushed = I_MIN(record->pushed, now);
	record->told = I_MIN(record->told, now);
	/* mail that was sent before it is too old for a genuine bounce */
	if (now - record->suspended > (time_t)max_age)
		record->suspended = 0;
}

/*
 * Counting
 */

uint64_t
backscatter_record_sum(const struct backscatter_record *record,
		       unsigned int number)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i <= BACKSCATTER_RECORD_STEPS; i++)
		sum += record->numbers[number][i];
	return sum;
}

void backscatter_record_add(struct backscatter_record *record,
			    unsigned int number,
			    unsigned int count)
{
	unsigned int *newest = &record->numbers[number][0];

	*newest = *newest > UINT_MAX - count ? UINT_MAX : *newest + count;
}

const char *backscatter_record_hash(const void *data, size_t size)
{
	unsigned char digest[SHA256_RESULTLEN];

	sha256_get_digest(data, size, digest);
	return str_c(t_base64url_encode(BASE64_ENCODE_FLAG_NO_PADDING, 0,
					digest, 8));
}
