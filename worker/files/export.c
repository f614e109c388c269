/* Files out of archives, in two passes: one for the tables, which may stand
 * behind the files that they are about, and one for the files. */

#include "files/export.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "files/export_health.h"
#include "files/export_interest.h"
#include "files/export_table.h"

struct export
{
	struct arena *arena;
	struct str packed;
	struct unpack *unpack;
	struct unpack *inner; /* an archive in it; NULL: none */
	struct unpack *from;  /* that has the present member */
	struct buf part;      /* path of the inner one */
	struct export_table *table;
	struct garmin_names names;
	struct export_health health;
	struct err end;		  /* why nothing more comes; or ERR_NONE */
	struct err table_problem; /* handed out in the place of the first */
	size_t count, passed_over;
	struct buf path;
	struct buf bytes;
};

/* --- members ------------------------------------------------------------- */

/* A part that cannot be read, or not to its end. */
#define PART_BROKEN 2

/* Go to the next member, of a part too: 1, 0 at the end, -1, PART_BROKEN. */
static int
next_member(struct export *x, struct unpack_member *m, struct err *e)
{
	int rc;

	for (;;) {
		x->from = x->inner != NULL ? x->inner : x->unpack;
		rc = unpack_next(x->from, m, e);
		if (x->inner != NULL && rc != 1) {
			unpack_close(&x->inner);
			x->from = x->unpack;
			if (rc < 0)
				return PART_BROKEN;
			continue;
		}
		if (rc != 1 || x->inner != NULL || !export_is_part(m))
			return rc;
		buf_clear(&x->part);
		buf_adds(&x->part, m->path);
		x->inner = unpack_open_inner(x->unpack, e);
		if (x->inner == NULL)
			return PART_BROKEN;
	}
}

/* --- the first pass ------------------------------------------------------ */

static void
read_table(struct export *x)
{
	buf_clear(&x->bytes);
	export_table_free(&x->table);
	if (unpack_whole(
		x->from, FILES_MAX_BYTES, &x->bytes, &x->table_problem) == 0 &&
	    export_table_read(&x->table, x->arena, buf_str(&x->bytes),
		&x->table_problem) == 0)
		return;
	x->count++;
}

/* A table that is damaged is no reason to do without the files. */
static void
read_names(struct export *x)
{
	struct err e = ERR_INIT;

	buf_clear(&x->bytes);
	if (unpack_whole(x->from, GARMIN_MAX_BYTES, &x->bytes, &e) < 0 ||
	    garmin_names_read(&x->names, x->arena, buf_str(&x->bytes), &e) < 0)
		x->passed_over++;
}

static void
look_at(struct export *x, const struct unpack_member *m)
{
	switch (export_interest_in(x->from, m)) {
	case EXPORT_FILE:
		x->count++;
		break;
	case EXPORT_TABLE:
		read_table(x);
		break;
	case EXPORT_NAMES:
		read_names(x);
		break;
	case EXPORT_HEALTH:
		if (export_health_read(&x->health, x->from, m->path))
			x->count++;
		else
			x->passed_over++;
		break;
	case EXPORT_NONE:
		x->passed_over += !m->is_dir;
		break;
	}
}

static int
look_over(struct export *x, export_progress *progress, void *arg, struct err *e)
{
	struct unpack_member m;
	int rc;

	x->unpack = unpack_open(x->packed, e);
	if (x->unpack == NULL)
		return -1;
	while ((rc = next_member(x, &m, e)) > 0) {
		if (rc == PART_BROKEN)
			x->count++;
		else
			look_at(x, &m);
		if (progress != NULL)
			progress(arg, unpack_progress(x->unpack));
	}
	unpack_close(&x->unpack);
	/* What is damaged further on does not hold up what stands before. */
	return rc < 0 && (x->count == 0 || e->code == ERR_TOO_LARGE) ? -1 : 0;
}

/* Apple Health's file once more, when it has workouts. */
static int
read_pulse(struct export *x, struct err *e)
{
	const struct export_health *h = &x->health;
	struct unpack_member m;
	struct unpack *u;

	if (h->path == NULL || h->problem.code != ERR_NONE ||
	    h->decoded.n_activities == 0)
		return 0;
	u = unpack_open(x->packed, e);
	if (u == NULL)
		return -1;
	while (unpack_next(u, &m, e) == 1) {
		if (strcmp(m.path, h->path) == 0) {
			export_health_pulse(&x->health, u);
			break;
		}
	}
	unpack_close(&u);
	return 0;
}

