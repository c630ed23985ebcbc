"""Defences, each with an edit of the source that takes it out, and the cases that
fail without it. without-defence makes the edits."""

DEFENCES = []

# Cases that hold without our defence, as another one stands behind it.
TWICE = {
    'lookups/spf-with-300-exchanges': 'libspf2 has limits of its own',
    'lookups/spf-with-60-pointers': 'libspf2 has limits of its own',
    'lookups/spf-that-explains': 'libspf2 asks for no explanation that nobody wants',
    'names/domain-with-an-invisible-letter':
        'IDNA leaves the letter out, so that the domain is ours and the key is not',
    'traces/forwarded-over-loopback': 'who hands mail over has a public address',
}

# Drawn by random.Random('attacks').sample() from the 252 cases of 2026-11-28.
DRAWN = '''
    forms/bounce-at-the-fourth-level forms/boundary-in-pieces
    forms/forged-original-inside-ours forms/original-before-the-first-boundary
    limits/parts-in-as-many-charsets lookups/spf-with-300-terms
    lookups/spf-with-300-exchanges names/author-with-a-detail-of-another
    names/domain-in-wide-letters names/domain-that-ends-as-ours names/selector-in-capitals
    outputs/escape-sequences outputs/megabyte-for-a-value outputs/quotes-and-brackets
    signatures/address-as-name-without-quotes signatures/address-behind-semicolon
    signatures/address-in-open-comment signatures/author-beyond-the-cap
    signatures/b-above-the-modulus signatures/bh-replaced signatures/from-tomorrow
    signatures/length-of-nothing signatures/second-subject-above signatures/two-at-signs
    traces/forwarded-by-a-stranger traces/name-that-may-be-forged
    traces/name-that-the-client-gives traces/no-trace traces/our-trace-below-the-stranger
    traces/recipient-added'''.split()


def out(what, cases, *edits):
    """edits: triples of a file, a text that is in it once, and the new one."""
    DEFENCES.append((what, cases.split(), [edits[i:i + 3] for i in range(0, len(edits), 3)]))


VERIFY, DAMAGED = 'src/core/dkim/verify.c', 'src/core/verdict/damaged.c'
SIGNATURES, MATCH = 'src/core/verdict/signatures.c', 'src/core/verdict/mailbox-match.c'
PROOF, RECEIVED = 'src/core/verdict/proof.c', 'src/core/trace/received.c'
AUTHRES, FORWARDED = 'src/core/trace/authres.c', 'src/core/verdict/forwarded.c'
READER, SIGNATURE = 'src/core/message/reader.c', 'src/core/dkim/signature.c'
HEADER, ADDRESS = 'src/core/header/header.c', 'src/core/name/address.c'
LIMITS = 'src/core/base/limits.h'
# Addresses that the parser of a From leaves out: a defence of its own, and behind others.
COUNT = (MATCH, 'count != *count_r ? -1 : 0;', 'count != *count_r && FALSE ? -1 : 0;')
NAMES = (MATCH, '\t\treturn ++reading->angles == 1 && reading->ats == 0;\n',
         '\t\treading->ats = 0;\n\t\treturn ++reading->angles > 0;\n')

# -- signatures ------------------------------------------------------------

out('only our key makes our signatures',
    '''signatures/random-b signatures/foreign-key-in-our-name signatures/b-above-the-modulus
    signatures/digest-without-null signatures/digest-of-sha1 signatures/short-padding
    signatures/b-of-ones names/domain-in-wide-letters names/selector-in-capitals''',
    VERIFY, 'if (ret == 0) {\n', 'if (FALSE) {\n')

out('the signed header is hashed',
    '''signatures/bh-replaced signatures/signed-field-edited signatures/length-added
    signatures/old-mail-made-young signatures/signature-on-another-mail''',
    VERIFY, 'ret = memcmp(digest, verifier->recovered,\n\t\t\t     sizeof(digest)) == 0 ? 1 : 0;',
    'ret = 1;')

out('a signature by Ed25519 is verified', 'signatures/ed25519-forged',
    VERIFY, 'ret = bounce_crypto_verify(verifier->key, sig->b, sig->b_size,\n'
    '\t\t\t\t\t   digest);', 'ret = 1;')

out('one From', 'signatures/second-from-above limits/ten-thousand-froms',
    VERIFY, '\tif (count != 1) {\n', '\tif (FALSE) {\n')

