/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "buffer.h"
#include "str.h"
#include "charset-utf8.h"
#include "mail-html2text.h"
#include "header/block.h"
#include "base/lines.h"
#include "message/text-scan.h"

#include <ctype.h>

/* The size of a prefix, which a mail program puts before each line that it
   quotes. */
#define TEXT_MAX_PREFIX 8
/* How many empty lines may stand between a marker and the block that it
   announces. */
#define TEXT_MARKER_LINES 4
/* A longer line is not a marker. */
#define TEXT_MARKER_MAX_SIZE 160

enum text_state {
	TEXT_SEARCH,
	/* in lines that may be a header */
	TEXT_BLOCK,
	/* in the body of the original */
	TEXT_ORIGINAL,
	/* nothing is looked for, or not any more */
	TEXT_DONE
};

struct bounce_text {
	struct bounce_text_owner *owner;
	const struct bounce_text_callbacks *callbacks;
	void *context;

	enum text_state state;
	struct bounce_header_builder *block;
	enum bounce_text_flags flags;
	/* NULL: the text is UTF-8, or its charset is not known */
	struct charset_translation *charset;
	/* NULL: the text is not HTML */
	struct mail_html2text *html;
	/* cuts the text without its tags into lines again */
	struct bounce_lines html_lines;
	/* the rest of the HTML is not read */
	bool html_done;

	unsigned char prefix[TEXT_MAX_PREFIX];
	size_t prefix_size;
	/* how many more empty lines may follow the last marker; 0: none
	   counts */
	unsigned int marker_lines;
	bool after_marker;
	/* how much text had been kept before the current line */
	size_t line_kept;
	/* how much text had been kept before the block, and how many fields it
	   has that messages have */
	size_t block_kept;
	unsigned int block_known;
	bool block_machine;
};

/*
 * Lines that announce an original
 */

/* Few lines have one of the words "message" and "mail". Each marker has, except
   this one. */
#define TEXT_MARKER_OTHER "headers follow"

static const char *const text_markers[] = {
	"copy of the message",
	"copy of your message",
	"copy of the original message",
	"original message",
	"original mail",
	"message header",
	"header of the message",
	"headers of the message",
	"returned message",
	"unsent message",
	"undelivered message",
	TEXT_MARKER_OTHER,
	"message follows",
};

static bool text_is_marker(const unsigned char *data, size_t size)
{
	char line[TEXT_MARKER_MAX_SIZE + 1];
	unsigned int i;

	if (size > TEXT_MARKER_MAX_SIZE)
		return FALSE;
	for (i = 0; i < size; i++)
		line[i] = i_tolower(data[i]);
	line[i] = '\0';
	if (strstr(line, "message") == NULL && strstr(line, "mail") == NULL)
		return strstr(line, TEXT_MARKER_OTHER) != NULL;
	for (i = 0; i < N_ELEMENTS(text_markers); i++) {
		if (strstr(line, text_markers[i]) != NULL)
			return TRUE;
	}
	return FALSE;
}

/*
 * The scan
 */

/* Convert the text to UTF-8, on the data stack. */
static void text_to_utf8(struct bounce_text *text, const unsigned char **data,
			 size_t *size)
{
	buffer_t *utf8 = t_buffer_create(*size * 2);

	/* what cannot be converted becomes U+FFFD */
	(void)charset_to_utf8(text->charset, *data, size, utf8);
	*data = utf8->data;
	*size = utf8->used;
}

static size_t text_kept_size(const struct bounce_text *text)
{
	return text->owner->kept == NULL ? 0 : text->owner->kept->used;
}

static bool text_may_keep(const struct bounce_text *text)
{
	return (text->flags & BOUNCE_TEXT_KEEP) != 0 &&
		text_kept_size(text) < BOUNCE_TEXT_MAX_SIZE;
}

static void
text_keep(struct bounce_text *text, const unsigned char *data, size_t size)
{
	struct bounce_text_owner *owner = text->owner;

	if (!text_may_keep(text))
		return;
	if (owner->kept == NULL)
		owner->kept = buffer_create_dynamic(owner->pool, 1024);
	T_BEGIN {
		/* the text of HTML is UTF-8 already */
		if (text->charset != NULL && text->html == NULL)
			text_to_utf8(text, &data, &size);
		buffer_append(owner->kept, data,
			      I_MIN(size, BOUNCE_TEXT_MAX_SIZE -
				    owner->kept->used));
	} T_END;
}

