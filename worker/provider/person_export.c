/* What is kept of a person, into an archive.  The tables describe themselves
 * (sql/columns.def), so that a new one is in it by itself. */

#include "provider/person_export.h"

#include <archive.h>
#include <archive_entry.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "loop/fiber.h"
#include "model/streams.h"
#include "provider/export_row.h"
#include "store/import_files.h"
#include "store/rows.h"

static const char about[] =
    "All that pierre-mcp-server keeps of one person.\n"
    "\n"
    "data/   A JSON file for each kind of record, each an array of objects.\n"
    "        Units are in the names: distance_m is metres, elapsed_s seconds,\n"
    "        average_hr_bpm beats a minute. Times are UTC, days local.\n"
    "        The stages of a sleep are letters with seconds: a awake, l "
    "light,\n"
    "        d deep, r rem, s asleep in no particular stage, - not measured.\n"
    "files/  Your files as you sent them, each in a folder named like its\n"
    "        record in data/imports.json.\n";

/* Of deflate.  Samples as text take a fifth of the time that level 6 takes, and
 * a tenth more room. */
#define LEVEL "2"

struct exporting {
	struct db *db;
	const struct owner *owner;
	struct archive *zip;
	struct arena *names; /* holds what follows */
	struct kept_name *name;
	/* of the present table */
	const struct sql_table *table;
	struct buf json;
	struct jsonw w;
	bool begun;
};

/* What a file was called, by its import. */
struct kept_name {
	struct kept_name *next;
	struct uuid import_id;
	const char *name;
};

/* --- the archive --------------------------------------------------------- */

static int
fail_zip(struct exporting *x, struct err *e)
{
	return err_set(e, ERR_IO, "writing the archive: %s",
	    archive_error_string(x->zip) != NULL ? archive_error_string(x->zip)
						 : "it does not go on");
}

static int
begin_entry(struct exporting *x, const char *path, struct err *e)
{
	struct archive_entry *entry = archive_entry_new();
	int rc;

	archive_entry_set_pathname(entry, path);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	archive_entry_set_mtime(entry, clock_wall_us() / 1000000, 0);
	rc = archive_write_header(x->zip, entry);
	archive_entry_free(entry);
	return rc == ARCHIVE_OK ? 0 : fail_zip(x, e);
}

static int
add_bytes(struct exporting *x, struct str s, struct err *e)
{
	while (s.n > 0) {
		la_ssize_t n = archive_write_data(x->zip, s.p, s.n);

		if (n <= 0)
			return fail_zip(x, e);
		s = str_make(s.p + n, s.n - (size_t)n);
	}
	return 0;
}

static int
flush_json(struct exporting *x, struct err *e)
{
	int rc = add_bytes(x, buf_str(&x->json), e);

	buf_clear(&x->json);
	return rc;
}

static int
add_whole(
    struct exporting *x, const char *path, struct str bytes, struct err *e)
{
	return begin_entry(x, path, e) < 0 ? -1 : add_bytes(x, bytes, e);
}

/* --- tables -------------------------------------------------------------- */

static void
note_name(struct exporting *x, const struct db_query *row)
{
	struct kept_name *k = arena_one(x->names, struct kept_name);

	for (unsigned i = 0; i < x->table->n_columns; i++) {
		const char *name = x->table->columns[i].name;

		if (strcmp(name, "id") == 0)
			k->import_id = db_get_uuid(row, i);
		else if (strcmp(name, "file_name") == 0)
			k->name = arena_strdup(x->names, db_get_text(row, i));
	}
	k->next = x->name;
	x->name = k;
}

static int
begin_table(struct exporting *x, struct arena *a, struct err *e)
{
	x->begun = true;
	if (begin_entry(x, arena_printf(a, "data/%s.json", x->table->name), e) <
	    0)
		return -1;
	jsonw_init(&x->w, &x->json);
	jsonw_array(&x->w);
	return 0;
}

struct page_work {
	struct exporting *x;
	struct db_query *page;
	int rc;
	struct err *e;
};

