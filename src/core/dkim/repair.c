/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "dkim/dkim-private.h"

static const char *const mime_version_names[] = {
	"MIME-Version", "Mime-Version"
};

/* How a list of addresses may have been joined. In the relaxed form, only the
   first two differ. */
static const struct {
	const char *separator;
	/* it is used where the line would get too long; elsewhere, ", " is */
	bool wrap;
} address_joins[] = {
	{ ", ", FALSE },
	{ ",", FALSE },
	{ ",\r\n ", FALSE },
	{ ",\r\n\t", FALSE },
	{ ",\r\n        ", FALSE },
	{ ",\r\n ", TRUE },
	{ ",\r\n\t", TRUE }
};
#define ADDRESS_JOINS_RELAXED 2
/* RFC 5322 section 2.1.1 */
#define ADDRESS_LINE_MAX_SIZE 78

static bool span_is(const struct bounce_dkim_span *span, const char *name)
{
	return span->name_size == strlen(name) &&
		strncasecmp((const char *)span->data, name,
			    span->name_size) == 0;
}

/* Give the span other data. Returns FALSE if it has this data already. */
static bool
span_set(struct bounce_dkim_span *span, const buffer_t *data)
{
	if (data->used == span->size &&
	    memcmp(data->data, span->data, span->size) == 0)
		return FALSE;
	span->data = data->data;
	span->size = data->used;
	return TRUE;
}

/* Returns the value without the white space around it. */
static const unsigned char *
span_get_value(const struct bounce_dkim_span *span,
	       const unsigned char **end_r)
{
	const unsigned char *end = span->data + span->size, *value;

	value = bounce_space_skip(span->data + span->value_offset, end);
	*end_r = bounce_space_trim(value, end);
	return value;
}

/* Undo what a server does to a message that it passes on in 7 bits: RFC 6152
   section 3. */
static bool
repair_encoding(struct bounce_dkim_span *span, unsigned int way ATTR_UNUSED)
{
	static const char *const words[] = {
		"quoted-printable", "base64", "7bit"
	};
	const unsigned char *value, *end;
	unsigned int i;
	buffer_t *data;

	if (!span_is(span, "Content-Transfer-Encoding"))
		return FALSE;
	value = span_get_value(span, &end);
	for (i = 0; i < N_ELEMENTS(words); i++) {
		if ((size_t)(end - value) != strlen(words[i]) ||
		    strncasecmp((const char *)value, words[i],
				end - value) != 0)
			continue;
		data = t_buffer_create(span->size);
		buffer_append(data, span->data, value - span->data);
		buffer_append(data, "8bit", 4);
		buffer_append(data, end, span->data + span->size - end);
		return span_set(span, data);
	}
	return FALSE;
}

/* Returns how many octets before the LF were inserted by a mail server together
   with it; 0 if the server inserted no line break. Postfix breaks a line after
   998 octets; Sendmail breaks it after 989 octets and inserts a "!". */
static size_t inserted_break_size(const unsigned char *line, size_t size)
{
	size_t cr = 1;

	if (size < 2)
		return 0;
	/* size includes the LF */
	size--;
	if (line[size - 1] == '\r') {
		size--;
		cr++;
	}
	if (size == 998)
		return cr;
	if (size == 990 && line[size - 1] == '!')
		return cr + 1;
	return 0;
}

/* Take the first line break out that a server has put into the field, and the
   space after it. */
static bool
repair_break(struct bounce_dkim_span *span, unsigned int way ATTR_UNUSED)
{
	const unsigned char *p = span->data, *end = p + span->size, *lf;
	buffer_t *data;
	size_t size;

	if (span->size < 990)
		return FALSE;
	for (; (lf = memchr(p, '\n', end - p)) != NULL; p = lf + 1) {
		size = inserted_break_size(p, lf + 1 - p);
		if (size == 0 || lf + 1 == end)
			continue;
		data = t_buffer_create(span->size);
		buffer_append(data, span->data, lf + 1 - size - span->data);
		buffer_append(data, lf + 2, end - (lf + 2));
		return span_set(span, data);
	}
	return FALSE;
}