/* Drop what was kept since the block began: it belongs to the original, and is
   not what the bounce says. */
static void text_forget_block(struct bounce_text *text)
{
	if (text_kept_size(text) > text->block_kept)
		buffer_set_used_size(text->owner->kept, text->block_kept);
}

/* Returns FALSE if no more text may be scanned. */
static bool text_may_scan(struct bounce_text *text, size_t size)
{
	uoff_t *scanned = &text->owner->shared->scanned;

	if (*scanned > BOUNCE_TEXT_MAX_SCAN) {
		text->owner->message->over_limit = TRUE;
		return FALSE;
	}
	*scanned += size;
	return TRUE;
}

static size_t text_prefix_size(const unsigned char *data, size_t size)
{
	size_t i, max = I_MIN(size, TEXT_MAX_PREFIX);

	for (i = 0; i < max; i++) {
		if (!bounce_is_wsp(data[i]) && data[i] != '>' &&
		    data[i] != '|')
			break;
	}
	return i;
}

/* Remove the prefix of the block from a line. Returns FALSE if the line does
   not have it. */
static bool
text_unprefix(const struct bounce_text *text, const unsigned char **data,
	      size_t *size)
{
	size_t prefix_size = text->prefix_size;

	if (prefix_size == 0)
		return TRUE;
	if (*size >= prefix_size &&
	    memcmp(*data, text->prefix, prefix_size) == 0) {
		*data += prefix_size;
		*size -= prefix_size;
		return *size > 0;
	}
	/* an empty line often lacks the white space at the end of the prefix */
	while (prefix_size > 0 && bounce_is_wsp(text->prefix[prefix_size - 1]))
		prefix_size--;
	if (*size >= prefix_size &&
	    memcmp(*data, text->prefix, prefix_size) == 0 &&
	    bounce_is_blank(*data + prefix_size, *size - prefix_size)) {
		*data += prefix_size;
		*size -= prefix_size;
		return *size > 0;
	}
	return FALSE;
}

/* Take a field of the block, without its prefix. */
static void text_block_field(struct bounce_text *text,
			     const unsigned char *data, size_t size)
{
	enum bounce_field_rank rank = bounce_header_line_rank(data, size);

	if (rank >= BOUNCE_FIELD_KNOWN)
		text->block_known++;
	if (rank == BOUNCE_FIELD_MACHINE)
		text->block_machine = TRUE;
}

static void text_begin_block(struct bounce_text *text,
			     const unsigned char *data, size_t size,
			     size_t prefix_size)
{
	text->after_marker = text->marker_lines > 0;
	text->marker_lines = 0;
	text->prefix_size = prefix_size;
	memcpy(text->prefix, data, prefix_size);
	if (text->block == NULL) {
		text->block = bounce_header_builder_init(text->owner->pool,
						BOUNCE_HEADER_MESSAGE);
	} else {
		bounce_header_builder_reset(text->block);
	}
	data += prefix_size;
	size -= prefix_size;
	(void)bounce_header_builder_line(text->block, data, size, TRUE);
	text->block_kept = text->line_kept;
	text->block_known = 0;
	text->block_machine = FALSE;
	text_block_field(text, data, size);
	text->state = TEXT_BLOCK;
}

static void
text_search_line(struct bounce_text *text, const unsigned char *data,
		 size_t size)
{
	size_t prefix_size = text_prefix_size(data, size);

	if (bounce_header_line_is_field(data + prefix_size,
					size - prefix_size)) {
		text_begin_block(text, data, size, prefix_size);
	} else if (bounce_is_blank(data, size)) {
		if (text->marker_lines > 0)
			text->marker_lines--;
	} else if ((text->flags & BOUNCE_TEXT_TOP) != 0) {
		text->state = TEXT_DONE;
	} else {
		text->marker_lines = text_is_marker(data, size) ?
			TEXT_MARKER_LINES : 0;
	}
}

/* TRUE for a line such as "From: ..", but not for "from:to:subject" or "From:
   To: ", which may be a line of the h= of a signature. */
