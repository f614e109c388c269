/* The texts in sql/queries on PostgreSQL: each is valid, its columns have types
 * that the driver reads, and an index serves those that are hot. */

#include <fnmatch.h>

#include "store/pg.h"
#include "store/temp_db.h"
#include "tap.h"

static struct temp_db t;
static PGconn *raw;

/* The list holds names, or patterns as a shell has them. */
static bool
is_one_of(const char *name, const char *const *list)
{
	while (*list != NULL && fnmatch(*list, name, 0) != 0)
		list++;
	return *list != NULL;
}

static bool
run_raw(const char *sql)
{
	PGresult *r = PQexec(raw, sql);
	bool good = PQresultStatus(r) == PGRES_COMMAND_OK;

	if (!good)
		printf("# %s\n", PQerrorMessage(raw));
	PQclear(r);
	return good;
}

static bool
is_readable(Oid type)
{
	static const Oid known[] = { 16, 17, 20, 21, 23, 25, 700, 701, 1043,
		1184, 2950, 3802 };

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (known[i] == type)
			return true;
	}
	return false;
}

static void
test_prepare(void)
{
	for (const struct sql_query *q = sql_queries; q->name != NULL; q++) {
		const char *text = db_expand_types(t.arena, q->text, pg_types);
		PGresult *r = PQprepare(raw, q->name, text, 0, NULL);
		bool good = PQresultStatus(r) == PGRES_COMMAND_OK;

		ok(good, "%s is one valid statement %s", q->name,
		    good ? "" : PQerrorMessage(raw));
		PQclear(r);
		r = PQdescribePrepared(raw, q->name);
		good = true;
		for (int i = 0; i < PQnfields(r); i++)
			good = good && is_readable(PQftype(r, i));
		ok(good && PQnparams(r) <= DB_MAX_PARAMS,
		    "its columns can be read");
		PQclear(r);
	}
}

/* The lines of the plan for parameters that are not known. */
static const char *
plan_of(const struct sql_query *q)
{
	PGresult *r = PQdescribePrepared(raw, q->name);
	struct buf out = BUF_INIT;
	const char *text;
	int n = PQnparams(r);

	PQclear(r);
	buf_printf(&out, "EXPLAIN (COSTS off) EXECUTE %s", q->name);
	for (int i = 0; i < n; i++)
		buf_adds(&out, i == 0 ? "(NULL" : ", NULL");
	buf_adds(&out, n > 0 ? ")" : "");
	r = PQexec(raw, buf_cstr(&out));
	buf_clear(&out);
	for (int i = 0; i < PQntuples(r); i++)
		buf_printf(&out, "%s; ", PQgetvalue(r, i, 0));
	PQclear(r);
	text = arena_strndup(t.arena, out.p != NULL ? out.p : "", out.n);
	buf_free(&out);
	return text;
}

/* Whether an index finds the rows by this, rather than a filter behind it. */
static bool
finds_by(const char *plan, const char *condition)
{
	static const char by[] = "Index Cond: ";

	for (const char *p = strstr(plan, by); p != NULL;
	     p = strstr(p + 1, by)) {
		const char *end = strstr(p, "; ");
		const char *at = strstr(p, condition);

		if (at != NULL && (end == NULL || at < end))
			return true;
	}
	return false;
}

/* Between indices that begin alike, only rows and their statistics decide. */
static void
fill(void)
{
	temp_user(&t, "ada");
	temp_user(&t, "bob");
	ok(run_raw(
	       "INSERT INTO activities (tenant_id, user_id, id, provider,"
	       " external_id, name, device, sport, start_at, utc_offset_s,"
	       " local_day, elapsed_s, load_method, load_key, created_at)"
	       " SELECT tenant_id, id, gen_random_uuid(), 'file', i::text, '',"
	       " '', 'ride', to_timestamp(i * 40000.0), 0, i / 2, 60, '', 0,"
	       " now() FROM users, generate_series(1, 3000) i") &&
		run_raw("ANALYZE activities"),
	    "rows to choose among");
}

