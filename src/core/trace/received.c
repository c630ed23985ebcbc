/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "message-date.h"
#include "rfc822-parser.h"
#include "wildcard-match.h"
#include "name/address.h"
#include "header/header.h"
#include "base/limits.h"
#include "name/networks.h"
#include "trace/received.h"

#include <ctype.h>

/* The name of a protocol may have several words, up to this size. */
#define RECEIVED_WITH_MAX_SIZE 40
/* The words of a comment are separated by these characters. */
#define RECEIVED_COMMENT_SEPARATORS " \"(),"

enum received_clause {
	CLAUSE_NONE = 0,
	CLAUSE_FROM,
	CLAUSE_BY,
	CLAUSE_WITH,
	CLAUSE_ID,
	CLAUSE_FOR,
	CLAUSE_VIA,

	CLAUSE_COUNT
};

static const char *const clause_names[] = {
	"", "from", "by", "with", "id", "for", "via"
};
_Static_assert(N_ELEMENTS(clause_names) == CLAUSE_COUNT,
	       "clause_names is complete");

struct received_parser {
	pool_t pool;
	/* the rest of the value */
	const char *p;
	struct bounce_received *r;
	enum received_clause clause;
	/* the clause has no word yet */
	bool empty;
	bool have_by;
	/* the first word of each clause */
	const char *words[CLAUSE_COUNT];
	/* from comments after the client's name: the first name, and a HELO
	   name */
	const char *comment_name, *comment_helo;
	/* the server is one that verifies names; it says that this one may be
	   forged */
	bool verifies, forged;
	/* an address in a comment, and one that was a word */
	struct ip_addr comment_ip, word_ip;
};

/*
 * What words and comments say
 */

static bool text_begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Parse the text of an address alone: "1.2.3.4", "IPv6:2001:db8::1",
   "fe80::1%12". Returns FALSE if it is not one. */
static bool received_parse_bare_ip(const char *text, struct ip_addr *ip_r)
{
	struct ip_addr ip;

	if (strncasecmp(text, "IPv6:", 5) == 0)
		text += 5;
	if (!(i_isxdigit(*text) || *text == ':') ||
	    bounce_ip_parse(t_strcut(text, '%'), &ip) < 0)
		return FALSE;
	if (net_ipv6_mapped_ipv4_convert(&ip, ip_r) < 0)
		*ip_r = ip;
	return TRUE;
}

/* Parse a word that is an address: "[1.2.3.4]", "[1.2.3.4]:25", "[1.2.3.4:25]",
   "1.2.3.4", "[IPv6:2001:db8::1]", "user@1.2.3.4" (by qmail). IPv4 that is
   mapped into IPv6 becomes IPv4. Returns FALSE if the word is not an address,
   and leaves ip_r unchanged. */
static bool received_parse_ip(const char *word, struct ip_addr *ip_r)
{
	const char *at = strrchr(word, '@');

	if (*word != '[') {
		return received_parse_bare_ip(at == NULL ? word : at + 1,
					      ip_r);
	}
	word = t_strcut(word + 1, ']');
	return received_parse_bare_ip(word, ip_r) ||
		received_parse_bare_ip(t_strcut(word, ':'), ip_r);
}

/* Returns the name at the beginning of the text, without what follows it. */
static const char *t_received_name(const char *text)
{
	text += strspn(text, " ");
	return t_strndup(text, strcspn(text, " ,;)"));
}

/* Returns the user name in Courier's "AUTH: LOGIN alice, TLS: ..". */
static const char *t_received_auth_courier(const char *text)
{
	text += strspn(text, " ");
	return t_received_name(text + strcspn(text, " ,"));
}

/* Returns everything up to the end of the comment as the user name. */
static const char *t_received_auth_rest(const char *text)
{
	return t_str_trim(text, " ");
}

