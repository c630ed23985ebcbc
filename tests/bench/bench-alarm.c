/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* How often the alarm rings for honest users, and how soon for thieves: makes up
   a year of mail by the parameters of a file (tests/bench/alarm.conf), and lets
   the plugin's own rules count what comes back (src/dovecot/memory/alarm.c and
   record.c). usage: bench-alarm FILE [SEED] */

#include "lib.h"
#include "array.h"
#include "istream.h"
#include "memory/alarm.h"

#include <math.h>
#include <stdio.h>

#define PERIOD 3600
#define DAY (24 * 3600)
#define YEAR (365 * DAY)
/* An account's mail is sent within so many hours of the day. */
#define WAKING_SECS (14 * 3600)
#define START 1790000000
#define MAX_AGE (14 * DAY)
/* Postfix puts the recipients of one mail into one bounce; more than these are
   not read. */
#define MAX_RECIPIENTS 100
/* Where the bounces of a mailing come. */
#define MAILING_SECS 900

/* Which limits are compared. What has no limit has a high one. */
#define NEVER 1000000
static const struct sim_limits {
	const char *name;
	struct backscatter_alarm_limits limits;
} all_limits[] = {
	{ "originals 10", { 10, 0, 0 } },
	{ "originals 20", { 20, 0, 0 } },
	{ "originals 50", { 50, 0, 0 } },
	{ "recipients 50", { NEVER, 50, 0 } },
	{ "recipients 100", { NEVER, 100, 0 } },
	{ "recipients 200", { NEVER, 200, 0 } },
	{ "hosts 2", { NEVER, 0, 2 } },
	{ "hosts 3", { NEVER, 0, 3 } },
	{ "hosts 4", { NEVER, 0, 4 } },
	{ "10, 50 and 3", { 10, 50, 3 } },
	{ "20, 100 and 3", { 20, 100, 3 } },
	{ "50, 200 and 3", { 50, 200, 3 } }
};
/* The defaults of the settings. */
#define LIMITS_DEFAULT 10

struct sim_class {
	char *name;
	bool thief;
	unsigned int count;
	/* a day, or with a thief an hour */
	double mails, spread;
	double to;
	/* shares, 0 to 1 */
	double fail, dead, own;
	unsigned int networks;
	/* the share of mails from a network that the account never used */
	double roam;
	double mailings, size, size_spread, lost, gone, merged, apart;
	unsigned int hours;

	/* with the default limits */
	unsigned int warned, suspended;
	unsigned int accounts_warned, accounts_suspended;
	uint64_t bounces;
};

/* What came of all accounts, by one of the limits. */
struct sim_result {
	unsigned int warnings, suspensions;
	/* of each theft: its bounces until it rang; UINT_MAX: never */
	ARRAY_TYPE(uint) rang, rang_one_host, suspended;
};

/* An account, and how often it rang. */
struct sim_account {
	struct sim_class *class;
	struct backscatter_record record;
	pool_t pool;
	unsigned int bounces;
	time_t last[N_ELEMENTS(all_limits)][2];
	unsigned int times[N_ELEMENTS(all_limits)][2];
	unsigned int first[N_ELEMENTS(all_limits)][2];
};

/* A bounce that will come. */
struct sim_bounce {
	time_t when;
	unsigned int original, recipients, network;
	bool own, dead;
};
ARRAY_DEFINE_TYPE(sim_bounce, struct sim_bounce);

static struct sim_result results[N_ELEMENTS(all_limits)];
static unsigned int honest_accounts, serial;
static uint64_t seed;

/*
 * Chance
 */

/* xorshift64* */
static double chance(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (seed * 2685821657736338717ULL >> 11) / 9007199254740992.0;
}

static double chance_normal(void)
{
	return sqrt(-2 * log(1 - chance())) * cos(2 * M_PI * chance());
}

static double chance_around(double median, double spread)
{
	return median * exp(spread * chance_normal());
}

/* How many there are, if there are so many on average. */
static unsigned int chance_count(double mean)
{
	double left = exp(-mean), product = 1;
	unsigned int count = 0;

	if (mean > 500)
		return I_MAX(mean + sqrt(mean) * chance_normal(), 0);
	while ((product *= 1 - chance()) > left)
		count++;
	return count;
}

static unsigned int chance_of(unsigned int count, double share)
{
	return share >= 1 ? count : I_MIN(chance_count(count * share), count);
}

/*
 * The rules
 */

static const char *hash_of(char kind, unsigned int number)
{
	const char *text = t_strdup_printf("%c%u", kind, number);

	return backscatter_record_hash(text, strlen(text));
}

