/* Recordings: finding those that belong together, and putting them together
 * and apart. */

#include "store/recordings.h"

#include "base/clock.h"
#include "base/enc.h"
#include "model/merge.h"
#include "store/driver.h"
#include "store/imports.h"
#include "store/recording_group.h"

#define MARGIN_US (MERGE_START_S * INT64_C(1000000))

/* --- storing ------------------------------------------------------------- */

static bool
is_one_of(const struct uuid *id, const struct uuid *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (uuid_eq(id, &list[i]))
			return true;
	}
	return false;
}

/* The activity that this is another recording of: the one that began nearest.
 * 1, 0 when there is none, -1. */
static int
find_same(const struct recording_tx *w, const struct activity *act,
    const struct uuid *apart, size_t n, struct uuid *id_r, struct err *e)
{
	int64_t best_us = INT64_MAX, apart_us;
	struct activity other;
	struct db_query q;
	struct uuid id;

	db_query_init(&q, w->tx, w->arena, Q_recording_near);
	owner_bind(&q, w->owner);
	db_bind_time(&q, 3, act->start_us - MARGIN_US);
	db_bind_time(&q, 4, act->start_us + MARGIN_US);
	if (db_run(&q, e) < 0)
		return -1;
	activity_init(&other);
	while (db_next(&q)) {
		id = db_get_uuid(&q, 0);
		other.start_us = db_get_time(&q, 1);
		other.sum.elapsed_s = db_get_float(&q, 3);
		apart_us = other.start_us - act->start_us;
		apart_us = MAX(apart_us, -apart_us);
		if (!sport_type_parse(
			str_of(db_get_text(&q, 2)), &other.sport) ||
		    is_one_of(&id, apart, n) || !merge_same(act, &other) ||
		    apart_us > best_us ||
		    (apart_us == best_us && memcmp(&id, id_r, sizeof(id)) > 0))
			continue;
		best_us = apart_us;
		*id_r = id;
	}
	return best_us != INT64_MAX;
}

