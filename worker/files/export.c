/* Files out of archives, in two passes: one for the tables, which may stand
 * behind the files that they are about, and one for the files. */

#include "files/export.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "files/export_table.h"
#include "files/track.h"
#include "files/unpack.h"

struct export
{
	struct arena *arena;
	struct str packed;
	struct unpack *unpack;
	struct export_table *table;
	struct err table_problem; /* handed out in the place of the first */
	size_t count, passed_over;
	struct buf path;
	struct buf bytes;
};

enum interest { NONE, FILE_WANTED, TABLE };

static bool
ends(const char *path, const char *suffix)
{
	size_t n = strlen(path), m = strlen(suffix);

	return n >= m && str_ieq(str_make(path + n - m, m), str_of(suffix));
}

/* What systems put beside the files of their users. */
static bool
is_litter(const char *path)
{
	const char *slash = strrchr(path, '/');

	return str_starts(str_of(path), STR("__MACOSX/")) ||
	       str_starts(str_of(slash != NULL ? slash + 1 : path), STR("._"));
}

/* Archives are of interest in so far as the person has to unpack them. */
static bool
is_wanted_name(const char *path)
{
	static const char *const suffixes[] = { ".fit", ".gpx", ".tcx",
		".fit.gz", ".gpx.gz", ".tcx.gz", ".zip", ".tar", ".tgz",
		".tar.gz", ".7z", ".rar" };

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
		if (ends(path, suffixes[i]))
			return true;
	return false;
}

static enum interest
interest_in(const struct export *x, const struct unpack_member *m)
{
	struct err e = ERR_INIT;

	/* A gzipped file says nothing of its name. */
	if (m->path[0] == '\0')
		return FILE_WANTED;
	if (is_litter(m->path))
		return NONE;
	/* Whoever packs such paths shall hear of it. */
	if (unpack_check(x->unpack, &e) < 0 && e.code == ERR_INVALID)
		return FILE_WANTED;
	if (m->is_dir)
		return NONE;
	if (strcmp(m->path, "activities.csv") == 0 ||
	    ends(m->path, "/activities.csv"))
		return TABLE;
	return is_wanted_name(m->path) ? FILE_WANTED : NONE;
}

/* --- the first pass ------------------------------------------------------ */

static void
read_table(struct export *x)
{
	buf_clear(&x->bytes);
	export_table_free(&x->table);
	if (unpack_whole(x->unpack, FILES_MAX_BYTES, &x->bytes,
		&x->table_problem) == 0 &&
	    export_table_read(&x->table, x->arena, buf_str(&x->bytes),
		&x->table_problem) == 0)
		return;
	x->count++;
}

static int
look_over(struct export *x, struct err *e)
{
	struct unpack_member m;
	int rc;

	x->unpack = unpack_open(x->packed, e);
	if (x->unpack == NULL)
		return -1;
	while ((rc = unpack_next(x->unpack, &m, e)) == 1) {
		switch (interest_in(x, &m)) {
		case FILE_WANTED:
			x->count++;
			break;
		case TABLE:
			read_table(x);
			break;
		case NONE:
			x->passed_over += !m.is_dir;
			break;
		}
	}
	unpack_close(&x->unpack);
	/* What is damaged further on does not hold up what stands before. */
	return rc < 0 && (x->count == 0 || e->code == ERR_TOO_LARGE) ? -1 : 0;
}

struct export *
export_open(struct arena *a, struct str bytes, struct err *e)
{
	struct export *x = xcalloc(1, sizeof(*x));
	struct err own = ERR_INIT;

	e = e != NULL ? e : &own;
	x->arena = a;
	x->packed = bytes;
	if (look_over(x, e) == 0)
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
	unpack_close(&(*x)->unpack);
	export_table_free(&(*x)->table);
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

static void
hand_out(struct export *x, const char *path, struct export_item *item)
{
	const struct export_hint *hint = export_table_find(x->table, path);

	*item = (struct export_item){
		.hint = { "", "", "" },
	};
	if (hint != NULL)
		item->hint = *hint;
	buf_clear(&x->path);
	buf_adds(&x->path, path);
	item->path = buf_cstr(&x->path);
	buf_clear(&x->bytes);
	if (x->table_problem.code != ERR_NONE &&
	    (ends(path, "activities.csv"))) {
		item->refused = true;
		item->why = x->table_problem;
		return;
	}
	if (unpack_whole(x->unpack, FILES_MAX_BYTES, &x->bytes, &item->why) < 0)
		item->refused = true;
	else
		item->bytes = buf_str(&x->bytes);
}

int
export_next(struct export *x, struct export_item *item, struct err *e)
{
	struct unpack_member m;
	int rc;

	while ((rc = unpack_next(x->unpack, &m, e)) == 1) {
		enum interest i = interest_in(x, &m);

		if (i == NONE ||
		    (i == TABLE && x->table_problem.code == ERR_NONE))
			continue;
		hand_out(x, m.path, item);
		return 1;
	}
	return rc;
}

/* --- what the tables say ------------------------------------------------- */

void
export_apply(struct decoded *d, const struct export_hint *hint)
{
	enum sport_type sport = track_sport(str_of(hint->sport));

	for (size_t i = 0; i < d->n_activities; i++)
		if (hint->gear[0] != '\0')
			d->activities[i].gear = hint->gear;
	/* Of several activities in one file it says which is meant. */
	if (d->n_activities != 1)
		return;
	if (hint->name[0] != '\0')
		d->activities[0].name = hint->name;
	if (sport != SPORT_OTHER)
		d->activities[0].sport = sport;
}