static bool
repair_mime_version(struct bounce_dkim_span *span, unsigned int way)
{
	const char *name = mime_version_names[way];
	buffer_t *data;

	if (!span_is(span, name))
		return FALSE;
	data = t_buffer_create(span->size);
	buffer_append(data, span->data, span->size);
	buffer_write(data, 0, name, span->name_size);
	return span_set(span, data);
}

/* Returns the end of an address: the next comma outside of quotes, comments and
   angle brackets, or the end of the list. */
static const unsigned char *
address_end(const unsigned char *p, const unsigned char *end)
{
	unsigned int comment = 0;
	bool quoted = FALSE, angle = FALSE;

	for (; p < end; p++) {
		if (*p == '\\' && (quoted || comment > 0)) {
			if (++p == end)
				break;
		} else if (quoted)
			quoted = *p != '"';
		else if (*p == '(')
			comment++;
		else if (comment > 0)
			comment -= *p == ')' ? 1 : 0;
		else if (*p == '"')
			quoted = TRUE;
		else if (*p == '<')
			angle = TRUE;
		else if (*p == '>')
			angle = FALSE;
		else if (*p == ',' && !angle)
			break;
	}
	return p;
}

static void
address_append(buffer_t *data, const unsigned char *address, size_t size,
	       unsigned int join, size_t *line_size)
{
	const char *separator = address_joins[join].separator;

	/* a comma will follow */
	if (address_joins[join].wrap &&
	    *line_size + 2 + size + 1 <= ADDRESS_LINE_MAX_SIZE)
		separator = ", ";
	else if (address_joins[join].wrap)
		*line_size = 0;
	buffer_append(data, separator, strlen(separator));
	buffer_append(data, address, size);
	*line_size += 2 + size;
}

static bool
repair_addresses(struct bounce_dkim_span *span, unsigned int join)
{
	const unsigned char *p, *end, *next, *last;
	buffer_t *data;
	size_t line_size;

	if (!span_is(span, "To") && !span_is(span, "Cc") &&
	    !span_is(span, "Reply-To") && !span_is(span, "From"))
		return FALSE;
	p = span_get_value(span, &end);
	next = address_end(p, end);
	if (next == end)
		return FALSE;
	data = t_buffer_create(span->size * 2);
	buffer_append(data, span->data, next - span->data);
	line_size = data->used;
	while (next < end) {
		p = bounce_space_skip(next + 1, end);
		next = address_end(p, end);
		last = bounce_space_trim(p, next);
		address_append(data, p, last - p, join, &line_size);
	}
	buffer_append(data, end, span->data + span->size - end);
	return span_set(span, data);
}

/* Each step undoes one kind of change, and may have several ways to do it. */
static const struct {
	/* Returns TRUE if this changes the field. */
	bool (*repair)(struct bounce_dkim_span *span, unsigned int way);
	/* how many ways there are, and how many of them differ in the relaxed
	   form, to which the case of names and folding make no difference */
	unsigned int ways, ways_relaxed;
	const char *text;
} repair_steps[] = {
	/* A server that supports 8BITMIME does this when the next server does
	   not */
	{ repair_encoding, 1, 1, "Content-Transfer-Encoding set back to 8bit" },
	/* Postfix does this at 998 octets, Sendmail at 990 */
	{ repair_break, 1, 1, "a line break in a long line taken out" },
	/* Some servers write the name of the field in another case */
	{ repair_mime_version, N_ELEMENTS(mime_version_names), 0,
	  "MIME-Version written in its former case" },
	/* Sendmail and Courier do this */
	{ repair_addresses, N_ELEMENTS(address_joins), ADDRESS_JOINS_RELAXED,
	  "address lists joined as before" }
};
#define REPAIR_COUNT N_ELEMENTS(repair_steps)

struct repair {
	const struct bounce_dkim_input *input;
	unsigned int candidates_left;
	bounce_dkim_match_t *match;
	void *context;
	/* how many ways each step has for this header; 0 if none of them
	   changes it */
	unsigned int max_ways[REPAIR_COUNT];
	/* which way of each step is tried, from 1; 0: the step is left out */
	unsigned int ways[REPAIR_COUNT];
};

