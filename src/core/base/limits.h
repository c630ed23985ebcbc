#ifndef BOUNCE_LIMITS_H
#define BOUNCE_LIMITS_H

/* What a message may cost. Each cap has a named outcome: the message is
   judged on what was read up to it, and where the answer could have been
   beyond it, the reason is over-limit. All sizes are in octets. */

/* One header block. The rest of it is not kept. */
#define BOUNCE_HEADER_MAX_SIZE (1024 * 1024)
/* Fields of one header block. The rest of them is not looked at. */
#define BOUNCE_HEADER_MAX_FIELDS 32768
/* Open multiparts in one message; a part nested deeper is a leaf. */
#define BOUNCE_MIME_MAX_DEPTH 32
/* MIME parts of one delivered message, over all levels. */
#define BOUNCE_MIME_MAX_PARTS 1000
/* Levels of returned messages: the original of the bounce, and two bounces
   around it. */
#define BOUNCE_MAX_LEVELS 3
/* Originals kept of one message. */
#define BOUNCE_MAX_ORIGINALS 16
/* A part that describes the bounce (message/delivery-status and the like) */
#define BOUNCE_REPORT_MAX_SIZE (64 * 1024)
/* Recipients kept of one report. */
#define BOUNCE_REPORT_MAX_RECIPIENTS 100
/* Text that is kept for its wording, and text in which an original is looked
   for. */
#define BOUNCE_TEXT_MAX_SIZE (16 * 1024)
#define BOUNCE_TEXT_MAX_SCAN (256 * 1024)
/* Charsets, UTF-8 aside, that are converted of the texts of one message, and of
   one field's encoded words: to load one costs more than all else that is done
   with a message. What is in others stays as it is. */
#define BOUNCE_MAX_CHARSETS 16
#define BOUNCE_FIELD_MAX_CHARSETS 4
/* A line is seen whole up to this; a longer one comes in pieces. */
#define BOUNCE_LINE_MAX_SIZE (16 * 1024)

/* Signatures of our own domains that are tried (RFC 6376 section 6.1 leaves
   the number to the verifier), and of others that are reported. */
#define BOUNCE_DKIM_MAX_OWN 16
#define BOUNCE_DKIM_MAX_FOREIGN 16
/* Different l= of one canonical form of a body, whosever signatures they are of:
   where more are wanted, the body is not tested for these. */
#define BOUNCE_DKIM_MAX_LENGTHS 32
/* A signature of ours that cannot be read: what it may have been, at most so
   many ways for each; keys of ours that are tried, and public-key operations,
   for a message. Of a larger field nothing is undone. */
#define BOUNCE_DKIM_MAX_CANDIDATES 8
#define BOUNCE_DKIM_MAX_DAMAGED_KEYS 16
#define BOUNCE_DKIM_MAX_DAMAGED_OPERATIONS 64
#define BOUNCE_DKIM_UNDO_MAX_SIZE (16 * 1024)
/* Fields behind it that may be pieces of it. */
#define BOUNCE_DKIM_MAX_SWALLOWED 3
/* A Message-ID field that is looked for elsewhere: RFC 5322 section 2.1.1. */
#define BOUNCE_MESSAGE_ID_MAX_SIZE 998
/* Different recipients named by an original that are counted. */
#define BOUNCE_REPLAY_MAX_RECIPIENTS 1000
/* Addresses that are read for that in one field, the same ones too. */
#define BOUNCE_REPLAY_MAX_ADDRESSES 10000
/* A line of a field that is longer may be broken off on the way (RFC 5322 section
   2.1.1). */
#define BOUNCE_FIELD_LONG_LINE 998
/* Tags of one tag-list. */
#define BOUNCE_DKIM_MAX_TAGS 64
/* Names of one h= tag; a signature of ours with more of them is not verified. */
#define BOUNCE_DKIM_MAX_NAMES 256

/* Trace fields of one header, and octets of each. */
#define BOUNCE_RECEIVED_MAX_FIELDS 100
#define BOUNCE_RECEIVED_MAX_SIZE 4096
/* Labels of the name of a host that may be ours: each costs a lookup. Hosts of
   one trace that SPF is asked of. */
#define BOUNCE_FORWARDED_MAX_LABELS 8
#define BOUNCE_FORWARDED_MAX_CLIENTS 2
/* The same of Authentication-Results, and results of all of them. */
#define BOUNCE_AUTHRES_MAX_FIELDS 20
#define BOUNCE_AUTHRES_MAX_SIZE 8192
#define BOUNCE_AUTHRES_MAX_RESULTS 200

/* What one message may look up of our domains in a file or a database: a domain
   of n labels takes n + 1 of them. */
#define BOUNCE_DOMAINS_MAX_KEYS 256

#endif
