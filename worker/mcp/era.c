/* The order of the checks is the protocol's: each refusal presumes that the
 * ones before it did not apply, and a client tells the eras apart by which one
 * it reads. */

#include "mcp/era.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/enc.h"
#include "base/json.h"
#include "mcp/client.h"

#define LOOP  false
#define FIBER true
static const struct method {
	struct str name;
	enum mcp_eras eras;
	const char *mirrored;
	uint32_t needs;
	bool waits;
} methods[METHOD_COUNT + 1] = {
#define METHOD(id, name, eras, mirrored, needs, waits, handler)                \
	{ STR(name), eras, mirrored, needs, waits },
#include "mcp/methods.def"
#undef METHOD
#undef LOOP
#undef FIBER
	[METHOD_COUNT] = { STR("other"), 0, NULL, 0, true },
};

const char *const era_versions[] = { ERA_MODERN_VERSION, "2025-11-25",
	"2025-06-18", "2025-03-26", "2024-11-05", NULL };

const char *
era_method_name(enum mcp_method m)
{
	return methods[m <= METHOD_COUNT ? m : METHOD_COUNT].name.p;
}

uint32_t
era_method_needs(enum mcp_method m)
{
	return methods[m <= METHOD_COUNT ? m : METHOD_COUNT].needs;
}

bool
era_method_waits(enum mcp_method m)
{
	return methods[m <= METHOD_COUNT ? m : METHOD_COUNT].waits;
}

bool
era_may_batch(struct str version)
{
	return version.p == NULL ||
	       str_is(str_trim(version), ERA_BATCH_VERSION);
}

static bool
is_legacy_version(struct str v)
{
	for (size_t i = 1; era_versions[i] != NULL; i++) {
		if (str_is(v, era_versions[i]))
			return true;
	}
	return false;
}

/* A date not before the modern revision, whether or not we serve it. */
static bool
is_modern_version(struct str v)
{
	if (v.n != sizeof(ERA_MODERN_VERSION) - 1)
		return false;
	for (size_t i = 0; i < v.n; i++) {
		bool dash = i == 4 || i == 7;

		if (dash ? v.p[i] != '-' : v.p[i] < '0' || v.p[i] > '9')
			return false;
	}
	return memcmp(v.p, ERA_MODERN_VERSION, v.n) >= 0;
}

const char *
era_negotiate(struct str requested)
{
	for (size_t i = 1; era_versions[i] != NULL; i++) {
		if (str_is(requested, era_versions[i]))
			return era_versions[i];
	}
	return era_versions[1];
}

PRINTF_LIKE(4, 5)
static void
refuse(struct era_decision *d, int status, int code, const char *fmt, ...)
{
	va_list ap;

	d->verdict = ERA_REFUSE;
	d->status = status;
	d->code = code;
	va_start(ap, fmt);
	vsnprintf(d->message, sizeof(d->message), fmt, ap);
	va_end(ap);
}

/* --- headers ------------------------------------------------------------- */

bool
era_header_text(struct str raw, struct buf *out, struct str *text_r)
{
	static const struct str begin = { "=?base64?", 9 };
	static const struct str end = { "?=", 2 };
	struct str s = str_trim(raw);
	size_t at = out->n;

	*text_r = s;
	if (s.n < begin.n + end.n || !str_starts(s, begin) || !str_ends(s, end))
		return true;
	s = str_make(s.p + begin.n, s.n - begin.n - end.n);
	if (!dec_base64(out, s))
		return false;
	*text_r = str_make(out->p + at, out->n - at);
	return str_is_utf8(*text_r);
}

static void
check_method_header(
    const struct era_input *in, const char *method, struct era_decision *d)
{
	if (in->method.p == NULL)
		refuse(d, 400, RPC_HEADER_MISMATCH,
		    "the header Mcp-Method is missing");
	else if (!str_is(str_trim(in->method), method))
		refuse(d, 400, RPC_HEADER_MISMATCH,
		    "the header Mcp-Method is not the method of the body");
}

/* Mcp-Name repeats what tools/call, prompts/get and resources/read name.  A
 * body that does not name it gets its own error later. */
static void
check_name_header(
    const struct era_input *in, const char *member, struct era_decision *d)
{
	const cJSON *params = json_get(in->message, "params");
	const cJSON *item = json_get(params, member);
	struct buf decoded = BUF_INIT;
	struct str text;

	if (!cJSON_IsString(item))
		return;
	if (in->name.p == NULL)
		refuse(d, 400, RPC_HEADER_MISMATCH,
		    "the header Mcp-Name is missing");
	else if (!era_header_text(in->name, &decoded, &text))
		refuse(d, 400, RPC_HEADER_MISMATCH,
		    "the header Mcp-Name is badly encoded");
	else if (!str_is(text, item->valuestring))
		refuse(d, 400, RPC_HEADER_MISMATCH,
		    "the header Mcp-Name is not params.%s of the body", member);
	buf_free(&decoded);
}

