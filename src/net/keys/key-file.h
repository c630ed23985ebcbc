#ifndef BOUNCE_KEY_FILE_H
#define BOUNCE_KEY_FILE_H

/* The text of a key file, in one of three forms:
   - a TXT record's text, "v=DKIM1; k=rsa; p=...", over one line or several;
     a line that begins with ';' is a comment
   - a zone file's entry, as opendkim-genkey writes it into its .txt file, or
     its quoted strings alone
   - a public key in PEM, "-----BEGIN PUBLIC KEY-----"
   In each of them a comment "; retired: 2026-11-01" (UTC, that day included)
   or "; retired: 2026-11-01T12:00:00+01:00" says when the key was retired. The
   colon may be missing. */

#include "dkim/key.h"

/* As bounce_key_parse(): FOUND, REVOKED, UNUSABLE or TEMPERROR. */
enum bounce_key_status
bounce_key_file_parse(const unsigned char *data, size_t size,
		      struct bounce_key **key_r, const char **error_r);

#endif
