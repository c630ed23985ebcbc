#ifndef CHECK_JSON_H
#define CHECK_JSON_H

struct bounce_check;

/* Append one JSON object and a line end: the contract. dest is not from the
   data stack: it grows in frames of it. */
void bounce_check_json(string_t *dest, const struct bounce_check *check);

/* Append "key":"value", after a comma unless it is the first one in its object
   or array. What is not UTF-8 is replaced, control characters are escaped. NULL
   is null. */
void check_json_text(string_t *dest, const char *key, const char *value);

#endif
