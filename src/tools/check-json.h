#ifndef CHECK_JSON_H
#define CHECK_JSON_H

struct bounce_answer;

/* Append one JSON object and a line end: the contract. dest is not from the
   data stack: it grows in frames of it. */
void bounce_check_json(string_t *dest, const struct bounce_answer *answer);

#endif
