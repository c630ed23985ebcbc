#ifndef BOUNCE_JSON_H
#define BOUNCE_JSON_H

/* Writes JSON. Each function appends to dest, after a comma unless it is the
   first one in its object or array; keys are not escaped. dest must not be
   allocated from the data stack if it grows inside a data stack frame. */

/* Append a value; NULL is written as null. Octets that are not UTF-8 are
   replaced, control characters are escaped. */
void bounce_json_value(string_t *dest, const char *value);
/* Append "key":"value". */
void bounce_json_text(string_t *dest, const char *key, const char *value);
/* Append "key":true or "key":false. */
void bounce_json_bool(string_t *dest, const char *key, bool value);
/* Append "key":value. */
void bounce_json_number(string_t *dest, const char *key, uintmax_t value);
/* Append "key" and a time (seconds since 1970) in the form of RFC 3339. A time
   of 0 is written as null. */
void bounce_json_time(string_t *dest, const char *key, time_t value);

/* Begin an object, or one that is the value of "key", or an array. The caller
   ends it with '}' or ']'. */
void bounce_json_open(string_t *dest);
void bounce_json_open_object(string_t *dest, const char *key);
void bounce_json_open_array(string_t *dest, const char *key);

#endif