static bool line_is_known_field(const unsigned char *data, size_t size)
{
	const unsigned char *value = memchr(data, ':', size);
	const unsigned char *end = data + size;

	if (bounce_header_line_rank(data, size) < BOUNCE_FIELD_KNOWN)
		return FALSE;
	value++;
	if (end - value < 2 || !bounce_is_space(*value))
		return FALSE;
	value = bounce_space_skip(value, end);
	return bounce_header_line_rank(value, end - value) < BOUNCE_FIELD_KNOWN;
}

/* Many lines of a bounce look like fields, such as "Reason: no such user", and
   what is returned may follow at once. Returns TRUE if the block ends before
   this line, which is then looked at again: the line announces an original, or
   begins one with another prefix. */
static bool text_leaves_block(const struct bounce_text *text,
			      const unsigned char *data, size_t size)
{
	size_t prefix_size;

	if (text->block_known >= 3 && text->block_machine)
		return FALSE;
	prefix_size = text_prefix_size(data, size);
	if (prefix_size == text->prefix_size &&
	    memcmp(data, text->prefix, prefix_size) == 0) {
		return !bounce_header_line_is_field(data + prefix_size,
						    size - prefix_size) &&
			text_is_marker(data, size);
	}
	return line_is_known_field(data + prefix_size, size - prefix_size);
}

/* TRUE if a block is an original because a line before it announced one. It
   needs fewer fields then, but must not be a summary that is indented for
   people, which may have lines of the program's own between the fields, such as
   "Length: 2 kB". */
static bool text_block_is_announced(const struct bounce_text *text,
				    const struct bounce_header *header)
{
	bool machine;

	if (bounce_block_count_known(header, 2, &machine) < 2)
		return FALSE;
	return machine || text->prefix_size == 0 ||
		!bounce_is_blank(text->prefix, text->prefix_size);
}

/* TRUE if the block is an original that is to be read. */
static bool
text_block_is_original(struct bounce_text *text,
		       const struct bounce_header *header)
{
	if (!bounce_block_is_original(header) &&
	    !(text->after_marker && text_block_is_announced(text, header)))
		return FALSE;
	if (text->html == NULL)
		return TRUE;
	/* it is a copy of an original that came back in another part */
	if (text->owner->message->originals != NULL) {
		text_forget_block(text);
		text->flags &= ENUM_NEGATE(BOUNCE_TEXT_KEEP);
		text->state = TEXT_DONE;
		return FALSE;
	}
	/* HTML usually shows a summary; only a whole header has this field */
	return bounce_header_find(header, "Received") != NULL;
}

/* The block ended. Returns TRUE if it was the header of an original, whose body
   is read next. */
static bool text_block_done(struct bounce_text *text, bool complete)
{
	const struct bounce_header *header =
		bounce_header_builder_finish(text->block, complete);
	const unsigned char *data, *end, *next;
	size_t size;

	text->state = (text->flags & BOUNCE_TEXT_TOP) != 0 ?
		TEXT_DONE : TEXT_SEARCH;
	if (header->over_limit)
		text->owner->message->over_limit = TRUE;
	if (!text_block_is_original(text, header))
		return FALSE;
	if (!text->callbacks->begin(text->context, text->html != NULL ?
				    BOUNCE_SOURCE_HTML : BOUNCE_SOURCE_TEXT,
				    header)) {
		text->state = TEXT_DONE;
		return FALSE;
	}
	text->state = TEXT_ORIGINAL;
	text_forget_block(text);
	/* these lines were taken for the header's, so their prefix was removed
	   already */
	bounce_header_builder_get_body(text->block, &data, &size);
	end = size == 0 ? data : data + size;
	for (; data < end; data = next) {
		next = bounce_line_next(data, end);
		(void)text->callbacks->line(data, next - data, TRUE,
					    text->context);
	}
	/* the header owns the memory of the builder now */
	text->block = NULL;
	return TRUE;
}

static void
text_original_line(struct bounce_text *text, const unsigned char *data,
		   size_t size, bool start)
{
	if (start && !text_unprefix(text, &data, &size) &&
	    !bounce_is_blank(data, size)) {
		/* the quoted original has ended */
		text->callbacks->end(text->context);
		text->state = TEXT_DONE;
		text_keep(text, data, size);
	} else if (size > 0)
		(void)text->callbacks->line(data, size, start, text->context);
}

