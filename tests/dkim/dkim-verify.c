/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Verifies the DKIM signatures of whole messages with the code of src/core, so
   that others can be compared with it. Usage: dkim-verify KEYS FILE...; KEYS
   is a directory of TXT records named SELECTOR._domainkey.DOMAIN, and every
   domain that signs is taken for our own. Prints for each signature a line

     FILE field domain selector header reason body repair|text
 */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "istream.h"
#include "base/limits.h"
#include "name/own-domains.h"
#include "dkim/dkim.h"
#include "verdict/reasons.h"

#include <stdio.h>

static buffer_t *t_file_read(const char *path)
{
	struct istream *input = i_stream_create_file(path, IO_BLOCK_SIZE);
	buffer_t *data = t_buffer_create(4096);
	const unsigned char *block;
	size_t size;

	while (i_stream_read_more(input, &block, &size) > 0) {
		buffer_append(data, block, size);
		i_stream_skip(input, size);
	}
	if (input->stream_errno != 0)
		data = NULL;
	i_stream_unref(&input);
	return data;
}

/* Where the body begins; the size if there is none. */
static size_t body_offset(const unsigned char *data, size_t size)
{
	const unsigned char *p = data, *end = data + size, *lf;

	while ((lf = memchr(p, '\n', end - p)) != NULL) {
		if (lf == p || (lf == p + 1 && *p == '\r'))
			return lf + 1 - data;
		p = lf + 1;
	}
	return size;
}

/* All domains that sign, from a parse in which none is our own. */
static struct bounce_domains *
domains_collect(pool_t pool, const struct bounce_header *header)
{
	const struct bounce_dkim_signatures *sigs =
		bounce_dkim_signatures_parse(pool, header, NULL);
	struct bounce_domains *domains;
	string_t *list = t_str_new(64);
	const char *error;
	unsigned int i;

	for (i = 0; i < sigs->count; i++)
		str_printfa(list, "%s ", sigs->sigs[i].domain);
	if (bounce_domains_parse(pool, str_c(list), &domains, &error) < 0)
		i_fatal("%s", error);
	return domains;
}

static void
signature_verify(pool_t pool, const char *key_dir,
		 const struct bounce_header *header,
		 const struct bounce_dkim_signature *sig,
		 struct bounce_dkim_result *result)
{
	struct bounce_key *key = NULL;
	const char *error = NULL;
	buffer_t *record;

	i_zero(result);
	if (sig->error != NULL) {
		result->header = BOUNCE_DKIM_HEADER_PERMERROR;
		result->reason = BOUNCE_REASON_BAD_SIGNATURE;
		result->text = sig->error;
		return;
	}
	record = t_file_read(t_strdup_printf("%s/%s._domainkey.%s", key_dir,
					     sig->selector, sig->domain));
	result->header = BOUNCE_DKIM_HEADER_PERMERROR;
	if (record == NULL) {
		result->reason = BOUNCE_REASON_KEY_MISSING;
		return;
	}
	switch (bounce_key_parse(record->data, record->used, &key, &error)) {
	case BOUNCE_KEY_FOUND:
		bounce_dkim_verify_header(pool, header, sig, key, result);
		break;
	case BOUNCE_KEY_REVOKED:
		result->reason = BOUNCE_REASON_KEY_REVOKED;
		result->text = error;
		break;
	default:
		result->reason = BOUNCE_REASON_KEY_UNUSABLE;
		result->text = error;
		break;
	}
	bounce_key_unref(&key);
}

static void message_verify(const char *key_dir, const char *path)
{
	pool_t pool = pool_alloconly_create("message", 65536);
	const struct bounce_header *header;
	const struct bounce_dkim_signatures *sigs;
	struct bounce_dkim_body_hasher *hasher;
	const struct bounce_dkim_body_hashes *hashes;
	struct bounce_dkim_result result;
	buffer_t *data = t_file_read(path);
	const unsigned char *p;
	unsigned int i;
	size_t offset;

	if (data == NULL)
		i_fatal("can't read %s", path);
	p = data->data;
	offset = body_offset(p, data->used);
	header = bounce_header_parse(pool, p, offset);
	sigs = bounce_dkim_signatures_parse(pool, header,
					    domains_collect(pool, header));
	hasher = bounce_dkim_body_init(pool, header);
	bounce_dkim_body_more(hasher, p + offset, data->used - offset);
	hashes = bounce_dkim_body_finish(&hasher);
	for (i = 0; i < sigs->count; i++) {
		signature_verify(pool, key_dir, header, &sigs->sigs[i],
				 &result);
		printf("%s\t%u\t%s\t%s\t%s\t%s\t%s\t%s\n", path,
		       sigs->sigs[i].field, sigs->sigs[i].domain,
		       sigs->sigs[i].selector,
		       bounce_dkim_header_name(result.header),
		       bounce_reason_name(result.reason),
		       bounce_dkim_body_name(bounce_dkim_body_check(
				hashes, &sigs->sigs[i])),
		       result.repair != NULL ? result.repair :
		       result.text != NULL ? result.text : "");
	}
	pool_unref(&pool);
}

int main(int argc, char *argv[])
{
	int i;

	lib_init();
	if (argc < 3)
		i_fatal("Usage: dkim-verify KEYS FILE...");
	for (i = 2; i < argc; i++) T_BEGIN {
		message_verify(argv[1], argv[i]);
	} T_END;
	lib_deinit();
	return 0;
}
