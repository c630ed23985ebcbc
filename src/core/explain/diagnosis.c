/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "array.h"
#include "hash.h"
#include "str.h"
#include "iso8601-date.h"
#include "message-date.h"
#include "explain/diagnosis.h"
#include "name/networks.h"
#include "name/own-domains.h"
#include "report/delivery-status.h"
#include "message/message.h"
#include "verdict/policy.h"
#include "explain/property.h"
#include "trace/received.h"
#include "base/json.h"
#include "base/sanitize.h"
#include "verdict/verdict.h"

#include <time.h>

/* How many different values are counted, how many characters of each are kept,
   and how many values are shown. */
#define DIAGNOSIS_MAX_VALUES 1000
#define DIAGNOSIS_MAX_VALUE_SIZE 100
#define DIAGNOSIS_SHOWN 10
/* How many different originals are told apart. */
#define DIAGNOSIS_MAX_ORIGINALS 20000

struct diagnosis_value {
	const char *text;
	unsigned int count;
};

ARRAY_DEFINE_TYPE(diagnosis_value, struct diagnosis_value);

struct diagnosis_values {
	ARRAY_TYPE(diagnosis_value) values;
	/* how often there was a value beyond the limit */
	unsigned int others;
};

struct bounce_diagnosis {
	pool_t pool;

	unsigned int forged, unclear;
	/* failed: bounces of mail that left through our servers and could not
	   be delivered; reports: other reports about such mail */
	unsigned int failed, reports;
	HASH_TABLE(char *, char *) originals;
	unsigned int originals_count;
	/* the earliest and the latest Date of the originals that failed; 0: not
	   known */
	time_t first, last;

	struct diagnosis_values subjects, addresses, names;
	/* recipients who are not there, and networks that are proven: the other
	   signals of the alarm */
	struct diagnosis_values dead, networks;
};

struct bounce_diagnosis *bounce_diagnosis_init(pool_t pool)
{
	struct bounce_diagnosis *d = p_new(pool, struct bounce_diagnosis, 1);

	d->pool = pool;
	hash_table_create(&d->originals, pool, 0, str_hash, strcmp);
	p_array_init(&d->subjects.values, pool, 32);
	p_array_init(&d->addresses.values, pool, 32);
	p_array_init(&d->names.values, pool, 32);
	p_array_init(&d->dead.values, pool, 32);
	p_array_init(&d->networks.values, pool, 32);
	return d;
}

void bounce_diagnosis_deinit(struct bounce_diagnosis **_diagnosis)
{
	struct bounce_diagnosis *d = *_diagnosis;

	if (d == NULL)
		return;
	*_diagnosis = NULL;
	hash_table_destroy(&d->originals);
}

/*
 * Counting
 */

static void
values_add(struct bounce_diagnosis *d, struct diagnosis_values *values,
	   const char *text)
{
	struct diagnosis_value *value;

	text = t_bounce_sanitize_text(text, DIAGNOSIS_MAX_VALUE_SIZE);
	array_foreach_modifiable(&values->values, value) {
		if (strcmp(value->text, text) == 0) {
			value->count++;
			return;
		}
	}
	if (array_count(&values->values) == DIAGNOSIS_MAX_VALUES) {
		values->others++;
		return;
	}
	value = array_append_space(&values->values);
	value->text = p_strdup(d->pool, text);
	value->count = 1;
}

/* Returns the step by which the mail was submitted to us: the first one from
   the top in which somebody logged in to a server of ours, or the lowest one of
   those that our servers wrote without a gap. What is below was there before.
   If our servers have names in other domains, the first login counts. */
static const struct bounce_received *
find_submission(const struct bounce_policy *policy,
		const ARRAY_TYPE(bounce_received) *received)
{
	const struct bounce_received *r, *own = NULL, *login = NULL;

	array_foreach(received, r) {
		if (bounce_domains_match_host(policy->domains, r->by)) {
			if (r->authenticated)
				return r;
			if (r->ip.family != 0)
				own = r;
		} else if (own != NULL) {
			break;
		}
		if (login == NULL && r->authenticated)
			login = r;
	}
	return own != NULL ? own : login;
}

static void
add_submission(struct bounce_diagnosis *d, const struct bounce_policy *policy,
	       const struct bounce_header *original)
{
	const struct bounce_received *r =
		find_submission(policy, bounce_received_get(original));

	if (r != NULL && r->ip.family != 0)
		values_add(d, &d->addresses, net_ip2addr(&r->ip));
	if (r != NULL && r->auth_user != NULL)
		values_add(d, &d->names, r->auth_user);
}

