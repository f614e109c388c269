/* The texts in sql/queries: each is valid, none reads a whole table where an
 * index should serve, and each about a person asks for his rows only. */

#include "store/plans.h"
#include "store/temp_db.h"
#include "tap.h"

static struct temp_db t;
static sqlite3 *raw;

static void
test_prepare(void)
{
	for (const struct sql_query *q = sql_queries; q->name != NULL; q++) {
		sqlite3_stmt *s = NULL;
		const char *rest = "";
		char name[16];
		bool named = true;
		int n;

		ok(sqlite3_prepare_v2(raw,
		       db_expand_types(t.arena, q->text, plan_types), -1, &s,
		       &rest) == SQLITE_OK &&
			rest[strspn(rest, " \n")] == '\0',
		    "%s is one valid statement", q->name);
		n = sqlite3_bind_parameter_count(s);
		for (int i = 1; i <= n; i++) {
			snprintf(name, sizeof(name), "$%d", i);
			named =
			    named && sqlite3_bind_parameter_index(s, name) > 0;
		}
		ok(named && n <= DB_MAX_PARAMS, "its parameters are $1 to $%d",
		    n);
		ok(sqlite3_stmt_readonly(s) == !(q->flags & QUERY_WRITE),
		    "it says whether it writes");
		sqlite3_finalize(s);
	}
}

static void
test_plans(void)
{
	static const struct {
		enum query_id id;
		const char *index;
	} hot[] = {
		{ Q_activity_get, "(tenant_id=? AND user_id=? AND id=?)" },
		{ Q_activity_whole, "(tenant_id=? AND user_id=? AND id=?)" },
		{ Q_activity_list, "activities_start" },
		{ Q_activity_count, "activities_start" },
		{ Q_total_list, "(tenant_id=? AND user_id=? AND level=? AND "
				"block>? AND block<?)" },
		{ Q_day_fill, "activities_day" },
		{ Q_day_loads, "COVERING INDEX activity_days_curve" },
		{ Q_day_first, "(tenant_id=? AND user_id=?)" },
		{ Q_day_count, "AND local_day>? AND local_day<?" },
		{ Q_load_stale_below, "activities_load_key" },
		{ Q_load_stale_above, "activities_load_key" },
		{ Q_recording_near, "activities_start" },
		{ Q_recording_near, "activity_sources_start" },
		{ Q_recording_find, "AND external_id=?" },
		{ Q_recording_list, "activity_sources_activity" },
		{ Q_user_by_name, "users_username" },
		{ Q_user_list_leaving, "users_leaving" },
		{ Q_token_find, "(hash=?)" },
		{ Q_token_list, "access_tokens_user" },
		{ Q_oauth_client_find, "(client_id=?)" },
		{ Q_oauth_grant_list, "oauth_grants_user" },
		{ Q_oauth_refresh_find, "(hash=?)" },
		{ Q_daily_range,
		    "(tenant_id=? AND user_id=? AND kind=? AND day>?" },
		{ Q_daily_latest,
		    "(tenant_id=? AND user_id=? AND kind=? AND day<?" },
		{ Q_daily_page,
		    "(tenant_id=? AND user_id=? AND kind=? AND day<?" },
		{ Q_sleep_page, "sleeps_start" },
		{ Q_threshold_list, "(tenant_id=? AND user_id=?)" },
		{ Q_import_find, "AND digest=?" },
		{ Q_activity_find, "AND external_id=?" },
		{ Q_job_due, "jobs_due" },
		{ Q_job_running_of_user, "jobs_open" },
		{ Q_job_open_count, "jobs_open" },
		{ Q_job_purge, "jobs_finished" },
		{ Q_token_purge, "access_tokens_login" },
		{ Q_job_list, "AND id<?" },
		{ Q_event_read, "topic=? AND seq>?" },
		{ Q_event_touched, "COVERING INDEX event_streams_touched" },
		{ Q_event_purge, "events_created" },
	};
	static const char *const may_scan[] = { "user_list", "schema_list",
		"oauth_client_list", "signing_key_*", "data_key_list",
		"sealed_*_count", NULL };
	static const char *const may_sort[] = { "day_fill", "total_list",
		NULL };

	for (size_t i = 0; i < ARRAY_LEN(hot); i++) {
		const struct sql_query *q = &sql_queries[hot[i].id];
		const char *plan = plan_of(t.arena, raw, q);

		ok(strstr(plan, hot[i].index) != NULL, "%s: %s", q->name, plan);
		ok(strstr(plan, "TEMP B-TREE") == NULL ||
			is_one_of(q->name, may_sort),
		    "%s is read in order", q->name);
	}
	for (const struct sql_query *q = sql_queries; q->name != NULL; q++)
		ok(strstr(plan_of(t.arena, raw, q), "SCAN ") == NULL ||
			is_one_of(q->name, may_scan),
		    "%s scans nothing", q->name);
}