/* --- modern -------------------------------------------------------------- */

/* What params._meta says of who sends the message. */
enum { ENVELOPE_VERSION, ENVELOPE_CAPABILITIES, ENVELOPE_CLIENT, ENVELOPE_N };

static const char *const envelope_names[ENVELOPE_N] = { META_VERSION,
	META_CAPABILITIES, META_CLIENT };

static void
check_envelope(const cJSON *const *envelope, struct era_decision *d)
{
	const cJSON *capabilities = envelope[ENVELOPE_CAPABILITIES];
	const cJSON *client = envelope[ENVELOPE_CLIENT];

	if (!cJSON_IsString(envelope[ENVELOPE_VERSION]))
		refuse(d, 400, RPC_INVALID_PARAMS,
		    "_meta[\"" META_VERSION "\"] must be a string");
	else if (capabilities == NULL)
		refuse(d, 400, RPC_INVALID_PARAMS,
		    "_meta[\"" META_CAPABILITIES "\"] is missing");
	else if (!cJSON_IsObject(capabilities))
		refuse(d, 400, RPC_INVALID_PARAMS,
		    "_meta[\"" META_CAPABILITIES "\"] must be an object");
	else if (client != NULL && !cJSON_IsObject(client))
		refuse(d, 400, RPC_INVALID_PARAMS,
		    "_meta[\"" META_CLIENT "\"] must be an object");
}

static void
check_version(
    const struct era_input *in, const char *claimed, struct era_decision *d)
{
	if (in->version.p != NULL && !str_is(str_trim(in->version), claimed)) {
		refuse(d, 400, RPC_HEADER_MISMATCH,
		    "the header MCP-Protocol-Version is not the version in "
		    "_meta");
	} else if (strcmp(claimed, ERA_MODERN_VERSION) != 0) {
		refuse(d, 400, RPC_UNSUPPORTED_VERSION,
		    "unsupported protocol version");
		d->requested = str_of(claimed);
	}
}

/* METHOD_COUNT: there is none. */
static enum mcp_method
method_named(const char *name)
{
	struct str wanted = str_of(name);
	int m = 0;

	while (m < METHOD_COUNT && !str_eq(methods[m].name, wanted))
		m++;
	return (enum mcp_method)m;
}

static void
take_method(const char *name, enum mcp_method m, enum mcp_eras era,
    struct era_decision *d)
{
	if ((methods[m].eras & era) != 0)
		d->method = m;
	else
		refuse(d, era == MODERN ? 404 : 200, RPC_METHOD_NOT_FOUND,
		    "there is no method \"%.80s\"", name);
}

static void
check_headers(const struct era_input *in, const char *method, enum mcp_method m,
    struct era_decision *d)
{
	if (!in->has_headers)
		return;
	if (in->version.p == NULL) {
		refuse(d, 400, RPC_HEADER_MISMATCH,
		    "the header MCP-Protocol-Version is missing");
		return;
	}
	check_method_header(in, method, d);
	if (d->verdict != ERA_REFUSE && methods[m].mirrored != NULL)
		check_name_header(in, methods[m].mirrored, d);
}

static void
decide_modern(const struct era_input *in, const char *method,
    const cJSON *const *envelope, struct era_decision *d)
{
	enum mcp_method m = method_named(method);

	d->era = ERA_MODERN;
	d->capabilities = envelope[ENVELOPE_CAPABILITIES];
	check_envelope(envelope, d);
	if (d->verdict == ERA_REFUSE)
		return;
	check_version(in, envelope[ENVELOPE_VERSION]->valuestring, d);
	if (d->verdict == ERA_REFUSE || d->verdict == ERA_NOTE)
		return;
	check_headers(in, method, m, d);
	if (d->verdict != ERA_REFUSE)
		take_method(method, m, MODERN, d);
}

/* --- legacy -------------------------------------------------------------- */

/* The header speaks of the modern era and the body does not. */
static void
refuse_half_modern(
    const char *method, const cJSON *meta, struct era_decision *d)
{
	d->era = ERA_MODERN;
	if (strcmp(method, "initialize") == 0)
		refuse(d, 400, RPC_HEADER_MISMATCH,
		    "initialize belongs to versions before " ERA_MODERN_VERSION
		    ", the header MCP-Protocol-Version does not");
	else if (meta == NULL)
		refuse(d, 400, RPC_INVALID_PARAMS,
		    "params._meta with \"" META_VERSION "\" is missing");
	else
		refuse(d, 400, RPC_INVALID_PARAMS,
		    "_meta[\"" META_VERSION "\"] is missing");
}

