#include "command/manifest.h"

#include "base/clock.h"
#include "base/date.h"
#include "base/enc.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "base/version.h"
#include "command/command.h"
#include "config/conf.h"
#include "store/dbmeta.h"
#include "store/store.h"

#define FORM "pierre-backup-1"

/* --- from a database ----------------------------------------------------- */

/* Those that were applied. */
static int
collect_migrations(
    struct manifest *m, struct arena *a, struct db *tx, struct err *e)
{
	size_t n;

	if (migrate_list(tx, a, &m->migrations, &n, e) < 0)
		return -1;
	while (m->n_migrations < n &&
	       m->migrations[m->n_migrations].applied_us != 0)
		m->n_migrations++;
	m->key_check = STR_NULL;
	if (m->n_migrations == 0)
		return err_set(e, ERR_CONFIG, "the database has no schema yet");
	return meta_key_check(tx, a, &m->key_check, e) < 0 ? -1 : 0;
}

static int
collect_tables(
    struct manifest *m, struct arena *a, struct db *tx, struct err *e)
{
	size_t n = 0;

	while (sql_tables[n].name != NULL)
		n++;
	m->tables = arena_many(a, n, struct manifest_table);
	for (; m->n_tables < n; m->n_tables++) {
		struct manifest_table *t = &m->tables[m->n_tables];
		const struct sql_table *table = &sql_tables[m->n_tables];

		command_progress(
		    "counting", (unsigned)m->n_tables, (unsigned)n + 1);
		t->name = table->name;
		if (digest_table(tx, table, &t->digest, e) < 0)
			return -1;
	}
	command_progress_clear();
	return 0;
}

int
manifest_collect(
    struct manifest *m, struct arena *a, struct db *tx, struct err *e)
{
	const char *backend = store_backend(tx);

	*m = (struct manifest){
		.engine = strncmp(backend, "SQLite", 6) == 0 ? "sqlite"
							     : "postgresql",
		.backend = arena_strdup(a, backend),
		.made_us = clock_wall_us(),
	};
	if (collect_migrations(m, a, tx, e) < 0)
		return -1;
	return manifest_is_ours(m) ? collect_tables(m, a, tx, e) : 0;
}

int64_t
manifest_rows(const struct manifest *m)
{
	int64_t n = 0;

	for (size_t i = 0; i < m->n_tables; i++)
		n += m->tables[i].digest.rows;
	return n;
}

const char *
manifest_schema(const struct manifest *m, struct arena *a)
{
	const struct migration_state *last =
	    &m->migrations[m->n_migrations - 1];

	return arena_printf(a, "%04d_%s", last->version, last->name);
}

bool
manifest_is_ours(const struct manifest *m)
{
	size_t n = 0;

	while (sql_migrations[n].version != 0)
		n++;
	return n == m->n_migrations;
}

/* --- as text ------------------------------------------------------------- */

static void
write_hex(struct jsonw *w, const char *key, const void *p, size_t n)
{
	struct buf hex = BUF_INIT;

	enc_hex(&hex, p, n);
	jsonw_kv_str(w, key, buf_str(&hex));
	buf_free(&hex);
}

