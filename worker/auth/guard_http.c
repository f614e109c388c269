/* What a request shows of who sent it, and whether its route lets them in. */

#include "auth/guard_impl.h"

#include "auth/jwk.h"
#include "auth/site.h"
#include "http/cookie.h"

#define DPOP "DPoP"

static bool
is_by_proof(struct http_req *req)
{
	struct str rest, value = str_trim(http_header(req, "Authorization"));

	return str_ieq(str_cut(value, ' ', &rest), STR(DPOP));
}

static void
write_algs(struct buf *out)
{
	buf_adds(out, ", algs=\"");
	for (enum jws_alg i = 0; i < JWS_ALG_COUNT; i++)
		buf_printf(out, "%s%s", i > 0 ? " " : "", jws_alg_name(i));
	buf_addc(out, '"');
}

void
guard_challenge(
    struct guard *g, struct http_req *req, const char *error, uint32_t scopes)
{
	bool of_mcp = str_is(http_path(req), "/mcp");
	bool by_proof = is_by_proof(req);
	struct buf b = BUF_INIT;

	buf_printf(&b,
	    "%s realm=\"pierre\", resource_metadata=\"%s/.well-known/"
	    "oauth-protected-resource%s\"",
	    by_proof ? DPOP : "Bearer", site_of(req, g->conf),
	    of_mcp ? "/mcp" : "");
	if (by_proof)
		write_algs(&b);
	if (error != NULL)
		buf_printf(&b, ", error=\"%s\"", error);
	buf_adds(&b, ", scope=\"");
	scope_format(&b, scopes != 0 ? scopes : SCOPES_DEFAULT);
	buf_addc(&b, '"');
	http_add_header_str(req, "WWW-Authenticate", buf_str(&b));
	buf_free(&b);
}

/* What Authorization carries; X-API-Key is another way to say Bearer. */
struct credentials {
	struct str scheme;
	struct str token;
};

/* 1, 0 when there is no such header, -1. */
static int
find_credentials(struct http_req *req, struct credentials *c, struct err *e)
{
	struct str value = http_header(req, "Authorization");
	struct str key = http_header(req, "X-API-Key");

	if (value.p == NULL && key.p == NULL)
		return 0;
	if (http_header_count(req, "Authorization") +
		http_header_count(req, "X-API-Key") >
	    1) {
		refused_count(REFUSED_MALFORMED);
		return err_set(e, ERR_INVALID,
		    "Authorization or X-API-Key stands more than once");
	}
	if (key.p != NULL) {
		*c = (struct credentials){ STR("Bearer"), str_trim(key) };
		return 1;
	}
	c->scheme = str_cut(str_trim(value), ' ', &c->token);
	c->token = str_trim(c->token);
	return 1;
}

static int
prove_header(struct guard *g, struct http_req *req, const struct credentials *c,
    struct who *who, const char **error_r, struct err *e)
{
	bool wait = fiber_self() != NULL, bearer;

	bearer = str_ieq(c->scheme, STR("Bearer"));
	if (g->jwt != NULL && c->token.n > 0 &&
	    (str_ieq(c->scheme, STR(DPOP)) ||
		(bearer && !str_starts(c->token, STR("pmcp_")))))
		return g->jwt(g->jwt_arg, req, c->scheme, c->token, wait, who,
		    error_r, e);
	if (!bearer || c->token.n == 0)
		return guard_refuse(REFUSED_MALFORMED,
		    "Authorization is not a bearer token", e);
	return guard_prove(g, c->token, wait, who, e);
}

/* By the cookie: 1 and *who, 0 has to wait, -1; ERR_UNAUTHENTICATED when there
 * is none that is good. */
static int
prove_cookie(
    struct guard *g, struct http_req *req, struct who *who, struct err *e)
{
	struct str token;

