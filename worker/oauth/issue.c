/* Access tokens (RFC 9068) and the answer that carries them. */

#include "oauth/oauth_impl.h"

static void
write_standard(struct jsonw *w, struct oauth *o, struct http_req *req,
    const struct issue *i)
{
	int64_t now_s = clock_wall_us() / US_PER_S;
	struct uuid id = uuid_new();
	struct buf scopes = BUF_INIT;

	jsonw_kv_cstr(w, "iss", site_of(req, conf_of(o)));
	jsonw_kv_uuid(w, "sub", &i->owner.user_id);
	jsonw_kv_cstr(w, "aud", i->audience);
	jsonw_kv_cstr(w, "client_id", i->client->row.client_id);
	jsonw_kv_int(w, "iat", now_s);
	jsonw_kv_int(w, "exp", now_s + jwt_lifetime_us(conf_of(o)) / US_PER_S);
	jsonw_kv_uuid(w, "jti", &id);
	scope_format(&scopes, i->scopes);
	jsonw_kv_str(w, "scope", buf_str(&scopes));
	buf_free(&scopes);
}

/* By these a token is held against what it came from. */
static void
write_own(struct jsonw *w, const struct issue *i)
{
	jsonw_kv_uuid(w, "tid", &i->owner.tenant_id);
	if (!uuid_is_zero(&i->grant))
		jsonw_kv_uuid(w, "gid", &i->grant);
	jsonw_kv_uuid(w, "cid", &i->client->row.id);
	jsonw_kv_int(w, "rev", (int64_t)i->epoch);
	if (i->client->meta.toolset[0] != '\0')
		jsonw_kv_cstr(w, "toolset", i->client->meta.toolset);
	if (i->is_admin) {
		jsonw_kv_array(w, "roles");
		jsonw_cstr(w, "admin");
		jsonw_end_array(w);
	}
	if (i->jkt[0] != '\0') {
		jsonw_kv_object(w, "cnf");
		jsonw_kv_cstr(w, "jkt", i->jkt);
		jsonw_end_object(w);
	}
}

int
issue_token(struct oauth *o, struct http_req *req, const struct issue *i,
    struct buf *out, struct err *e)
{
	struct buf claims = BUF_INIT;
	struct jsonw w;
	int rc;

	jsonw_init(&w, &claims);
	jsonw_object(&w);
	write_standard(&w, o, req, i);
	write_own(&w, i);
	jsonw_end_object(&w);
	jsonw_done(&w);
	rc = jwt_sign(o->parts.keys, ACCESS_TYP, buf_str(&claims), out, e);
	buf_free(&claims);
	return rc;
}

int
issue_answer(struct oauth *o, struct http_req *req, const struct issue *i,
    const char *refresh, struct buf *out, struct err *e)
{
	struct buf token = BUF_INIT, scopes = BUF_INIT;
	struct jsonw w;
	int rc = issue_token(o, req, i, &token, e);

	if (rc == 0) {
		scope_format(&scopes, i->scopes);
		jsonw_init(&w, out);
		jsonw_object(&w);
		jsonw_kv_str(&w, "access_token", buf_str(&token));
		jsonw_kv_cstr(
		    &w, "token_type", i->jkt[0] != '\0' ? "DPoP" : "Bearer");
		jsonw_kv_int(
		    &w, "expires_in", jwt_lifetime_us(conf_of(o)) / US_PER_S);
		if (refresh != NULL)
			jsonw_kv_cstr(&w, "refresh_token", refresh);
		jsonw_kv_str(&w, "scope", buf_str(&scopes));
		jsonw_end_object(&w);
		jsonw_done(&w);
	}
	buf_wipe(&token);
	buf_free(&scopes);
	return rc;
}