static void account_look(struct sim_account *account, time_t now)
{
	unsigned int i, j;

	for (i = 0; i < N_ELEMENTS(all_limits); i++) {
		for (j = 0; j < 2; j++) {
			if (backscatter_alarm_find(&account->record,
					&all_limits[i].limits, j == 1) ==
			    BACKSCATTER_ALARM_NONE)
				continue;
			if (account->last[i][j] == 0 ||
			    now - account->last[i][j] > PERIOD)
				account->times[i][j]++;
			account->last[i][j] = now;
			if (account->first[i][j] == 0)
				account->first[i][j] = account->bounces;
		}
	}
}

static void
account_bounce(struct sim_account *account, const struct sim_bounce *bounce)
{
	struct backscatter_failed_recipient recipients[MAX_RECIPIENTS];
	struct backscatter_failure failure;
	unsigned int i;

	i_zero(&failure);
	failure.original = hash_of('o', bounce->original);
	failure.proof = bounce->own ? BOUNCE_PROOF_OWN : BOUNCE_PROOF_CLAIMED;
	failure.recipients = recipients;
	/* what others report names one recipient */
	failure.recipients_count = !bounce->own ? 1 :
		I_MIN(bounce->recipients, MAX_RECIPIENTS);
	for (i = 0; i < failure.recipients_count; i++) {
		recipients[i].hash = hash_of('r', ++serial);
		recipients[i].dead = bounce->dead;
	}
	if (bounce->own)
		failure.network = hash_of('n', bounce->network);
	account->bounces++;
	backscatter_record_advance(&account->record, bounce->when, PERIOD,
				   MAX_AGE);
	backscatter_alarm_count(&account->record, &failure, bounce->when);
	account_look(account, bounce->when);
}

/*
 * Mail
 */

static int
bounce_cmp(const struct sim_bounce *b1, const struct sim_bounce *b2)
{
	return b1->when < b2->when ? -1 : b1->when > b2->when ? 1 : 0;
}

static unsigned int any_network(const struct sim_class *class)
{
	return chance() < class->roam ? 1000 + ++serial :
		chance() * class->networks;
}

/* Failures of a mail, or of a mailing, that begin to come back then. Of those
   who exist and those who do not, one bounce each has all. */
static void
add_failed(const struct sim_class *class, ARRAY_TYPE(sim_bounce) *bounces,
	   time_t when, unsigned int failed, double dead, bool merged)
{
	struct sim_bounce bounce = {
		.when = when,
		.network = any_network(class),
		.original = ++serial
	};
	bool apart = merged && chance() < class->apart;
	unsigned int i, gone;

	gone = chance_of(failed, dead);
	if (failed == 1)
		gone = chance() < dead ? 1 : 0;
	bounce.own = chance() < class->own;
	if (merged) for (i = 0; i < failed; i++) {
		bounce.when = when + chance() * MAILING_SECS;
		bounce.original = ++serial;
		bounce.recipients = 1;
		bounce.dead = i < gone;
		bounce.own = chance() < class->own;
		if (apart)
			bounce.network = any_network(class);
		array_push_back(bounces, &bounce);
	} else for (i = 0; i < 2; i++) {
		bounce.dead = i == 0;
		bounce.recipients = i == 0 ? gone : failed - gone;
		if (bounce.recipients > 0)
			array_push_back(bounces, &bounce);
	}
}

static time_t waking_time(void)
{
	return START + (time_t)(chance() * (YEAR / DAY)) * DAY +
		(time_t)(chance() * WAKING_SECS);
}

static void
honest_year(const struct sim_class *class, ARRAY_TYPE(sim_bounce) *bounces)
{
	double mails = chance_around(class->mails, class->spread);
	unsigned int i, count, size;

	count = chance_count(mails * class->fail * (YEAR / DAY));
	for (i = 0; i < count; i++) {
		add_failed(class, bounces, waking_time(), 1, class->dead,
			   FALSE);
	}
	count = chance_count(class->mailings);
	for (i = 0; i < count; i++) {
		size = chance_around(class->size, class->size_spread);
		add_failed(class, bounces, waking_time(),
			   chance_of(size, class->lost), class->gone,
			   chance() < class->merged);
	}
}

