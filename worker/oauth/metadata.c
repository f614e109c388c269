/* What the server publishes of itself: RFC 8414, OpenID Connect Discovery's
 * place for the same, RFC 9728, and its keys. */

#include "auth/jwk.h"
#include "oauth/oauth_impl.h"

#define JSON_TYPE "application/json"
#define CACHE	  "public, max-age=300"

/* What is written: anybody may keep it, and ask whether it is the same. */
static void
publish(struct http_req *req)
{
	http_add_header(req, "Cache-Control", CACHE);
	http_reply_tagged(req, JSON_TYPE);
}

static void
write_list(struct jsonw *w, const char *key, const char *const *list, size_t n)
{
	jsonw_kv_array(w, key);
	for (size_t i = 0; i < n; i++)
		jsonw_cstr(w, list[i]);
	jsonw_end_array(w);
}

static void
write_scopes(struct jsonw *w, uint32_t scopes)
{
	jsonw_kv_array(w, "scopes_supported");
	for (unsigned i = 0; i < SCOPE_COUNT; i++) {
		if ((scopes & 1u << i) != 0)
			jsonw_cstr(w, scope_name(i));
	}
	jsonw_end_array(w);
}

static void
write_algs(struct jsonw *w, const char *key)
{
	jsonw_kv_array(w, key);
	for (enum jws_alg i = 0; i < JWS_ALG_COUNT; i++)
		jsonw_cstr(w, jws_alg_name(i));
	jsonw_end_array(w);
}

/* How clients prove themselves at an endpoint, and what they sign by (RFC 8414
 * section 2 wants that beside private_key_jwt). */
static void
write_auth(struct jsonw *w, struct http_req *req, const char *endpoint,
    enum client_auth first)
{
	struct arena *a = http_arena(req);

	jsonw_kv_array(
	    w, arena_printf(a, "%s_endpoint_auth_methods_supported", endpoint));
	for (enum client_auth i = first; i < CLIENT_AUTH_COUNT; i++)
		jsonw_cstr(w, client_auth_name(i));
	jsonw_end_array(w);
	write_algs(
	    w, arena_printf(a, "%s_endpoint_auth_signing_alg_values_supported",
		   endpoint));
}

static void
write_endpoints(struct jsonw *w, const struct oauth *o, struct http_req *req)
{
	const struct {
		const char *key;
		const char *path;
	} endpoints[] = {
		{ "authorization_endpoint", AUTHORIZE_PATH },
		{ "token_endpoint", TOKEN_PATH },
		{ "pushed_authorization_request_endpoint", PAR_PATH },
		{ "revocation_endpoint", REVOKE_PATH },
		{ "introspection_endpoint", INTROSPECT_PATH },
		{ "jwks_uri", JWKS_PATH },
	};

	jsonw_kv_cstr(w, "issuer", site_of(req, conf_of(o)));
	for (size_t i = 0; i < ARRAY_LEN(endpoints); i++)
		jsonw_kv_cstr(
		    w, endpoints[i].key, oauth_url(o, req, endpoints[i].path));
	if (strcmp(conf_of(o)->client_registration, "open") == 0)
		jsonw_kv_cstr(w, "registration_endpoint",
		    oauth_url(o, req, REGISTER_PATH));
}

static void
write_abilities(struct jsonw *w, const struct oauth *o, struct http_req *req)
{
	static const char *const responses[] = { "code" };
	static const char *const modes[] = { "query" };
	static const char *const grants[] = { "authorization_code",
		"refresh_token", "client_credentials" };
	static const char *const challenges[] = { "S256" };

	write_scopes(w, ((uint32_t)1 << SCOPE_COUNT) - 1);
	write_list(w, "response_types_supported", responses, 1);
	write_list(w, "response_modes_supported", modes, 1);
	write_list(w, "grant_types_supported", grants, ARRAY_LEN(grants));
	write_list(w, "code_challenge_methods_supported", challenges, 1);
	write_auth(w, req, "token", CLIENT_AUTH_NONE);
	write_auth(w, req, "revocation", CLIENT_AUTH_NONE);
	/* Who proves nothing learns nothing there. */
	write_auth(w, req, "introspection", CLIENT_AUTH_NONE + 1);
	write_algs(w, "dpop_signing_alg_values_supported");
	jsonw_kv_bool(
	    w, "authorization_response_iss_parameter_supported", true);
	jsonw_kv_bool(w, "require_pushed_authorization_requests", false);
	jsonw_kv_bool(w, "client_id_metadata_document_supported",
	    strcmp(conf_of(o)->client_documents, "open") == 0);
}

static void
begin(struct http_req *req, struct jsonw *w)
{
	jsonw_init(w, http_out(req));
	jsonw_object(w);
}

static void
finish(struct http_req *req, struct jsonw *w)
{
	jsonw_end_object(w);
	jsonw_done(w);
	publish(req);
}

static void
write_server(struct http_req *req, struct jsonw *w)
{
	struct oauth *o = oauth_of(req);

	begin(req, w);
	write_endpoints(w, o, req);
	write_abilities(w, o, req);
	jsonw_kv_array(w, "protected_resources");
	jsonw_cstr(w, site_resource(req, conf_of(o), STR("/mcp")));
	jsonw_cstr(w, site_of(req, conf_of(o)));
	jsonw_end_array(w);
}

void
oauth_http_server_metadata(struct http_req *req)
{
	struct jsonw w;

	write_server(req, &w);
	finish(req, &w);
}

/* Clients that look here want members of OpenID Connect to be there.  We give
 * out no ID tokens, as the list of response types and scopes says. */
void
oauth_http_openid_metadata(struct http_req *req)
{
	static const char *const subjects[] = { "public" };
	static const char *const algs[] = { "ES256" };
	struct jsonw w;

	write_server(req, &w);
	write_list(&w, "subject_types_supported", subjects, 1);
	write_list(&w, "id_token_signing_alg_values_supported", algs, 1);
	finish(req, &w);
}

void
oauth_http_resource_metadata(struct http_req *req)
{
	static const char *const bearer[] = { "header" };
	struct oauth *o = oauth_of(req);
	bool of_mcp = str_ends(http_path(req), STR("/mcp"));
	struct jsonw w;

	begin(req, &w);
	jsonw_kv_cstr(&w, "resource",
	    site_resource(req, conf_of(o), of_mcp ? STR("/mcp") : STR("/")));
	jsonw_kv_array(&w, "authorization_servers");
	jsonw_cstr(&w, site_of(req, conf_of(o)));
	jsonw_end_array(&w);
	write_scopes(&w, SCOPES_DEFAULT);
	write_list(&w, "bearer_methods_supported", bearer, 1);
	write_algs(&w, "dpop_signing_alg_values_supported");
	jsonw_kv_cstr(&w, "jwks_uri", oauth_url(o, req, JWKS_PATH));
	jsonw_kv_cstr(&w, "resource_name", "Pierre fitness data");
	/* The first page says how to connect. */
	jsonw_kv_cstr(&w, "resource_documentation", oauth_url(o, req, "/"));
	finish(req, &w);
}

void
oauth_http_jwks(struct http_req *req)
{
	struct oauth *o = oauth_of(req);
	struct err e = ERR_INIT;

	if (jwt_keys_write(o->parts.keys, http_out(req), &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	publish(req);
}
