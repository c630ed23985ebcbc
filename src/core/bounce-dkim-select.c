/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "randgen.h"
#include "bounce-dkim-private.h"

/* All fields of one name: a stack, with the lowest field on top. */
struct name_stack {
	uint32_t hash;
	/* a field that has the name */
	uint32_t field;
	/* the index of the field on top, plus 1; 0: there is none left */
	uint32_t top;
};

struct name_index {
	const struct bounce_header *header;
	/* indexes into stacks, plus 1; open addressing */
	uint32_t *table;
	uint32_t mask;
	struct name_stack *stacks;
	unsigned int stacks_count;
	/* for each field the next one below it in its stack, as top */
	uint32_t *below;
	uint64_t steps, max_steps;
};

/* FNV-1a over the lower case name. It need not be strong, as steps are
   counted; but nobody should find it too easy. */
static uint32_t name_hash(const unsigned char *name, size_t size)
{
	static uint32_t seed = 0;
	uint32_t hash;
	size_t i;

	if (seed == 0)
		seed = i_rand() | 1;
	hash = seed;
	for (i = 0; i < size; i++)
		hash = (hash ^ bounce_dkim_lower(name[i])) * 16777619U;
	return hash ^ (hash >> 15);
}

static bool
name_is_field(const struct name_index *index, uint32_t field,
	      const unsigned char *name, size_t size)
{
	const struct bounce_field *f = &index->header->fields[field];

	return f->name_size == size &&
		strncasecmp((const char *)index->header->data + f->offset,
			    (const char *)name, size) == 0;
}

/* The slot of the table that holds the name's stack, or in which it would be;
   NULL: too many steps. */
static uint32_t *
name_index_find(struct name_index *index, uint32_t hash,
		const unsigned char *name, size_t size)
{
	const struct name_stack *stack;
	uint32_t i = hash & index->mask;

	while (++index->steps <= index->max_steps) {
		if (index->table[i] == 0)
			return &index->table[i];
		stack = &index->stacks[index->table[i] - 1];
		if (stack->hash == hash &&
		    name_is_field(index, stack->field, name, size))
			return &index->table[i];
		i = (i + 1) & index->mask;
	}
	return NULL;
}

static int name_index_add(struct name_index *index, uint32_t field)
{
	const struct bounce_field *f = &index->header->fields[field];
	const unsigned char *name = index->header->data + f->offset;
	uint32_t hash = name_hash(name, f->name_size);
	struct name_stack *stack;
	uint32_t *slot;

	slot = name_index_find(index, hash, name, f->name_size);
	if (slot == NULL)
		return -1;
	if (*slot == 0) {
		stack = &index->stacks[index->stacks_count++];
		stack->hash = hash;
		stack->field = field;
		stack->top = 0;
		*slot = index->stacks_count;
	}
	stack = &index->stacks[*slot - 1];
	index->below[field] = stack->top;
	stack->top = field + 1;
	return 0;
}

/* All fields but the signature's own: section 3.5, h=. */
static int
name_index_fill(struct name_index *index,
		const struct bounce_dkim_signature *sig)
{
	unsigned int i, count = index->header->fields_count;
	size_t size = nearest_power(I_MAX(count, 8) * 2);

	index->table = t_new(uint32_t, size);
	index->mask = size - 1;
	index->stacks = t_malloc_no0(sizeof(*index->stacks) * (count + 1));
	index->below = t_malloc_no0(sizeof(*index->below) * (count + 1));
	for (i = 0; i < count; i++) {
		if (i != sig->field && name_index_add(index, i) < 0)
			return -1;
	}
	return 0;
}

/* Takes the lowest field of that name that was not taken yet. Returns 1, 0 if
   there is none, or -1. */
static int
name_index_take(struct name_index *index, const unsigned char *name,
		size_t size, uint32_t *field_r)
{
	struct name_stack *stack;
	const uint32_t *slot;

	slot = name_index_find(index, name_hash(name, size), name, size);
	if (slot == NULL)
		return -1;
	if (*slot == 0)
		return 0;
	stack = &index->stacks[*slot - 1];
	if (stack->top == 0)
		return 0;
	*field_r = stack->top - 1;
	stack->top = index->below[*field_r];
	return 1;
}

static unsigned int names_count(const struct bounce_dkim_signature *sig)
{
	const unsigned char *p = sig->names, *end = p + sig->names_size;
	unsigned int count = 1;

	while (p < end && (p = memchr(p, ':', end - p)) != NULL) {
		count++;
		p++;
	}
	return count;
}

int bounce_dkim_select(const struct bounce_header *header,
		       const struct bounce_dkim_signature *sig,
		       struct bounce_dkim_selection *selection_r)
{
	const unsigned char *p = sig->names, *end = p + sig->names_size;
	unsigned int names = names_count(sig), count = 0;
	struct name_index index;
	struct bounce_tag name;
	uint32_t *fields;
	int ret;

	i_zero(&index);
	i_zero(selection_r);
	index.header = header;
	index.max_steps = BOUNCE_DKIM_SELECT_MAX_STEPS(header->fields_count,
						       names);
	ret = name_index_fill(&index, sig);
	fields = t_malloc_no0(sizeof(*fields) * (header->fields_count + 1));
	while (ret >= 0 && bounce_tag_next_word(&p, end, &name)) {
		ret = name_index_take(&index, name.value, name.value_size,
				      &fields[count]);
		if (ret > 0)
			count++;
	}
	selection_r->fields = fields;
	selection_r->count = count;
	selection_r->steps = index.steps;
	return ret < 0 ? -1 : 0;
}