static void
thief_stay(const struct sim_class *class, ARRAY_TYPE(sim_bounce) *bounces)
{
	double mails = chance_around(class->mails, class->spread);
	unsigned int i, count, to;

	/* what comes after the first thousands changes nothing any more */
	count = I_MIN(chance_count(mails * class->hours), 20000);
	for (i = 0; i < count; i++) {
		to = class->to <= 1 ? 1 :
			chance_around(class->to, class->spread);
		add_failed(class, bounces,
			   START + (time_t)(i * class->hours * 3600.0 / count),
			   to == 1 ? (chance() < class->fail ? 1 : 0) :
			   chance_of(to, class->fail), class->dead, FALSE);
	}
}

static void account_sum_honest(const struct sim_account *account)
{
	struct sim_class *class = account->class;
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(all_limits); i++) {
		results[i].warnings += account->times[i][0];
		results[i].suspensions += account->times[i][1];
	}
	class->warned += account->times[LIMITS_DEFAULT][0];
	class->suspended += account->times[LIMITS_DEFAULT][1];
}

static void account_sum_thief(const struct sim_account *account)
{
	unsigned int i, first;

	for (i = 0; i < N_ELEMENTS(all_limits); i++) {
		first = account->first[i][0] == 0 ? UINT_MAX :
			account->first[i][0];
		array_push_back(&results[i].rang, &first);
		if (account->class->networks == 1)
			array_push_back(&results[i].rang_one_host, &first);
		first = account->first[i][1] == 0 ? UINT_MAX :
			account->first[i][1];
		array_push_back(&results[i].suspended, &first);
	}
}

static void account_run(struct sim_class *class)
{
	struct sim_account account;
	ARRAY_TYPE(sim_bounce) bounces;
	const struct sim_bounce *bounce;
	const char *error;

	i_zero(&account);
	account.class = class;
	account.pool = pool_alloconly_create("account", 16 * 1024);
	i_array_init(&bounces, 64);
	if (backscatter_record_parse(account.pool, NULL, &account.record,
				     &error) < 0)
		i_fatal("%s", error);
	if (class->thief)
		thief_stay(class, &bounces);
	else
		honest_year(class, &bounces);
	array_sort(&bounces, bounce_cmp);
	array_foreach(&bounces, bounce) T_BEGIN {
		account_bounce(&account, bounce);
	} T_END;
	class->bounces += account.bounces;
	if (account.times[LIMITS_DEFAULT][0] > 0)
		class->accounts_warned++;
	if (account.times[LIMITS_DEFAULT][1] > 0)
		class->accounts_suspended++;
	if (class->thief)
		account_sum_thief(&account);
	else
		account_sum_honest(&account);
	array_free(&bounces);
	pool_unref(&account.pool);
}

/*
 * The file
 */

static double number_parse(const char *word)
{
	char *end;
	double number = strtod(word, &end);

	if (*end != '\0' || end == word || number < 0)
		i_fatal("not a number: %s", word);
	return number;
}

static void class_parse(struct sim_class *class, const char *const *words)
{
	double numbers[15];
	unsigned int i, count = str_array_length(words);

	class->thief = strcmp(words[0], "thief") == 0;
	if (count != (class->thief ? 11U : 17U) ||
	    (!class->thief && strcmp(words[0], "honest") != 0))
		i_fatal("not a line of honest or thief: %s",
			t_strarray_join(words, " "));
	for (i = 2; i < count; i++)
		numbers[i - 2] = number_parse(words[i]);
	class->name = i_strdup(words[1]);
	class->count = numbers[0];
	class->mails = numbers[1];
	class->spread = numbers[2];
	i = class->thief ? 4 : 3;
	class->to = class->thief ? numbers[3] : 1;
	class->fail = numbers[i] / 100;
	class->dead = numbers[i + 1] / 100;
	class->own = numbers[i + 2] / 100;
	class->networks = numbers[i + 3];
	if (class->thief) {
		class->hours = I_MAX(numbers[i + 4], 1);
		return;
	}
	class->roam = numbers[7] / 100;
	class->mailings = numbers[8];
	class->size = numbers[9];
	class->size_spread = numbers[10];
	class->lost = numbers[11] / 100;
	class->gone = numbers[12] / 100;
	class->merged = numbers[13] / 100;
	class->apart = numbers[14] / 100;
}

static unsigned int
file_parse(const char *path, struct sim_class *classes, unsigned int max)
{
	struct istream *input = i_stream_create_file(path, 1024);
	const char *line;
	unsigned int count = 0;

	while ((line = i_stream_read_next_line(input)) != NULL) T_BEGIN {
		line = t_str_trim(t_strcut(line, '#'), " \t");
		if (*line != '\0' && count == max)
			i_fatal("%s: more than %u lines", path, max);
		if (*line != '\0') {
			class_parse(&classes[count++],
				    t_strsplit_spaces(line, " \t"));
		}
	} T_END;
	if (input->stream_errno != 0)
		i_fatal("%s", i_stream_get_error(input));
	i_stream_unref(&input);
	return count;
}