/* Read a comment that may say that the client logged in, and as whom. */
static void
received_auth_comment(struct received_parser *parser, const char *text)
{
	static const struct {
		const char *phrase;
		/* returns the user name that follows; NULL: none does */
		const char *(*name)(const char *rest);
		/* it is only looked for at the beginning of the comment */
		bool first;
	} forms[] = {
		{ "authenticated sender:", t_received_auth_rest, TRUE },
		{ "authenticated as ", t_received_name, FALSE },
		{ "authenticated user ", t_received_name, FALSE },
		{ "authenticated user: ", t_received_name, FALSE },
		{ "authenticated: ", t_received_name, TRUE },
		{ "authenticated bits", NULL, TRUE },
		{ "auth: ", t_received_auth_courier, TRUE },
		{ "account ", t_received_name, TRUE },
	};
	const char *lcase = t_str_lcase(text), *p, *name = "";
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(forms); i++) {
		p = strstr(lcase, forms[i].phrase);
		if (p != NULL && (p == lcase || !forms[i].first))
			break;
	}
	if (i == N_ELEMENTS(forms))
		return;
	parser->r->authenticated = TRUE;
	if (forms[i].name != NULL) {
		name = forms[i].name(text + (p - lcase) +
				     strlen(forms[i].phrase));
	}
	if (parser->r->auth_user == NULL)
		parser->r->auth_user = p_strdup_empty(parser->pool, name);
}

/* Read a comment after the client's name. If several comments have an address,
   the last one counts, as servers write what the client says of itself before
   what they know. A HELO name may follow the address. */
static void
received_client_comment(struct received_parser *parser, const char *text)
{
	const char *const *word =
		t_strsplit_spaces(text, RECEIVED_COMMENT_SEPARATORS);
	const char *helo;
	bool have_ip = FALSE;

	if (strstr(text, "may be forged") != NULL)
		parser->forged = TRUE;
	for (; *word != NULL; word++) {
		helo = NULL;
		if (strncasecmp(*word, "helo=", 5) == 0)
			helo = *word + 5;
		else if (have_ip || strchr(*word, '=') != NULL)
			continue;
		else if (strcasecmp(*word, "HELO") == 0 ||
			 strcasecmp(*word, "EHLO") == 0) {
			if (word[1] != NULL)
				helo = *++word;
		} else if (received_parse_ip(*word, &parser->comment_ip)) {
			have_ip = TRUE;
		} else if (parser->comment_name == NULL &&
			   strchr(*word, '.') != NULL &&
			   strchr(*word, '@') == NULL) {
			parser->comment_name = p_strdup(parser->pool, *word);
		}
		if (helo != NULL) {
			parser->comment_helo =
				p_strdup_empty(parser->pool, helo);
		}
	}
}

/* Read a comment after the server's name: "by mx (192.0.2.1)", "by localhost
   (mx [127.0.0.1])". */
static void received_by_comment(struct received_parser *parser,
				const char *text)
{
	const char *const *word =
		t_strsplit_spaces(text, RECEIVED_COMMENT_SEPARATORS);

	/* Sendmail writes its version and that of its configuration:
	   8.17.1/8.17.1 */
	if (text_begins(text, "Postfix") ||
	    (text_begins(text, "8.") && strchr(text, '/') != NULL))
		parser->verifies = TRUE;
	if (text_begins(text, "Postfix, from userid "))
		parser->r->by_user = TRUE;
	for (; *word != NULL && parser->r->by_ip.family == 0; word++)
		(void)received_parse_ip(*word, &parser->r->by_ip);
}

