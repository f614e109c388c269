/* JSON-RPC 2.0 frames.  Ids travel as the text they came in, so that no digit
 * is lost; envelopes are written without a tree. */

#include "mcp/jsonrpc.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "mcp/client.h"

#define SERVER_MEMBERS                                                         \
	"\"name\":\"pierre-mcp-server\",\"title\":\"Pierre\","                 \
	"\"version\":\"" PIERRE_VERSION "\""

/* A heartbeat on a round field, as SVG. */
#define ICON                                                                   \
	"data:image/svg+xml;base64,"                                           \
	"PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAg" \
	"MCA0OCA0OCI+PGNpcmNsZSBjeD0iMjQiIGN5PSIyNCIgcj0iMjQiIGZpbGw9IiMxMzRl" \
	"NGEiLz48cGF0aCBkPSJNNiAyNmg5bDQtMTIgOCAyMiA1LTEwaDEwIiBmaWxsPSJub25l" \
	"IiBzdHJva2U9IiNmZmYiIHN0cm9rZS13aWR0aD0iMyIvPjwvc3ZnPg=="

const char rpc_server_info[] = "{" SERVER_MEMBERS "}";
const char rpc_server_card[] =
    "{" SERVER_MEMBERS ",\"description\":\"A person's fitness data and sports "
    "science over it.\",\"icons\":[{\"src\":\"" ICON
    "\",\"mimeType\":\"image/svg+xml\",\"sizes\":[\"any\"]}]}";

static void
open_frame(struct rpc *r)
{
	r->tail = NULL;
	buf_clear(r->out);
	buf_adds(r->out, RPC_OPENING);
	buf_addstr(r->out, r->id);
}

void
rpc_error_data(
    struct rpc *r, int status, int code, const char *message, struct str data)
{
	r->status = status;
	r->code = code;
	open_frame(r);
	buf_printf(r->out, ",\"error\":{\"code\":%d,\"message\":\"", code);
	jsonw_escape(r->out, str_of(message));
	buf_addc(r->out, '"');
	if (data.n > 0) {
		buf_adds(r->out, ",\"data\":{");
		buf_addstr(r->out, data);
		buf_addc(r->out, '}');
	}
	buf_adds(r->out, "}}");
}

void
rpc_error(struct rpc *r, int status, int code, const char *fmt, ...)
{
	char message[240];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	rpc_error_data(r, status, code, message, STR_NULL);
}

void
rpc_error_err(struct rpc *r, const struct err *e)
{
	if (e->code == ERR_CANCELED) {
		r->silent = true;
		return;
	}
	if (!err_is_public(e))
		log_err(err_may_pass(e) ? LOG_WARN : LOG_ERROR, "mcp",
		    era_method_name(r->method), e);
	r->cause = e->code;
	rpc_error(r, 200, err_rpc_code(e->code), "%s",
	    err_is_public(e) ? e->msg : err_public_text(e->code));
}

void
rpc_write_begin(struct buf *out, enum mcp_era era, const char *type)
{
	buf_adds(out, ",\"result\":{");
	if (era == ERA_MODERN) {
		buf_adds(out, "\"resultType\":\"");
		buf_adds(out, type);
		buf_adds(out, "\",");
	}
}

void
rpc_result_of_type(struct rpc *r, const char *type)
{
	r->status = 200;
	r->code = 0;
	open_frame(r);
	rpc_write_begin(r->out, r->era, type);
}

void
rpc_result_tail(struct rpc *r, const struct http_tail *tail)
{
	r->status = 200;
	r->code = 0;
	open_frame(r);
	r->tail = tail;
}

void
rpc_result(struct rpc *r)
{
	rpc_result_of_type(r, RPC_COMPLETE);
}

void
rpc_write_end(struct buf *out, enum mcp_era era)
{
	if (era == ERA_MODERN) {
		/* One without a member of its own has its comma already. */
		if (out->p[out->n - 1] != ',')
			buf_addc(out, ',');
		buf_adds(out, "\"_meta\":{\"" META_SERVER "\":");
		buf_adds(out, rpc_server_info);
		buf_addc(out, '}');
	}
	buf_adds(out, "}}");
}

void
rpc_result_end(struct rpc *r)
{
	rpc_write_end(r->out, r->era);
}

void
rpc_result_members(struct rpc *r, struct str members)
{
	rpc_result(r);
	buf_addstr(r->out, members);
	rpc_result_end(r);
}

