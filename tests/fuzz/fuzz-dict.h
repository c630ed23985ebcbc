#ifndef FUZZ_DICT_H
#define FUZZ_DICT_H

/* A user's backscatter_dict that holds whatever the input says: it has the
   functions of dict/state-dict.h, and is linked in their place. */

/* Each lookup is answered by the next of these lines, and after the last one by
   the first again: by a failure for "!", by nothing for "?" or where there are
   no lines, otherwise by a value. What was written since is there; a lookup of
   it takes no line. NULL-terminated; it must live as long as the dict is
   used. */
void fuzz_dict_init(const char *const *lines);

/* The answer to a lookup, for who stands in for Dovecot's dict. Returns 1, 0 or
   -1. */
int fuzz_dict_next(const char **value_r, const char **error_r);

#endif