static bool
has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = strstr(text, word); p != NULL;
	     p = strstr(p + 1, word)) {
		if (p != text && strchr(" (", p[-1]) != NULL &&
		    strchr(" \n(", p[n]) != NULL)
			return true;
	}
	return false;
}

static bool
is_about_person(const char *text)
{
	sqlite3_stmt *s = NULL;
	bool found = false;

	sqlite3_prepare_v2(raw,
	    "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c"
	    " WHERE m.type = 'table' AND c.name = 'tenant_id'",
	    -1, &s, NULL);
	while (sqlite3_step(s) == SQLITE_ROW)
		found = found ||
			has_word(text, (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return found;
}

static void
test_owner(void)
{
	static const char *const filters[] = {
		"WHERE tenant_id = $1 AND user_id = $2",
		"WHERE tenant_id = $1 AND id = $2",
		"WHERE u.tenant_id = $1 AND u.id = $2",
		"WHERE g.tenant_id = $1 AND g.user_id = $2",
	};
	static const char *const of_anybody[] = {
		/* how somebody becomes known in the first place */
		"user_by_name", "user_by_email", "token_find", "session_find",
		"link_find", "link_use", "user_has_admin", "user_by_name",
		"token_find", "oauth_grant_find",
		/* a client ends, and all that it was granted */
		"oauth_grant_end_client", "oauth_grant_sweep",
		/* what only administrators do */
		"user_list", "user_page", "user_by_id", "user_other_admin",
		"audit_list", "audit_list_of_action", "audit_walk",
		/* what an owner does in a tenant */
		"user_list_of_tenant",
		/* what the server does with everybody's jobs */
		"job_due", "job_abandoned", "job_running_on_node",
		"job_list_of_node", "job_find_state", "job_purge",
		/* what the keeper does for everybody */
		"event_touched", "event_purge", "event_purge_streams",
		"mcp_session_purge", "session_purge", "link_purge",
		"token_purge", "usage_add", "user_list_leaving",
		/* keys change for everybody */
		"sealed_*_walk", "sealed_*_swap", "sealed_*_count",
		/* a person's last step */
		"tenant_delete_empty",
		/* what concerns whole databases */
		"rows_*_page", "rows_*_get", "rows_*_put", "rows_*_remove", NULL
	};
	int n = 0;

	for (const struct sql_query *q = sql_queries; q->name != NULL; q++) {
		bool good = is_one_of(q->name, of_anybody);

		if (!is_about_person(q->text))
			continue;
		n++;
		for (size_t i = 0; i < ARRAY_LEN(filters); i++)
			good = good || strstr(q->text, filters[i]) != NULL;
		if (!good && strncmp(q->text, "INSERT", 6) == 0)
			good =
			    (strstr(q->text, "(tenant_id, user_id, ") != NULL ||
				strstr(q->text, "(tenant_id, id, ") != NULL) &&
			    strstr(q->text, "VALUES ($1, $2, ") != NULL;
		ok(good, "%s asks for one person's rows", q->name);
	}
	ok(n > 25, "%d queries are about a person", n);
}

int
main(void)
{
	char path[80];

	unsetenv("PIERRE_TEST_DATABASE_URL");
	temp_open(&t);
	snprintf(path, sizeof(path), "%s/pierre.db", t.dir);
	if (sqlite3_open(path, &raw) != SQLITE_OK)
		return 1;
	test_prepare();
	test_plans();
	test_owner();
	sqlite3_close(raw);
	temp_close(&t);
	return tap_done();
}
