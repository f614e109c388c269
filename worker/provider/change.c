/* Changes that a person makes to their activities. */

#include "provider/change.h"

#include "provider/announce.h"

struct change {
	struct arena *arena;
	const struct owner *owner;
	const struct uuid *id;
	const struct uuid *from;	/* of a join */
	const struct change_edit *edit; /* of an edit */
	struct uuid *ids;		/* of a split */
	size_t n;
	int rc; /* 1, or 0 when there is no such activity */
};

static int
announce(struct db *tx, const struct change *c, enum event_kind kind,
    const struct uuid *id, struct err *e)
{
	struct stored_activity sa;
	int rc = activities_get(tx, c->arena, c->owner, id, &sa, e);

	if (rc <= 0)
		return rc;
	return announce_activity(tx, c->arena, c->owner, kind, &sa.activity, e);
}

/* fn runs in the transaction; it sets c->rc. */
static int
run(struct db *db, struct change *c, db_tx_fn *fn, struct err *e)
{
	c->rc = 0;
	return db_write(db, fn, c, e) < 0 ? -1 : c->rc;
}

/* --- editing ------------------------------------------------------------- */

static void
apply(struct stored_activity *sa, const struct change_edit *edit)
{
	struct activity *act = &sa->activity;

	bool titled = strcmp(act->name, sport_type_title(act->sport)) == 0;

	if ((edit->what & EDITED_SPORT) != 0)
		act->sport = edit->sport;
	if (titled)
		act->name = sport_type_title(act->sport);
	if ((edit->what & EDITED_RPE) != 0)
		act->rpe = edit->rpe;
	if ((edit->what & EDITED_NAME) != 0)
		act->name = edit->name[0] != '\0'
				? edit->name
				: sport_type_title(act->sport);
	sa->edited |= edit->what;
	if ((edit->what & EDITED_NAME) != 0 && edit->name[0] == '\0')
		sa->edited &= ~(uint32_t)EDITED_NAME;
}

static int
edit_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct change *c = arg;
	struct stored_activity sa;

	if (recordings_lock(tx, c->arena, c->owner, e) < 0)
		return -1;
	c->rc = activities_get(tx, c->arena, c->owner, c->id, &sa, e);
	if (c->rc <= 0)
		return c->rc;
	apply(&sa, c->edit);
	if (activities_edit(tx, c->arena, c->owner, &sa, e) < 0)
		return -1;
	return announce_activity(
	    tx, c->arena, c->owner, EVENT_ACTIVITY_UPDATED, &sa.activity, e);
}

int
change_edit(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, const struct change_edit *edit, struct err *e)
{
	struct change c = { .arena = a, .owner = o, .id = id, .edit = edit };

	return run(db, &c, edit_in_tx, e);
}

/* --- deleting ------------------------------------------------------------ */

static int
delete_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct change *c = arg;

	if (recordings_lock(tx, c->arena, c->owner, e) < 0)
		return -1;
	c->rc = activities_delete(tx, c->arena, c->owner, c->id, e);
	if (c->rc <= 0)
		return c->rc;
	return announce_deleted(tx, c->arena, c->owner, c->id, e);
}

int
change_delete(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct change c = { .arena = a, .owner = o, .id = id };

	return run(db, &c, delete_in_tx, e);
}

/* --- taking apart and putting together ----------------------------------- */

static int
split_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct change *c = arg;

	c->rc =
	    recordings_split(tx, c->arena, c->owner, c->id, &c->ids, &c->n, e);
	if (c->rc <= 0)
		return c->rc;
	for (size_t i = 0; i < c->n; i++) {
		if (announce(tx, c,
			i == 0 ? EVENT_ACTIVITY_UPDATED : EVENT_NEW_ACTIVITY,
			&c->ids[i], e) < 0)
			return -1;
	}
	return 0;
}

int
change_split(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct uuid **ids_r, size_t *n_r, struct err *e)
{
	struct change c = { .arena = a, .owner = o, .id = id };
	int rc = run(db, &c, split_in_tx, e);

	*ids_r = c.ids;
	*n_r = c.n;
	return rc;
}

static int
join_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct change *c = arg;

	c->rc = recordings_join(tx, c->arena, c->owner, c->id, c->from, e);
	if (c->rc <= 0)
		return c->rc;
	if (announce(tx, c, EVENT_ACTIVITY_UPDATED, c->id, e) < 0)
		return -1;
	return announce_deleted(tx, c->arena, c->owner, c->from, e);
}

int
change_join(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *into, const struct uuid *from, struct err *e)
{
	struct change c = { .arena = a, .owner = o, .id = into, .from = from };

	return run(db, &c, join_in_tx, e);
}
