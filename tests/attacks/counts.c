/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* Preloaded into a program, this counts what it does, and writes the sums as
   JSON into the file that the variable COUNTS names when the program ends. A
   number of operations is the same on a loaded machine; a time is not. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* The allocator of glibc, whose public names are taken by the functions
   below. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *mem, size_t size);
extern void __libc_free(void *mem);

static struct {
	/* octets: all that were ever allocated, those that are now, and the
	   most that were at one time */
	size_t allocated, current, peak;
	/* octets that were given to a hash */
	size_t hashed;
	/* hashes whose state was copied */
	size_t copied;
	/* operations with a public key */
	size_t verified;
	/* charsets that were loaded */
	size_t charsets;
	/* strings or octets that were compared or searched: calls, as any loop
	   over the fields or the lines of a message has one */
	size_t compared;
} counts;

/* Find the function that the name means without this library. */
#define NEXT(type, name) \
	static type (*next)(); \
	if (next == NULL) \
		next = (type (*)())dlsym(RTLD_NEXT, name)

static void *counted(void *mem)
{
	size_t size = mem == NULL ? 0 : malloc_usable_size(mem);

	counts.allocated += size;
	counts.current += size;
	if (counts.current > counts.peak)
		counts.peak = counts.current;
	return mem;
}

void *malloc(size_t size)
{
	return counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return counted(__libc_calloc(count, size));
}

void *realloc(void *mem, size_t size)
{
	size_t old = mem == NULL ? 0 : malloc_usable_size(mem);
	void *new = __libc_realloc(mem, size);

	if (new == NULL && size > 0)
		return NULL;
	counts.current -= old;
	return counted(new);
}

void free(void *mem)
{
	if (mem != NULL)
		counts.current -= malloc_usable_size(mem);
	__libc_free(mem);
}

int EVP_DigestUpdate(void *ctx, const void *data, size_t size)
{
	NEXT(int, "EVP_DigestUpdate");
	counts.hashed += size;
	return next(ctx, data, size);
}

int EVP_MD_CTX_copy_ex(void *to, const void *from)
{
	NEXT(int, "EVP_MD_CTX_copy_ex");
	counts.copied++;
	return next(to, from);
}

int EVP_PKEY_verify_recover(void *ctx, unsigned char *out, size_t *out_size,
			    const unsigned char *sig, size_t sig_size)
{
	NEXT(int, "EVP_PKEY_verify_recover");
	counts.verified++;
	return next(ctx, out, out_size, sig, sig_size);
}

int EVP_DigestVerify(void *ctx, const unsigned char *sig, size_t sig_size,
		     const unsigned char *data, size_t size)
{
	NEXT(int, "EVP_DigestVerify");
	counts.verified++;
	return next(ctx, sig, sig_size, data, size);
}

void *iconv_open(const char *to, const char *from)
{
	NEXT(void *, "iconv_open");
	counts.charsets++;
	return next(to, from);
}

/* The name is in brackets, as some of these are macros with C23. */
#define COMPARING(type, name, parameters, ...) \
type (name) parameters \
{ \
	NEXT(type, #name); \
	counts.compared++; \
	return next(__VA_ARGS__); \
}

COMPARING(int, memcmp, (const void *a, const void *b, size_t n), a, b, n)
COMPARING(int, strcmp, (const char *a, const char *b), a, b)
COMPARING(int, strncmp, (const char *a, const char *b, size_t n), a, b, n)
COMPARING(int, strcasecmp, (const char *a, const char *b), a, b)
COMPARING(int, strncasecmp, (const char *a, const char *b, size_t n), a, b, n)
COMPARING(void *, memchr, (const void *a, int c, size_t n), a, c, n)
COMPARING(char *, strchr, (const char *a, int c), a, c)
COMPARING(char *, strstr, (const char *a, const char *b), a, b)

/* On a loaded machine a DNS server of a test may answer late. A clock that goes
   slower gives it more time before the program's deadline. */
#define CLOCK_SLOWER 20

int clock_gettime(clockid_t clock, struct timespec *time)
{
	static long long began;
	long long now;
	NEXT(int, "clock_gettime");
	int ret = next(clock, time);

	if (ret < 0 || clock != CLOCK_MONOTONIC)
		return ret;
	now = time->tv_sec * 1000000000LL + time->tv_nsec;
	if (began == 0)
		began = now;
	now = began + (now - began) / CLOCK_SLOWER;
	time->tv_sec = now / 1000000000;
	time->tv_nsec = now % 1000000000;
	return ret;
}

/* The program may clean its environment. */
static FILE *counts_file;

static void __attribute__((constructor)) counts_open(void)
{
	const char *path = getenv("COUNTS");

	counts_file = path == NULL ? NULL : fopen(path, "we");
}

static void __attribute__((destructor)) counts_write(void)
{
	FILE *f = counts_file;

	if (f == NULL)
		return;
	fprintf(f, "{\"allocated\": %zu, \"peak\": %zu, \"hashed\": %zu, "
		"\"copied\": %zu, \"verified\": %zu, \"charsets\": %zu, "
		"\"compared\": %zu}\n", counts.allocated, counts.peak,
		counts.hashed, counts.copied, counts.verified, counts.charsets,
		counts.compared);
	fclose(f);
}
