#include <stdio.h>

#include "base/buf.h"
#include "base/date.h"
#include "command/command.h"
#include "config/conf.h"
#include "store/migrate.h"
#include "store/store.h"

static void
print_state(const struct migration_state *m)
{
	struct buf when = BUF_INIT;

	if (m->applied_us != 0)
		date_format_rfc3339(&when, m->applied_us, false, 0);
	printf("%04d_%-20s %s%s%s\n", m->version, m->name,
	    m->applied_us != 0 ? "applied " : "not applied",
	    m->applied_us != 0 ? buf_cstr(&when) : "",
	    !m->is_known    ? ", by a newer program"
	    : m->is_changed ? ", with another text"
			    : "");
	buf_free(&when);
}

static int
show_status(struct command *c, struct db *db, struct err *e)
{
	struct migration_state *list;
	size_t n;

	if (migrate_list(db, c->arena, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		print_state(&list[i]);
	if (migrate_check(db, e) < 0)
		return -1;
	printf("%s: the schema is up to date\n", store_backend(db));
	return 0;
}

int
command_migrate_status(struct command *c, struct err *e)
{
	struct db *db;
	int rc;

	if (command_args(c, 0, e) < 0)
		return -1;
	db = store_open_any(c->conf, e);
	if (db == NULL)
		return -1;
	rc = show_status(c, db, e);
	store_close(&db);
	return rc;
}

int
command_migrate_up(struct command *c, struct err *e)
{
	unsigned applied;

	if (command_args(c, 0, e) < 0 || conf_make_data_dir(c->conf, e) < 0 ||
	    store_migrate(c->conf, &applied, e) < 0)
		return -1;
	printf("%u migrations applied\n", applied);
	return 0;
}

/* The version before the newest one applied, unless `text` says another; how
 * many are above it. */
static int
find_target(struct command *c, struct db *db, const char *text, int *to_r,
    unsigned *n_r, struct err *e)
{
	struct migration_state *list;
	double number = 0;
	size_t n;
	int newest = 0;

	if (migrate_list(db, c->arena, &list, &n, e) < 0 ||
	    (text != NULL &&
		command_number("--to", text, 0, 9999, &number, e) < 0))
		return -1;
	*to_r = (int)number;
	for (size_t i = 0; i < n && list[i].applied_us != 0; i++) {
		if (text == NULL)
			*to_r = newest;
		newest = list[i].version;
	}
	if (text != NULL && *to_r > newest)
		return err_set(e, ERR_INVALID,
		    "--to: %d is above the newest version applied, %d", *to_r,
		    newest);
	*n_r = 0;
	for (size_t i = 0; i < n && list[i].applied_us != 0; i++)
		*n_r += list[i].version > *to_r;
	return 0;
}

int
command_migrate_down(struct command *c, struct err *e)
{
	bool sure = command_flag(c, "--yes");
	const char *text = NULL;
	struct db *db;
	unsigned n = 0;
	int to;
	int rc;

	if (command_option(c, "--to", &text, e) < 0 ||
	    command_args(c, 0, e) < 0)
		return -1;
	if (!sure)
		return err_set(e, ERR_INVALID,
		    "what a migration made is lost with it: say --yes");
	db = store_open_any(c->conf, e);
	if (db == NULL)
		return -1;
	rc = find_target(c, db, text, &to, &n, e);
	if (rc == 0)
		rc = migrate_down(db, to, e);
	if (rc == 0)
		printf("%u migrations taken back\n", n);
	store_close(&db);
	return rc;
}
