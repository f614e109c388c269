#include <stdio.h>
#include <unistd.h>

#include "command/backup_file.h"
#include "command/command.h"
#include "command/manifest.h"
#include "command/new_file.h"
#include "config/conf.h"
#include "store/store.h"

/* pierrectl backup: the engine's own copy, what it holds, and both in one
 * file. */

struct backing_up {
	struct arena *arena;
	struct manifest manifest;
};

static int
look(struct db *tx, void *arg, struct err *e)
{
	struct backing_up *b = arg;

	return manifest_collect(&b->manifest, b->arena, tx, e);
}

static int
make_backup(
    struct command *c, struct new_file *f, struct backing_up *b, struct err *e)
{
	bool is_pg = conf_uses_postgres(c->conf);
	const char *copy = arena_printf(c->arena, "%s/copy", f->dir);
	struct buf text = BUF_INIT;
	int rc = db_copy(c->db, c->conf, copy, look, b, e);

	if (rc == 0) {
		manifest_format(&b->manifest, &text);
		rc = backup_write(f->fd, buf_str(&text),
		    is_pg ? "database.dump" : "database.sqlite", copy, e);
	}
	buf_free(&text);
	return rc < 0 ? -1 : new_file_keep(f, e);
}

int
command_backup(struct command *c, struct err *e)
{
	struct backing_up b = { .arena = c->arena };
	struct new_file f;
	int rc;

	if (command_args(c, 1, e) < 0)
		return -1;
	rc = new_file_begin(&f, c->arena, c->argv[0], e);
	if (rc == 0)
		rc = make_backup(c, &f, &b, e);
	new_file_end(&f);
	if (rc == 0)
		printf("%s: schema %s, %lld rows in %zu tables\n", c->argv[0],
		    manifest_schema(&b.manifest, c->arena),
		    (long long)manifest_rows(&b.manifest), b.manifest.n_tables);
	return rc;
}