out('no Subject, To or Date above the signed one',
    'signatures/second-subject-above signatures/second-subject-below-signature '
    'signatures/second-to-in-other-case',
    VERIFY, 'return count > 0 && count < bounce_header_count(header, name);',
    'return FALSE && count > 0;')

out('no NUL in a signed field', 'signatures/nul-in-signed-field',
    VERIFY, "if (memchr(p, '\\0', span->size) != NULL)", 'if (FALSE)')

out('no bare CR in a signed field', 'signatures/bare-cr-in-signed-field',
    VERIFY, "if (++p == end || *p != '\\n')", "if (++p == end && *p != '\\n')")

out('t=s of a key', 'signatures/identity-below-a-strict-key',
    VERIFY, 'if (verifier->key->strict &&', 'if (FALSE &&')

out('h= names From', 'signatures/from-not-signed',
    SIGNATURE, 'else if (!bounce_dkim_signature_covers(sig, "From"))', 'else if (FALSE)')

out('i= is of d=', 'signatures/identity-elsewhere',
    SIGNATURE, '!bounce_domain_is_within(identity, sig->domain))', 'FALSE)')

out('l= that covers only a part',
    'signatures/text-behind-length signatures/length-of-nothing',
    'src/core/dkim/body.c', 'BOUNCE_DKIM_BODY_PARTIAL : BOUNCE_DKIM_BODY_MATCH;',
    'BOUNCE_DKIM_BODY_MATCH : BOUNCE_DKIM_BODY_MATCH;')

out('the body is hashed', 'signatures/other-body signatures/bare-cr-in-body '
    'signatures/lines-behind-empty-ones',
    'src/core/dkim/body.c', 'memcmp(hash, sig->body_hash, sizeof(sig->body_hash)) != 0)',
    'FALSE)')

out('a signature of the future', 'signatures/from-tomorrow',
    SIGNATURES, 'if (signed_at > policy->now + BOUNCE_POLICY_DRIFT)', 'if (FALSE)')

out('an old signature', 'signatures/old-mail signatures/old-mail-without-t',
    SIGNATURES, 'if (signed_at != 0 && signed_at + policy->max_age < policy->now)',
    'if (FALSE)')

out('a retired key', 'signatures/retired-key',
    SIGNATURES, '     signed_at > evidence->key_retired)', '     FALSE)')

out('a weak key', 'signatures/weak-key',
    SIGNATURES, 'key->bits < ctx->policy->min_rsa_bits) {', 'FALSE) {')

out('whose mail it was',
    '''signatures/of-another-customer signatures/from-two-authors names/author-with-a-foreign-letter
    names/author-that-ends-as-our-domain''',
    MATCH, '\twhile (i < count && sender_matches_mailbox(ctx, &list[i]))\n',
    '\twhile (i < count)\n')

out('a domain ends at a dot', 'names/author-that-ends-as-our-domain '
    'traces/name-that-ends-as-the-domain',
    'src/core/name/domain-name.c',
    "return size == parent_size || *(end - parent_size - 1) == '.';", 'return TRUE;')

out('who of a domain it was',
    'signatures/of-another-user names/author-with-a-detail-of-another',
    ADDRESS, '\t\tstrncasecmp(address1->local_part, address2->local_part,\n'
    '\t\t\t    size) == 0 &&\n', '',
    ADDRESS, 'return size == local_part_size(address2->local_part, delimiters) &&',
    'return size > 0 &&')

out('one pair of angle brackets, and no address before them',
    'signatures/two-pairs-of-angles signatures/address-as-name-in-a-list', *NAMES)

out('an address that the parser leaves out', 'signatures/address-behind-rubbish', *COUNT)

out('no address behind brackets', 'signatures/address-behind-brackets',
    MATCH, '(reading->in_angle || reading->angles == 0);', 'TRUE;')

out('no address in quotes alone', 'signatures/address-in-quotes-alone',
    MATCH, 'reading.quoted_at = TRUE;', 'reading.quoted_at = FALSE;')

out('one at-sign', 'signatures/two-at-signs',
    MATCH, 'return reading->ats <= 1;', 'return TRUE;')

out('no address as the name of a group', 'signatures/address-as-group',
    MATCH, "(reading->ats > 0 && c == ':') ||", 'FALSE ||', *COUNT)

