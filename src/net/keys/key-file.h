#ifndef BOUNCE_KEY_FILE_H
#define BOUNCE_KEY_FILE_H

/* The text of a key file, in one of three forms:
   - the text of a TXT record, "v=DKIM1; k=rsa; p=...", in one or several lines;
     a line that begins with ';' is a comment
   - an entry of a zone file, as opendkim-genkey writes it to its .txt file, or
     only the quoted strings of one
   - a public key in PEM, "-----BEGIN PUBLIC KEY-----"

   In each form a comment "; retired: 2026-11-01" (UTC, including that day) or
   "; retired: 2026-11-01T12:00:00+01:00" says when the key was retired. The
   colon may be left out. */

#include "dkim/key.h"

/* Parse the file. Returns FOUND, REVOKED, UNUSABLE or TEMPERROR, with the key
   or the error, as bounce_key_parse() does. */
enum bounce_key_status
bounce_key_file_parse(const unsigned char *data, size_t size,
		      struct bounce_key **key_r, const char **error_r);

#endif
