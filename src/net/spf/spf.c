/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* All use of libspf2 is in this file. libspf2 reports everything through four
   global handlers, which by default print to stdout and stderr. A function that
   reports an error expects that the handler does not return, and calls abort()
   if it does. A stranger's SPF record must not abort a delivery. So we set our
   own handlers while libspf2 runs, and restore the others afterwards. The
   handler for errors leaves libspf2 by longjmp(). That leaks what libspf2 is
   using at that moment; no record is known that makes it happen. */

#include "lib.h"
#include "name/address.h"
#include "dns/dns.h"
#include "name/domain-name.h"
#include "dkim/key.h"
#include "name/networks.h"
#include "spf/spf-record.h"
#include "spf/spf.h"

#include <setjmp.h>
#include <netinet/in.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <spf2/spf.h>

/* RFC 5321 section 4.5.3.1.1 */
#define SPF_LOCAL_PART_MAX_SIZE 64

struct spf_context {
	pool_t pool;
	struct bounce_key_source *source;
	SPF_dns_server_t dns;
	SPF_server_t *server;
	SPF_request_t *request;
	SPF_response_t *response;

	unsigned int records, lookups;
	/* Reasons that overrule the result of libspf2: there were too many
	   lookups, or a record was not passed on to it; the DNS did not
	   answer. */
	const char *permerror, *temperror;
};

/*
 * libspf2's messages
 */

static jmp_buf spf_error_jump;
static const char *spf_error_text;

static void ATTR_NORETURN
spf_handle_error(const char *file ATTR_UNUSED, int line ATTR_UNUSED,
		 const char *message)
{
	spf_error_text = t_strdup(message);
	longjmp(spf_error_jump, 1);
}

static void
spf_handle_message(const char *file ATTR_UNUSED, int line ATTR_UNUSED,
		   const char *message ATTR_UNUSED)
{
	/* drop it: by default it goes to stdout or stderr */
}

/*
 * DNS
 */

static SPF_dns_rr_t *
spf_rr_new(struct spf_context *ctx, const char *name, ns_type type, int herrno)
{
	SPF_dns_rr_t *rr;

	rr = SPF_dns_rr_new_init(&ctx->dns, name, type, 0, herrno);
	if (rr == NULL)
		i_fatal_status(FATAL_OUTOFMEM, "libspf2: out of memory");
	return rr;
}

static void *spf_rr_add(SPF_dns_rr_t *rr, size_t size)
{
	if (SPF_dns_rr_buf_realloc(rr, rr->num_rr, size) != SPF_E_SUCCESS)
		i_fatal_status(FATAL_OUTOFMEM, "libspf2: out of memory");
	return rr->rr[rr->num_rr++];
}

static void spf_rr_add_string(SPF_dns_rr_t *rr, const char *str)
{
	size_t size = strlen(str) + 1;

	memcpy(spf_rr_add(rr, size), str, size);
}

static void
spf_rr_add_name(SPF_dns_rr_t *rr, const struct bounce_dns_record *record)
{
	const char *name = t_bounce_domain_normalise(
		t_strndup(record->data, record->size));

	if (name != NULL)
		spf_rr_add_string(rr, name);
}

static void
spf_rr_add_txt(struct spf_context *ctx, SPF_dns_rr_t *rr,
	       const struct bounce_dns_record *record)
{
	const char *str, *error;
	int ret;

	ret = bounce_spf_record_check(record->data, record->size, &str, &error);
	if (ret > 0)
		spf_rr_add_string(rr, str);
	else if (ret < 0 && ctx->permerror == NULL) {
		ctx->permerror = p_strdup_printf(ctx->pool,
			"the SPF record of %s cannot be used: %s",
			rr->domain, error);
	}
}

static void
spf_rr_add_record(struct spf_context *ctx, SPF_dns_rr_t *rr,
		  enum bounce_dns_type type,
		  const struct bounce_dns_record *record)
{
	switch (type) {
	case BOUNCE_DNS_TYPE_A:
	case BOUNCE_DNS_TYPE_AAAA:
		if (record->size == (type == BOUNCE_DNS_TYPE_A ?
				     sizeof(struct in_addr) :
				     sizeof(struct in6_addr))) {
			memcpy(spf_rr_add(rr, record->size), record->data,
			       record->size);
		}
		break;
	case BOUNCE_DNS_TYPE_MX:
	case BOUNCE_DNS_TYPE_PTR:
		spf_rr_add_name(rr, record);
		break;
	case BOUNCE_DNS_TYPE_TXT:
		spf_rr_add_txt(ctx, rr, record);
		break;
	}
}

