/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bits.h"
#include "crc32.h"
#include "bounce-domain-file-private.h"

/* Slots that are passed over before a look at the line that is in one. */
#define TABLE_MAX_BLIND_PROBES 16

struct bounce_domain_table {
	/* Where a line begins, and 1 added; 0: an empty slot. The slots of a
	   hash follow each other; a quarter to a half of all are used. */
	uint32_t *slots;
	uint32_t mask;
};

/* A checksum of names that are alike is alike in some of its bits: multiply by
   the golden ratio, and take what has come to the top down again. */
static uint32_t name_hash(const unsigned char *name, size_t size)
{
	uint32_t hash = crc32_data(name, size) * 2654435769U;

	return hash ^ (hash >> 15);
}

/* Returns 1 if the line at the offset is the key, 0 or -1. */
static int
line_is_key(int fd, uoff_t offset, const unsigned char *key, size_t key_size)
{
	unsigned char block[BOUNCE_DOMAIN_LINE_MAX_SIZE];
	const unsigned char *lf, *name;
	enum bounce_domain_line type;
	size_t name_size;
	ssize_t size;
	bool ret;

	size = bounce_domain_pread(fd, block, sizeof(block), offset);
	if (size < 0)
		return -1;
	lf = memchr(block, '\n', size);
	if (lf == NULL)
		return 0;
	T_BEGIN {
		type = bounce_domain_line_parse(block, lf - block,
						&name, &name_size);
		ret = (type == BOUNCE_DOMAIN_LINE_NORMAL ||
		       type == BOUNCE_DOMAIN_LINE_OTHER) &&
			bounce_domain_line_cmp(name, name_size,
					       key, key_size) == 0;
	} T_END;
	return ret ? 1 : 0;
}

/* Add a line, unless it is there. Where many are equal their slots would grow
   into a long row. */
static void
table_add(struct bounce_domain_table *table, int fd, const unsigned char *name,
	  size_t size, uoff_t offset)
{
	uint32_t i = name_hash(name, size) & table->mask;
	unsigned int probes;

	for (probes = 0; table->slots[i] != 0; probes++) {
		if (probes > TABLE_MAX_BLIND_PROBES &&
		    line_is_key(fd, table->slots[i] - 1, name, size) > 0)
			return;
		i = (i + 1) & table->mask;
	}
	table->slots[i] = offset + 1;
}

struct domain_table_reader {
	struct bounce_domain_table *table;
	int fd;
	uoff_t lines;
};

static bool
table_read_line(const unsigned char *line, size_t size, uoff_t offset,
		void *context)
{
	struct domain_table_reader *reader = context;
	const unsigned char *name;
	enum bounce_domain_line type;
	size_t name_size;

	/* the file has grown since */
	if (reader->lines == 0)
		return FALSE;
	reader->lines--;
	T_BEGIN {
		type = bounce_domain_line_parse(line, size, &name, &name_size);
		if (type == BOUNCE_DOMAIN_LINE_NORMAL ||
		    type == BOUNCE_DOMAIN_LINE_OTHER) {
			table_add(reader->table, reader->fd, name, name_size,
				  offset);
		}
	} T_END;
	return type != BOUNCE_DOMAIN_LINE_BAD;
}

int bounce_domain_table_read(int fd, uoff_t lines,
			     struct bounce_domain_table **table_r)
{
	struct domain_table_reader reader;
	uoff_t offset;
	size_t rest;

	i_assert(lines <= BOUNCE_DOMAIN_FILE_MAX_UNSORTED);

	reader.table = i_new(struct bounce_domain_table, 1);
	reader.table->mask = nearest_power(2 * lines + 2) - 1;
	reader.table->slots = i_new(uint32_t, reader.table->mask + 1);
	reader.fd = fd;
	reader.lines = lines;
	if (bounce_domain_foreach_line(fd, table_read_line, &reader, &offset,
				       &rest) < 0) {
		bounce_domain_table_free(&reader.table);
		return -1;
	}
	*table_r = reader.table;
	return 0;
}

void bounce_domain_table_free(struct bounce_domain_table **_table)
{
	struct bounce_domain_table *table = *_table;

	if (table == NULL)
		return;
	*_table = NULL;
	i_free(table->slots);
	i_free(table);
}

size_t bounce_domain_table_size(const struct bounce_domain_table *table)
{
	return ((size_t)table->mask + 1) * sizeof(*table->slots);
}

int bounce_domain_table_lookup(const struct bounce_domain_table *table, int fd,
			       const char *key)
{
	const unsigned char *name = (const unsigned char *)key;
	size_t size = strlen(key);
	uint32_t i = name_hash(name, size) & table->mask;
	int ret;

	while (table->slots[i] != 0) {
		ret = line_is_key(fd, table->slots[i] - 1, name, size);
		if (ret != 0)
			return ret;
		i = (i + 1) & table->mask;
	}
	return 0;
}
