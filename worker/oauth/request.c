/* Reading authorization requests. */

#include "oauth/request.h"

#define CHALLENGE_LEN 43 /* base64url of a SHA-256 */
#define URN	      "urn:ietf:params:oauth:request_uri:"

/* --- where --------------------------------------------------------------- */

/* A parameter that may stand once; "" when it does not stand. */
static int
get(const struct form *form, const char *name, struct str *out, struct fault *f)
{
	return form_get(form, name, out, NULL) < 0
		   ? fault_set(f, FAULT_INVALID_REQUEST,
			 "%s stands more than once", name)
		   : 0;
}

int
request_place(struct oauth *o, struct http_req *req, const struct form *form,
    bool may_fetch, struct auth_request *r, struct fault *f)
{
	struct arena *a = http_arena(req);
	struct str id, redirect;

	memset(r, 0, sizeof(*r));
	if (get(form, "client_id", &id, f) < 0 ||
	    get(form, "redirect_uri", &redirect, f) < 0 ||
	    get(form, "state", &r->state, f) < 0)
		return -1;
	if (id.n == 0)
		return fault_set(
		    f, FAULT_INVALID_REQUEST, "client_id is missing");
	if (r->state.n > STATE_MAX)
		return fault_set(f, FAULT_INVALID_REQUEST, "state is too long");
	if (clients_find(o->clients, a, id, may_fetch ? FETCH_ANY : FETCH_NONE,
		&r->client, f) < 0)
		return -1;
	if (redirect.n == 0 && r->client->meta.n_redirects == 1)
		redirect = str_of(r->client->meta.redirect[0]);
	if (!client_has_redirect(r->client, redirect))
		return fault_set(f, FAULT_INVALID_REQUEST,
		    "redirect_uri is none that this client registered");
	r->redirect_uri = arena_strndup(a, redirect.p, redirect.n);
	return 0;
}

const char *
request_answer(struct oauth *o, struct http_req *req,
    const struct auth_request *r, const char *name, struct str value)
{
	struct buf url = BUF_INIT;
	const char *out;

	buf_adds(&url, r->redirect_uri);
	redirect_add(&url, name, value);
	if (r->state.n > 0)
		redirect_add(&url, "state", r->state);
	redirect_add(&url, "iss", str_of(site_of(req, conf_of(o))));
	out = arena_strndup(http_arena(req), url.p, url.n);
	buf_wipe(&url);
	return out;
}

/* --- what ---------------------------------------------------------------- */

static int
check_twice(const struct form *form, struct fault *f)
{
	struct str value;

	for (size_t i = 0; i < form->n; i++) {
		if (str_is(form->field[i].name, "resource"))
			continue;
		if (get(form, form->field[i].name.p, &value, f) < 0)
			return -1;
	}
	return 0;
}

static int
check_type(const struct form *form, struct fault *f)
{
	if (form_str(form, "request").n > 0)
		return fault_set(f, FAULT_REQUEST_NOT_SUPPORTED,
		    "request objects are not taken; use pushed requests");
	if (!str_is(form_str(form, "response_type"), "code"))
		return fault_set(
		    f, FAULT_UNSUPPORTED_RESPONSE, "response_type is not code");
	if (form_str(form, "response_mode").n > 0 &&
	    !str_is(form_str(form, "response_mode"), "query"))
		return fault_set(
		    f, FAULT_INVALID_REQUEST, "response_mode is not query");
	return 0;
}

static bool
is_base64url(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return true;
}

static int
check_challenge(
    const struct form *form, struct auth_request *r, struct fault *f)
{
	struct str challenge = form_str(form, "code_challenge");

	if (!str_is(form_str(form, "code_challenge_method"), "S256"))
		return fault_set(f, FAULT_INVALID_REQUEST,
		    "code_challenge_method is not S256");
	if (challenge.n != CHALLENGE_LEN || !is_base64url(challenge))
		return fault_set(f, FAULT_INVALID_REQUEST,
		    "code_challenge is not the SHA-256 of a verifier");
	r->challenge = challenge.p;
	return 0;
}

/* Names that other servers know and that change nothing here. */
static bool
is_idle_scope(struct str name)
{
	return str_is(name, "offline_access") || str_is(name, "openid");
}

