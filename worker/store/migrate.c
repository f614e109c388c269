/* Bring a schema from one version to another, a transaction a version. */

#include "store/migrate.h"

#include <openssl/evp.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/enc.h"
#include "store/driver.h"

#define DOWN_MARK "-- down\n"

struct step {
	int to;	     /* migrate_down: versions above go */
	bool worked; /* false: there was nothing left to do */
};

static const char *
checksum_of(struct arena *a, const struct sql_migration *m)
{
	struct buf hex = BUF_INIT;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	char *text;

	CHECK(EVP_Digest(m->text, strlen(m->text), digest, &n, EVP_sha256(),
		  NULL) == 1);
	enc_hex(&hex, digest, n);
	text = arena_strndup(a, hex.p, hex.n);
	buf_free(&hex);
	return text;
}

static const struct sql_migration *
find_migration(int version)
{
	const struct sql_migration *m = sql_migrations;

	while (m->version != 0 && m->version != version)
		m++;
	return m->version != 0 ? m : NULL;
}

/* Both halves of a migration's text; the second is "" when there is none. */
static char *
cut_down(struct arena *a, const struct sql_migration *m, const char **down_r)
{
	char *up = arena_strdup(a, m->text);
	char *mark = strstr(up, "\n" DOWN_MARK);

	*down_r = "";
	if (mark != NULL) {
		mark[1] = '\0';
		*down_r = mark + 1 + strlen(DOWN_MARK);
	}
	return up;
}

int
migrate_knows(
    int version, const char *name, const char *checksum, struct err *e)
{
	const struct sql_migration *m = find_migration(version);
	struct arena *a = arena_new();
	int rc = 0;

	if (m == NULL)
		rc = err_set(e, ERR_CONFIG,
		    "the database's schema (%04d_%s) is newer than this"
		    " program: use a newer one",
		    version, name);
	else if (strcmp(checksum, checksum_of(a, m)) != 0)
		rc = err_set(e, ERR_CONFIG,
		    "migration %04d_%s was applied with another text"
		    " than this program has",
		    version, m->name);
	arena_free(&a);
	return rc;
}

/* Whether a program of this version has come after us. */
static bool
is_newer(int version)
{
	const struct sql_migration *m = sql_migrations;

	while (m->version != 0 && m->version < version)
		m++;
	return m->version == 0;
}

/* Compare what was applied with what we have; *version_r gets the newest one
 * applied, 0 when the database is new. */
static int
compare_versions(struct db *db, struct arena *a, bool newer_is_fine,
    int *version_r, struct err *e)
{
	struct db_query q;
	int there = db->ops->has_table(db, "schema_migrations", e);

	*version_r = 0;
	if (there <= 0)
		return there;
	db_query_init(&q, db, a, Q_schema_list);
	if (db_run(&q, e) < 0)
		return -1;
	while (db_next(&q)) {
		int version = (int)db_get_int(&q, 0);

		if (!(newer_is_fine && is_newer(version)) &&
		    migrate_knows(
			version, db_get_text(&q, 1), db_get_text(&q, 2), e) < 0)
			return -1;
		*version_r = version;
	}
	return 0;
}

static int
read_version(struct db *db, struct arena *a, int *version_r, struct err *e)
{
	return compare_versions(db, a, false, version_r, e);
}

static int
apply(struct db *tx, struct arena *a, const struct sql_migration *m,
    struct err *e)
{
	struct db_query q;
	const char *down;

	if (tx->ops->script(tx, cut_down(a, m, &down), e) < 0)
		return err_wrap(e, "migration %04d_%s", m->version, m->name);
	db_query_init(&q, tx, a, Q_schema_insert);
	db_bind_int(&q, 1, m->version);
	db_bind_text(&q, 2, m->name);
	db_bind_text(&q, 3, checksum_of(a, m));
	db_bind_time(&q, 4, clock_wall_us());
	return db_run(&q, e);
}

