/* A session is found by its id and the person who shows a token: an id alone
 * proves nothing. */

#include "mcp/mcp_session.h"

#include <stdio.h>

#include "auth/who.h"
#include "base/clock.h"
#include "base/rand.h"
#include "http/http.h"
#include "mcp/client.h"
#include "mcp/mcp_impl.h"
#include "mcp/stdio.h"
#include "store/mcp_sessions.h"
#include "app.h"

#define HEADER	    "Mcp-Session-Id"
#define TOUCH_US    (INT64_C(300) * 1000000)
#define FIRST_LEVEL MCP_LEVEL_INFO

struct owner
rpc_owner(const struct rpc *r)
{
	return (struct owner){ r->who->tenant_id, r->who->user_id };
}

void
mcp_session_topic(const struct mcp_session *s, const char *kind,
    const char *name, char out[EVENT_TOPIC_MAX + 1])
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&s->id, id);
	snprintf(out, EVENT_TOPIC_MAX + 1, "mcp/%s/%s%s", id, kind, name);
}

static void
announce(struct rpc *r)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&r->session->id, id);
	http_add_header(r->http, HEADER, id);
}

int
mcp_session_begin(struct rpc *r, const char *version, const cJSON *capabilities,
    struct err *e)
{
	struct owner o = rpc_owner(r);
	struct mcp_session *s = r->session;
	struct buf abilities = BUF_INIT;
	struct stored_session row;
	int rc;

	if (s == NULL)
		s = r->session = arena_one(r->arena, struct mcp_session);
	s->version = version;
	s->client = client_read(capabilities);
	s->level = FIRST_LEVEL;
	if (r->http == NULL)
		return 0;
	/* An id that sorts by time would tell when others began. */
	rand_bytes(&s->id, sizeof(s->id));
	client_format(&abilities, s->client);
	row = (struct stored_session){ .id = s->id,
		.version = version,
		.abilities = buf_cstr(&abilities),
		.log_level = mcp_level_name(s->level) };
	rc = mcp_sessions_insert(r->app->db, r->arena, &o, &row, e);
	buf_free(&abilities);
	if (rc == 0)
		announce(r);
	return rc;
}

static const char *
known_version(const char *name)
{
	return era_negotiate(str_of(name));
}

static void
fill(struct rpc *r, const struct stored_session *row)
{
	struct mcp_session *s = arena_one(r->arena, struct mcp_session);

	s->id = row->id;
	s->version = known_version(row->version);
	s->client = client_parse(str_of(row->abilities));
	s->level = mcp_level_find(str_of(row->log_level));
	r->session = s;
	r->client = s->client;
}

static int
refuse_session(struct rpc *r)
{
	rpc_error(r, 404, RPC_INVALID_REQUEST,
	    "there is no such session: begin one with initialize");
	return -1;
}

int
mcp_session_find(struct rpc *r)
{
	struct str header = http_header(r->http, HEADER);
	struct owner o = rpc_owner(r);
	struct stored_session row;
	struct err e = ERR_INIT;
	struct uuid id;
	int rc;

	if (header.p == NULL)
		return 0;
	if (http_header_count(r->http, HEADER) > 1 ||
	    !uuid_parse(str_trim(header), &id))
		return refuse_session(r);
	rc = mcp_sessions_get(r->app->db, r->arena, &o, &id, &row, &e);
	if (rc == 0)
		return refuse_session(r);
	if (rc > 0 && clock_wall_us() - row.touched_us > TOUCH_US &&
	    mcp_sessions_touch(r->app->db, r->arena, &o, &id, &e) < 0)
		rc = -1;
	if (rc < 0) {
		rpc_error_err(r, &e);
		r->status = r->silent ? r->status : err_http_status(e.code);
		return -1;
	}
	fill(r, &row);
	return 1;
}

int
mcp_session_set_level(struct rpc *r, enum mcp_level level, struct err *e)
{
	struct owner o = rpc_owner(r);

	r->session->level = level;
	if (r->http == NULL)
		return 0;
	return mcp_sessions_set_level(r->app->db, r->arena, &o, &r->session->id,
	    mcp_level_name(level), e);
}

/* --- what streams are told ----------------------------------------------- */

struct change {
	struct rpc *rpc;
	const char *uri; /* NULL: the session ends */
	bool on;
};

static struct str
change_text(const struct change *c)
{
	char id[UUID_TEXT_LEN + 1];
	struct buf b = BUF_INIT;
	struct jsonw w;
	struct str s;

	uuid_format(&c->rpc->session->id, id);
	jsonw_init(&w, &b);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "session", id);
	if (c->uri == NULL)
		jsonw_kv_bool(&w, "end", true);
	else
		jsonw_kv_cstr(&w, c->on ? "watch" : "unwatch", c->uri);
	jsonw_end_object(&w);
	s = str_make(arena_memdup(c->rpc->arena, b.p, b.n), b.n);
	buf_free(&b);
	return s;
}

static int
change(struct db *tx, void *arg, struct err *e)
{
	struct change *c = arg;
	struct rpc *r = c->rpc;
	struct owner o = rpc_owner(r);
	int rc;

	if (c->uri == NULL)
		rc = mcp_sessions_delete(tx, r->arena, &o, &r->session->id, e);
	else
		rc = mcp_subscriptions_set(
		    tx, r->arena, &o, &r->session->id, c->uri, c->on, e);
	if (rc < 0)
		return -1;
	return event_log_put(tx, r->arena, &o, EVENT_CHANGES, EVENT_MESSAGE,
	    change_text(c), NULL, e);
}

int
mcp_session_watch(struct rpc *r, const char *uri, bool on, struct err *e)
{
	struct change c = { .rpc = r, .uri = uri, .on = on };

	if (r->http == NULL)
		return stdio_watch(r, uri, on, e);
	return db_write(r->app->db, change, &c, e);
}

int
mcp_session_end(struct rpc *r, struct err *e)
{
	struct change c = { .rpc = r };

	return db_write(r->app->db, change, &c, e);
}