static void
write_migrations(struct jsonw *w, const struct manifest *m)
{
	jsonw_kv_array(w, "migrations");
	for (size_t i = 0; i < m->n_migrations; i++) {
		jsonw_object(w);
		jsonw_kv_int(w, "version", m->migrations[i].version);
		jsonw_kv_cstr(w, "name", m->migrations[i].name);
		jsonw_kv_cstr(w, "checksum", m->migrations[i].checksum);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void
write_tables(struct jsonw *w, const struct manifest *m)
{
	jsonw_kv_array(w, "tables");
	for (size_t i = 0; i < m->n_tables; i++) {
		const struct manifest_table *t = &m->tables[i];

		jsonw_object(w);
		jsonw_kv_cstr(w, "name", t->name);
		jsonw_kv_int(w, "rows", t->digest.rows);
		write_hex(w, "digest", t->digest.sum, DIGEST_BYTES);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

void
manifest_format(const struct manifest *m, struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "format", FORM);
	jsonw_kv_instant(&w, "made_at", m->made_us);
	jsonw_kv_cstr(&w, "program", version_text);
	jsonw_kv_cstr(&w, "engine", m->engine);
	jsonw_kv_cstr(&w, "backend", m->backend);
	if (m->key_check.p != NULL)
		write_hex(&w, "key_check", m->key_check.p, m->key_check.n);
	write_migrations(&w, m);
	write_tables(&w, m);
	jsonw_end_object(&w);
	jsonw_done(&w);
	buf_addc(out, '\n');
}

/* --- from text ----------------------------------------------------------- */

static const char *
text_of(const cJSON *object, const char *name)
{
	const cJSON *item = json_get(object, name);

	return cJSON_IsString(item) ? item->valuestring : "";
}

/* Exactly n bytes in hexadecimal. */
static bool
read_hex(const char *text, uint8_t *out, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	if (strlen(text) != 2 * n)
		return false;
	for (size_t i = 0; i < 2 * n; i++) {
		const char *at = strchr(digits, text[i]);

		if (at == NULL)
			return false;
		out[i / 2] = (uint8_t)(i % 2 == 0 ? (at - digits) << 4
						  : out[i / 2] | (at - digits));
	}
	return true;
}

static int
parse_migrations(
    struct manifest *m, struct arena *a, const cJSON *list, struct err *e)
{
	m->migrations = arena_many(
	    a, (size_t)cJSON_GetArraySize(list), struct migration_state);
	for (const cJSON *item = list->child; item != NULL; item = item->next) {
		const cJSON *version = json_get(item, "version");
		struct migration_state s = {
			.name = text_of(item, "name"),
			.checksum = text_of(item, "checksum"),
			.version =
			    cJSON_IsNumber(version) ? version->valueint : -1,
		};

		if (migrate_knows(s.version, s.name, s.checksum, e) < 0)
			return -1;
		m->migrations[m->n_migrations++] = s;
	}
	return 0;
}

static bool
parse_tables(struct manifest *m, struct arena *a, const cJSON *list)
{
	m->tables = arena_many(
	    a, (size_t)cJSON_GetArraySize(list), struct manifest_table);
	for (const cJSON *item = list->child; item != NULL; item = item->next) {
		struct manifest_table *t = &m->tables[m->n_tables++];
		const cJSON *rows = json_get(item, "rows");

		t->name = text_of(item, "name");
		if (!cJSON_IsNumber(rows) || !read_hex(text_of(item, "digest"),
						 t->digest.sum, DIGEST_BYTES))
			return false;
		t->digest.rows = (int64_t)rows->valuedouble;
	}
	return true;
}

static bool
parse_key_check(struct manifest *m, struct arena *a, const char *hex)
{
	size_t n = strlen(hex) / 2;
	uint8_t *bytes = arena_alloc(a, n + 1);

	m->key_check = STR_NULL;
	if (n == 0)
		return true;
	m->key_check = str_make((const char *)bytes, n);
	return read_hex(hex, bytes, n);
}

int
manifest_parse(
    struct manifest *m, struct arena *a, struct str text, struct err *e)
{
	const cJSON *root = json_parse(a, text, e);
	const cJSON *migrations, *tables;

	*m = (struct manifest){ .engine = "" };
	if (root == NULL)
		return -1;
	if (strcmp(text_of(root, "format"), FORM) != 0)
		return err_set(e, ERR_CONFIG,
		    "a backup of the form \"%.40s\", which this program does "
		    "not know",
		    text_of(root, "format"));
	m->engine = text_of(root, "engine");
	m->backend = text_of(root, "backend");
	if (!date_parse_rfc3339(
		str_of(text_of(root, "made_at")), &m->made_us, NULL))
		m->made_us = 0;
	migrations = json_get(root, "migrations");
	tables = json_get(root, "tables");
	if (!cJSON_IsArray(migrations) || !cJSON_IsArray(tables) ||
	    migrations->child == NULL ||
	    !parse_key_check(m, a, text_of(root, "key_check")) ||
	    !parse_tables(m, a, tables))
		return err_set(
		    e, ERR_CORRUPT, "the backup's manifest is damaged");
	return parse_migrations(m, a, migrations, e);
}

int
manifest_compare(const struct manifest *expected, const struct manifest *found,
    struct err *e)
{
	if (expected->n_tables != found->n_tables)
		return err_set(e, ERR_CORRUPT, "%zu tables in place of %zu",
		    found->n_tables, expected->n_tables);
	for (size_t i = 0; i < found->n_tables; i++) {
		const struct manifest_table *x = &expected->tables[i];
		const struct manifest_table *y = &found->tables[i];

		if (strcmp(x->name, y->name) != 0 ||
		    !digest_eq(&x->digest, &y->digest))
			return err_set(e, ERR_CORRUPT,
			    "%s holds other rows (%lld) than it should (%lld)",
			    y->name, (long long)y->digest.rows,
			    (long long)x->digest.rows);
	}
	return 0;
}