/* Count a lookup. Returns FALSE if there are too many. */
static bool spf_count_lookup(struct spf_context *ctx, ns_type type)
{
	if (type == ns_t_txt)
		ctx->records++;
	if (++ctx->lookups <= BOUNCE_SPF_MAX_LOOKUPS &&
	    ctx->records <= BOUNCE_SPF_MAX_RECORDS + 1)
		return TRUE;
	if (ctx->permerror == NULL) {
		ctx->permerror = "the SPF record needs more lookups than "
			"RFC 7208 allows";
	}
	return FALSE;
}

static SPF_dns_rr_t *
spf_lookup(struct spf_context *ctx, const char *name, ns_type type)
{
	struct bounce_dns_query query;
	SPF_dns_rr_t *rr;
	unsigned int i;

	i_zero(&query);
	query.name = name;
	query.type = (enum bounce_dns_type)type;
	ctx->source->ask(ctx->source, ctx->pool, &query);
	if (query.status == BOUNCE_DNS_TEMPERROR) {
		ctx->temperror = p_strdup_printf(ctx->pool, "DNS: %s: %s",
						 name, query.error);
		return spf_rr_new(ctx, name, type, TRY_AGAIN);
	}
	rr = spf_rr_new(ctx, name, type,
			query.status == BOUNCE_DNS_NXDOMAIN ? HOST_NOT_FOUND :
			NETDB_SUCCESS);
	for (i = 0; i < query.records_count; i++)
		spf_rr_add_record(ctx, rr, query.type, &query.records[i]);
	/* without this libspf2 would report a malformed record */
	if (rr->num_rr == 0 && rr->herrno == NETDB_SUCCESS)
		rr->herrno = NO_DATA;
	return rr;
}

/* A name that a macro has made may be invalid; such names are not looked up. */
static SPF_dns_rr_t *
spf_dns_lookup(SPF_dns_server_t *dns, const char *name, ns_type type,
	       int should_cache ATTR_UNUSED)
{
	struct spf_context *ctx = dns->hook;
	const char *domain;

	/* no data stack frame here, as spf_handle_error() may jump out of it;
	   the number of lookups is limited */
	if (!spf_count_lookup(ctx, type))
		return spf_rr_new(ctx, name, type, TRY_AGAIN);
	domain = t_bounce_domain_normalise(name);
	return domain == NULL ? spf_rr_new(ctx, name, type, HOST_NOT_FOUND) :
		spf_lookup(ctx, p_strdup(ctx->pool, domain), type);
}

/*
 * The request: all of it is ASCII, and its size is bounded
 */

static bool local_part_is_usable(const char *local_part)
{
	const char *p = local_part;

	while (*p > 0x20 && *p < 0x7f && *p != '@')
		p++;
	return *p == '\0' && p > local_part &&
		p - local_part <= SPF_LOCAL_PART_MAX_SIZE;
}

/* Returns the address to check, or NULL if it has no domain. */
static const char *t_spf_sender(const struct bounce_spf_request *request)
{
	const char *local_part = "postmaster";
	const char *domain = bounce_address_domain(request->sender);

	if (domain != NULL) {
		local_part = t_strdup_until(request->sender, domain - 1);
		if (!local_part_is_usable(local_part))
			local_part = "postmaster";
	}
	domain = t_bounce_domain_normalise(domain != NULL ? domain :
					   request->helo);
	return domain == NULL || strchr(domain, '.') == NULL ? NULL :
		t_strconcat(local_part, "@", domain, NULL);
}

static bool
spf_request_init(struct spf_context *ctx,
		 const struct bounce_spf_request *request, const char *sender)
{
	const char *helo = t_bounce_domain_normalise(request->helo);

	ctx->dns.lookup = spf_dns_lookup;
	ctx->dns.name = "bounce";
	ctx->dns.hook = ctx;
	ctx->server = SPF_server_new_dns(&ctx->dns, 0);
	if (ctx->server == NULL ||
	    (ctx->request = SPF_request_new(ctx->server)) == NULL)
		return FALSE;
	if (request->ip.family == AF_INET)
		SPF_request_set_ipv4(ctx->request, request->ip.u.ip4);
	else
		SPF_request_set_ipv6(ctx->request, request->ip.u.ip6);
	return SPF_request_set_env_from(ctx->request, sender) == 0 &&
		SPF_request_set_helo_dom(ctx->request, helo != NULL ? helo :
					 "unknown") == SPF_E_SUCCESS;
}