static void received_comment(struct received_parser *parser, const char *text)
{
	bool had_auth = parser->r->authenticated;

	received_auth_comment(parser, text);
	if (parser->clause == CLAUSE_FROM) {
		/* "(account alice [1.2.3.4] verified)" has both a name and an
		   address */
		if (had_auth || !parser->r->authenticated ||
		    strchr(text, '[') != NULL)
			received_client_comment(parser, text);
	} else if (parser->clause == CLAUSE_BY && !parser->empty) {
		received_by_comment(parser, text);
	} else if (parser->clause == CLAUSE_NONE &&
		   strncasecmp(text, "from ", 5) == 0) {
		/* Sendmail writes this for a local submission: (from
		   alice@localhost) */
		parser->words[CLAUSE_FROM] =
			p_strdup_empty(parser->pool, t_received_name(text + 5));
		parser->r->by_user = TRUE;
	} else if (parser->clause == CLAUSE_NONE &&
		   text_begins(text, "qmail ") &&
		   strstr(text, "invoked by uid ") != NULL) {
		parser->r->by_user = TRUE;
	} else if (parser->clause == CLAUSE_WITH && !parser->empty) {
		/* a comment ends the name of the protocol */
		parser->clause = CLAUSE_VIA;
		if (text_begins(text, "Exim "))
			parser->verifies = TRUE;
	}
}

/*
 * Clauses
 */

static bool received_keyword(struct received_parser *parser, const char *word)
{
	enum received_clause clause;

	for (clause = CLAUSE_FROM; clause < CLAUSE_COUNT; clause++) {
		if (strcasecmp(word, clause_names[clause]) == 0)
			break;
	}
	if (clause == CLAUSE_COUNT ||
	    (clause == CLAUSE_FROM && parser->clause != CLAUSE_NONE) ||
	    (clause == CLAUSE_BY && parser->have_by))
		return FALSE;
	/* a client may call itself "for" */
	if (parser->empty && parser->clause == CLAUSE_FROM &&
	    clause != CLAUSE_BY)
		return FALSE;
	parser->clause = clause;
	parser->empty = TRUE;
	if (clause == CLAUSE_BY)
		parser->have_by = TRUE;
	return TRUE;
}

static void received_word(struct received_parser *parser, const char *word)
{
	struct bounce_received *r = parser->r;
	const char **value = &parser->words[parser->clause];
	bool first = parser->empty;

	parser->empty = FALSE;
	if (first)
		*value = p_strdup(parser->pool, word);
	if (parser->clause == CLAUSE_FROM) {
		if (!first)
			(void)received_parse_ip(word, &parser->word_ip);
		return;
	}
	if (parser->clause == CLAUSE_WITH) {
		if (!first && strlen(*value) < RECEIVED_WITH_MAX_SIZE) {
			*value = p_strconcat(parser->pool, *value, " ", word,
					     NULL);
		}
		return;
	}
	if (parser->clause == CLAUSE_BY && first)
		(void)received_parse_ip(word, &r->by_ip);
	/* OpenSMTPD's "auth=yes user=alice" */
	if (strcasecmp(word, "auth=yes") == 0)
		r->authenticated = TRUE;
	else if (r->authenticated && r->auth_user == NULL &&
		 strncasecmp(word, "user=", 5) == 0)
		r->auth_user = p_strdup_empty(parser->pool, word + 5);
}

/* TRUE for the protocols with authentication: those of RFC 3848, such as
   ESMTPA, ESMTPSA and LMTPSA, and those of RFC 6531. */
static bool protocol_is_authenticated(const char *with)
{
	return wildcard_match_icase(with, "*MTPA") ||
		wildcard_match_icase(with, "*MTPSA") ||
		wildcard_match_icase(with, "*MTP AUTH");
}

/* Exim names the user who handed the message over. Its own bounces are from its
   own user, to whom distributions give one of these names. */
static bool user_is_server(const char *user)
{
	return strstr(t_str_lcase(user), "exim") != NULL ||
		strcmp(user, "mail") == 0 || strcmp(user, "mailnull") == 0;
}

/*
 * The field
 */

/* Returns the end of a word: it is before white space, a comment or a semicolon
   that is not in quotes or angle brackets. */
static const char *word_end(const char *p)
{
	const char *end;

	for (;; p = end + 1) {
		p += strcspn(p, " (;\"<");
		if (*p != '"' && *p != '<')
			return p;
		end = strchr(p + 1, *p == '"' ? '"' : '>');
		if (end == NULL)
			return p + strcspn(p, " (;");
	}
}