static int
check_scopes(const struct form *form, struct auth_request *r, struct fault *f)
{
	struct str text = form_str(form, "scope"), rest = text;
	uint32_t most = r->client->meta.scopes, one;
	struct err e = ERR_INIT;

	while (rest.p != NULL) {
		struct str name = str_cut(rest, ' ', &rest);

		if (is_idle_scope(name))
			continue;
		if (scope_parse(name, &one, &e) < 0)
			return fault_set(f, FAULT_INVALID_SCOPE, "%s", e.msg);
		r->scopes |= one;
	}
	if (r->scopes == 0)
		r->scopes = SCOPES_DEFAULT & most;
	if ((r->scopes & ~most) != 0 || r->scopes == 0)
		return fault_set(
		    f, FAULT_INVALID_SCOPE, "this client may not ask for that");
	return 0;
}

/* Several may be granted at once; a token is for one of them (RFC 8707). */
static int
check_resource(struct oauth *o, struct http_req *req, const struct form *form,
    struct auth_request *r, struct fault *f)
{
	const char *ours;

	r->resource = "";
	for (size_t i = 0; i < form->n; i++) {
		if (!str_is(form->field[i].name, "resource"))
			continue;
		if (!site_has_resource(
			req, conf_of(o), form->field[i].value, &ours))
			return fault_set(f, FAULT_INVALID_TARGET,
			    "resource is none of this server");
		if (grant_has_resource(r->resource, str_of(ours)))
			continue;
		r->resource = arena_printf(http_arena(req), "%s%s%s",
		    r->resource, r->resource[0] != '\0' ? " " : "", ours);
	}
	if (r->resource[0] == '\0')
		r->resource = site_resource(req, conf_of(o), STR("/mcp"));
	return 0;
}

int
request_check(struct oauth *o, struct http_req *req, const struct form *form,
    bool pushed, struct auth_request *r, struct fault *f)
{
	if (check_twice(form, f) < 0 || check_type(form, f) < 0)
		return -1;
	if ((r->client->meta.grants & CLIENT_GRANT_CODE) == 0)
		return fault_set(f, FAULT_UNAUTHORIZED_CLIENT,
		    "this client may not ask people");
	if (r->client->meta.requires_par && !pushed)
		return fault_set(f, FAULT_INVALID_REQUEST,
		    "this client has to push its requests");
	r->jkt = form_str(form, "dpop_jkt").p;
	r->quiet = str_is(form_str(form, "prompt"), "none");
	if (check_challenge(form, r, f) < 0 || check_scopes(form, r, f) < 0)
		return -1;
	return check_resource(o, req, form, r, f);
}

/* --- pushed before ------------------------------------------------------- */

int
request_unfold(struct oauth *o, struct http_req *req, struct form *form,
    bool *pushed_r, struct fault *f)
{
	struct arena *a = http_arena(req);
	struct oauth_ticket t = { .kind = TICKET_PUSHED };
	struct str uri, id, pushed_by;
	struct err e = ERR_INIT;
	int rc;

	*pushed_r = false;
	if (get(form, "request_uri", &uri, f) < 0 ||
	    get(form, "client_id", &id, f) < 0)
		return -1;
	if (uri.n == 0)
		return 0;
	if (!str_starts(uri, STR(URN)))
		return fault_set(f, FAULT_INVALID_REQUEST_URI,
		    "request_uri is none that was given out here");
	oauth_hash(o,
	    str_make(uri.p + sizeof(URN) - 1, uri.n - (sizeof(URN) - 1)),
	    t.hash);
	rc = tickets_take(o->parts.db, a, &t, &e);
	if (rc < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	if (rc == 0 || form_parse(a, str_of(t.params), form, &e) < 0)
		return fault_set(f, FAULT_INVALID_REQUEST_URI,
		    "request_uri was used, or is too old");
	pushed_by = form_str(form, "client_id");
	if (!str_eq(pushed_by, id))
		return fault_set(f, FAULT_INVALID_REQUEST_URI,
		    "request_uri was given to another client");
	*pushed_r = true;
	return 0;
}
