/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "bounce-dkim-private.h"

/* Each step undoes one kind of change, in one of several ways; way 0 leaves
   the header as it is. */
enum repair_step {
	/* A downgrade to 7bit, by all that speak 8BITMIME to a server that
	   does not */
	REPAIR_ENCODING,
	/* Postfix at 998 octets, Sendmail at 990 */
	REPAIR_BREAK,
	/* How else could the name have been written? */
	REPAIR_MIME_VERSION,
	/* Sendmail, Courier */
	REPAIR_ADDRESSES,

	REPAIR_COUNT
};

struct repair {
	const struct bounce_dkim_input *input;
	unsigned int candidates_left;
	bounce_dkim_match_t *match;
	void *context;
	/* how many ways a step has for this header, way 0 included */
	unsigned int ways[REPAIR_COUNT];
};

static const char *const repair_texts[REPAIR_COUNT] = {
	[REPAIR_ENCODING] = "Content-Transfer-Encoding set back to 8bit",
	[REPAIR_BREAK] = "a line break in a long line taken out",
	[REPAIR_MIME_VERSION] = "MIME-Version written in its former case",
	[REPAIR_ADDRESSES] = "address lists joined as before"
};

static const char *const mime_version_names[] = {
	"MIME-Version", "Mime-Version"
};

/* How addresses were put together. The relaxed form keeps only the first two
   apart. */