static int
step_up(struct db *tx, void *arg, struct err *e)
{
	struct step *step = arg;
	struct arena *a = arena_new();
	const struct sql_migration *m = sql_migrations;
	struct db_query q;
	int version;
	int rc;

	db_query_init(&q, tx, a, Q_schema_create);
	rc = tx->ops->lock_schema(tx, e);
	if (rc == 0)
		rc = db_run(&q, e);
	if (rc == 0)
		rc = read_version(tx, a, &version, e);
	if (rc == 0) {
		while (m->version != 0 && m->version <= version)
			m++;
		step->worked = m->version != 0;
		if (step->worked)
			rc = apply(tx, a, m, e);
	}
	arena_free(&a);
	return rc;
}

static int
step_down(struct db *tx, void *arg, struct err *e)
{
	struct step *step = arg;
	struct arena *a = arena_new();
	struct db_query q;
	const char *down;
	int version = 0;
	int rc = tx->ops->lock_schema(tx, e);

	if (rc == 0)
		rc = read_version(tx, a, &version, e);
	step->worked = rc == 0 && version > step->to;
	if (step->worked) {
		cut_down(a, find_migration(version), &down);
		rc = tx->ops->script(tx, down, e);
		if (rc == 0) {
			db_query_init(&q, tx, a, Q_schema_delete);
			db_bind_int(&q, 1, version);
			rc = db_run(&q, e);
		}
	}
	arena_free(&a);
	return rc;
}

int
migrate_up(struct db *db, unsigned *applied_r, struct err *e)
{
	struct step step = { 0, true };

	*applied_r = 0;
	for (;;) {
		if (db_write(db, step_up, &step, e) < 0)
			return -1;
		if (!step.worked)
			return 0;
		++*applied_r;
	}
}

int
migrate_down(struct db *db, int to, struct err *e)
{
	struct step step = { to, true };

	while (step.worked) {
		if (db_write(db, step_down, &step, e) < 0)
			return -1;
	}
	return 0;
}

/* One row of schema_list, or of our own when it was not applied. */
static struct migration_state
state_of(struct arena *a, const struct db_query *q)
{
	int version = (int)db_get_int(q, 0);
	const struct sql_migration *m = find_migration(version);

	return (struct migration_state){
		.version = version,
		.name = db_get_text(q, 1),
		.checksum = db_get_text(q, 2),
		.applied_us = db_get_time(q, 3),
		.is_known = m != NULL,
		.is_changed = m != NULL &&
			      strcmp(db_get_text(q, 2), checksum_of(a, m)) != 0,
	};
}

int
migrate_list(struct db *db, struct arena *a, struct migration_state **list_r,
    size_t *n_r, struct err *e)
{
	struct db_query q = { .n_rows = 0 };
	const struct sql_migration *m = sql_migrations;
	int there = db->ops->has_table(db, "schema_migrations", e);
	size_t ours = 0;
	size_t n = 0;
	int newest = 0;

	if (there < 0)
		return -1;
	db_query_init(&q, db, a, Q_schema_list);
	if (there > 0 && db_run(&q, e) < 0)
		return -1;
	while (m[ours].version != 0)
		ours++;
	*list_r = arena_many(a, q.n_rows + ours, struct migration_state);
	while (db_next(&q)) {
		(*list_r)[n] = state_of(a, &q);
		newest = (*list_r)[n++].version;
	}
	for (; m->version != 0; m++) {
		if (m->version > newest)
			(*list_r)[n++] = (struct migration_state){
				.version = m->version,
				.name = m->name,
				.checksum = checksum_of(a, m),
				.is_known = true,
			};
	}
	*n_r = n;
	return 0;
}

static int
check(struct db *db, bool newer_is_fine, struct err *e)
{
	struct arena *a = arena_new();
	int newest = 0;
	int version;
	int rc = compare_versions(db, a, newer_is_fine, &version, e);

	for (const struct sql_migration *m = sql_migrations; m->version != 0;
	     m++)
		newest = m->version;
	if (rc == 0 && version < newest)
		rc = err_set(e, ERR_CONFIG,
		    "the database's schema is version %d and %d is needed:"
		    " run pierrectl migrate up",
		    version, newest);
	arena_free(&a);
	return rc;
}

int
migrate_check(struct db *db, struct err *e)
{
	return check(db, false, e);
}

int
migrate_check_serving(struct db *db, struct err *e)
{
	return check(db, true, e);
}
