/* /api/oauth/grants: the clients that a person lets in, and their end. */

#include "app.h"
#include "oauth/connected.h"
#include "rest/account_json.h"
#include "rest/rest.h"

static void
connection_json(struct jsonw *w, const struct connection *c)
{
	struct buf scopes = BUF_INIT;

	scope_format(&scopes, c->scopes);
	jsonw_object(w);
	jsonw_kv_uuid(w, "id", &c->client.id);
	jsonw_kv_cstr(w, "client_id", c->client.client_id);
	jsonw_kv_cstr(w, "client_name", c->client.name);
	jsonw_kv_bool(w, "verified", c->client.is_verified);
	jsonw_kv_str(w, "scope", buf_str(&scopes));
	jsonw_key(w, "granted_at");
	jsonw_instant(w, c->client.since_us);
	jsonw_key(w, "last_used_at");
	jsonw_instant(w, c->client.used_us);
	jsonw_end_object(w);
	buf_free(&scopes);
}

void
rest_grants(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct owner o = owner_of_request(req);
	struct err e = ERR_INIT;
	struct connection *list;
	struct jsonw w;
	size_t n;

	if (check_first_party(req, &e) < 0 ||
	    connections_list(app->db, http_arena(req), &o, &list, &n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	jsonw_init(&w, http_out(req));
	jsonw_object(&w);
	jsonw_kv_array(&w, "grants");
	for (size_t i = 0; i < n; i++)
		connection_json(&w, &list[i]);
	jsonw_end_array(&w);
	jsonw_end_object(&w);
	jsonw_done(&w);
	reply_private(req, 200);
}

void
rest_grant_revoke(struct http_req *req)
{
	struct client_deed d = client_deed_of(req);
	struct err e = ERR_INIT;
	struct owner o;
	int rc = begin_end(req, &o, &d.client, &e);

	if (rc == 0)
		rc = client_disconnect(&d, &o, &e);
	reply_ended(req, rc, "you let in no such client", &e);
}
