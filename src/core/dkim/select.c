/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "dkim/dkim-private.h"

struct selected_name {
	struct bounce_tag name;
	/* the index of the field that was selected for it, plus 1; 0: none
	   was */
	uint32_t field;
};

/* Returns the first of the names that are this one and have no field yet. */
static struct selected_name *
names_find(struct selected_name *names, unsigned int count,
	   const struct bounce_header *header, const struct bounce_field *field)
{
	const char *name = (const char *)header->data + field->offset;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (names[i].field == 0 &&
		    names[i].name.value_size == field->name_size &&
		    strncasecmp((const char *)names[i].name.value, name,
				field->name_size) == 0)
			return &names[i];
	}
	return NULL;
}

int bounce_dkim_select(const struct bounce_header *header,
		       const struct bounce_dkim_signature *sig,
		       struct bounce_dkim_selection *selection_r,
		       const char **error_r)
{
	const unsigned char *p = sig->names, *end = p + sig->names_size;
	struct selected_name names[BOUNCE_DKIM_MAX_NAMES], *found;
	unsigned int i, count = 0;
	struct bounce_tag name;
	uint32_t *fields;

	while (bounce_tag_next_word(&p, end, &name)) {
		if (count == N_ELEMENTS(names)) {
			*error_r = "h= has too many names";
			return -1;
		}
		names[count].name = name;
		names[count++].field = 0;
	}
	if ((uint64_t)header->fields_count * count >
	    BOUNCE_DKIM_SELECT_MAX_STEPS) {
		*error_r = "the header has too many field names";
		return -1;
	}
	/* go up from the lowest field (section 5.4.2), and never select the
	   signature's own one (section 3.5, h=) */
	for (i = header->fields_count; i > 0; i--) {
		found = i - 1 == sig->field ? NULL :
			names_find(names, count, header,
				   &header->fields[i - 1]);
		if (found != NULL)
			found->field = i;
	}
	selection_r->fields = fields = t_new(uint32_t, count + 1);
	selection_r->count = 0;
	for (i = 0; i < count; i++) {
		if (names[i].field > 0)
			fields[selection_r->count++] = names[i].field - 1;
	}
	return 0;
}
