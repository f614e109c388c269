#include "oauth/connected.h"

#include "auth/scope.h"
#include "oauth/oauth_impl.h"

/* --- who is let in ------------------------------------------------------- */

static void
add_grant(struct connection *c, const struct connected_client *one)
{
	uint32_t scopes;

	if (scope_parse(str_of(one->scopes), &scopes, NULL) == 0)
		c->scopes |= scopes;
	c->client.since_us = MIN(c->client.since_us, one->since_us);
	c->client.used_us = MAX(c->client.used_us, one->used_us);
}

int
connections_list(struct db *db, struct arena *a, const struct owner *o,
    struct connection **list_r, size_t *n_r, struct err *e)
{
	struct connected_client *all;
	struct connection *list;
	size_t n, used = 0;

	if (grants_connected(db, a, o, &all, &n, e) < 0)
		return -1;
	list = arena_many(a, n, struct connection);
	for (size_t i = 0; i < n; i++) {
		/* Those of a client stand side by side. */
		if (used == 0 ||
		    !uuid_eq(&list[used - 1].client.id, &all[i].id))
			list[used++] = (struct connection){ .client = all[i] };
		add_grant(&list[used - 1], &all[i]);
	}
	*list_r = list;
	*n_r = used;
	return 0;
}

/* --- who does something to them ------------------------------------------ */

struct client_deed
client_deed_of(struct http_req *req)
{
	const struct oauth *o = oauth_of(req);

	return (struct client_deed){ .db = o->parts.db,
		.audit = o->audit,
		.arena = http_arena(req),
		.from = origin_of(req) };
}

/* --- what they say of themselves ----------------------------------------- */

struct saying {
	const struct client_deed *deed;
	struct oauth_client *row;
	enum audit_action action;
	const char *how;
};

static int
note_saying(struct db *tx, const struct saying *s, struct err *e)
{
	const struct client_deed *d = s->deed;
	char id[UUID_TEXT_LEN + 1];
	struct audit_note note = { .action = s->action,
		.subject = s->row->acts_for,
		.object = id,
		.detail = s->how };

	uuid_format(&s->row->id, id);
	return audit_note(d->audit, tx, d->arena, &d->from, &note, e);
}

static int
add(struct db *tx, void *arg, struct err *e)
{
	struct saying *s = arg;

	if (oauth_clients_insert(tx, s->deed->arena, s->row, e) < 0)
		return -1;
	return note_saying(tx, s, e);
}

int
client_add(const struct client_deed *d, struct oauth_client *row, struct err *e)
{
	struct saying s = { d, row, AUDIT_CLIENT_REGISTER,
		client_kind_name(row->kind) };

	return db_write(d->db, add, &s, e);
}

static int
update(struct db *tx, void *arg, struct err *e)
{
	struct saying *s = arg;
	int rc = oauth_clients_update(tx, s->deed->arena, s->row, e);

	return rc > 0 && s->how != NULL ? note_saying(tx, s, e) : MIN(rc, 0);
}

int
client_update(const struct client_deed *d, struct oauth_client *row,
    const char *how, struct err *e)
{
	struct saying s = { d, row, AUDIT_CLIENT_CHANGE, how };

	return db_write(d->db, update, &s, e);
}

/* --- what is done to them ------------------------------------------------ */

enum what { DISCONNECT, SET, DELETE };

struct work {
	const struct client_deed *deed;
	enum what what;
	struct owner owner; /* DISCONNECT */
	bool verified, disabled;
	int rc;
};

static int
change(struct db *tx, const struct work *w, struct err *e)
{
	const struct client_deed *d = w->deed;

	switch (w->what) {
	case DISCONNECT:
		return grants_revoke_client(
		    tx, d->arena, &w->owner, &d->client, e);
	case SET:
		return oauth_clients_set(
		    tx, d->arena, &d->client, w->verified, w->disabled, e);
	case DELETE:
		break;
	}
	return oauth_clients_delete(tx, d->arena, &d->client, e);
}

static const char *
detail_of(const struct work *w)
{
	if (w->what == DISCONNECT)
		return "all of a client";
	if (w->what == DELETE)
		return "deleted";
	if (w->disabled)
		return "disabled";
	return w->verified ? "verified" : "not verified";
}

static int
run(struct db *tx, void *arg, struct err *e)
{
	struct work *w = arg;
	const struct client_deed *d = w->deed;
	char id[UUID_TEXT_LEN + 1];
	struct audit_note note = {
		.action = w->what == DISCONNECT ? AUDIT_GRANT_REVOKE
						: AUDIT_CLIENT_CHANGE,
		.subject = w->owner,
		.object = id,
		.detail = detail_of(w),
	};

	uuid_format(&d->client, id);
	w->rc = change(tx, w, e);
	if (w->rc <= 0)
		return w->rc;
	return audit_note(d->audit, tx, d->arena, &d->from, &note, e);
}

static int
do_work(struct work *w, struct err *e)
{
	return db_write(w->deed->db, run, w, e) < 0 ? -1 : w->rc;
}

int
client_disconnect(
    const struct client_deed *d, const struct owner *o, struct err *e)
{
	struct work w = { .deed = d, .what = DISCONNECT, .owner = *o };

	return do_work(&w, e);
}

int
client_set(
    const struct client_deed *d, bool verified, bool disabled, struct err *e)
{
	struct work w = { .deed = d,
		.what = SET,
		.verified = verified,
		.disabled = disabled };

	return do_work(&w, e);
}

int
client_delete(const struct client_deed *d, struct err *e)
{
	struct work w = { .deed = d, .what = DELETE };

	return do_work(&w, e);
}
