/* Grants that end before their time. */

#include "base/log.h"
#include "oauth/oauth_impl.h"
#include "shm/metrics.h"

static const char *const reused[REUSED_COUNT] = {
	[REUSED_CODE] = "code",
	[REUSED_REFRESH] = "refresh",
};

void
reused_init(void)
{
	metrics_label(M_oauth_reuse_total, 0, reused, REUSED_COUNT);
}

void
reused_tell(const struct client *client, enum reused what)
{
	metric_add(M_oauth_reuse_total, what, 0, 1);
	log_with(LOG_WARN, "oauth",
	    what == REUSED_CODE
		? "a code was shown twice; its grant ended"
		: "a refresh token was shown again; its grant ended",
	    F_STR("client_id", client->row.client_id));
}

struct ending
ending_of(struct oauth *o, struct http_req *req, const struct grant *g,
    enum audit_action why)
{
	return (struct ending){ .o = o,
		.arena = http_arena(req),
		.from = origin_of(req),
		.owner = g->owner,
		.grant = g->id,
		.why = why };
}

int
grant_end(struct db *tx, struct ending *n, struct err *e)
{
	char id[UUID_TEXT_LEN + 1];
	struct audit_note note = {
		.action = n->why, .subject = n->owner, .object = id
	};
	int rc = grants_revoke(tx, n->arena, &n->owner, &n->grant, e);

	n->ended = rc > 0;
	if (rc <= 0)
		return rc;
	uuid_format(&n->grant, id);
	return audit_note(n->o->audit, tx, n->arena, &n->from, &note, e);
}

static int
end(struct db *tx, void *arg, struct err *e)
{
	return grant_end(tx, arg, e);
}

int
grant_end_now(struct ending *n, struct fault *f)
{
	struct err e = ERR_INIT;

	return db_write(n->o->parts.db, end, n, &e) < 0
		   ? fault_err(f, FAULT_SERVER_ERROR, &e)
		   : 0;
}
