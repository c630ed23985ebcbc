#ifndef BOUNCE_LIMITS_H
#define BOUNCE_LIMITS_H

/* How much work one message may cause. Where a cap is reached, the message is
   judged by what was read up to it; if the answer could have been beyond the
   cap, the reason is over-limit. All sizes are in octets. */

/* Size of one header block. Fields that do not fit are not kept. */
#define BOUNCE_HEADER_MAX_SIZE (1024 * 1024)
/* Fields of one header block. The fields after them are not looked at. */
#define BOUNCE_HEADER_MAX_FIELDS 32768
/* Multiparts of one message that are open at the same time. A multipart that is
   nested deeper is read as a part without parts of its own. */
#define BOUNCE_MIME_MAX_DEPTH 32
/* MIME parts of one delivered message and of all messages inside it. */
#define BOUNCE_MIME_MAX_PARTS 1000
/* Levels of returned messages: the delivered bounce may return a bounce, which
   returns another one, which returns the original. */
#define BOUNCE_MAX_LEVELS 3
/* Originals that are kept of one message. */
#define BOUNCE_MAX_ORIGINALS 16
/* Size of a part that describes the bounce (message/delivery-status and the
   like). */
#define BOUNCE_REPORT_MAX_SIZE (64 * 1024)
/* Recipients that are kept of one report. */
#define BOUNCE_REPORT_MAX_RECIPIENTS 100
/* How much text is kept to look for known wordings in it, and in how much text
   an original is looked for. */
#define BOUNCE_TEXT_MAX_SIZE (16 * 1024)
#define BOUNCE_TEXT_MAX_SCAN (256 * 1024)
/* Charsets other than UTF-8 from which the texts of one message, and the
   encoded words of one field, are converted. Loading a charset costs more than
   everything else that is done with a message. Text in any further charset
   stays as it is. */
#define BOUNCE_MAX_CHARSETS 16
#define BOUNCE_FIELD_MAX_CHARSETS 4
/* A line of up to this size is given in one piece, a longer one in several. */
#define BOUNCE_LINE_MAX_SIZE (16 * 1024)

/* How many signatures of our own domains are tried (RFC 6376 section 6.1 leaves
   the number to the verifier), and how many of other domains are reported. */
#define BOUNCE_DKIM_MAX_OWN 16
#define BOUNCE_DKIM_MAX_FOREIGN 16
/* Different values of l= for which one canonical form of a body is hashed,
   whoever made the signatures. For further values the body is not tested. */
#define BOUNCE_DKIM_MAX_LENGTHS 32
/* For a signature of ours that was damaged: how many candidates of what it was
   before are made for each, how many keys of ours are tried and how many
   public-key operations done for one message; and the size of a field, above
   which no damage to it is undone. */
#define BOUNCE_DKIM_MAX_CANDIDATES 8
#define BOUNCE_DKIM_MAX_DAMAGED_KEYS 16
#define BOUNCE_DKIM_MAX_DAMAGED_OPERATIONS 64
#define BOUNCE_DKIM_UNDO_MAX_SIZE (16 * 1024)
/* How many of the fields after a damaged signature may be pieces of it. */
#define BOUNCE_DKIM_MAX_SWALLOWED 3
/* Size of a Message-ID that is looked for in other mailboxes: RFC 5322
   section 2.1.1. */
#define BOUNCE_MESSAGE_ID_MAX_SIZE 998
/* Different recipients in an original that are counted to decide how often it
   may be bounced. */
#define BOUNCE_REPLAY_MAX_RECIPIENTS 1000
/* Addresses that are read for this count in one field; an address that stands
   there twice counts twice. */
#define BOUNCE_REPLAY_MAX_ADDRESSES 10000
/* A server may cut off a line of a field that is longer than this (RFC 5322
   section 2.1.1). */
#define BOUNCE_FIELD_LONG_LINE 998
/* Tags of one tag-list of DKIM. */
#define BOUNCE_DKIM_MAX_TAGS 64
/* Names in one h= tag. A signature of ours with more of them is not
   verified. */
#define BOUNCE_DKIM_MAX_NAMES 256

/* How many Received fields of one header are read, and how many octets of
   each. */
#define BOUNCE_RECEIVED_MAX_FIELDS 100
#define BOUNCE_RECEIVED_MAX_SIZE 4096
/* Labels of a host's name that may be one of ours: each costs a lookup of a
   domain. And the hosts of one trace for which SPF is checked. */
#define BOUNCE_FORWARDED_MAX_LABELS 8
#define BOUNCE_FORWARDED_MAX_CLIENTS 2
/* How many Authentication-Results fields of one header are read, how many
   octets of each, and how many results of all of them together. */
#define BOUNCE_AUTHRES_MAX_FIELDS 20
#define BOUNCE_AUTHRES_MAX_SIZE 8192
#define BOUNCE_AUTHRES_MAX_RESULTS 200

/* How many keys may be looked up in files and databases of own domains for one
   message. A domain of n labels takes n + 1 keys in each of them. */
#define BOUNCE_DOMAINS_MAX_KEYS 256

#endif