out('no address behind a semicolon', 'signatures/address-behind-semicolon',
    MATCH, 'return !reading->separated &&', 'return', *COUNT)

out('a comment that is not closed', 'signatures/address-in-open-comment',
    MATCH, 'if (ret < 0 || !sender_reading_add', 'if (!sender_reading_add')

out('a name with an at-sign', 'signatures/address-as-name-without-quotes',
    ADDRESS, '\tvalue = bounce_address_list_skip_name(value);\n', '',
    MATCH, '\tvalue = bounce_address_list_skip_name(value);\n', '', *NAMES)

out('all authors are read, or none', 'signatures/author-beyond-the-cap',
    ADDRESS, 'return addr == NULL ? 0 : -1;', 'return 0;', *COUNT)

out('an unsigned Sender', 'signatures/sender-not-signed',
    MATCH, '\t    bounce_dkim_signature_covers(sig, "Sender") &&\n', '')

# -- messages --------------------------------------------------------------

out('levels that are not read', 'forms/bounce-at-the-fourth-level limits/messages-1000-deep '
    'forms/sixteen-forged-originals-before-ours',
    READER, '\t\tparent->message->over_limit = TRUE;\n\t\treturn FALSE;\n',
    '\t\treturn FALSE;\n')

out('parts that are not read', 'forms/original-behind-1000-parts',
    READER, '\t\twalk->message->over_limit = TRUE;\n\t\twalk->state = WALK_BODY;\n',
    '\t\twalk->state = WALK_BODY;\n')

out('how deep multiparts are read', 'forms/original-below-33-multiparts',
    READER, '\tif (!bounce_multiparts_open(&walk->multiparts, mime)) {\n'
    '\t\twalk->message->over_limit = TRUE;\n',
    '\tif (!bounce_multiparts_open(&walk->multiparts, mime)) {\n')

out('text that is not searched', 'forms/original-behind-256-kb-of-text',
    'src/core/message/text-scan.c', '\t\ttext->owner->message->over_limit = TRUE;\n'
    '\t\treturn FALSE;\n', '\t\treturn FALSE;\n')

out('the preamble is text', 'forms/original-before-the-first-boundary',
    READER, '\twalk_open_leaf(walk, &preamble, NULL);\n', '\t(void)preamble;\n')

out('a boundary in pieces', 'forms/boundary-in-pieces',
    'src/core/header/mime.c', '\trfc2231_parse(&parser, &params);\n',
    '\tparser.end = memchr(parser.data, \'*\', parser.end - parser.data) == NULL ?\n'
    '\t\tparser.end : parser.data;\n\trfc2231_parse(&parser, &params);\n')

out('the text of an original is not searched, and what it holds was not returned',
    '''forms/forged-original-inside-ours signatures/signature-in-the-body
    forms/original-in-what-hardly-is-a-bounce signatures/attached-to-the-original''',
    READER, '\tif (!message->marks->possible &&\n', '\tif (FALSE &&\n',
    SIGNATURES, '\t\tif (original->message.originals != NULL &&\n'
    '\t\t    original_is_bounce(original))\n',
    '\t\tif (original->message.originals != NULL ||\n'
    '\t\t    original_is_bounce(original))\n')

out('the original that is vouched for', 'signatures/forged-original-beside-ours',
    SIGNATURES, '\t    best->original != original &&\n', '\t    FALSE &&\n')

out('our own notice comes from here', 'forms/mark-of-our-notice',
    'src/core/verdict/verdict.c', '\t    bounce_trace_is_from_here(message->header,\n'
    '\t\t\t\t      policy->trusted_networks)) {\n', '\t    policy != NULL) {\n')

out('and has a trace', 'forms/mark-of-our-notice-without-a-trace',
    'src/core/trace/trace.c', 'return bounce_header_find(bounce, "Received") != NULL &&\n\t\t',
    'return ')

out('a header that was not all read',
    'limits/second-from-beyond-the-cap limits/header-of-two-megabytes',
    SIGNATURES, 'if (evidence->original->message.header->over_limit &&', 'if (FALSE &&')

# -- traces ----------------------------------------------------------------

out('a bounce without a trace', 'traces/no-trace',
    PROOF, 'return array_count(trace) > 0 &&\n\t\t', 'return ')

out('our own server is the last one', 'traces/our-trace-below-the-stranger',
    PROOF, 'return ctx->reporter == NULL && from_is_mailbox(ctx) &&',
    'return from_is_mailbox(ctx) &&')