/* --- reading ------------------------------------------------------------- */

void
rpc_write_versions(struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_array(&w);
	for (size_t i = 0; era_versions[i] != NULL; i++)
		jsonw_cstr(&w, era_versions[i]);
	jsonw_end_array(&w);
}

/* The answer to a version that we do not serve names those that we do. */
static void
refuse_version(struct rpc *r, const struct era_decision *d)
{
	struct buf data = BUF_INIT;

	buf_adds(&data, "\"supported\":");
	rpc_write_versions(&data);
	buf_adds(&data, ",\"requested\":\"");
	jsonw_escape(&data, d->requested);
	buf_addc(&data, '"');
	rpc_error_data(r, d->status, d->code, d->message, buf_str(&data));
	buf_free(&data);
}

bool
rpc_require_client(struct rpc *r, uint32_t abilities)
{
	struct buf data = BUF_INIT;
	uint32_t missing = abilities & ~r->client;

	if (missing == 0)
		return true;
	buf_adds(&data, "\"requiredCapabilities\":");
	client_write(&data, missing);
	rpc_error_data(r, 400, RPC_MISSING_ABILITY,
	    "the client does not declare a capability that this needs",
	    buf_str(&data));
	buf_free(&data);
	return false;
}

/* Of an answer that cannot be given, since nobody awaits one. */
static void
take_silently(struct rpc *r)
{
	r->status = 202;
	r->silent = true;
}

static enum rpc_kind
obey(struct rpc *r, const struct era_decision *d)
{
	switch (d->verdict) {
	case ERA_SERVE:
		return rpc_require_client(r, era_method_needs(d->method))
			   ? RPC_REQUEST
			   : RPC_DONE;
	case ERA_NOTE:
		take_silently(r);
		return RPC_NOTE;
	case ERA_ANSWER:
		take_silently(r);
		return RPC_ANSWER;
	case ERA_REFUSE:
		break;
	}
	if (d->code == RPC_UNSUPPORTED_VERSION)
		refuse_version(r, d);
	else
		rpc_error(r, d->status, d->code, "%s", d->message);
	return RPC_DONE;
}

/* Both kinds come back as they were written. */
static void
take_id(struct rpc *r, const cJSON *id)
{
	if (cJSON_IsNumber(id))
		r->id = str_of(id->valuestring);
	else if (cJSON_IsString(id))
		r->id = json_raw_member(r->text, STR("id"));
}

enum rpc_kind
rpc_read(struct rpc *r, struct str text, struct era_input *in)
{
	struct era_decision d;
	struct err e = ERR_INIT;

	r->text = text;
	r->id = STR("null");
	r->method = METHOD_COUNT;
	r->message = in->message = json_parse(r->arena, text, &e);
	if (in->message == NULL) {
		rpc_error(r, 400, RPC_PARSE_ERROR, "%s", e.msg);
		return RPC_DONE;
	}
	if (cJSON_IsArray(in->message) && era_may_batch(in->version))
		return RPC_BATCH;
	era_decide(in, &d);
	take_id(r, d.id);
	r->era = d.era;
	r->method = d.method;
	r->params = d.params;
	r->meta = d.meta;
	r->status = d.status;
	if (r->era == ERA_MODERN)
		r->client = client_read(d.capabilities);
	return obey(r, &d);
}

/* --- batches ------------------------------------------------------------- */

/* The length of the value that s begins with. */
static size_t
value_length(struct str s)
{
	unsigned depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (quoted)
			continue;
		else if (depth == 0 && (c == ',' || c == ']'))
			return i;
		else if (c == '[' || c == '{')
			depth++;
		else if (c == ']' || c == '}')
			depth--;
	}
	return s.n;
}

static bool
is_json_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str
skip_spaces(struct str s)
{
	while (s.n > 0 && is_json_space(*s.p))
		s = str_make(s.p + 1, s.n - 1);
	return s;
}

struct str
rpc_next_element(struct str *rest)
{
	struct str s = skip_spaces(*rest), element;

	if (s.n > 0 && (*s.p == '[' || *s.p == ','))
		s = skip_spaces(str_make(s.p + 1, s.n - 1));
	if (s.n == 0 || *s.p == ']')
		return STR_NULL;
	element = str_make(s.p, value_length(s));
	*rest = str_make(s.p + element.n, s.n - element.n);
	while (is_json_space(element.p[element.n - 1]))
		element.n--;
	return element;
}
