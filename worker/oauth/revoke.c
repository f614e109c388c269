/* Revocation (RFC 7009) and introspection (RFC 7662).  A client is told of its
 * own tokens only. */

#include "oauth/oauth_impl.h"

#define JSON_TYPE "application/json"

/* --- refresh tokens ------------------------------------------------------ */

/* 1 it is this client's, 0, -1.  What is nobody's takes as long as what is
 * another's. */
static int
find_refresh(struct oauth *o, struct arena *a, const struct client *client,
    struct str token, struct refresh_token *r, struct grant_holder *h,
    struct err *e)
{
	uint8_t hash[OAUTH_HASH_BYTES];
	int rc;

	oauth_hash(o, token, hash);
	rc = refresh_find(o->parts.db, a, hash, r, e);
	if (rc == 0)
		r->grant = uuid_new();
	if (rc >= 0)
		rc = grants_find(o->parts.db, a, &r->grant, h, e);
	if (rc <= 0)
		return rc;
	return uuid_eq(&h->grant.client, &client->row.id);
}

/* --- revocation ---------------------------------------------------------- */

static int
end_grant(struct oauth *o, struct http_req *req, const struct grant *g,
    struct fault *f)
{
	struct ending n = ending_of(o, req, g, AUDIT_GRANT_REVOKE);

	return grant_end_now(&n, f);
}