static void
decide_legacy(
    const struct era_input *in, const char *method, struct era_decision *d)
{
	struct str version = str_trim(in->version);

	d->era = ERA_LEGACY;
	if (in->version.p != NULL && strcmp(method, "initialize") != 0 &&
	    !is_legacy_version(version))
		refuse(d, 400, RPC_INVALID_REQUEST,
		    "the version in the header MCP-Protocol-Version is not "
		    "supported");
	else if (d->verdict == ERA_SERVE)
		take_method(method, method_named(method), LEGACY, d);
}

/* --- the decision -------------------------------------------------------- */

enum {
	PART_JSONRPC,
	PART_ID,
	PART_METHOD,
	PART_PARAMS,
	PART_RESULT,
	PART_ERROR,
	PART_N
};

static const char *const part_names[PART_N] = { "jsonrpc", "id", "method",
	"params", "result", "error" };

static bool
id_is_good(const cJSON *id)
{
	return cJSON_IsString(id) ||
	       (cJSON_IsNumber(id) && isfinite(id->valuedouble) &&
		   id->valuedouble == trunc(id->valuedouble));
}

static bool
params_are_good(const cJSON *params, const cJSON *meta)
{
	return params == NULL || (cJSON_IsObject(params) &&
				     (meta == NULL || cJSON_IsObject(meta)));
}

/* NULL when the message is a request, a notification or a response; else what
 * is wrong with it. */
static const char *
find_fault(const cJSON *message, const cJSON *const *part)
{
	const cJSON *version = part[PART_JSONRPC];

	if (cJSON_IsArray(message))
		return "batches are of revision " ERA_BATCH_VERSION
		       " alone: send one message a request";
	if (!cJSON_IsObject(message))
		return "a JSON-RPC message is an object";
	if (!cJSON_IsString(version) ||
	    strcmp(version->valuestring, "2.0") != 0)
		return "jsonrpc must be \"2.0\"";
	if (part[PART_METHOD] == NULL)
		return (part[PART_RESULT] != NULL) ==
				   (part[PART_ERROR] != NULL) ||
			       !id_is_good(part[PART_ID])
			   ? "neither a request nor a notification nor a "
			     "response"
			   : NULL;
	if (!cJSON_IsString(part[PART_METHOD]))
		return "method must be a string";
	if (part[PART_ID] != NULL && !id_is_good(part[PART_ID]))
		return "id must be a string or an integer";
	return NULL;
}

static void
decide_response(const struct era_input *in, struct era_decision *d)
{
	d->verdict = ERA_ANSWER;
	if (is_modern_version(str_trim(in->version)))
		refuse(
		    d, 400, RPC_INVALID_REQUEST, "a response is not a request");
}

/* By what _meta holds, or else by the header. */
static void
decide_call(
    const struct era_input *in, const char *method, struct era_decision *d)
{
	const cJSON *envelope[ENVELOPE_N];

	json_get_all(d->meta, envelope_names, envelope, ENVELOPE_N);
	if (envelope[ENVELOPE_VERSION] != NULL)
		decide_modern(in, method, envelope, d);
	else if (!is_modern_version(str_trim(in->version)))
		decide_legacy(in, method, d);
	else if (d->verdict == ERA_NOTE)
		d->era = ERA_MODERN;
	else
		refuse_half_modern(method, d->meta, d);
}

void
era_decide(const struct era_input *in, struct era_decision *d)
{
	const cJSON *part[PART_N];
	const char *fault;

	json_get_all(in->message, part_names, part, PART_N);
	fault = find_fault(in->message, part);
	*d = (struct era_decision){ .era = ERA_LEGACY,
		.status = 200,
		.method = METHOD_COUNT,
		.id = part[PART_ID],
		.params = part[PART_PARAMS],
		.meta = json_get(part[PART_PARAMS], "_meta") };
	if (fault != NULL)
		refuse(d, 400, RPC_INVALID_REQUEST, "%s", fault);
	else if (part[PART_METHOD] == NULL)
		decide_response(in, d);
	else if (!params_are_good(d->params, d->meta))
		refuse(d, 400, RPC_INVALID_PARAMS,
		    "params and params._meta must be objects");
	else {
		if (d->id == NULL)
			d->verdict = ERA_NOTE;
		decide_call(in, part[PART_METHOD]->valuestring, d);
	}
}