static void
test_plans(void)
{
	static const struct {
		enum query_id id;
		const char *index;
		const char *by;
	} hot[] = {
		{ Q_activity_list, "activities_start", "start_at >= $3" },
		{ Q_activity_count, "activities_start", "start_at >= $3" },
		{ Q_activity_get, "activities_", "(id = $3)" },
		{ Q_activity_whole, "activities_", "(id = $3)" },
		{ Q_activity_whole, "activity_laps_pkey",
		    "(activity_id = $3)" },
		{ Q_activity_find, "external_id", "(external_id = $4)" },
		{ Q_recording_near, "activities_start", "start_at >= $3" },
		{ Q_day_fill, "activities_day", "(local_day = $3)" },
		{ Q_day_loads, "activity_days_", "(local_day >= $3)" },
		{ Q_total_list, "activity_totals_pkey", "(block >= $4)" },
		{ Q_load_stale_below, "activities_load_key",
		    "(load_key < $3)" },
		{ Q_load_stale_above, "activities_load_key",
		    "(load_key > $3)" },
		{ Q_user_by_name, "users_username", "(lower(username) = $1)" },
		{ Q_token_find, "access_tokens_hash_key", "(hash = $1)" },
		{ Q_token_list, "access_tokens_user", "(user_id = $2)" },
		{ Q_daily_range, "dailies_pkey", "(day >= $4)" },
		{ Q_daily_latest, "dailies_pkey", "(day <= $4)" },
		{ Q_daily_page, "dailies_pkey", "(day < $4)" },
		{ Q_sleep_page, "sleeps_start", "(start_at < $3)" },
		{ Q_threshold_list, "thresholds_pkey", "(user_id = $2)" },
		{ Q_import_find, "digest", "(digest = $3)" },
		{ Q_streams_get, "activity_streams_pkey",
		    "(activity_id = $3)" },
		{ Q_lap_list, "activity_laps_pkey", "(activity_id = $3)" },
		{ Q_event_read, "events_pkey", "(seq > $4)" },
	};
	static const char *const may_scan[] = { "user_list", "schema_list",
		"ping", "signing_key_*", "data_key_list", "sealed_*_count",
		NULL };

	fill();
	/* Most tables are empty, so that only a plan that cannot do otherwise
	 * reads one whole. */
	run_raw("SET enable_seqscan = off");
	run_raw("SET enable_bitmapscan = off");
	run_raw("SET plan_cache_mode = force_generic_plan");
	for (size_t i = 0; i < ARRAY_LEN(hot); i++) {
		const struct sql_query *q = &sql_queries[hot[i].id];
		const char *plan = plan_of(q);

		ok(strstr(plan, hot[i].index) != NULL &&
			finds_by(plan, hot[i].by),
		    "%s goes by %s: %s", q->name, hot[i].by, plan);
	}
	for (const struct sql_query *q = sql_queries; q->name != NULL; q++) {
		if (strcmp(q->name, "schema_create") == 0)
			continue;
		ok(strstr(plan_of(q), "Seq Scan") == NULL ||
			is_one_of(q->name, may_scan),
		    "%s reads no table whole", q->name);
	}
}

/* As SQLite does it: by bytes. */
static void
test_collation(void)
{
	is_str(temp_pg(&t,
		   "SELECT count(*) FROM pg_attribute a"
		   " JOIN pg_class c ON c.oid = a.attrelid"
		   " JOIN pg_collation o ON o.oid = a.attcollation"
		   " WHERE c.relnamespace = current_schema()::regnamespace"
		   " AND c.relkind = 'r' AND a.attnum > 0 AND"
		   " o.collname <> 'C' AND c.relname <> 'schema_migrations'"),
	    "0", "every text column sorts by bytes");
}

int
main(void)
{
	if (temp_server() == NULL) {
		printf("1..0 # SKIP no PIERRE_TEST_DATABASE_URL\n");
		return 0;
	}
	temp_open(&t);
	raw = PQconnectdb(t.conf.database_url);
	test_prepare();
	test_plans();
	test_collation();
	PQfinish(raw);
	temp_close(&t);
	return tap_done();
}
