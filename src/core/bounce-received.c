/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "message-date.h"
#include "bounce-header.h"
#include "bounce-limits.h"
#include "bounce-received.h"
#include "bounce-received-private.h"

/* Words are added to the name of a protocol up to this size. */
#define RECEIVED_WITH_MAX_SIZE 40

enum received_clause {
	CLAUSE_NONE = 0,
	CLAUSE_FROM,
	CLAUSE_BY,
	CLAUSE_WITH,
	CLAUSE_ID,
	CLAUSE_FOR,
	CLAUSE_VIA
};

enum received_token {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_COMMENT
};

struct received_parser {
	pool_t pool;
	/* what is left */
	const char *p;
	/* of the token: its text; a comment's without its parentheses */
	const char *token;
	size_t size;

	struct bounce_received *r;
	enum received_clause clause;
	/* the clause has no word yet */
	bool empty;
	bool have_by;
	/* the name after "from" */
	const char *name;
	/* the first name in a comment behind it, and a HELO name there */
	const char *comment_name, *comment_helo;
	/* addresses: in a comment, and as a word */
	struct ip_addr comment_ip, word_ip;
};

/*
 * Tokens
 */

/* The end of a comment that begins at p: behind its parenthesis. */
static const char *comment_end(const char *p)
{
	unsigned int depth = 0;

	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		else if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return p + 1;
	}
	return p;
}

/* The end of a word: before white space, a comment or the semicolon, none of
   which ends what stands in quotes or angle brackets. */
static const char *word_end(const char *p)
{
	const char *end;
	size_t size;

	while ((size = strcspn(p, " (;\"<")) > 0 || *p == '"' || *p == '<') {
		p += size;
		if (*p != '"' && *p != '<')
			break;
		end = strchr(p + 1, *p == '"' ? '"' : '>');
		if (end == NULL)
			return p + strcspn(p, " (;");
		p = end + 1;
	}
	return p;
}

static enum received_token received_next(struct received_parser *parser)
{
	const char *p = parser->p + strspn(parser->p, " ");
	enum received_token type;

	parser->p = p;
	if (*p == '\0' || *p == ';')
		return TOKEN_END;
	if (*p == '(') {
		type = TOKEN_COMMENT;
		parser->p = comment_end(p);
		parser->token = p + 1;
		parser->size = parser->p - parser->token;
		if (parser->size > 0 && parser->p[-1] == ')')
			parser->size--;
	} else {
		type = TOKEN_WORD;
		parser->p = word_end(p);
		parser->token = p;
		parser->size = parser->p - p;
	}
	return type;
}

static const char *
received_dup(struct received_parser *parser, const char *text, size_t size)
{
	return size == 0 ? NULL : p_strndup(parser->pool, text, size);
}

/*
 * The client
 */

/* A comment that says that the client logged in, and as whom. */
static void
received_auth_comment(struct received_parser *parser, const char *text)
{
	const char *name;

	if (!bounce_received_auth(text, &name))
		return;
	parser->r->authenticated = TRUE;
	if (parser->r->auth_user == NULL && *name != '\0')
		parser->r->auth_user = p_strdup(parser->pool, name);
}

/* One word of a comment behind the client's name. Returns FALSE if the word
   after it is a HELO name. */
static bool
received_client_word(struct received_parser *parser, const char *text,
		     size_t size)
{
	struct ip_addr ip;

	if (bounce_text_is(text, size, "HELO") ||
	    bounce_text_is(text, size, "EHLO"))
		return FALSE;
	if (bounce_text_begins(text, size, "helo=")) {
		parser->comment_helo = received_dup(parser, text + 5, size - 5);
		return TRUE;
	}
	if (memchr(text, '=', size) != NULL)
		return TRUE;
	if (bounce_received_ip(text, size, &ip)) {
		parser->comment_ip = ip;
	} else if (parser->comment_name == NULL &&
		   memchr(text, '.', size) != NULL &&
		   memchr(text, '@', size) == NULL) {
		parser->comment_name = received_dup(parser, text, size);
	}
	return TRUE;
}

/* Of several comments with an address the last one counts: what the client
   says of itself is written before it. */
static void
received_client_comment(struct received_parser *parser, const char *text)
{
	struct ip_addr before = parser->comment_ip;
	bool helo = FALSE;
	size_t size;

	i_zero(&parser->comment_ip);
	for (; *text != '\0'; text += size) {
		text += strspn(text, " \"(),");
		size = strcspn(text, " \"(),");
		if (size == 0)
			continue;
		if (helo) {
			parser->comment_helo = received_dup(parser, text, size);
			helo = FALSE;
		} else if (parser->comment_ip.family == 0) {
			helo = !received_client_word(parser, text, size);
		}
		else if (bounce_text_begins(text, size, "helo="))
			(void)received_client_word(parser, text, size);
	}
	if (parser->comment_ip.family == 0)
		parser->comment_ip = before;
}

/* "by mx (192.0.2.1)", "by localhost (mx [127.0.0.1])" */
static void received_by_comment(struct received_parser *parser,
				const char *text)
{
	size_t size;

	for (; *text != '\0' && parser->r->by_ip.family == 0; text += size) {
		text += strspn(text, " \"(),");
		size = strcspn(text, " \"(),");
		(void)bounce_received_ip(text, size, &parser->r->by_ip);
	}
}