out('a trace that was not all read',
    'traces/trace-longer-than-is-read',
    PROOF, 'array_count(trace) > 0 &&\n\t\tarray_count(trace) < BOUNCE_RECEIVED_MAX_FIELDS;',
    'array_count(trace) > 0;')

out('the null sender', 'traces/sender-in-the-envelope',
    PROOF, '\tif (ctx->original == NULL ||\n\t    ctx->message->marks->sender != BOUNCE_SENDER_NULL)\n',
    '\tif (ctx->original == NULL)\n')

out('a user of our host', 'traces/handed-over-by-a-user',
    PROOF, '\tif (received->by_user)\n\t\treturn FALSE;\n', '')

out('who has logged in', 'traces/login-of-our-user-at-the-stranger',
    PROOF, 'if (received->authenticated || !step_is_inside(ctx, received))',
    'if (!step_is_inside(ctx, received))')

out('a name that may be forged', 'traces/name-that-may-be-forged',
    RECEIVED, '\t\tparser->forged = TRUE;\n', '\t\tparser->forged = FALSE;\n')

out('a name that the client gives', 'traces/name-that-the-client-gives',
    PROOF, '\t\tname_is_of(ctx->spf_helo, domain) ||', '\t\tname_is_of(reporter->helo, domain) ||')

out('a top-level domain is nobody\'s', 'traces/recipient-at-a-top-level-domain',
    PROOF, "return name != NULL && strchr(domain, '.') != NULL &&", 'return name != NULL &&')

out('a recipient who was signed', 'traces/recipient-added traces/recipient-who-is-not-signed',
    PROOF, '\tif (bounce_dkim_signature_covers(ctx->sig->sig, name) &&\n'
    '\t    bounce_header_count(header, name) == 1)\n', '\tif (header != NULL)\n')

out('results by another name', 'traces/results-of-another-server',
    AUTHRES, 'strcasecmp(words[0], authserv_id) == 0;',
    'strncasecmp(words[0], authserv_id, strlen(authserv_id)) == 0;')

out('results above the trace of strangers', 'traces/results-below-our-trace',
    AUTHRES, 'I_MIN(fields_count, bounce->fields_count);',
    'I_MAX(fields_count, bounce->fields_count);')

out('results in quotes', 'traces/result-in-a-quoted-string',
    AUTHRES, 'strchr(" ;=", *text) != NULL ? \'_\' : *text', '*text')

out('forwarded by a server of ours', 'traces/forwarded-by-a-stranger',
    FORWARDED, '\treturn writer_is_ours(ctx, i);\n', '\treturn writer_is_ours(ctx, i) || TRUE;\n')

out('forwarded by an address of ours', 'traces/forwarded-by-a-name-of-ours',
    FORWARDED, '\tif (result->clients_count == N_ELEMENTS(result->clients))\n\t\treturn FALSE;\n'
    '\tresult->clients[result->clients_count++] = *client;\n', '')

# -- names -----------------------------------------------------------------

out('a domain is ours as a whole', 'names/domain-that-ends-as-ours names/domain-below-ours',
    'src/core/name/own-domains.c',
    '\t\tif (i_bsearch(keys, list, count, sizeof(*list),\n\t\t\t      i_strcmp_p) != NULL)\n'
    '\t\t\treturn TRUE;\n',
    '\t\tfor (unsigned int i = 0; i < count; i++) {\n'
    '\t\t\tif (str_ends_with_suffix(*keys, list[i]))\n\t\t\t\treturn TRUE;\n\t\t}\n',
    'src/core/name/own-domains.c', '\nbool bounce_domains_list_has',
    '\nstatic bool str_ends_with_suffix(const char *str, const char *suffix)\n{\n'
    '\tsize_t a = strlen(str), b = strlen(suffix);\n\n'
    '\treturn a >= b && strcmp(str + a - b, suffix) == 0;\n}\n\nbool bounce_domains_list_has')

out('names have no case', 'names/selector-in-capitals',
    SIGNATURE, '\tparser->sig->selector = p_strdup(parser->pool,\n'
    '\t\tt_sig_name(tag->value, tag->value_size));\n',
    '\tparser->sig->selector = p_strndup(parser->pool, tag->value,\n'
    '\t\t\t\t\t  tag->value_size);\n')

# -- limits ----------------------------------------------------------------