static void
text_block_line(struct bounce_text *text, const unsigned char *line,
		size_t line_size, bool start)
{
	const unsigned char *data = line;
	size_t size = line_size;
	enum bounce_header_line ret = BOUNCE_HEADER_LINE_BODY;

	if (start && text_leaves_block(text, data, size))
		ret = BOUNCE_HEADER_LINE_BODY;
	else if (!start || text_unprefix(text, &data, &size)) {
		ret = bounce_header_builder_line(text->block, data, size,
						 start);
	}
	switch (ret) {
	case BOUNCE_HEADER_LINE_FIELD:
		if (start)
			text_block_field(text, data, size);
		return;
	case BOUNCE_HEADER_LINE_END:
		(void)text_block_done(text, TRUE);
		return;
	case BOUNCE_HEADER_LINE_BODY:
		if (text_block_done(text, FALSE))
			text_original_line(text, line, line_size, start);
		else if (text->state == TEXT_SEARCH)
			text_search_line(text, line, line_size);
		return;
	}
}

static bool text_plain_line(const unsigned char *data, size_t size,
			    bool start, void *context)
{
	struct bounce_text *text = context;

	text->line_kept = text_kept_size(text);
	if (text->state == TEXT_ORIGINAL) {
		text_original_line(text, data, size, start);
		return TRUE;
	}
	text_keep(text, data, size);
	if (text->state == TEXT_DONE)
		return TRUE;
	if (text->html == NULL && !text_may_scan(text, size)) {
		text->state = TEXT_DONE;
		return TRUE;
	}
	if (text->state == TEXT_BLOCK)
		text_block_line(text, data, size, start);
	else if (start)
		text_search_line(text, data, size);
	return TRUE;
}

struct bounce_text *
bounce_text_init(struct bounce_text_owner *owner, enum bounce_text_flags flags,
		 const char *charset,
		 const struct bounce_text_callbacks *callbacks, void *context)
{
	struct bounce_text *text = p_new(owner->pool, struct bounce_text, 1);

	text->owner = owner;
	text->callbacks = callbacks;
	text->context = context;
	text->flags = flags;
	text->state = (flags & BOUNCE_TEXT_SCAN) != 0 ?
		TEXT_SEARCH : TEXT_DONE;
	if ((flags & BOUNCE_TEXT_KEEP) != 0 && charset != NULL &&
	    !charset_is_utf8(charset) &&
	    bounce_charset_begin(&owner->shared->charsets, charset,
				 &text->charset) < 0)
		text->charset = NULL;
	if ((flags & BOUNCE_TEXT_HTML) != 0) {
		text->html = mail_html2text_init(0);
		bounce_lines_init(&text->html_lines, owner->pool,
				  text_plain_line, text);
	}
	return text;
}

/* Take a line of HTML. Its tags count as scanned text, too. */
static void text_html_line(struct bounce_text *text, const unsigned char *data,
			   size_t size)
{
	buffer_t *plain;

	if (text->html_done || !text_may_scan(text, size)) {
		text->html_done = TRUE;
		return;
	}
	T_BEGIN {
		if (text->charset != NULL)
			text_to_utf8(text, &data, &size);
		plain = t_buffer_create(size);
		/* mail_html2text_more() panics if it gets no octets; none are
		   left if the line was only half a character */
		if (size > 0)
			mail_html2text_more(text->html, data, size, plain);
		(void)bounce_lines_more(&text->html_lines, plain->data,
					plain->used);
	} T_END;
	if (text->state == TEXT_DONE && !text_may_keep(text))
		text->html_done = TRUE;
}

void bounce_text_line(struct bounce_text *text, const unsigned char *data,
		      size_t size, bool start)
{
	if (text->html != NULL)
		text_html_line(text, data, size);
	else
		(void)text_plain_line(data, size, start, text);
}

void bounce_text_deinit(struct bounce_text **_text)
{
	struct bounce_text *text = *_text;

	*_text = NULL;
	if (text->html != NULL)
		(void)bounce_lines_finish(&text->html_lines);
	if (text->state == TEXT_BLOCK)
		(void)text_block_done(text, FALSE);
	if (text->charset != NULL)
		charset_to_utf8_end(&text->charset);
	if (text->html != NULL)
		mail_html2text_deinit(&text->html);
}