/*
 * The result
 */

static enum bounce_spf spf_result(struct spf_context *ctx, SPF_errcode_t err)
{
	static const enum bounce_spf results[] = {
		[SPF_RESULT_NEUTRAL] = BOUNCE_SPF_NEUTRAL,
		[SPF_RESULT_PASS] = BOUNCE_SPF_PASS,
		[SPF_RESULT_FAIL] = BOUNCE_SPF_FAIL,
		[SPF_RESULT_SOFTFAIL] = BOUNCE_SPF_SOFTFAIL,
		[SPF_RESULT_NONE] = BOUNCE_SPF_NONE,
		[SPF_RESULT_TEMPERROR] = BOUNCE_SPF_TEMPERROR,
		[SPF_RESULT_PERMERROR] = BOUNCE_SPF_PERMERROR
	};
	SPF_result_t result = ctx->response == NULL ? SPF_RESULT_INVALID :
		SPF_response_result(ctx->response);

	if (ctx->permerror != NULL)
		return BOUNCE_SPF_PERMERROR;
	if (result != SPF_RESULT_INVALID && result < N_ELEMENTS(results))
		return results[result];
	/* the record could not be looked up, or not be parsed */
	return err == SPF_E_DNS_ERROR ? BOUNCE_SPF_TEMPERROR :
		BOUNCE_SPF_PERMERROR;
}

static const char *
spf_text(struct spf_context *ctx, enum bounce_spf result, SPF_errcode_t err)
{
	if (result == BOUNCE_SPF_TEMPERROR)
		return ctx->temperror;
	if (result == BOUNCE_SPF_PERMERROR && ctx->permerror == NULL) {
		return p_strconcat(ctx->pool, "the SPF record is wrong: ",
				   SPF_strerror(err), NULL);
	}
	return ctx->permerror;
}

static enum bounce_spf
spf_query(struct spf_context *ctx, const struct bounce_spf_request *request,
	  const char *sender, const char **text_r)
{
	enum bounce_spf result = BOUNCE_SPF_TEMPERROR;
	SPF_errcode_t err;

	*text_r = "libspf2: out of memory";
	if (spf_request_init(ctx, request, sender)) {
		err = SPF_request_query_mailfrom(ctx->request, &ctx->response);
		result = spf_result(ctx, err);
		*text_r = spf_text(ctx, result, err);
	}
	return result;
}

static enum bounce_spf
spf_query_safely(struct spf_context *ctx,
		 const struct bounce_spf_request *request, const char *sender,
		 const char **text_r)
{
	if (setjmp(spf_error_jump) != 0) {
		*text_r = p_strconcat(ctx->pool, "libspf2: ", spf_error_text,
				      NULL);
		return BOUNCE_SPF_PERMERROR;
	}
	return spf_query(ctx, request, sender, text_r);
}

static void spf_context_deinit(struct spf_context *ctx)
{
	if (ctx->response != NULL)
		SPF_response_free(ctx->response);
	if (ctx->request != NULL)
		SPF_request_free(ctx->request);
	if (ctx->server != NULL)
		SPF_server_free(ctx->server);
}

enum bounce_spf bounce_spf_check(struct bounce_key_source *source, pool_t pool,
				 const struct bounce_spf_request *request,
				 const char **text_r)
{
	typeof(SPF_error_handler) error_handler = SPF_error_handler;
	typeof(SPF_warning_handler) warning_handler = SPF_warning_handler;
	typeof(SPF_info_handler) info_handler = SPF_info_handler;
	typeof(SPF_debug_handler) debug_handler = SPF_debug_handler;
	struct spf_context ctx = { .pool = pool, .source = source };
	enum bounce_spf result = BOUNCE_SPF_NONE;
	const char *sender;

	*text_r = NULL;
	SPF_error_handler = spf_handle_error;
	SPF_warning_handler = spf_handle_message;
	SPF_info_handler = spf_handle_message;
	SPF_debug_handler = spf_handle_message;
	T_BEGIN {
		sender = t_spf_sender(request);
		if (request->ip.family != 0 && sender != NULL &&
		    !bounce_ip_is_private(&request->ip)) {
			result = spf_query_safely(&ctx, request, sender,
						  text_r);
			spf_context_deinit(&ctx);
		}
	} T_END;
	SPF_error_handler = error_handler;
	SPF_warning_handler = warning_handler;
	SPF_info_handler = info_handler;
	SPF_debug_handler = debug_handler;
	return result;
}