static void received_comment(struct received_parser *parser)
{
	const char *text = t_strndup(parser->token, parser->size);
	bool had_auth = parser->r->authenticated;

	received_auth_comment(parser, text);
	if (parser->clause == CLAUSE_FROM) {
		/* "(account alice [1.2.3.4] verified)" has both */
		if (had_auth || !parser->r->authenticated ||
		    strchr(text, '[') != NULL)
			received_client_comment(parser, text);
	} else if (parser->clause == CLAUSE_BY && !parser->empty) {
		received_by_comment(parser, text);
	} else if (parser->clause == CLAUSE_NONE &&
		   bounce_text_begins(text, strlen(text), "from ")) {
		/* sendmail's submission: (from alice@localhost) */
		parser->name = p_strdup(parser->pool,
					t_bounce_received_name(text + 5));
	} else if (parser->clause == CLAUSE_WITH && !parser->empty) {
		/* it ends the name of the protocol */
		parser->clause = CLAUSE_VIA;
	}
}

/*
 * Clauses
 */

static bool received_keyword(struct received_parser *parser)
{
	static const struct {
		const char *word;
		enum received_clause clause;
	} words[] = {
		{ "from", CLAUSE_FROM }, { "by", CLAUSE_BY },
		{ "with", CLAUSE_WITH }, { "id", CLAUSE_ID },
		{ "for", CLAUSE_FOR }, { "via", CLAUSE_VIA }
	};
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(words); i++) {
		if (bounce_text_is(parser->token, parser->size, words[i].word))
			break;
	}
	if (i == N_ELEMENTS(words))
		return FALSE;
	if (words[i].clause == CLAUSE_FROM && parser->clause != CLAUSE_NONE)
		return FALSE;
	if (words[i].clause == CLAUSE_BY && parser->have_by)
		return FALSE;
	/* a client may call itself "for" */
	if (parser->empty && parser->clause == CLAUSE_FROM &&
	    words[i].clause != CLAUSE_BY)
		return FALSE;
	parser->clause = words[i].clause;
	parser->empty = TRUE;
	if (parser->clause == CLAUSE_BY)
		parser->have_by = TRUE;
	return TRUE;
}

static const char *received_address(struct received_parser *parser)
{
	const char *text = parser->token;
	size_t size = parser->size;

	if (size >= 2 && text[0] == '<' && text[size - 1] == '>') {
		text++;
		size -= 2;
	}
	return received_dup(parser, text, size);
}

static void received_word(struct received_parser *parser)
{
	struct bounce_received *r = parser->r;
	const char *word = received_dup(parser, parser->token, parser->size);
	bool first = parser->empty;

	parser->empty = FALSE;
	switch (parser->clause) {
	case CLAUSE_FROM:
		if (first)
			parser->name = word;
		else
			(void)bounce_received_ip(word, strlen(word),
						 &parser->word_ip);
		return;
	case CLAUSE_BY:
		if (first) {
			r->by = word;
			(void)bounce_received_ip(word, strlen(word),
						 &r->by_ip);
		}
		break;
	case CLAUSE_WITH:
		if (first)
			r->with = word;
		else if (strlen(r->with) < RECEIVED_WITH_MAX_SIZE) {
			r->with = p_strconcat(parser->pool, r->with, " ", word,
					      NULL);
		}
		return;
	case CLAUSE_ID:
		if (first)
			r->id = word;
		break;
	case CLAUSE_FOR:
		if (first)
			r->rcpt = received_address(parser);
		break;
	case CLAUSE_NONE:
	case CLAUSE_VIA:
		break;
	}
	/* OpenSMTPD's "auth=yes user=alice" */
	if (strcasecmp(word, "auth=yes") == 0)
		r->authenticated = TRUE;
	else if (r->authenticated && r->auth_user == NULL &&
		 strncasecmp(word, "user=", 5) == 0 && word[5] != '\0')
		r->auth_user = word + 5;
}

/* RFC 3848: ESMTPA, ESMTPSA, LMTPSA.., and those of RFC 6531. */
static bool protocol_is_authenticated(const char *with)
{
	static const char *const ends[] = { "MTPA", "MTPSA", "MTP AUTH" };
	size_t size = strlen(with);
	unsigned int i;

	for (i = 0; i < N_ELEMENTS(ends); i++) {
		if (size >= strlen(ends[i]) &&
		    strcasecmp(with + size - strlen(ends[i]), ends[i]) == 0)
			return TRUE;
	}
	return FALSE;
}

static void received_finish(struct received_parser *parser)
{
	struct bounce_received *r = parser->r;
	struct ip_addr ip;
	int offset;

	if (parser->comment_helo != NULL) {
		r->helo = parser->comment_helo;
		r->host = parser->name;
	} else {
		r->helo = parser->name;
		r->host = parser->comment_name;
	}
	if (parser->comment_ip.family != 0)
		r->ip = parser->comment_ip;
	else if (parser->word_ip.family != 0)
		r->ip = parser->word_ip;
	else if (parser->name != NULL &&
		 bounce_received_ip(parser->name, strlen(parser->name), &ip))
		r->ip = ip;
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
	enum received_token type;

	i_zero(received_r);
	T_BEGIN {
		while ((type = received_next(&parser)) != TOKEN_END) {
			if (type == TOKEN_COMMENT)
				received_comment(&parser);
			else if (!received_keyword(&parser))
				received_word(&parser);
		}
		received_finish(&parser);
	} T_END;
}

void bounce_received_collect(pool_t pool, const struct bounce_header *header,
			     ARRAY_TYPE(bounce_received) *received)
{
	const struct bounce_field *field;
	struct bounce_received one;
	unsigned int i;

	for (i = 0; i < header->fields_count &&
	     array_count(received) < BOUNCE_RECEIVED_MAX_FIELDS; i++) {
		field = &header->fields[i];
		if (!bounce_field_is(header, field, "Received"))
			continue;
		T_BEGIN {
			bounce_received_parse(pool,
				t_bounce_field_value(header, field,
					BOUNCE_RECEIVED_MAX_SIZE), &one);
		} T_END;
		/* it may be on the data stack itself */
		array_push_back(received, &one);
	}
}