/* Behind the comment that begins at p, or at the end if it is not closed. */
static const char *comment_end(const char *p)
{
	struct rfc822_parser_context parser;

	rfc822_parser_init(&parser, (const unsigned char *)p, strlen(p), NULL);
	(void)rfc822_skip_comment(&parser);
	return (const char *)parser.data;
}

/* Returns FALSE if it was the last. */
static bool received_next(struct received_parser *parser)
{
	const char *p = parser->p + strspn(parser->p, " "), *word, *end;

	parser->p = p;
	if (*p == '\0' || *p == ';')
		return FALSE;
	if (*p == '(') {
		parser->p = end = comment_end(p);
		if (end > p + 1 && end[-1] == ')')
			end--;
		received_comment(parser, t_strdup_until(p + 1, end));
	} else {
		parser->p = word_end(p);
		word = t_strdup_until(p, parser->p);
		if (!received_keyword(parser, word))
			received_word(parser, word);
	}
	return TRUE;
}

static void received_finish(struct received_parser *parser)
{
	struct bounce_received *r = parser->r;
	const char *name = parser->words[CLAUSE_FROM];
	const char *rcpt = parser->words[CLAUSE_FOR];
	int offset;

	r->helo = parser->comment_helo != NULL ? parser->comment_helo : name;
	r->host = parser->comment_helo != NULL ? name : parser->comment_name;
	r->by = parser->words[CLAUSE_BY];
	r->with = parser->words[CLAUSE_WITH];
	r->id = parser->words[CLAUSE_ID];
	if (rcpt != NULL) {
		r->rcpt = p_strdup_empty(parser->pool,
					 t_bounce_address_strip(rcpt));
	}
	if (parser->comment_ip.family != 0)
		r->ip = parser->comment_ip;
	else if (parser->word_ip.family != 0)
		r->ip = parser->word_ip;
	else if (name != NULL)
		(void)received_parse_ip(name, &r->ip);
	r->host_verified = parser->verifies && !parser->forged &&
		r->host != NULL && *r->host != '[';
	if (r->with != NULL && strcasecmp(r->with, "local") == 0 &&
	    name != NULL && !user_is_server(name))
		r->by_user = TRUE;
	if (r->with != NULL && protocol_is_authenticated(r->with))
		r->authenticated = TRUE;
	if (*parser->p == ';' &&
	    !message_date_parse((const unsigned char *)parser->p + 1,
				strlen(parser->p + 1), &r->date, &offset))
		r->date = 0;
}

void bounce_received_parse(pool_t pool, const char *value,
			   struct bounce_received *received_r)
{
	struct received_parser parser = {
		.pool = pool, .p = value, .r = received_r, .empty = TRUE
	};

	i_zero(received_r);
	T_BEGIN {
		while (received_next(&parser)) ;
		received_finish(&parser);
	} T_END;
}

static void
received_list_read(const struct bounce_header *header,
		   ARRAY_TYPE(bounce_received) *fields)
{
	const struct bounce_field *field;
	struct bounce_received *received;
	unsigned int i;

	for (i = 0; i < header->fields_count &&
	     array_count(fields) < BOUNCE_RECEIVED_MAX_FIELDS; i++) {
		field = &header->fields[i];
		if (!bounce_field_is(header, field, "Received"))
			continue;
		received = array_append_space(fields);
		T_BEGIN {
			bounce_received_parse(header->pool,
				t_bounce_field_value(header, field,
					BOUNCE_RECEIVED_MAX_SIZE), received);
		} T_END;
		received->field = i;
	}
}

const ARRAY_TYPE(bounce_received) *
bounce_received_get(const struct bounce_header *header)
{
	struct bounce_received_list *list = *header->received;

	if (list == NULL) {
		list = p_new(header->pool, struct bounce_received_list, 1);
		p_array_init(&list->fields, header->pool, 8);
		received_list_read(header, &list->fields);
		*header->received = list;
	}
	return &list->fields;
}
