/* The table of a Strava export.  Its headings are in the person's language, and
 * changed over the years; where none is known the columns stand where they
 * always stood, and the file's is the one whose values are paths. */

#include "files/export_table.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/xalloc.h"
#include "files/csv.h"
#include "files/text.h"

enum column { NAME, SPORT, GEAR, PATH, COLUMN_COUNT };

#define UNKNOWN SIZE_MAX

static const struct {
	const char *heading, *old;
	size_t otherwise;
} columns[COLUMN_COUNT] = {
	[NAME] = { "Activity Name", "name", 2 },
	[SPORT] = { "Activity Type", "type", 3 },
	[GEAR] = { "Activity Gear", "gear", UNKNOWN },
	[PATH] = { "Filename", "filename", UNKNOWN },
};

struct export_table {
	struct map *hints;
};

static void
find_columns(const struct csv_row *head, size_t at[COLUMN_COUNT])
{
	for (int c = 0; c < COLUMN_COUNT; c++) {
		at[c] = columns[c].otherwise;
		/* Some headings stand twice; the first is the plain one. */
		for (size_t i = head->n; i-- > 0;)
			if (str_ieq(
				head->fields[i], str_of(columns[c].heading)) ||
			    str_ieq(head->fields[i], str_of(columns[c].old)))
				at[c] = i;
	}
}

static struct str
base_name(struct str path)
{
	while (path.n > 0) {
		ptrdiff_t slash = str_find(path, '/');

		if (slash < 0)
			break;
		path = str_make(path.p + slash + 1, path.n - (size_t)slash - 1);
	}
	return path;
}

static struct str
path_in(const struct csv_row *row, size_t at)
{
	for (size_t i = 0; at == UNKNOWN && i < row->n; i++)
		if (str_starts(row->fields[i], STR("activities/")))
			return row->fields[i];
	return csv_field(row, at);
}

static void
take_row(struct export_table *t, struct arena *a, const struct csv_row *row,
    const size_t at[COLUMN_COUNT])
{
	struct str path = base_name(path_in(row, at[PATH]));
	struct export_hint *hint;

	if (path.n == 0)
		return;
	hint = arena_one(a, struct export_hint);
	hint->name = text_clean(a, csv_field(row, at[NAME]), ACTIVITY_MAX_NAME);
	hint->sport =
	    text_clean(a, csv_field(row, at[SPORT]), ACTIVITY_MAX_NAME);
	hint->gear = text_clean(a, csv_field(row, at[GEAR]), ACTIVITY_MAX_NAME);
	map_put(t->hints, path, hint);
}

int
export_table_read(
    struct export_table **out, struct arena *a, struct str bytes, struct err *e)
{
	struct export_table *t = xcalloc(1, sizeof(*t));
	size_t at[COLUMN_COUNT];
	struct csv_row row;
	struct csv c;
	int rc;

	t->hints = map_new();
	*out = t;
	csv_init(&c, bytes);
	rc = csv_next(&c, a, &row, e);
	if (rc == 1)
		find_columns(&row, at);
	while (rc == 1 && (rc = csv_next(&c, a, &row, e)) == 1)
		take_row(t, a, &row, at);
	return rc;
}

void
export_table_free(struct export_table **t)
{
	if (*t == NULL)
		return;
	map_free(&(*t)->hints);
	free(*t);
	*t = NULL;
}

const struct export_hint *
export_table_find(const struct export_table *t, const char *path)
{
	return t != NULL ? map_get(t->hints, base_name(str_of(path))) : NULL;
}
