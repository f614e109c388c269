/* Activities: writing, and reading the row of one. */

#include "store/activities.h"

#include "base/clock.h"
#include "store/activity_days.h"
#include "store/activity_rows.h"
#include "store/driver.h"

struct insertion {
	struct arena *arena;
	const struct owner *owner;
	struct activity *act;
	const struct stored_load *load;
	bool inserted;
};

static const struct stored_load no_load = {
	.value = VALUE_MISSING,
	.method = "",
	.intensity_factor = VALUE_MISSING,
};

static int
insert_row(struct db *tx, struct insertion *w, struct err *e)
{
	const struct activity *act = w->act;
	const struct stored_load *load = w->load != NULL ? w->load : &no_load;
	struct db_query q;
	unsigned n;

	db_query_init(&q, tx, w->arena, Q_activity_insert);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &act->id);
	db_bind_text(&q, 4, act->provider);
	db_bind_text(&q, 5, act->external_id);
	db_bind_text(&q, 6, act->name);
	db_bind_text(&q, 7, act->device);
	db_bind_text(&q, 8, sport_type_name(act->sport));
	db_bind_time(&q, 9, act->start_us);
	db_bind_int(&q, 10, act->utc_offset_s);
	db_bind_day(&q, 11, act->local_day);
	db_bind_float(&q, 12, act->start_latitude_deg);
	db_bind_float(&q, 13, act->start_longitude_deg);
	db_bind_float(&q, 14, act->rpe);
	n = summary_bind(&q, 15, &act->sum);
	db_bind_float(&q, n, load->value);
	db_bind_text(&q, n + 1, load->method);
	db_bind_float(&q, n + 2, load->intensity_factor);
	db_bind_int(&q, n + 3, load->key);
	db_bind_time(&q, n + 4, clock_wall_us());
	db_bind_text(&q, n + 5, act->gear);
	db_bind_text(&q, n + 6, restricted_format(w->arena, &act->sum));
	if (db_run(&q, e) < 0)
		return -1;
	w->inserted = q.changed > 0;
	return 0;
}

/* What hangs on the row, and the sums that it is counted in. */
static int
write_content(struct db *tx, const struct insertion *w, struct err *e)
{
	const struct activity *act = w->act;

	if (activity_content_insert(tx, w->arena, w->owner, act, e) < 0 ||
	    activity_sums_add(tx, w->arena, w->owner, &act->id, e) < 0)
		return -1;
	return activity_days_refresh(tx, w->arena, w->owner, act->local_day, e);
}

static int
insert_activity(struct db *tx, void *arg, struct err *e)
{
	struct insertion *w = arg;
	struct activity *act = w->act;

	if (insert_row(tx, w, e) < 0)
		return -1;
	if (!w->inserted)
		return activities_exists(tx, w->arena, w->owner, act->provider,
			   act->external_id, &act->id, e) < 0
			   ? -1
			   : 0;
	return write_content(tx, w, e);
}

int
activities_insert(struct db *db, struct arena *a, const struct owner *o,
    struct activity *act, const struct stored_load *load, struct err *e)
{
	struct insertion w = { a, o, act, load, false };

	if (uuid_is_zero(&act->id))
		act->id = uuid_new();
	if (db_atomically(db, insert_activity, &w, e) < 0)
		return -1;
	return w.inserted;
}

int
activities_exists(struct db *db, struct arena *a, const struct owner *o,
    const char *provider, const char *external_id, struct uuid *id_r,
    struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_activity_find);
	owner_bind(&q, o);
	db_bind_text(&q, 3, provider);
	db_bind_text(&q, 4, external_id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	if (id_r != NULL)
		*id_r = db_get_uuid(&q, 0);
	return 1;
}

int
activities_get(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct stored_activity *out, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_activity_get);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	stored_activity_read(&q, out);
	return 1;
}

struct editing {
	struct arena *arena;
	const struct owner *owner;
	const struct stored_activity *sa;
	bool done;
};

