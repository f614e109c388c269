/* What is refused to clients, noted in the audit trail: only of clients and
 * grants that there are, so that nobody fills it with names he made up. */

#include "base/log.h"
#include "oauth/oauth_impl.h"
#include "oauth/scarce.h"

/* A client that goes on with a token that has ended is noted five times at
 * once, and then once a minute. */
static const struct limit_rate note_rate = { 60 * US_PER_S, 5 };

void
refusal_note(struct oauth *o, struct http_req *req, struct audit_note n)
{
	struct origin from = origin_of(req);
	struct err e = ERR_INIT;

	n.refused = true;
	if (audit_note_alone(
		o->audit, o->parts.db, http_arena(req), &from, &n, &e) < 0)
		log_err(LOG_WARN, "oauth", "noting a refusal", &e);
}

void
refusal_of_client(struct oauth *o, struct http_req *req,
    const struct oauth_client *c, const char *by)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&c->id, id);
	refusal_note(o, req,
	    (struct audit_note){ .action = AUDIT_CLIENT_PROVE,
		.subject = c->acts_for,
		.object = id,
		.detail = by });
}

static bool
may_note(struct oauth *o, const char *id)
{
	struct shm *shm = o->parts.shm;

	return limits_take(shm_limits(shm),
	    scarce_key(shm, SCARCE_NOTE, str_of(id)), &note_rate,
	    clock_mono_us())
	    .allowed;
}

void
refusal_of_grant(struct oauth *o, struct http_req *req,
    const struct shown_grant *g, const char *why)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&g->id, id);
	if (may_note(o, id))
		refusal_note(o, req,
		    (struct audit_note){ .action = AUDIT_GRANT_EXCHANGE,
			.subject = g->owner,
			.object = id,
			.detail = why });
}
