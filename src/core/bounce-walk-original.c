/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-text.h"
#include "bounce-walk-private.h"

struct bounce_walk *
bounce_walk_init_original(struct bounce_walk *parent,
			  enum bounce_original_source source,
			  const struct bounce_header *with_header)
{
	struct bounce_walk_shared *shared = parent->shared;
	struct bounce_original *original;
	struct bounce_walk *walk;
	unsigned int level;

	level = parent->original == NULL ? 1 : parent->original->level + 1;
	if (level > BOUNCE_MAX_LEVELS ||
	    shared->originals_count == BOUNCE_MAX_ORIGINALS) {
		parent->message->over_limit = TRUE;
		return NULL;
	}
	shared->originals_count++;

	original = p_new(shared->pool, struct bounce_original, 1);
	original->source = source;
	original->level = level;
	walk = bounce_walk_alloc(shared, &original->message);
	walk->parent = parent;
	walk->original = original;
	if (with_header == NULL) {
		walk->header = bounce_header_builder_init(shared->pool,
						  BOUNCE_HEADER_MESSAGE);
	} else {
		walk->header_given = TRUE;
		(void)bounce_walk_set_header(walk, with_header);
	}
	return walk;
}

static bool field_is_of_mime(const struct bounce_header *header,
			     const struct bounce_field *field)
{
	return bounce_field_is(header, field, "MIME-Version") ||
		(field->name_size > 8 &&
		 strncasecmp((const char *)header->data + field->offset,
			     "Content-", 8) == 0);
}

/* What is left of a part's own header when an empty line stands in it, where a
   quoted string was not closed or by mistake. */
static bool header_is_of_part(const struct bounce_header *header)
{
	unsigned int i;

	for (i = 0; i < header->fields_count; i++) {
		if (!field_is_of_mime(header, &header->fields[i]))
			return FALSE;
	}
	return header->complete && header->fields_count > 0;
}

bool bounce_walk_original_pass_on(struct bounce_walk *walk,
				  const struct bounce_header *header)
{
	struct bounce_leaf *leaf = &walk->leaf;
	pool_t pool = walk->shared->pool;
	bool of_part = header_is_of_part(header);

	if (!of_part && bounce_text_block_has_known_field(header))
		return FALSE;
	walk->passed_on = TRUE;
	walk->message->header = header;
	walk->message->content_type = "text/plain";
	if (header->over_limit)
		bounce_walk_set_over_limit(walk->parent);

	if (!of_part) {
		/* a text, in which the original stands */
		bounce_leaf_init(leaf, pool, BOUNCE_LEAF_TEXT,
				 BOUNCE_ENCODING_IDENTITY);
		leaf->text = bounce_text_init(pool, walk->parent,
					      BOUNCE_TEXT_SCAN, NULL);
		return TRUE;
	}
	bounce_leaf_init(leaf, pool, BOUNCE_LEAF_MESSAGE,
			 bounce_mime_get_encoding(header));
	leaf->child = bounce_walk_init_original(walk->parent,
						BOUNCE_SOURCE_PART, NULL);
	if (leaf->child == NULL)
		leaf->sink = BOUNCE_LEAF_SKIP;
	return TRUE;
}

static enum bounce_original_state
walk_original_state(const struct bounce_walk *walk)
{
	const struct bounce_original *original = walk->original;

	if (original->message.header->over_limit ||
	    (original->body_size == 0 &&
	     bounce_dkim_header_is_cut(original->message.header)))
		return BOUNCE_ORIGINAL_TRUNCATED;
	/* a summary: a few fields, of those that people look at */
	if (!bounce_text_block_is_original(original->message.header))
		return BOUNCE_ORIGINAL_TRUNCATED;
	if (original->body_size == 0)
		return BOUNCE_ORIGINAL_HEADERS;
	if (walk->boundary != NULL && !walk->closed)
		return BOUNCE_ORIGINAL_TRUNCATED;
	return BOUNCE_ORIGINAL_FULL;
}

void bounce_walk_original_finish(struct bounce_walk *walk)
{
	struct bounce_original *original = walk->original;

	if (walk->hasher != NULL)
		original->body = bounce_dkim_body_finish(&walk->hasher);
	/* whatever the part was called, no message came back in it */
	if (walk->passed_on)
		return;
	original->state = walk_original_state(walk);
	*walk->parent->originals_tail = original;
	walk->parent->originals_tail = &original->next;
}
