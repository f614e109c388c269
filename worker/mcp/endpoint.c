/* POST /mcp: one message in, one answer out. */

#include "http/http.h"
#include "mcp/mcp_impl.h"
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
check_single_headers(struct rpc *r)
{
	static const char *const names[] = { "MCP-Protocol-Version",
		"Mcp-Method", "Mcp-Name" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (http_header_count(r->http, names[i]) > 1) {
			rpc_error(r, 400, RPC_HEADER_MISMATCH,
			    "the header %s stands more than once", names[i]);
			return false;
		}
	}
	return true;
}

static void
serve_message(struct rpc *r)
{
	struct era_input in = {
		.has_headers = true,
		.version = http_header(r->http, "mcp-protocol-version"),
		.method = http_header(r->http, "mcp-method"),
		.name = http_header(r->http, "mcp-name"),
	};

	if (check_media_types(r) && check_single_headers(r) &&
	    rpc_read(r, http_body(r->http), &in))
		mcp_serve(r);
}

void
mcp_http(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct rpc r = {
		.app = app,
		.mcp = app->mcp,
		.who = http_who(req),
		.http = req,
		.arena = http_arena(req),
		.out = http_out(req),
		.id = STR("null"),
		.method = METHOD_COUNT,
	};
	struct err gone = ERR_INIT;

	serve_message(&r);
	mcp_observe_request(&r);
	if (!r.silent) {
		http_reply(req, r.status, JSON_TYPE);
	} else if (r.status == 202) {
		http_reply(req, 202, NULL);
	} else {
		err_set(&gone, ERR_CANCELED, "the client went away");
		http_reply_error(req, &gone);
	}
}

void
mcp_http_get(struct http_req *req)
{
	struct err e = ERR_INIT;

	http_add_header(req, "Allow", "POST");
	err_set(&e, ERR_METHOD,
	    "there are no sessions and no streams to open: use POST");
	http_reply_error(req, &e);
}
