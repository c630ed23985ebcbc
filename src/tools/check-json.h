#ifndef CHECK_JSON_H
#define CHECK_JSON_H

struct bounce_check;

/* Append one JSON object and a line end. Its keys are documented in
   backscatter-check(1): other programs read them. dest must not be allocated
   from the data stack, as it grows inside data stack frames. */
void bounce_check_json(string_t *dest, const struct bounce_check *check);

#endif