static const char *
t_property(const struct bounce_verdict *verdict, enum bounce_property property)
{
	const char *value = bounce_property_get(pool_datastack_create(),
						property, verdict)[0];

	return value == NULL ? "" : value;
}

static void add_date(struct bounce_diagnosis *d, const char *date)
{
	time_t timestamp;
	int offset;

	if (!message_date_parse((const unsigned char *)date, strlen(date),
				&timestamp, &offset))
		return;
	if (d->first == 0 || timestamp < d->first)
		d->first = timestamp;
	if (timestamp > d->last)
		d->last = timestamp;
}

/* Returns FALSE if a bounce of this original was counted before. */
static bool add_original(struct bounce_diagnosis *d, const char *message_id)
{
	char *key;

	if (hash_table_lookup(d->originals, message_id) != NULL)
		return FALSE;
	d->originals_count++;
	if (hash_table_count(d->originals) < DIAGNOSIS_MAX_ORIGINALS) {
		key = p_strdup(d->pool, message_id);
		hash_table_insert(d->originals, key, key);
	}
	return TRUE;
}

static void
add_proof(struct bounce_diagnosis *d, const struct bounce_proof *proof)
{
	const char *address;
	unsigned int i;

	for (i = 0; i < proof->recipients_count; i++) {
		address = proof->recipients[i]->final_recipient;
		if (address != NULL &&
		    bounce_report_recipient_is_dead(proof->recipients[i]))
			values_add(d, &d->dead, t_str_lcase(address));
	}
	if (proof->client.family != 0) {
		values_add(d, &d->networks,
			   t_bounce_network_name(&proof->client));
	}
}

static void
add_failed(struct bounce_diagnosis *d, const struct bounce_policy *policy,
	   const struct bounce_verdict *verdict)
{
	d->failed++;
	if (verdict->answers != NULL)
		add_proof(d, &verdict->answers->proof);
	if (!add_original(d, t_property(verdict,
					BOUNCE_PROPERTY_ORIGINAL_MESSAGE_ID)))
		return;
	add_date(d, t_property(verdict,
			       BOUNCE_PROPERTY_ORIGINAL_DATE));
	values_add(d, &d->subjects, t_property(verdict,
			BOUNCE_PROPERTY_ORIGINAL_SUBJECT));
	if (verdict->original != NULL)
		add_submission(d, policy, verdict->original->message.header);
}

void bounce_diagnosis_add(struct bounce_diagnosis *d,
			  const struct bounce_policy *policy,
			  const struct bounce_verdict *verdict)
{
	switch (verdict->value) {
	case BOUNCE_VERDICT_NONE:
		break;
	case BOUNCE_VERDICT_BACKSCATTER:
		d->forged++;
		break;
	case BOUNCE_VERDICT_GENUINE:
	case BOUNCE_VERDICT_DISOWNED:
		if (verdict->kind.kind != BOUNCE_KIND_FAILED)
			d->reports++;
		else T_BEGIN {
			add_failed(d, policy, verdict);
		} T_END;
		break;
	case BOUNCE_VERDICT_UNVERIFIABLE:
	case BOUNCE_VERDICT_TEMPERROR:
	case BOUNCE_VERDICT_COUNT:
		d->unclear++;
		break;
	}
}

/*
 * The conclusion
 */

enum diagnosis_conclusion {
	DIAGNOSIS_NONE,
	DIAGNOSIS_ORDINARY,
	DIAGNOSIS_FORGED,
	DIAGNOSIS_FORGED_AND_OWN,
	DIAGNOSIS_MAILING,
	DIAGNOSIS_STOLEN
};

static const char *const diagnosis_conclusions[] = {
	[DIAGNOSIS_NONE] = "none",
	[DIAGNOSIS_ORDINARY] = "ordinary",
	[DIAGNOSIS_FORGED] = "forged",
	[DIAGNOSIS_FORGED_AND_OWN] = "forged-and-own",
	[DIAGNOSIS_MAILING] = "mailing",
	[DIAGNOSIS_STOLEN] = "stolen"
};