static const struct {
	const char *separator;
	/* used where the line would get too long, otherwise ", " is */
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

static const unsigned int repair_max_ways[REPAIR_COUNT] = {
	[REPAIR_ENCODING] = 1 + 1,
	[REPAIR_BREAK] = 1 + 1,
	[REPAIR_MIME_VERSION] = 1 + N_ELEMENTS(mime_version_names),
	[REPAIR_ADDRESSES] = 1 + N_ELEMENTS(address_joins)
};

static bool span_is(const struct bounce_dkim_span *span, const char *name)
{
	return span->name_size == strlen(name) &&
		strncasecmp((const char *)span->data, name,
			    span->name_size) == 0;
}

/* Returns FALSE if that is what is there. */
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

/* The value, without white space around it. */
static void
span_get_word(const struct bounce_dkim_span *span, size_t *start_r,
	      size_t *end_r)
{
	const unsigned char *end = span->data + span->size;
	const unsigned char *start =
		bounce_space_skip(span->data + span->value_offset, end);

	*start_r = start - span->data;
	*end_r = bounce_space_trim(start, end) - span->data;
}

/* What a downgrade leaves: RFC 6152 section 3. */
static bool repair_encoding(struct bounce_dkim_span *span)
{
	static const char *const words[] = {
		"quoted-printable", "base64", "7bit"
	};
	size_t start, end;
	unsigned int i;
	buffer_t *data;

	if (!span_is(span, "Content-Transfer-Encoding"))
		return FALSE;
	span_get_word(span, &start, &end);
	for (i = 0; i < N_ELEMENTS(words); i++) {
		if (end - start == strlen(words[i]) &&
		    strncasecmp((const char *)span->data + start, words[i],
				end - start) == 0)
			break;
	}
	if (i == N_ELEMENTS(words))
		return FALSE;
	data = t_buffer_create(span->size);
	buffer_append(data, span->data, start);
	buffer_append(data, "8bit", 4);
	buffer_append(data, span->data + end, span->size - end);
	return span_set(span, data);
}

/* How much before the LF was put in by a mail server: 0 if nothing was.
   Postfix breaks after 998 octets, Sendmail after 989 and a "!". */
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

/* The first break that was put into the field, and the space after it. */
static bool repair_break(struct bounce_dkim_span *span)
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

/* The end of an address: a comma outside of quotes, comments and <>, or the
   end of the list. */
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
	size_t start, end_pos, line_size;
	buffer_t *data;

	if (!span_is(span, "To") && !span_is(span, "Cc") &&
	    !span_is(span, "Reply-To") && !span_is(span, "From"))
		return FALSE;
	span_get_word(span, &start, &end_pos);
	p = span->data + start;
	end = span->data + end_pos;
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

/* Returns TRUE if something has changed. */
static bool
repair_span(struct bounce_dkim_span *span, enum repair_step step,
	    unsigned int way)
{
	switch (step) {
	case REPAIR_ENCODING:
		return repair_encoding(span);
	case REPAIR_BREAK:
		return repair_break(span);
	case REPAIR_MIME_VERSION:
		return repair_mime_version(span, way - 1);
	case REPAIR_ADDRESSES:
		return repair_addresses(span, way - 1);
	case REPAIR_COUNT:
		break;
	}
	i_unreached();
}

/* Returns TRUE if this would change something in the header. */
static bool
repair_applies(const struct bounce_dkim_input *input, enum repair_step step,
	       unsigned int way)
{
	struct bounce_dkim_span span;
	unsigned int i;
	bool changed = FALSE;

	for (i = 0; i + 1 < input->count && !changed; i++) T_BEGIN {
		span = input->spans[i];
		changed = repair_span(&span, step, way);
	} T_END;
	return changed;
}

/* Steps that change nothing in this header are left out. */
static void repair_init_ways(struct repair *repair)
{
	const struct bounce_dkim_input *input = repair->input;
	unsigned int step, way;

	for (step = 0; step < REPAIR_COUNT; step++) {
		repair->ways[step] = 1;
		for (way = 1; way < repair_max_ways[step]; way++) {
			if (repair_applies(input, step, way)) {
				repair->ways[step] = repair_max_ways[step];
				break;
			}
		}
	}
	if (input->canon == BOUNCE_DKIM_CANON_RELAXED) {
		/* the case of names does not count */
		repair->ways[REPAIR_MIME_VERSION] = 1;
		repair->ways[REPAIR_ADDRESSES] =
			I_MIN(repair->ways[REPAIR_ADDRESSES],
			      1 + ADDRESS_JOINS_RELAXED);
	}
}

/* The signature's own field, the last one, stays as it is. */
static bool
repair_try(struct repair *repair, const unsigned int ways[REPAIR_COUNT])
{
	const struct bounce_dkim_input *input = repair->input;
	struct bounce_dkim_input candidate = *input;
	unsigned int step, i;
	bool changed;

	candidate.spans = t_malloc_no0(sizeof(*input->spans) * input->count);
	memcpy(candidate.spans, input->spans,
	       sizeof(*input->spans) * input->count);
	for (step = 0; step < REPAIR_COUNT; step++) {
		if (ways[step] == 0)
			continue;
		changed = FALSE;
		for (i = 0; i + 1 < input->count; i++) {
			if (repair_span(&candidate.spans[i], step, ways[step]))
				changed = TRUE;
		}
		/* the same was tried without this step */
		if (!changed)
			return FALSE;
	}
	repair->candidates_left--;
	return repair->match(&candidate, repair->context);
}

/* The next combination; FALSE after the last. */
static bool
repair_next(const struct repair *repair, unsigned int ways[REPAIR_COUNT])
{
	unsigned int step;

	for (step = 0; step < REPAIR_COUNT; step++) {
		if (++ways[step] < repair->ways[step])
			return TRUE;
		ways[step] = 0;
	}
	return FALSE;
}

static unsigned int ways_count(const unsigned int ways[REPAIR_COUNT])
{
	unsigned int step, count = 0;

	for (step = 0; step < REPAIR_COUNT; step++)
		count += ways[step] > 0 ? 1 : 0;
	return count;
}

static const char *
repair_text(pool_t pool, const unsigned int ways[REPAIR_COUNT])
{
	string_t *str = str_new(pool, 64);
	unsigned int step;

	for (step = 0; step < REPAIR_COUNT; step++) {
		if (ways[step] == 0)
			continue;
		if (str_len(str) > 0)
			str_append(str, ", ");
		str_append(str, repair_texts[step]);
	}
	return str_c(str);
}

/* All combinations of so many steps. */
static bool
repair_try_all(struct repair *repair, unsigned int steps_count,
	       unsigned int ways[REPAIR_COUNT])
{
	bool matched = FALSE;

	memset(ways, 0, sizeof(*ways) * REPAIR_COUNT);
	while (repair_next(repair, ways)) {
		if (ways_count(ways) != steps_count)
			continue;
		if (repair->candidates_left == 0)
			break;
		T_BEGIN {
			matched = repair_try(repair, ways);
		} T_END;
		if (matched)
			return TRUE;
	}
	return FALSE;
}

const char *
bounce_dkim_repair(pool_t pool, const struct bounce_dkim_input *input,
		   unsigned int max_candidates,
		   bounce_dkim_match_t *match, void *context)
{
	unsigned int ways[REPAIR_COUNT], steps_count;
	struct repair repair;

	i_zero(&repair);
	repair.input = input;
	repair.candidates_left = max_candidates;
	repair.match = match;
	repair.context = context;
	repair_init_ways(&repair);
	/* a server that makes one change is likelier than one that makes two */
	for (steps_count = 1; steps_count <= REPAIR_COUNT; steps_count++) {
		if (repair_try_all(&repair, steps_count, ways))
			return repair_text(pool, ways);
	}
	return NULL;
}