struct export *
export_open(struct arena *a, struct str bytes, const struct tz *zone,
    export_progress *progress, void *arg, struct err *e)
{
	struct export *x = xcalloc(1, sizeof(*x));
	struct err own = ERR_INIT;

	e = e != NULL ? e : &own;
	x->arena = a;
	x->packed = bytes;
	export_health_init(&x->health, a, zone, progress, arg);
	if (look_over(x, progress, arg, e) == 0 && read_pulse(x, e) == 0)
		x->unpack = unpack_open(bytes, e);
	if (x->unpack == NULL)
		export_close(&x);
	return x;
}

void
export_close(struct export **x)
{
	if (*x == NULL)
		return;
	unpack_close(&(*x)->inner);
	unpack_close(&(*x)->unpack);
	export_table_free(&(*x)->table);
	garmin_names_free(&(*x)->names);
	export_health_free(&(*x)->health);
	buf_free(&(*x)->part);
	buf_free(&(*x)->path);
	buf_free(&(*x)->bytes);
	free(*x);
	*x = NULL;
}

size_t
export_count(const struct export *x)
{
	return x->count;
}

size_t
export_passed_over(const struct export *x)
{
	return x->passed_over;
}

/* --- the second pass ----------------------------------------------------- */

/* Begin an item of this path. */
static void
begin_item(struct export *x, const char *path, struct export_item *item)
{
	*item = (struct export_item){
		.hint = { .name = "", .gear = "", .sport = "" },
	};
	buf_clear(&x->path);
	buf_adds(&x->path, path);
	item->path = buf_cstr(&x->path);
	buf_clear(&x->bytes);
}

static void
hand_out(struct export *x, const char *path, struct export_item *item)
{
	const struct export_hint *hint = export_table_find(x->table, path);

	begin_item(x, path, item);
	if (hint != NULL)
		item->hint = *hint;
	if (x->names.list.n > 0)
		item->hint.names = &x->names;
	if (x->table_problem.code != ERR_NONE &&
	    export_interest_in_name(path) == EXPORT_TABLE) {
		item->refused = true;
		item->why = x->table_problem;
		return;
	}
	if (unpack_whole(x->from, FILES_MAX_BYTES, &x->bytes, &item->why) < 0) {
		item->refused = true;
		return;
	}
	item->bytes = buf_str(&x->bytes);
	item->hint.workout = export_health_take(&x->health, path);
}

static void
hand_out_broken(
    struct export *x, struct export_item *item, const struct err *why)
{
	begin_item(x, buf_cstr(&x->part), item);
	item->refused = true;
	item->why = *why;
}

/* What was decoded, or why it was not; once. */
static bool
hand_out_health(struct export *x, struct export_item *item)
{
	struct export_health *h = &x->health;

	if (h->path == NULL || h->is_over)
		return false;
	h->is_over = true;
	begin_item(x, h->path, item);
	item->refused = h->problem.code != ERR_NONE;
	item->why = h->problem;
	if (!item->refused)
		item->ready = export_health_rest(h);
	return true;
}

int
export_next(struct export *x, struct export_item *item, struct err *e)
{
	struct err why = ERR_INIT;
	struct unpack_member m;
	enum export_interest i;
	int rc = x->end.code == ERR_NONE ? 1 : -1;

	while (rc == 1 && (rc = next_member(x, &m, &why)) == 1) {
		i = export_interest_in(x->from, &m);
		if (i != EXPORT_FILE &&
		    !(i == EXPORT_TABLE && x->table_problem.code != ERR_NONE))
			continue;
		hand_out(x, m.path, item);
		return 1;
	}
	if (rc == PART_BROKEN) {
		hand_out_broken(x, item, &why);
		return 1;
	}
	if (rc < 0 && x->end.code == ERR_NONE)
		x->end = why;
	if (hand_out_health(x, item))
		return 1;
	return rc < 0 ? err_set(e, x->end.code, "%s", x->end.msg) : 0;
}