static enum diagnosis_conclusion
diagnosis_conclude(const struct bounce_diagnosis *d)
{
	if (d->originals_count >= BOUNCE_DIAGNOSIS_MANY)
		return DIAGNOSIS_STOLEN;
	if (d->failed >= BOUNCE_DIAGNOSIS_MANY)
		return DIAGNOSIS_MAILING;
	if (d->forged > 0) {
		return d->failed + d->reports > 0 ? DIAGNOSIS_FORGED_AND_OWN :
			DIAGNOSIS_FORGED;
	}
	return d->failed + d->reports + d->unclear == 0 ? DIAGNOSIS_NONE :
		DIAGNOSIS_ORDINARY;
}

time_t bounce_diagnosis_stolen_since(const struct bounce_diagnosis *d)
{
	return diagnosis_conclude(d) == DIAGNOSIS_STOLEN ? d->first : 0;
}

/* Returns in words what happened, and what to do. */
static const char *
t_diagnosis_sentence(const struct bounce_diagnosis *d, const char *user)
{
	switch (diagnosis_conclude(d)) {
	case DIAGNOSIS_STOLEN:
		return t_strdup_printf(
			"Mail is sent through this account: %u different "
			"messages left\nthrough our own servers and could not "
			"be delivered.\n"
			"Unless %s has written them, somebody else uses the "
			"account: change its\npassword, end its sessions, and "
			"look up the addresses below in the log of the\n"
			"submission servers.\n", d->originals_count, user);
	case DIAGNOSIS_MAILING:
		return "One message, or a few, went to many recipients "
			"who are not there, through our\nown servers: a "
			"mailing with dead addresses. Ask the user whether it "
			"is his.\n";
	case DIAGNOSIS_FORGED_AND_OWN:
		return t_strdup_printf(
			"Somebody elsewhere has forged this address: there is "
			"nothing to do about these\nbounces but to file them.\n"
			"Other messages left through our own servers, and "
			"fewer than %u of them could not\nbe delivered, as "
			"everybody has some. If they are not by %s,\n"
			"somebody else uses the account.\n",
			BOUNCE_DIAGNOSIS_MANY, user);
	case DIAGNOSIS_FORGED:
		return "Somebody elsewhere has forged this address: what came "
			"back did not leave\nthrough our servers. Nothing "
			"shows that somebody else uses the account. There "
			"is\nnothing to do but to file these bounces.\n";
	case DIAGNOSIS_NONE:
		return "There are no bounces. There is nothing to do.\n";
	case DIAGNOSIS_ORDINARY:
		if (d->failed + d->reports > 0)
			break;
		return "Nothing shows that anything is wrong, but of none of "
			"the bounces is it known\nwho has sent the mail that "
			"came back: save some of them in files, and ask doveadm"
			"\nbackscatter check for the reason.\n";
	}
	return "Nothing shows that anything is wrong: there are bounces of the "
		"user's own mail,\nas everybody has some. There is nothing to "
		"do.\n";
}

/*
 * The text
 */

static int
diagnosis_value_cmp(const struct diagnosis_value *v1,
		    const struct diagnosis_value *v2)
{
	if (v1->count != v2->count)
		return v1->count > v2->count ? -1 : 1;
	return strcmp(v1->text, v2->text);
}

/* Get the values that are shown, the most frequent ones first, and how often
   there was another one. */
static void
t_diagnosis_shown(const struct diagnosis_values *values,
		  ARRAY_TYPE(diagnosis_value) *shown_r, unsigned int *others_r)
{
	const struct diagnosis_value *value;

	t_array_init(shown_r, array_count(&values->values) + 1);
	array_append_array(shown_r, &values->values);
	array_sort(shown_r, diagnosis_value_cmp);
	*others_r = values->others;
	while (array_count(shown_r) > DIAGNOSIS_SHOWN) {
		value = array_back(shown_r);
		*others_r += value->count;
		array_pop_back(shown_r);
	}
}

static void
diagnosis_list(const struct diagnosis_values *values, const char *title,
	       string_t *dest)
{
	ARRAY_TYPE(diagnosis_value) shown;
	const struct diagnosis_value *value;
	unsigned int others;

	if (array_count(&values->values) == 0)
		return;
	t_diagnosis_shown(values, &shown, &others);
	str_printfa(dest, "\n%s\n", title);
	array_foreach(&shown, value) {
		str_printfa(dest, "%8u  %s\n", value->count,
			    *value->text == '\0' ? "(none)" : value->text);
	}
	if (others > 0)
		str_printfa(dest, "%8u  others\n", others);
}

