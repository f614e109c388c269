/* Comma-separated values. */

#include "files/csv.h"

void
csv_init(struct csv *c, struct str bytes)
{
	if (str_starts(bytes, STR("\xef\xbb\xbf")))
		bytes = str_make(bytes.p + 3, bytes.n - 3);
	*c = (struct csv){ .rest = bytes, .line = 1 };
}

static void
drop(struct csv *c, size_t n)
{
	c->rest = str_make(c->rest.p + n, c->rest.n - n);
}

/* From behind a quote to behind the one that closes it. */
static int
read_quoted(struct csv *c, struct arena *a, struct str *out, struct err *e)
{
	size_t line = c->line, n = 0, end = 0;
	const char *p = c->rest.p;
	char *text;

	while (end < c->rest.n &&
	       (p[end] != '"' || (end + 1 < c->rest.n && p[end + 1] == '"')))
		end += p[end] == '"' ? 2 : 1;
	if (end == c->rest.n)
		return err_set(e, ERR_CORRUPT,
		    "CSV, line %zu: a quote that is never closed", line);
	text = arena_alloc(a, end + 1);
	for (size_t i = 0; i < end; i++) {
		c->line += p[i] == '\n';
		text[n++] = p[i];
		i += p[i] == '"';
	}
	*out = str_make(text, n);
	drop(c, end + 1);
	return 0;
}

static void
read_plain(struct csv *c, struct str *out)
{
	size_t n = 0;

	while (n < c->rest.n && c->rest.p[n] != ',' && c->rest.p[n] != '\n' &&
	       c->rest.p[n] != '\r')
		n++;
	*out = str_make(c->rest.p, n);
	drop(c, n);
}

/* True at the end of a row, which is passed over. */
static bool
end_row(struct csv *c)
{
	if (c->rest.n > 0 && c->rest.p[0] == '\r')
		drop(c, 1);
	if (c->rest.n == 0)
		return true;
	if (c->rest.p[0] != '\n')
		return false;
	drop(c, 1);
	c->line++;
	return true;
}

int
csv_next(struct csv *c, struct arena *a, struct csv_row *row, struct err *e)
{
	struct str field, tail;

	row->n = 0;
	if (c->rest.n == 0)
		return 0;
	do {
		if (row->n == CSV_MAX_FIELDS)
			return err_set(e, ERR_TOO_LARGE,
			    "CSV, line %zu: more than %d fields", c->line,
			    CSV_MAX_FIELDS);
		if (c->rest.n > 0 && c->rest.p[0] == '"') {
			drop(c, 1);
			if (read_quoted(c, a, &field, e) < 0)
				return -1;
			/* What some writers leave behind a quote. */
			read_plain(c, &tail);
		} else {
			read_plain(c, &field);
		}
		row->fields[row->n++] = field;
		if (end_row(c))
			return 1;
		/* Only a comma is left, or a lone return. */
		if (c->rest.p[0] == ',')
			drop(c, 1);
	} while (true);
}

struct str
csv_field(const struct csv_row *row, size_t at)
{
	return at < row->n ? row->fields[at] : STR_NULL;
}