/*
 * The tables
 */

static int number_cmp(const unsigned int *n1, const unsigned int *n2)
{
	return *n1 < *n2 ? -1 : *n1 > *n2 ? 1 : 0;
}

/* So many of a hundred thefts rang by that many bounces, or fewer. */
static const char *
t_percentile(ARRAY_TYPE(uint) *array, unsigned int percent)
{
	unsigned int count = array_count(array), value;

	if (count == 0)
		return "-";
	array_sort(array, number_cmp);
	value = *array_idx(array, (count - 1) * percent / 100);
	return value == UINT_MAX ? "never" : t_strdup_printf("%u", value);
}

static unsigned int count_never(const ARRAY_TYPE(uint) *array)
{
	const unsigned int *value;
	unsigned int count = 0;

	array_foreach(array, value) {
		if (*value == UINT_MAX)
			count++;
	}
	return count;
}

/* For 100,000 accounts. */
static double of_all(unsigned int count)
{
	return honest_accounts == 0 ? 0 : count * 100000.0 / honest_accounts;
}

static void print_limits(void)
{
	struct sim_result *result;
	unsigned int i;

	printf("%-16s %9s %26s %26s %26s\n", "", "honest:", "thieves:",
	       "with one host:", "suspended:");
	printf("%-16s %9s %9s %8s %8s %8s %8s %8s %8s %8s %8s %8s\n", "",
	       "warnings", "suspended", "median", "90th", "never", "median",
	       "90th", "never", "median", "90th", "never");
	for (i = 0; i < N_ELEMENTS(all_limits); i++) T_BEGIN {
		result = &results[i];
		printf("%-16s %9.0f %9.0f %8s %8s %8u %8s %8s %8u %8s %8s "
		       "%8u\n",
		       all_limits[i].name, of_all(result->warnings),
		       of_all(result->suspensions),
		       t_percentile(&result->rang, 50),
		       t_percentile(&result->rang, 90),
		       count_never(&result->rang),
		       t_percentile(&result->rang_one_host, 50),
		       t_percentile(&result->rang_one_host, 90),
		       count_never(&result->rang_one_host),
		       t_percentile(&result->suspended, 50),
		       t_percentile(&result->suspended, 90),
		       count_never(&result->suspended));
	} T_END;
}

static void print_classes(const struct sim_class *classes, unsigned int count)
{
	unsigned int i;

	printf("\n%-16s %8s %9s %8s %8s %9s %9s\n",
	       all_limits[LIMITS_DEFAULT].name, "accounts", "bounces",
	       "warnings", "accounts", "suspended", "accounts");
	for (i = 0; i < count; i++) {
		printf("%-16s %8u %9llu %8u %8u %9u %9u\n", classes[i].name,
		       classes[i].count,
		       (unsigned long long)classes[i].bounces,
		       classes[i].warned, classes[i].accounts_warned,
		       classes[i].suspended, classes[i].accounts_suspended);
	}
}

int main(int argc, char *argv[])
{
	struct sim_class classes[32];
	unsigned int i, j, count;

	lib_init();
	i_zero(&classes);
	if (argc < 2 || argc > 3)
		i_fatal("usage: bench-alarm FILE [SEED]");
	if (argc < 3 || str_to_uint64(argv[2], &seed) < 0 || seed == 0)
		seed = 1;
	count = file_parse(argv[1], classes, N_ELEMENTS(classes));
	for (i = 0; i < N_ELEMENTS(all_limits); i++) {
		i_array_init(&results[i].rang, 1024);
		i_array_init(&results[i].rang_one_host, 1024);
		i_array_init(&results[i].suspended, 1024);
	}
	for (i = 0; i < count; i++) {
		if (!classes[i].thief)
			honest_accounts += classes[i].count;
		for (j = 0; j < classes[i].count; j++)
			account_run(&classes[i]);
	}
	print_limits();
	print_classes(classes, count);
	for (i = 0; i < N_ELEMENTS(all_limits); i++) {
		array_free(&results[i].rang);
		array_free(&results[i].rang_one_host);
		array_free(&results[i].suspended);
	}
	for (i = 0; i < count; i++)
		i_free(classes[i].name);
	lib_deinit();
	return 0;
}