/* On a thread: samples are many, and so is what is packed. */
static void
write_page(void *arg)
{
	struct page_work *work = arg;
	struct exporting *x = work->x;
	bool names_files = strcmp(x->table->name, "imports") == 0;

	work->rc = x->begun ? 0 : begin_table(x, work->page->arena, work->e);
	while (work->rc == 0 && db_next(work->page)) {
		work->rc = export_row(&x->w, x->table, work->page, work->e);
		if (names_files)
			note_name(x, work->page);
		if (work->rc == 0)
			work->rc = flush_json(x, work->e);
	}
}

static int
add_page(void *arg, UNUSED const struct sql_table *t, struct db_query *page,
    struct err *e)
{
	struct page_work work = { .x = arg, .page = page, .e = e };

	return fiber_offload(write_page, &work, e) < 0 ? -1 : work.rc;
}

static int
add_table(struct exporting *x, const struct sql_table *t, struct err *e)
{
	x->table = t;
	x->begun = false;
	if (rows_walk(x->db, t, x->owner, add_page, x, e) < 0)
		return -1;
	if (!x->begun)
		return 0;
	jsonw_end_array(&x->w);
	jsonw_done(&x->w);
	return flush_json(x, e);
}

/* --- files --------------------------------------------------------------- */

/* A name that is one, whatever a client called its file. */
static const char *
safe_name(struct arena *a, const char *name)
{
	const char *slash = strrchr(name, '/');
	char *safe = arena_strdup(a, slash != NULL ? slash + 1 : name);

	for (char *p = safe; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f || *p == '\\' ||
		    *p == ':')
			*p = '_';
	}
	if (safe[0] == '\0' || strcmp(safe, ".") == 0 ||
	    strcmp(safe, "..") == 0)
		return "file";
	return safe;
}

struct file_work {
	struct exporting *x;
	const char *path;
	struct str bytes;
	int rc;
	struct err *e;
};

static void
write_file(void *arg)
{
	struct file_work *work = arg;

	work->rc = add_whole(work->x, work->path, work->bytes, work->e);
}

static int
add_file(struct exporting *x, const struct kept_name *k, struct err *e)
{
	struct arena *a = arena_new();
	struct file_work work = { .x = x, .e = e };
	char id[UUID_TEXT_LEN + 1];
	int rc =
	    import_files_get(x->db, a, x->owner, &k->import_id, &work.bytes, e);

	if (rc > 0) {
		uuid_format(&k->import_id, id);
		work.path =
		    arena_printf(a, "files/%s/%s", id, safe_name(a, k->name));
		rc = fiber_offload(write_file, &work, e) < 0 ? -1 : work.rc;
	}
	arena_free(&a);
	return rc;
}

/* --- all ----------------------------------------------------------------- */

static int
add_all(struct exporting *x, struct err *e)
{
	if (add_whole(x, "README.txt", str_of(about), e) < 0)
		return -1;
	for (const struct sql_table *t = sql_tables; t->name != NULL; t++) {
		if (t->is_personal && add_table(x, t, e) < 0)
			return -1;
	}
	for (const struct kept_name *k = x->name; k != NULL; k = k->next) {
		if (add_file(x, k, e) < 0)
			return -1;
	}
	return 0;
}

int
person_export(struct db *db, const struct owner *o, int fd, struct err *e)
{
	struct exporting x = { .db = db,
		.owner = o,
		.names = arena_new(),
		.zip = archive_write_new() };
	int rc = -1;

	CHECK(x.zip != NULL);
	if (archive_write_set_format_zip(x.zip) != ARCHIVE_OK ||
	    archive_write_set_format_option(
		x.zip, "zip", "compression-level", LEVEL) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(x.zip, 1) != ARCHIVE_OK ||
	    archive_write_open_fd(x.zip, fd) != ARCHIVE_OK)
		fail_zip(&x, e);
	else
		rc = add_all(&x, e);
	if (archive_write_close(x.zip) != ARCHIVE_OK && rc == 0)
		rc = fail_zip(&x, e);
	archive_write_free(x.zip);
	buf_free(&x.json);
	arena_free(&x.names);
	return rc;
}
