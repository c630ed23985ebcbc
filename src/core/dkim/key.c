/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "dkim/tags.h"
#include "dkim/key.h"

/* Returns what forbids the use of the key in the tags other than k= and p=, or
   NULL. */
static const char *key_tags_error(const struct bounce_tags *tags)
{
	const struct bounce_tag *tag;

	tag = bounce_tags_find(tags, "v");
	if (tag != NULL &&
	    (tag != &tags->tags[0] || !bounce_tag_is(tag, "DKIM1")))
		return "v= is not DKIM1, or not the first tag";
	tag = bounce_tags_find(tags, "h");
	if (tag != NULL && !bounce_tag_has_word(tag, "sha256"))
		return "h= does not allow sha256";
	tag = bounce_tags_find(tags, "s");
	if (tag != NULL && !bounce_tag_has_word(tag, "*") &&
	    !bounce_tag_has_word(tag, "email"))
		return "s= does not allow email";
	return NULL;
}

static int
key_parse_type(const struct bounce_tags *tags, enum bounce_key_type *type_r,
	       const char **error_r)
{
	const struct bounce_tag *tag = bounce_tags_find(tags, "k");

	if (tag == NULL || bounce_tag_is(tag, "rsa"))
		*type_r = BOUNCE_KEY_TYPE_RSA;
	else if (bounce_tag_is(tag, "ed25519"))
		*type_r = BOUNCE_KEY_TYPE_ED25519;
	else {
		*error_r = "k= is not known";
		return -1;
	}
	return 0;
}

/* Make a key of the value of p=. Returns NULL with *error_r set if it is not a
   key, or with *error_r NULL if libcrypto failed. */
static struct bounce_key *
key_create(const struct bounce_tags *tags, enum bounce_key_type type,
	   const struct bounce_tag *tag, const char **error_r)
{
	const struct bounce_tag *flags = bounce_tags_find(tags, "t");
	buffer_t *data = t_buffer_create(tag->value_size);
	struct bounce_key *key;
	int ret;

	if (bounce_tag_decode(tag, data) < 0) {
		*error_r = "p= is not base64";
		return NULL;
	}
	key = i_new(struct bounce_key, 1);
	key->refcount = 1;
	key->type = type;
	key->strict = flags != NULL && bounce_tag_has_word(flags, "s");
	key->testing = flags != NULL && bounce_tag_has_word(flags, "y");
	ret = bounce_crypto_key_init(key, data->data, data->used, error_r);
	if (ret < 0)
		*error_r = NULL;
	if (ret <= 0)
		i_free(key);
	return key;
}

enum bounce_key_status
bounce_key_parse(const unsigned char *data, size_t size,
		 struct bounce_key **key_r, const char **error_r)
{
	struct bounce_tags tags;
	const struct bounce_tag *tag;
	enum bounce_key_type type;

	*key_r = NULL;
	if (bounce_tags_parse(data, size, &tags, error_r) < 0 ||
	    (*error_r = key_tags_error(&tags)) != NULL)
		return BOUNCE_KEY_UNUSABLE;
	tag = bounce_tags_find(&tags, "p");
	if (tag == NULL) {
		*error_r = "there is no p=";
		return BOUNCE_KEY_UNUSABLE;
	}
	if (tag->value_size == 0) {
		*error_r = "the key is revoked";
		return BOUNCE_KEY_REVOKED;
	}
	if (key_parse_type(&tags, &type, error_r) < 0)
		return BOUNCE_KEY_UNUSABLE;
	/* the errors are static strings, so they outlive the frame */
	T_BEGIN {
		*key_r = key_create(&tags, type, tag, error_r);
	} T_END;
	if (*key_r != NULL)
		return BOUNCE_KEY_FOUND;
	if (*error_r != NULL)
		return BOUNCE_KEY_UNUSABLE;
	*error_r = "libcrypto failed";
	return BOUNCE_KEY_TEMPERROR;
}

void bounce_key_ref(struct bounce_key *key)
{
	i_assert(key->refcount > 0);
	key->refcount++;
}

void bounce_key_unref(struct bounce_key **_key)
{
	struct bounce_key *key = *_key;

	if (key == NULL)
		return;
	*_key = NULL;
	i_assert(key->refcount > 0);
	if (--key->refcount > 0)
		return;
	bounce_crypto_key_deinit(key);
	i_free(key);
}