static void
diagnosis_signal(const struct diagnosis_values *values, const char *name,
		 const char *text, string_t *dest)
{
	str_printfa(dest, "%8u%s %s: %s\n", array_count(&values->values),
		    values->others > 0 ? " or more" : " ", name, text);
}

/* What the alarm counts, and the limits are for the burst period. */
static void
diagnosis_signals(const struct bounce_diagnosis *d, string_t *dest)
{
	str_printfa(dest, "\nSignals of the alarm:\n%8u  originals: different "
		    "mails that could not be delivered\n",
		    d->originals_count);
	diagnosis_signal(&d->dead, "recipients",
			 "different recipients that do not exist", dest);
	diagnosis_signal(&d->networks, "hosts", "different networks, by "
			 "bounces that our own server made", dest);
}

static void
diagnosis_originals(const struct bounce_diagnosis *d, string_t *dest)
{
	str_printfa(dest, "\nDifferent originals sent through our servers: %u",
		    d->originals_count);
	if (d->first != 0) {
		str_printfa(dest, ",\nthe first of %s,",
			    iso8601_date_create_tm(gmtime(&d->first), INT_MAX));
		str_printfa(dest, " the last of %s",
			    iso8601_date_create_tm(gmtime(&d->last), INT_MAX));
	}
	str_append_c(dest, '\n');
	diagnosis_signals(d, dest);
	diagnosis_list(&d->subjects, "Subjects:", dest);
	diagnosis_list(&d->addresses, "Client addresses:", dest);
	diagnosis_list(&d->names, "Logged in as:", dest);
	if (array_count(&d->addresses.values) == 0)
		return;
	str_append(dest, "\nAddresses and names are those that our servers "
		   "wrote into Received, as these fields\ncame back. "
		   "Signatures do not cover them: whoever returned the mail "
		   "could have\nchanged them. The servers' own logs are the "
		   "proof.\n");
}

void bounce_diagnosis_text(const struct bounce_diagnosis *d, const char *user,
			   string_t *dest)
{
	T_BEGIN {
		str_append(dest, t_diagnosis_sentence(d,
			t_bounce_sanitize(user, strlen(user))));
		str_printfa(dest, "\nBounces of mail that was\n"
			    "%8u  forged elsewhere\n"
			    "%8u  sent through our servers, not delivered\n"
			    "%8u  sent through our servers, other reports\n"
			    "%8u  of unknown origin\n",
			    d->forged, d->failed, d->reports, d->unclear);
		if (d->failed > 0)
			diagnosis_originals(d, dest);
	} T_END;
}

/*
 * JSON
 */

static void
diagnosis_json_list(const struct diagnosis_values *values, const char *key,
		    string_t *dest)
{
	ARRAY_TYPE(diagnosis_value) shown;
	const struct diagnosis_value *value;
	unsigned int others;

	t_diagnosis_shown(values, &shown, &others);
	bounce_json_open_array(dest, key);
	array_foreach(&shown, value) {
		bounce_json_open(dest);
		bounce_json_text(dest, "value", value->text);
		bounce_json_number(dest, "count", value->count);
		str_append_c(dest, '}');
	}
	str_append_c(dest, ']');
}

void bounce_diagnosis_json(const struct bounce_diagnosis *d, const char *user,
			   string_t *dest)
{
	T_BEGIN {
		user = t_bounce_sanitize(user, strlen(user));
		bounce_json_text(dest, "user", user);
		bounce_json_text(dest, "conclusion",
				 diagnosis_conclusions[diagnosis_conclude(d)]);
		bounce_json_text(dest, "text", t_diagnosis_sentence(d, user));
		bounce_json_number(dest, "forged", d->forged);
		bounce_json_number(dest, "failed", d->failed);
		bounce_json_number(dest, "reports", d->reports);
		bounce_json_number(dest, "unclear", d->unclear);
		bounce_json_number(dest, "originals", d->originals_count);
		bounce_json_number(dest, "recipients",
				   array_count(&d->dead.values));
		bounce_json_number(dest, "hosts",
				   array_count(&d->networks.values));
		bounce_json_time(dest, "first", d->first);
		bounce_json_time(dest, "last", d->last);
		diagnosis_json_list(&d->subjects, "subjects", dest);
		diagnosis_json_list(&d->addresses, "addresses", dest);
		diagnosis_json_list(&d->names, "names", dest);
	} T_END;
}