/* The provider's id within an activity that is made of several.  1, 0, -1. */
static int
find_within(const struct recording_tx *w, struct activity *act, struct err *e)
{
	struct db_query q;

	db_query_init(&q, w->tx, w->arena, Q_recording_find);
	owner_bind(&q, w->owner);
	db_bind_text(&q, 3, act->provider);
	db_bind_text(&q, 4, act->external_id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	act->id = db_get_uuid(&q, 0);
	return 1;
}

static int
add_recording(const struct recording_tx *w, struct activity *act,
    const struct uuid *activity, struct err *e)
{
	struct recording_group *g = arena_alloc(w->arena, sizeof(*g));

	memset(g, 0, sizeof(*g));
	if (recording_group_read(w, activity, g, e) <= 0)
		return -1;
	if (g->n == RECORDINGS_MAX)
		return err_set(e, ERR_CONFLICT,
		    "an activity of more than %d recordings", RECORDINGS_MAX);
	g->list[g->n++] = (struct recording){
		.id = uuid_new(),
		.activity = *act,
		.created_us = clock_wall_us(),
	};
	act->id = *activity;
	return recording_group_write(w, g, e);
}

int
recordings_store(struct db *tx, struct arena *a, const struct owner *o,
    struct activity *act, const struct uuid *apart, size_t n, struct err *e)
{
	struct recording_tx w = { tx, a, o };
	struct uuid id;
	int rc;

	if (recordings_lock(tx, a, o, e) < 0)
		return -1;
	rc = find_within(&w, act, e);
	if (rc == 0)
		rc = activities_exists(
		    tx, a, o, act->provider, act->external_id, &id, e);
	else
		id = act->id;
	if (rc > 0)
		act->id = id;
	if (rc != 0)
		return rc < 0 ? -1 : STORED_KNOWN;
	rc = find_same(&w, act, apart, n, &id, e);
	if (rc < 0)
		return -1;
	if (rc > 0)
		return add_recording(&w, act, &id, e) < 0 ? -1 : STORED_JOINED;
	rc = activities_insert(tx, a, o, act, NULL, e);
	return rc < 0 ? -1 : rc > 0 ? STORED_NEW : STORED_KNOWN;
}

/* --- taking apart -------------------------------------------------------- */

/* A file's activity has the digest in hex as its external_id and, after a
 * colon, the place in the file. */
static bool
parse_file_id(
    struct str id, uint8_t digest[IMPORT_DIGEST_BYTES], int64_t *position)
{
	struct str place, hex = str_cut(id, ':', &place);

	if (hex.n != IMPORT_DIGEST_BYTES * 2 ||
	    (place.p != NULL && !str_to_i64(place, position)))
		return false;
	for (size_t i = 0; i < IMPORT_DIGEST_BYTES; i++) {
		int high = dec_hex_digit(hex.p[2 * i]);
		int low = dec_hex_digit(hex.p[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		digest[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* The ledger's line of it is of another activity now. */
static int
move_file(const struct recording_tx *w, const struct activity *act,
    const struct uuid *to, struct err *e)
{
	uint8_t digest[IMPORT_DIGEST_BYTES];
	int64_t position = 0;
	struct db_query q;

	if (!parse_file_id(str_of(act->external_id), digest, &position))
		return 0;
	db_query_init(&q, w->tx, w->arena, Q_recording_moved_file);
	owner_bind(&q, w->owner);
	db_bind_bytes(&q, 3, str_make((const char *)digest, sizeof(digest)));
	db_bind_int(&q, 4, position);
	db_bind_uuid(&q, 5, to);
	return db_run(&q, e);
}

static int
keep_apart(const struct recording_tx *w, const struct uuid *id, struct err *e)
{
	struct db_query q;

	db_query_init(&q, w->tx, w->arena, Q_activity_keep_apart);
	owner_bind(&q, w->owner);
	db_bind_uuid(&q, 3, id);
	db_bind_bool(&q, 4, true);
	return db_run(&q, e);
}

/* A recording as an activity of its own. */
static int
set_free(const struct recording_tx *w, struct recording *r, struct err *e)
{
	r->activity.id = r->id;
	if (activities_insert(
		w->tx, w->arena, w->owner, &r->activity, NULL, e) < 0 ||
	    keep_apart(w, &r->id, e) < 0)
		return -1;
	return move_file(w, &r->activity, &r->id, e);
}

/* The recording that the activity began with. */
static size_t
first_of(const struct recording_group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		if (uuid_eq(&g->list[i].id, &g->stored.activity.id))
			return i;
	}
	return 0;
}

/* The activity becomes its first recording again, and keeps what the person
 * has set. */
static int
keep_first(
    const struct recording_tx *w, struct recording_group *g, struct err *e)
{
	struct recording *first = &g->list[first_of(g)];
	struct stored_activity now = g->stored;

	now.activity = first->activity;
	now.activity.id = g->stored.activity.id;
	recording_keep_edits(&now.activity, &g->stored);
	now.recordings = 1;
	now.kept_apart = true;
	return activities_replace(w->tx, w->arena, w->owner, &now, e);
}

static int
split_group(const struct recording_tx *w, struct recording_group *g,
    struct uuid *ids, struct err *e)
{
	size_t first = first_of(g), n = 0;

	if (recording_run(
		w, Q_recording_clear, &g->stored.activity.id, NULL, e) < 0 ||
	    keep_first(w, g, e) < 0)
		return -1;
	ids[n++] = g->stored.activity.id;
	for (size_t i = 0; i < g->n; i++) {
		if (i == first)
			continue;
		if (set_free(w, &g->list[i], e) < 0)
			return -1;
		ids[n++] = g->list[i].id;
	}
	return 0;
}

int
recordings_split(struct db *tx, struct arena *a, const struct owner *o,
    const struct uuid *activity, struct uuid **ids_r, size_t *n_r,
    struct err *e)
{
	struct recording_tx w = { tx, a, o };
	struct recording_group *g = arena_alloc(a, sizeof(*g));
	int rc;

	memset(g, 0, sizeof(*g));
	if (recordings_lock(tx, a, o, e) < 0)
		return -1;
	rc = recording_group_read(&w, activity, g, e);
	if (rc <= 0)
		return rc;
	if (g->n < 2)
		return err_set(e, ERR_CONFLICT,
		    "the activity is of one recording; there is nothing to "
		    "take apart");
	*ids_r = arena_many(a, g->n, struct uuid);
	*n_r = g->n;
	return split_group(&w, g, *ids_r, e) < 0 ? -1 : 1;
}

/* --- putting together ---------------------------------------------------- */

int
recordings_join(struct db *tx, struct arena *a, const struct owner *o,
    const struct uuid *into, const struct uuid *from, struct err *e)
{
	struct recording_tx w = { tx, a, o };
	struct recording_group *to = arena_alloc(a, sizeof(*to));
	struct recording_group *g = arena_alloc(a, sizeof(*g));
	int rc;

	memset(to, 0, sizeof(*to));
	memset(g, 0, sizeof(*g));
	if (uuid_eq(into, from))
		return err_set(e, ERR_INVALID,
		    "an activity cannot be put together with itself");
	if (recordings_lock(tx, a, o, e) < 0)
		return -1;
	rc = recording_group_read(&w, into, to, e);
	if (rc > 0)
		rc = recording_group_read(&w, from, g, e);
	if (rc <= 0)
		return rc;
	if (to->n + g->n > RECORDINGS_MAX)
		return err_set(e, ERR_CONFLICT,
		    "an activity of more than %d recordings", RECORDINGS_MAX);
	for (size_t i = 0; i < g->n; i++)
		to->list[to->n++] = g->list[i];
	if (recording_run(&w, Q_recording_clear, from, NULL, e) < 0 ||
	    recording_run(&w, Q_recording_moved_all, from, into, e) < 0 ||
	    activities_delete(tx, a, o, from, e) < 0)
		return -1;
	return recording_group_write(&w, to, e) < 0 ? -1 : 1;
}