static int
revoke_refresh(struct oauth *o, struct http_req *req,
    const struct client *client, struct str token, struct fault *f)
{
	struct arena *a = http_arena(req);
	struct err e = ERR_INIT;
	struct refresh_token r;
	struct grant_holder h;
	int rc = find_refresh(o, a, client, token, &r, &h, &e);

	if (rc < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	return rc > 0 ? end_grant(o, req, &h.grant, f) : 0;
}

/* The grant goes with it: the client says that it wants no more. */
static int
revoke_access(struct oauth *o, struct http_req *req,
    const struct client *client, struct str token, struct fault *f)
{
	struct err e = ERR_INIT;
	struct grant g;
	struct who who;
	struct jws j;
	int rc = bearer_prove(o, req, token, true, &j, &who, &e);

	if (rc < 0 && e.code != ERR_UNAUTHENTICATED)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	if (rc < 0 ||
	    strcmp(jws_claim(&j, "client_id"), client->row.client_id) != 0)
		return 0;
	if (jws_claim(&j, "gid")[0] == '\0')
		return fault_set(f, FAULT_UNSUPPORTED_TOKEN,
		    "a token of a client's own credentials only expires");
	g.owner = (struct owner){ who.tenant_id, who.user_id };
	g.id = who.token_id;
	return end_grant(o, req, &g, f);
}

void
oauth_http_revoke(struct http_req *req)
{
	struct oauth *o = oauth_of(req);
	const struct client *client;
	struct form form;
	struct fault f;
	struct str token;
	int rc = oauth_read_form(o, req, &form, &client, &f);

	token = rc == 0 ? form_str(&form, "token") : STR("");
	if (rc == 0 && token.n == 0)
		rc = fault_set(&f, FAULT_INVALID_REQUEST, "token is missing");
	if (rc == 0)
		rc = opaque_is(OPAQUE_REFRESH, token)
			 ? revoke_refresh(o, req, client, token, &f)
			 : revoke_access(o, req, client, token, &f);
	if (rc < 0)
		fault_reply(req, &f);
	else
		http_reply(req, 200, NULL);
}

/* --- introspection ------------------------------------------------------- */

/* A list where there are several (RFC 7519 section 4.1.3). */
static void
write_audience(struct jsonw *w, const char *resources)
{
	struct str rest, one = str_cut(str_of(resources), ' ', &rest);

	if (rest.p == NULL) {
		jsonw_kv_str(w, "aud", one);
		return;
	}
	jsonw_kv_array(w, "aud");
	jsonw_str(w, one);
	while (rest.p != NULL)
		jsonw_str(w, str_cut(rest, ' ', &rest));
	jsonw_end_array(w);
}

static void
write_refresh(struct jsonw *w, struct oauth *o, struct http_req *req,
    const struct client *client, const struct refresh_token *r,
    const struct grant *g)
{
	jsonw_kv_bool(w, "active", true);
	jsonw_kv_cstr(w, "client_id", client->row.client_id);
	jsonw_kv_cstr(w, "scope", g->scopes);
	jsonw_kv_uuid(w, "sub", &g->owner.user_id);
	write_audience(w, g->resource);
	jsonw_kv_cstr(w, "iss", site_of(req, conf_of(o)));
	jsonw_kv_int(w, "iat", g->created_us / US_PER_S);
	jsonw_kv_int(w, "exp", r->expires_us / US_PER_S);
}

static int
tell_refresh(struct oauth *o, struct http_req *req, const struct client *client,
    struct str token, struct jsonw *w, struct fault *f)
{
	struct err e = ERR_INIT;
	struct refresh_token r;
	struct grant_holder h;
	struct fault no;
	int rc = find_refresh(o, http_arena(req), client, token, &r, &h, &e);

	if (rc < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	if (rc == 0 || r.rotated_us != 0 || r.expires_us <= clock_wall_us() ||
	    grant_judge(&h, client, &no) < 0)
		return 0;
	write_refresh(w, o, req, client, &r, &h.grant);
	return 1;
}

static void
write_access(struct jsonw *w, const struct jws *j)
{
	static const char *const names[] = { "scope", "client_id", "sub", "aud",
		"iss", "exp", "iat", "jti", "cnf" };
	bool bound = json_get(j->claims, "cnf") != NULL;

	jsonw_kv_bool(w, "active", true);
	jsonw_kv_cstr(w, "token_type", bound ? "DPoP" : "Bearer");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const cJSON *item = json_get(j->claims, names[i]);

		if (item == NULL)
			continue;
		jsonw_key(w, names[i]);
		jsonw_tree(w, item);
	}
}

static int
tell_access(struct oauth *o, struct http_req *req, const struct client *client,
    struct str token, struct jsonw *w, struct fault *f)
{
	struct err e = ERR_INIT;
	struct who who;
	struct jws j;
	int rc = bearer_prove(o, req, token, true, &j, &who, &e);

	if (rc < 0 && e.code != ERR_UNAUTHENTICATED)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	if (rc < 0 || jws_claim_time_us(&j, "exp") <= clock_wall_us() ||
	    strcmp(jws_claim(&j, "client_id"), client->row.client_id) != 0)
		return 0;
	write_access(w, &j);
	return 1;
}

/* Whoever may ask proves itself: a client that anybody can name learns
 * nothing. */
static int
check_asker(const struct client *client, struct fault *f)
{
	return client->meta.auth != CLIENT_AUTH_NONE
		   ? 0
		   : fault_set(f, FAULT_INVALID_CLIENT,
			 "introspection is for clients with credentials");
}

void
oauth_http_introspect(struct http_req *req)
{
	struct oauth *o = oauth_of(req);
	const struct client *client;
	struct form form;
	struct fault f;
	struct jsonw w;
	struct str token;
	int rc = oauth_read_form(o, req, &form, &client, &f);

	if (rc < 0 || check_asker(client, &f) < 0) {
		fault_reply(req, &f);
		return;
	}
	token = form_str(&form, "token");
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	rc = opaque_is(OPAQUE_REFRESH, token)
		 ? tell_refresh(o, req, client, token, &w, &f)
		 : tell_access(o, req, client, token, &w, &f);
	if (rc < 0) {
		fault_reply(req, &f);
		return;
	}
	if (rc == 0)
		jsonw_kv_bool(&w, "active", false);
	jsonw_end_object(&w);
	jsonw_done(&w);
	http_reply(req, 200, JSON_TYPE);
}
