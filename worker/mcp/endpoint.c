/* The endpoint over HTTP: POST, and for sessions GET and DELETE. */

#include "http/http.h"
#include "mcp/batch.h"
#include "mcp/cancel.h"
#include "mcp/listener.h"
#include "mcp/listening.h"
#include "mcp/mcp_impl.h"
#include "mcp/stream.h"
#include "app.h"

#define JSON_TYPE "application/json"

/* The media type of a header value, without parameters. */
static struct str
media_type(struct str value)
{
	struct str rest;

	return str_trim(str_cut(value, ';', &rest));
}

static bool
accepts_json(struct str accept)
{
	struct str rest = accept, type;

	if (str_trim(accept).n == 0)
		return true;
	while (rest.p != NULL) {
		type = media_type(str_cut(rest, ',', &rest));
		if (str_ieq(type, STR(JSON_TYPE)) || str_is(type, "*/*") ||
		    str_ieq(type, STR("application/*")))
			return true;
	}
	return false;
}

/* false: refused, since we could not read or answer it. */
static bool
check_media_types(struct rpc *r)
{
	struct http_req *req = r->http;

	if (!str_ieq(
		media_type(http_header(req, "content-type")), STR(JSON_TYPE)))
		rpc_error(r, 415, RPC_INVALID_REQUEST,
		    "the header Content-Type must be " JSON_TYPE);
	else if (!accepts_json(http_header(req, "accept")))
		rpc_error(r, 406, RPC_INVALID_REQUEST,
		    "the header Accept must allow " JSON_TYPE);
	else
		return true;
	return false;
}

/* A header that stands twice could be read differently by others. */
static bool
read_single(struct rpc *r, const char *name, struct str *value_r)
{
	if (http_header_only(r->http, name, value_r))
		return true;
	rpc_error(r, 400, RPC_HEADER_MISMATCH,
	    "the header %s stands more than once", name);
	return false;
}

static bool
read_headers(struct rpc *r, struct era_input *in)
{
	in->has_headers = true;
	return read_single(r, "MCP-Protocol-Version", &in->version) &&
	       read_single(r, "Mcp-Method", &in->method) &&
	       read_single(r, "Mcp-Name", &in->name);
}

/* A message that is answered with no message. */
static void
take_other(struct rpc *r, enum rpc_kind kind)
{
	const cJSON *method = json_get(r->message, "method");
	struct err e = ERR_INIT;

	if (kind == RPC_ANSWER) {
		stream_take_answer(r);
	} else if (r->era == ERA_LEGACY && cJSON_IsString(method) &&
		   strcmp(method->valuestring, "notifications/cancelled") ==
		       0 &&
		   cancel_request(r, &e) < 0) {
		r->silent = false;
		rpc_error_err(r, &e);
		r->status = err_http_status(e.code);
	}
}

/* Requests that may take long enough to be cancelled. */
static void
serve_request(struct rpc *r)
{
	struct mcp_cancel cancel;

	r->alone = true;
	cancel_watch(&cancel, r);
	mcp_serve(r);
	cancel_unwatch(&cancel);
	if (r->withdrawn) {
		r->silent = true;
		r->status = 202;
	}
}

/* A message and what is made of it. */
struct post {
	struct rpc r;
	struct era_input in;
	enum rpc_kind kind;
	struct mcp_stream stream;
};

static void
serve_message(struct post *p)
{
	struct rpc *r = &p->r;

	if (p->kind == RPC_DONE ||
	    (r->era == ERA_LEGACY && r->method != METHOD_INITIALIZE &&
		mcp_session_find(r) < 0))
		return;
	r->port_arg = &p->stream;
	r->port =
	    r->session != NULL ? &stream_port_legacy : &stream_port_modern;
	if (p->kind == RPC_REQUEST)
		serve_request(r);
	else if (p->kind == RPC_BATCH)
		batch_serve(r, &p->in, take_other);
	else
		take_other(r, p->kind);
}

static struct rpc
rpc_of(struct http_req *req)
{
	const struct app *app = http_app_state(req);

	return (struct rpc){
		.app = app,
		.mcp = app->mcp,
		.who = http_who(req),
		.http = req,
		.arena = http_arena(req),
		.out = http_out(req),
		.id = STR("null"),
		.method = METHOD_COUNT,
	};
}

static void
reply(struct rpc *r)
{
	struct err gone = ERR_INIT;

	if (!r->silent && r->tail != NULL) {
		http_reply_tail(r->http, r->status, JSON_TYPE, r->tail);
	} else if (!r->silent) {
		http_reply(r->http, r->status, JSON_TYPE);
	} else if (r->status == 202) {
		http_reply(r->http, 202, NULL);
	} else {
		err_set(&gone, ERR_CANCELED, "the client went away");
		http_reply_error(r->http, &gone);
	}
}

static void
take_post(void *arg)
{
	struct post *p = arg;

	serve_message(p);
	mcp_observe_request(&p->r);
	if (!p->r.kept && !stream_finish(&p->r, &p->stream))
		reply(&p->r);
}

/* A session has to be looked for, and so its messages wait. */
static bool
has_to_wait(const struct post *p)
{
	if (p->kind == RPC_DONE)
		return false;
	return p->kind != RPC_REQUEST || p->r.era == ERA_LEGACY ||
	       era_method_waits(p->r.method);
}

void
mcp_http(struct http_req *req)
{
	struct post *p = arena_one(http_arena(req), struct post);

	p->r = rpc_of(req);
	if (check_media_types(&p->r) && read_headers(&p->r, &p->in))
		p->kind = rpc_read(&p->r, http_body(req), &p->in);
	if (has_to_wait(p))
		http_go_on(req, take_post, p);
	else
		take_post(p);
}

/* --- a session's stream, and its end ------------------------------------- */

/* false: answered, since there is no session. */
static bool
find_session(struct rpc *r)
{
	struct err e = ERR_INIT;
	int rc = mcp_session_find(r);

	if (rc > 0)
		return true;
	if (rc == 0) {
		http_add_header(r->http, "Allow", "POST");
		err_set(&e, ERR_METHOD,
		    "without the header Mcp-Session-Id of a session: use POST");
		http_reply_error(r->http, &e);
	} else {
		reply(r);
	}
	return false;
}

void
mcp_http_get(struct http_req *req)
{
	struct rpc r = rpc_of(req);
	struct str last = http_header(req, "last-event-id");

	if (!find_session(&r))
		return;
	if (last.p == NULL || str_starts(last, STR(LISTENER_EVENT_ID)))
		listen_to_session(&r, last);
	else
		stream_resume(&r, last);
	if (!r.kept)
		reply(&r);
}

void
mcp_http_delete(struct http_req *req)
{
	struct rpc r = rpc_of(req);
	struct err e = ERR_INIT;

	if (!find_session(&r))
		return;
	if (mcp_session_end(&r, &e) < 0)
		http_reply_error(req, &e);
	else
		http_reply(req, 204, NULL);
}
