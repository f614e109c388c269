/* JSON-RPC 2.0 frames.  Ids travel as the text they came in, so that no digit
 * is lost; envelopes are written without a tree. */

#include "mcp/jsonrpc.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/json.h"
#include "base/jsonw.h"
#include "base/log.h"

const char rpc_server_info[] = "{\"name\":\"pierre-mcp-server\",\"title\":"
			       "\"Pierre\",\"version\":\"" PIERRE_VERSION "\"}";

static void
open_frame(struct rpc *r)
{
	buf_clear(r->out);
	buf_adds(r->out, "{\"jsonrpc\":\"2.0\",\"id\":");
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
		log_err(e->code == ERR_UNAVAILABLE || e->code == ERR_TIMEOUT
			    ? LOG_WARN
			    : LOG_ERROR,
		    "mcp", era_method_name(r->method), e);
	rpc_error(r, 200, err_rpc_code(e->code), "%s",
	    err_is_public(e) ? e->msg : err_public_text(e->code));
}

void
rpc_result(struct rpc *r)
{
	r->status = 200;
	r->code = 0;
	open_frame(r);
	buf_adds(r->out, ",\"result\":{");
	if (r->era == ERA_MODERN)
		buf_adds(r->out, "\"resultType\":\"complete\",");
}

void
rpc_result_end(struct rpc *r)
{
	if (r->era == ERA_MODERN) {
		buf_adds(r->out, ",\"_meta\":{\"" META_SERVER "\":");
		buf_adds(r->out, rpc_server_info);
		buf_addc(r->out, '}');
	}
	buf_adds(r->out, "}}");
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
rpc_read(struct rpc *r, struct str text, struct era_input *in)
{
	struct era_decision d;
	struct err e = ERR_INIT;
	struct str id;

	r->id = STR("null");
	r->method = METHOD_COUNT;
	in->message = json_parse(r->arena, text, &e);
	if (in->message == NULL) {
		rpc_error(r, 400, RPC_PARSE_ERROR, "%s", e.msg);
		return false;
	}
	id = json_raw_member(text, STR("id"));
	if (id.n > 0 && strchr("\"-0123456789", id.p[0]) != NULL)
		r->id = id;
	era_decide(in, &d);
	r->era = d.era;
	r->method = d.method;
	r->params = json_get(in->message, "params");
	r->status = d.status;
	if (d.verdict == ERA_ACCEPT) {
		r->status = 202;
		r->silent = true;
	} else if (d.verdict == ERA_REFUSE &&
		   d.code == RPC_UNSUPPORTED_VERSION) {
		refuse_version(r, &d);
	} else if (d.verdict == ERA_REFUSE) {
		rpc_error(r, d.status, d.code, "%s", d.message);
	}
	return d.verdict == ERA_SERVE;
}