static int
edit_activity(struct db *tx, void *arg, struct err *e)
{
	struct editing *w = arg;
	const struct activity *act = &w->sa->activity;
	struct db_query q;

	db_query_init(&q, tx, w->arena, Q_activity_edit);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &act->id);
	db_bind_text(&q, 4, act->name);
	db_bind_float(&q, 5, act->rpe);
	db_bind_text(&q, 6, sport_type_name(act->sport));
	db_bind_text(&q, 7, edits_format(w->sa->edited));
	if (activity_sums_subtract(tx, w->arena, w->owner, &act->id, e) < 0 ||
	    db_run(&q, e) < 0)
		return -1;
	w->done = q.changed > 0;
	if (activity_sums_add(tx, w->arena, w->owner, &act->id, e) < 0)
		return -1;
	return activity_days_refresh(tx, w->arena, w->owner, act->local_day, e);
}

int
activities_edit(struct db *db, struct arena *a, const struct owner *o,
    const struct stored_activity *sa, struct err *e)
{
	struct editing w = { a, o, sa, false };

	if (db_atomically(db, edit_activity, &w, e) < 0)
		return -1;
	return w.done;
}

static int
replace_row(struct db *tx, struct insertion *w,
    const struct stored_activity *sa, struct err *e)
{
	const struct activity *act = &sa->activity;
	struct db_query q;
	unsigned n;

	db_query_init(&q, tx, w->arena, Q_activity_replace);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, &act->id);
	db_bind_text(&q, 4, act->name);
	db_bind_text(&q, 5, act->device);
	db_bind_text(&q, 6, sport_type_name(act->sport));
	db_bind_time(&q, 7, act->start_us);
	db_bind_int(&q, 8, act->utc_offset_s);
	db_bind_day(&q, 9, act->local_day);
	db_bind_float(&q, 10, act->start_latitude_deg);
	db_bind_float(&q, 11, act->start_longitude_deg);
	db_bind_float(&q, 12, act->rpe);
	n = summary_bind(&q, 13, &act->sum);
	db_bind_text(&q, n, act->gear);
	db_bind_text(&q, n + 1, restricted_format(w->arena, &act->sum));
	db_bind_text(&q, n + 2, edits_format(sa->edited));
	db_bind_int(&q, n + 3, sa->recordings);
	db_bind_bool(&q, n + 4, sa->kept_apart);
	return db_run(&q, e);
}

int
activities_replace(struct db *tx, struct arena *a, const struct owner *o,
    const struct stored_activity *sa, struct err *e)
{
	struct activity act = sa->activity;
	struct insertion w = { a, o, &act, NULL, false };
	int32_t day = act.local_day;

	if (activity_days_of(tx, a, o, &act.id, &day, e) < 0 ||
	    activity_sums_subtract(tx, a, o, &act.id, e) < 0 ||
	    replace_row(tx, &w, sa, e) < 0 ||
	    activity_content_clear(tx, a, o, &act.id, e) < 0 ||
	    write_content(tx, &w, e) < 0)
		return -1;
	return day != act.local_day ? activity_days_refresh(tx, a, o, day, e)
				    : 0;
}

struct deletion {
	struct arena *arena;
	const struct owner *owner;
	const struct uuid *id;
	bool done;
};

static int
delete_activity(struct db *tx, void *arg, struct err *e)
{
	struct deletion *d = arg;
	struct db_query q;
	int32_t day;
	int rc = activity_days_of(tx, d->arena, d->owner, d->id, &day, e);

	if (rc <= 0)
		return rc;
	if (activity_sums_subtract(tx, d->arena, d->owner, d->id, e) < 0)
		return -1;
	db_query_init(&q, tx, d->arena, Q_import_forget_activity);
	owner_bind(&q, d->owner);
	db_bind_uuid(&q, 3, d->id);
	if (db_run(&q, e) < 0)
		return -1;
	db_query_init(&q, tx, d->arena, Q_activity_delete);
	owner_bind(&q, d->owner);
	db_bind_uuid(&q, 3, d->id);
	if (db_run(&q, e) < 0)
		return -1;
	d->done = q.changed > 0;
	return activity_days_refresh(tx, d->arena, d->owner, day, e);
}

int
activities_delete(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *id, struct err *e)
{
	struct deletion d = { a, o, id, false };

	if (db_atomically(db, delete_activity, &d, e) < 0)
		return -1;
	return d.done;
}