out('how many signatures are tried', 'limits/thousand-signatures-above-ours '
    'limits/thousand-signatures-below-ours',
    LIMITS, '#define BOUNCE_DKIM_MAX_OWN 16', '#define BOUNCE_DKIM_MAX_OWN 1600')

out('how often damage is tried to be undone', 'limits/thousand-damaged-signatures',
    DAMAGED, '\tif (trial->damaged->operations >= BOUNCE_DKIM_MAX_DAMAGED_OPERATIONS)\n'
    '\t\treturn FALSE;\n', '',
    LIMITS, '#define BOUNCE_DKIM_MAX_OWN 16', '#define BOUNCE_DKIM_MAX_OWN 1600')

out('how many lengths are hashed', 'limits/hundreds-of-lengths',
    LIMITS, '#define BOUNCE_DKIM_MAX_LENGTHS 32',
    '#define BOUNCE_DKIM_MAX_LENGTHS 3200')

out('how many charsets are loaded for a message', 'limits/parts-in-as-many-charsets',
    'src/core/base/charset.c', '\tif (used->count == max)\n\t\treturn -1;\n',
    '\tif (used->count == max)\n\t\tused->count = 0;\n')

out('how large a key may be', 'lookups/key-with-a-huge-exponent',
    'src/core/dkim/crypto.c', '#define KEY_RSA_MAX_EXPONENT_BITS 64',
    '#define KEY_RSA_MAX_EXPONENT_BITS 4096')

out('an exponent of 1', 'lookups/key-with-exponent-1',
    'src/core/dkim/crypto.c', '!BN_is_odd(e) || BN_is_one(e) ||', '!BN_is_odd(e) ||')

out('how many unknown names are asked for', 'lookups/twenty-thousand-selectors',
    'src/net/keys/key-cache.h', '#define BOUNCE_KEY_CACHE_LOOKUPS_PER_MINUTE 1000',
    '#define BOUNCE_KEY_CACHE_LOOKUPS_PER_MINUTE 100000')

out('strangers\' names are not asked for', 'lookups/names-of-a-stranger',
    'src/core/verdict/signatures.c', 'return sig->own && sig->selector[0]',
    'return sig->selector[0]',
    'src/core/verdict/signatures.c', '\t\tif (!bounce_dkim_signature_may_be_own(sig))\n'
    '\t\t\tcontinue;\n\t\tctx->own_count++;\n', '\t\tctx->own_count++;\n')

out('keys in files come first', 'lookups/key-that-we-have-in-a-file',
    'src/net/keys/key-source.c', '\tif (batch_try_dir(batch, &ask))\n\t\t;\n\telse if',
    '\tif (FALSE && batch_try_dir(batch, &ask))\n\t\t;\n\telse if')

out('how many terms a record of SPF may have', 'lookups/spf-with-300-terms',
    'src/net/spf/spf-record.c', 'if (++count > BOUNCE_SPF_RECORD_MAX_TERMS)', 'if (FALSE)')

out('how long a record of SPF may be', 'lookups/spf-of-60-kb',
    'src/net/spf/spf-record.c', 'if (size > BOUNCE_SPF_RECORD_MAX_SIZE)', 'if (FALSE)',
    'src/net/spf/spf-record.c', 'if (++count > BOUNCE_SPF_RECORD_MAX_TERMS)', 'if (FALSE)')

# -- outputs ---------------------------------------------------------------

out('control characters', 'outputs/escape-sequences',
    HEADER, "*dest++ = '?';", "*dest++ = c == 0 ? '?' : c;",
    'src/core/base/sanitize.c', 'return chr < 0x20 || (chr >= 0x7f && chr < 0xa0) ||',
    'return')

out('C1 and the direction of text', 'outputs/c1-in-an-encoded-word',
    'src/core/base/sanitize.c', '(chr >= 0x7f && chr < 0xa0) ||', '')

out('quotes in JSON', 'outputs/quotes-and-brackets outputs/backslash-at-the-end',
    'src/core/base/json.c', '\tjson_append_escaped(escaped, value);\n',
    '\tstr_append(escaped, value);\n')

out('how long a value is shown', 'outputs/megabyte-for-a-value',
    'src/core/explain/property.c', '#define PROPERTY_FIELD_MAX_SIZE (16 * 1024)',
    '#define PROPERTY_FIELD_MAX_SIZE (16 * 1024 * 1024)')
