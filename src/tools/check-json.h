#ifndef CHECK_JSON_H
#define CHECK_JSON_H

struct bounce_check;

/* Append one JSON object and a line end. Its keys are documented in
   backscatter-check(1): other programs read them. dest must not be allocated
   from the data stack, as it grows inside data stack frames. */
void bounce_check_json(string_t *dest, const struct bounce_check *check);

/* Append "key":"value", after a comma unless it is the first one in its object
   or array. Octets that are not UTF-8 are replaced, control characters are
   escaped. A value of NULL is written as null. The key is not escaped. */
void check_json_text(string_t *dest, const char *key, const char *value);

#endif
