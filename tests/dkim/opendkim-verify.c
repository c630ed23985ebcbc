/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The same as dkim-verify, by libopendkim. It is here to be compared with,
   and never part of what is installed. It aborts on some input, so it is
   given one message for each process.
   Usage: opendkim-verify KEYS FILE; prints pass, or fail and why. With
   DKIM_REPEAT=N it verifies so often, and prints microseconds. */

#include <sys/types.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <opendkim/dkim.h>

static const char *key_dir;

static DKIM_CBSTAT
key_lookup(DKIM *dkim, DKIM_SIGINFO *sig, unsigned char *buf, size_t size)
{
	char path[1024], *p;
	size_t n;
	FILE *f;

	(void)dkim;
	snprintf(path, sizeof(path), "%s/%s._domainkey.%s", key_dir,
		 dkim_sig_getselector(sig), dkim_sig_getdomain(sig));
	/* as in DNS */
	for (p = path + strlen(key_dir); *p != '\0'; p++)
		*p = tolower((unsigned char)*p);
	f = fopen(path, "r");
	if (f == NULL)
		return DKIM_CBSTAT_NOTFOUND;
	n = fread(buf, 1, size - 1, f);
	buf[n] = '\0';
	fclose(f);
	return DKIM_CBSTAT_CONTINUE;
}

/* Line ends become CRLF: this is what a milter is given. */
static char *file_read(const char *path, size_t *size_r)
{
	char *data = malloc(4 * 1024 * 1024);
	FILE *f = fopen(path, "r");
	size_t size = 0;
	int c;

	if (data == NULL || f == NULL)
		exit(2);
	while ((c = getc(f)) != EOF && size < 4 * 1024 * 1024 - 3) {
		if (c == '\n' && (size == 0 || data[size - 1] != '\r'))
			data[size++] = '\r';
		data[size++] = c;
	}
	data[size] = '\0';
	fclose(f);
	*size_r = size;
	return data;
}

/* A field ends where no white space follows its line end. */
static size_t field_size(const char *p, const char *end)
{
	const char *lf = p;

	while ((lf = memchr(lf, '\n', end - lf)) != NULL) {
		lf++;
		if (lf == end || (*lf != ' ' && *lf != '\t'))
			return lf - p;
	}
	return end - p;
}

static void feed(DKIM *dkim, char *p, size_t size)
{
	char *end = p + size;
	size_t n;

	while (p < end && *p != '\r' && *p != '\n') {
		n = field_size(p, end);
		(void)dkim_header(dkim, (unsigned char *)p,
				  n >= 2 && p[n - 2] == '\r' ? n - 2 : n - 1);
		p += n;
	}
	(void)dkim_eoh(dkim);
	if (p < end)
		p += *p == '\r' ? 2 : 1;
	if (p < end)
		(void)dkim_body(dkim, (unsigned char *)p, end - p);
}

/* Returns true if the first signature verifies. */
static bool verify(DKIM_LIB *lib, char *data, size_t size, bool report)
{
	DKIM_SIGINFO **sigs = NULL;
	int count = 0;
	DKIM_STAT status;
	bool testkey, ret;
	DKIM *dkim;

	dkim = dkim_verify(lib, (const unsigned char *)"id", NULL, &status);
	feed(dkim, data, size);
	status = dkim_eom(dkim, &testkey);
	(void)dkim_getsiglist(dkim, &sigs, &count);
	ret = count > 0 && status == DKIM_STAT_OK && DKIM_SIG_CHECK(sigs[0]);
	if (report && ret)
		printf("pass\n");
	else if (report) {
		printf("fail %d %d\n", (int)status, count > 0 ?
		       dkim_sig_geterror(sigs[0]) : -1);
	}
	(void)dkim_free(dkim);
	return ret;
}

static double now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}

int main(int argc, char *argv[])
{
	const char *repeat = getenv("DKIM_REPEAT");
	unsigned int flags = DKIM_LIBFLAGS_FIXCRLF;
	DKIM_LIB *lib = dkim_init(NULL, NULL);
	size_t size;
	double start;
	char *data;
	int i;

	if (argc != 3)
		return 2;
	key_dir = argv[1];
	(void)dkim_options(lib, DKIM_OP_SETOPT, DKIM_OPTS_FLAGS, &flags,
			   sizeof(flags));
	(void)dkim_set_key_lookup(lib, key_lookup);
	data = file_read(argv[2], &size);
	if (repeat == NULL) {
		(void)verify(lib, data, size, true);
		return 0;
	}
	start = now();
	for (i = 0; i < atoi(repeat); i++) {
		if (!verify(lib, data, size, false))
			return 1;
	}
	printf("%.1f\n", (now() - start) / i);
	return 0;
}