/* Apply one way of a step to all fields but the last, which is the signature's
   own. Returns TRUE if a field has changed. */
static bool
repair_spans(struct bounce_dkim_span *spans, unsigned int count,
	     unsigned int step, unsigned int way)
{
	unsigned int i;
	bool changed = FALSE;

	for (i = 0; i + 1 < count; i++) {
		if (repair_steps[step].repair(&spans[i], way))
			changed = TRUE;
	}
	return changed;
}

static struct bounce_dkim_span *
t_spans_dup(const struct bounce_dkim_input *input)
{
	return p_memdup(unsafe_data_stack_pool, input->spans,
			sizeof(*input->spans) * input->count);
}

static void repair_init_ways(struct repair *repair)
{
	const struct bounce_dkim_input *input = repair->input;
	unsigned int step, way, ways;
	bool changes;

	for (step = 0; step < REPAIR_COUNT; step++) {
		changes = FALSE;
		ways = repair_steps[step].ways;
		for (way = 0; way < ways && !changes; way++) T_BEGIN {
			changes = repair_spans(t_spans_dup(input),
					       input->count, step, way);
		} T_END;
		if (input->canon == BOUNCE_DKIM_CANON_RELAXED)
			ways = repair_steps[step].ways_relaxed;
		repair->max_ways[step] = changes ? ways : 0;
	}
}

static bool repair_try(struct repair *repair)
{
	struct bounce_dkim_input candidate = *repair->input;
	unsigned int step;

	candidate.spans = t_spans_dup(repair->input);
	for (step = 0; step < REPAIR_COUNT; step++) {
		/* if a step changes nothing, the same was tried without it */
		if (repair->ways[step] > 0 &&
		    !repair_spans(candidate.spans, candidate.count, step,
				  repair->ways[step] - 1))
			return FALSE;
	}
	repair->candidates_left--;
	return repair->match(&candidate, repair->context);
}

/* Set the next combination of ways. Returns FALSE after the last. */
static bool repair_next(struct repair *repair)
{
	unsigned int step;

	for (step = 0; step < REPAIR_COUNT; step++) {
		if (++repair->ways[step] <= repair->max_ways[step])
			return TRUE;
		repair->ways[step] = 0;
	}
	return FALSE;
}

static unsigned int repair_steps_count(const struct repair *repair)
{
	unsigned int step, count = 0;

	for (step = 0; step < REPAIR_COUNT; step++)
		count += repair->ways[step] > 0 ? 1 : 0;
	return count;
}

/* Try all combinations of steps_count steps. Returns TRUE if one of them
   matched. */
static bool repair_try_all(struct repair *repair, unsigned int steps_count)
{
	bool matched = FALSE;

	memset(repair->ways, 0, sizeof(repair->ways));
	while (!matched && repair->candidates_left > 0 &&
	       repair_next(repair)) {
		if (repair_steps_count(repair) == steps_count) T_BEGIN {
			matched = repair_try(repair);
		} T_END;
	}
	return matched;
}

static const char *repair_text(pool_t pool, const struct repair *repair)
{
	string_t *str = str_new(pool, 64);
	unsigned int step;

	for (step = 0; step < REPAIR_COUNT; step++) {
		if (repair->ways[step] > 0) {
			str_printfa(str, "%s%s", str_len(str) > 0 ? ", " : "",
				    repair_steps[step].text);
		}
	}
	return str_c(str);
}

const char *
bounce_dkim_repair(pool_t pool, const struct bounce_dkim_input *input,
		   unsigned int max_candidates,
		   bounce_dkim_match_t *match, void *context)
{
	struct repair repair = {
		.input = input, .candidates_left = max_candidates,
		.match = match, .context = context
	};
	unsigned int count;

	repair_init_ways(&repair);
	/* a server that makes one change is more likely than one that makes
	   two */
	for (count = 1; count <= REPAIR_COUNT; count++) {
		if (repair_try_all(&repair, count))
			return repair_text(pool, &repair);
	}
	return NULL;
}
