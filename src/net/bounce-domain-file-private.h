#ifndef BOUNCE_DOMAIN_FILE_PRIVATE_H
#define BOUNCE_DOMAIN_FILE_PRIVATE_H

/* What is done with a file that is open. All reads are at an offset: two
   lookups do not disturb each other, and a file that shrinks meanwhile ends
   earlier. */

#include "bounce-domain-file.h"

/* A line, or a comment, has to be shorter. */
#define BOUNCE_DOMAIN_LINE_MAX_SIZE 1000

enum bounce_domain_line {
	/* nothing, or a comment */
	BOUNCE_DOMAIN_LINE_EMPTY,
	/* a domain, written as it is looked up */
	BOUNCE_DOMAIN_LINE_NORMAL,
	/* a domain that is written in another way */
	BOUNCE_DOMAIN_LINE_OTHER,
	BOUNCE_DOMAIN_LINE_BAD
};

/* Takes a line without its line end. For NORMAL *name_r points into it, for
   OTHER to the data stack; both are a domain or a pattern as bounce_domain_source
   has them, of *size_r octets. */
enum bounce_domain_line
bounce_domain_line_parse(const unsigned char *line, size_t size,
			 const unsigned char **name_r, size_t *size_r);
/* The size of a line without the white space at its end. */
size_t bounce_domain_line_trim(const unsigned char *line, size_t size);
/* The order of `LC_ALL=C sort'. */
int bounce_domain_line_cmp(const unsigned char *a, size_t a_size,
			   const unsigned char *b, size_t b_size);

/* As pread(2), goes on where that is interrupted. */
ssize_t bounce_domain_pread(int fd, void *data, size_t size, uoff_t offset);

/* Called for each line, with where in the file it begins. FALSE ends it, and
   so has the callback to answer a BAD one. */
typedef bool bounce_domain_line_callback_t(const unsigned char *line,
					   size_t size, uoff_t offset,
					   void *context);

/* Returns 0, or -1 with errno. Without an end of it *rest_r octets without a
   line end remain, from *offset_r on. */
int bounce_domain_foreach_line(int fd, bounce_domain_line_callback_t *callback,
			       void *context, uoff_t *offset_r, size_t *rest_r);

/* Look for a line in a sorted file of that size. Returns 1 or 0, or -1 with
   errno. In a file that is not sorted 1 is as right, and 0 says nothing. */
int bounce_domain_search(int fd, uoff_t file_size, const char *key);

/* What a pass over the whole file has seen. */
struct bounce_domain_scan {
	uoff_t lines;
	/* The first line that is out of order or not as it is looked up, from
	   1; 0: the file is sorted. */
	uoff_t unsorted_line;
	/* Why the file cannot be trusted, on the data stack; NULL: it can. */
	const char *error;
};

/* Returns 0, or -1 with errno. */
int bounce_domain_file_scan(int fd, struct bounce_domain_scan *scan_r);

/* The lines of an unsorted file by their hashes: where each of them begins. */
struct bounce_domain_table;

/* Returns 0, or -1 with errno. lines is as many as the scan has seen. */
int bounce_domain_table_read(int fd, uoff_t lines,
			     struct bounce_domain_table **table_r);
void bounce_domain_table_free(struct bounce_domain_table **table);
size_t bounce_domain_table_size(const struct bounce_domain_table *table);
/* Returns 1 or 0, or -1 with errno. fd is the file that the table is of. */
int bounce_domain_table_lookup(const struct bounce_domain_table *table, int fd,
			       const char *key);

#endif