	if (http_cookie(req, "session", &token) == 0 ||
	    !opaque_is(OPAQUE_SESSION, token))
		return err_set(e, ERR_UNAUTHENTICATED, "nobody is signed in");
	return guard_prove_as(g, OPAQUE_SESSION, token, http_peer(req),
	    fiber_self() != NULL, who, e);
}

static int
check_rights(struct guard *g, struct http_req *req,
    const struct http_route *route, const struct who *who, struct err *e)
{
	struct buf missing = BUF_INIT;

	if ((route->access == HTTP_ADMIN || route->access == HTTP_PAGE_ADMIN) &&
	    who->role != ROLE_ADMIN)
		return guard_refuse(
		    REFUSED_ROLE, "only administrators may do this", e);
	if ((route->scopes & ~who->scopes) == 0)
		return 0;
	refused_count(REFUSED_SCOPE);
	guard_challenge(g, req, "insufficient_scope", route->scopes);
	scope_format(&missing, route->scopes & ~who->scopes);
	err_set(e, ERR_DENIED, "the access token lacks the scope %s",
	    buf_cstr(&missing));
	buf_free(&missing);
	return -1;
}

static int
admit(struct guard *g, struct http_req *req, const struct http_route *route,
    const struct who *who, struct err *e)
{
	char id[UUID_TEXT_LEN + 1];

	/* In the access log of refusals too. */
	uuid_format(&who->user_id, id);
	http_log_str(req, "user_id", str_of(id));
	http_set_who(req, arena_memdup(http_arena(req), who, sizeof(*who)));
	return check_rights(g, req, route, who, e);
}

/* A page: the cookie alone counts, and one that is no good is none. */
static int
guard_page(struct guard *g, struct http_req *req,
    const struct http_route *route, struct err *e)
{
	struct err mine = ERR_INIT;
	struct who who;
	int rc = prove_cookie(g, req, &who, &mine);

	if (rc > 0)
		return admit(g, req, route, &who, e);
	if (rc == 0)
		return 1;
	if (mine.code == ERR_UNAUTHENTICATED && route->access == HTTP_PAGE_OPEN)
		return 0;
	*e = mine;
	return -1;
}

/* Who shows no token: a browser's session counts, except for /mcp, which no
 * page of ours calls. */
static int
guard_tokenless(struct guard *g, struct http_req *req,
    const struct http_route *route, struct err *e)
{
	struct err mine = ERR_INIT;
	struct who who;
	int rc = -1;

	if (route->limit != HTTP_LIMIT_MCP)
		rc = prove_cookie(g, req, &who, &mine);
	if (rc > 0)
		return admit(g, req, route, &who, e);
	if (rc == 0)
		return 1;
	if (mine.code != ERR_NONE && mine.code != ERR_UNAUTHENTICATED) {
		*e = mine;
		return -1;
	}
	if (route->access == HTTP_OPTIONAL)
		return 0;
	guard_challenge(g, req, NULL, 0);
	return guard_refuse(REFUSED_MISSING, "an access token is needed", e);
}

int
guard_http(struct guard *g, struct http_req *req,
    const struct http_route *route, struct err *e)
{
	const char *error = "invalid_token";
	struct err mine = ERR_INIT;
	struct credentials c;
	struct who who;
	int rc;

	if (route->access == HTTP_PUBLIC)
		return 0;
	if (route->access >= HTTP_PAGE_OPEN)
		return guard_page(g, req, route, e);
	rc = find_credentials(req, &c, &mine);
	if (rc == 0)
		return guard_tokenless(g, req, route, e);
	if (rc > 0)
		rc = prove_header(g, req, &c, &who, &error, &mine);
	if (rc > 0)
		return admit(g, req, route, &who, e);
	if (rc == 0)
		return 1;
	if (mine.code == ERR_UNAUTHENTICATED)
		guard_challenge(g, req, error, 0);
	else if (mine.code == ERR_INVALID)
		guard_challenge(g, req, "invalid_request", 0);
	*e = mine;
	return -1;
}
