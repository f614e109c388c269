/* Whose rows the queries of sql/queries read, and how many, as their plans
 * tell: who asks for one person asks for him in every part of the query, and
 * nobody reads all that a person has of something without saying so here. */

#include "store/plans.h"
#include "store/temp_db.h"
#include "tap.h"

static struct temp_db t;
static sqlite3 *raw;

/* Plans name indices, or nothing but the table: which table is it? */
static const char *
table_of(const char *step)
{
	const char *index = strstr(step, " INDEX ");
	const char *name = "";
	sqlite3_stmt *s = NULL;

	if (index == NULL)
		return arena_strndup(t.arena, step + strlen("SEARCH "),
		    strcspn(step + strlen("SEARCH "), " "));
	index += strlen(" INDEX ");
	sqlite3_prepare_v2(raw,
	    "SELECT tbl_name FROM sqlite_master WHERE name = ?1", -1, &s, NULL);
	sqlite3_bind_text(
	    s, 1, index, (int)strcspn(index, " "), SQLITE_TRANSIENT);
	if (sqlite3_step(s) == SQLITE_ROW)
		name = arena_strdup(
		    t.arena, (const char *)sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return name;
}

static bool
is_of_people(const char *table)
{
	sqlite3_stmt *s = NULL;
	bool found;

	sqlite3_prepare_v2(raw,
	    "SELECT 1 FROM pragma_table_info(?1) WHERE name = 'tenant_id'", -1,
	    &s, NULL);
	sqlite3_bind_text(s, 1, table, -1, SQLITE_TRANSIENT);
	found = sqlite3_step(s) == SQLITE_ROW;
	sqlite3_finalize(s);
	return found;
}

/* What the plan does to tables of people. */
struct reach {
	unsigned steps; /* to their rows */
	unsigned lists; /* of keys, which come from another step */
	unsigned whole; /* by tenant and person alone: all that is there */
};

static void
look_at_step(struct reach *r, const char *step)
{
	r->lists += strncmp(step, "LIST SUBQUERY", 13) == 0;
	if ((strncmp(step, "SEARCH ", 7) != 0 &&
		strncmp(step, "SCAN ", 5) != 0) ||
	    !is_of_people(table_of(step)))
		return;
	r->steps++;
	r->whole += strstr(step, "(tenant_id=? AND user_id=?)") != NULL;
}

static struct reach
reach_of(const struct sql_query *q)
{
	struct reach r = { 0 };
	const char *plan = plan_of(t.arena, raw, q), *end;

	for (; (end = strstr(plan, "; ")) != NULL; plan = end + 2)
		look_at_step(
		    &r, arena_strndup(t.arena, plan, (size_t)(end - plan)));
	return r;
}

/* How often the text compares a column, if always with this parameter or with
 * the same column of another table; -1 when it does so with anything else. */
static int
comparisons(const char *text, const char *column, const char *param)
{
	char begin[24];
	int n = 0;

	snprintf(begin, sizeof(begin), "%s = ", column);
	for (const char *p = strstr(text, begin); p != NULL;
	     p = strstr(p, begin), n++) {
		const char *dot;

		p += strlen(begin);
		dot = p + strcspn(p, ". \n");
		if (strncmp(p, param, strlen(param)) != 0 &&
		    (*dot != '.' ||
			strncmp(dot + 1, column, strlen(column)) != 0))
			return -1;
	}
	return n;
}

/* Each table of people that is read is compared by tenant and person, or by
 * keys out of one that is. */
static bool
asks_for_one(const struct sql_query *q)
{
	struct reach r = reach_of(q);
	int tenants = comparisons(q->text, "tenant_id", "$1");
	int people = comparisons(q->text, "user_id", "$2");
	int ids = comparisons(q->text, "AND id", "$2") +
		  comparisons(q->text, "AND u.id", "$2");

	if (tenants < 0 || people < 0)
		return false;
	return (unsigned)tenants + r.lists >= r.steps &&
	       people + (ids > 0 ? ids : 0) >= tenants;
}

static bool
puts_in_own(const char *text)
{
	return strncmp(text, "INSERT", 6) != 0 ||
	       strstr(text, "\nSELECT tenant_id, user_id, ") != NULL ||
	       ((strstr(text, "(tenant_id, user_id, ") != NULL ||
		    strstr(text, "(tenant_id, id, ") != NULL) &&
		   strstr(text, "VALUES ($1, $2, ") != NULL);
}

/* What is about anybody is listed in queries.c. */
static void
test_owner(void)
{
	int n = 0;

	for (const struct sql_query *q = sql_queries; q->name != NULL; q++) {
		if (reach_of(q).steps == 0 ||
		    strstr(q->text, "tenant_id = $1") == NULL ||
		    strstr(q->text, "id = $2") == NULL)
			continue;
		n++;
		ok(asks_for_one(q) && puts_in_own(q->text),
		    "%s asks for one person's rows: %s", q->name,
		    plan_of(t.arena, raw, q));
	}
	ok(n > 100, "%d queries ask for one person", n);
}

/* Whoever reads all that a person has of something says so here. */
static void
test_history(void)
{
	static const char *const may[] = {
		/* of which there are few */
		"password_*",
		"rows_passwords_*",
		"session_delete_all",
		"link_list",
		"link_void",
		"threshold_list",
		"activity_whole",
		"sum_list",
		"activity_providers",
		"oauth_grant_list",
		"oauth_grant_revoke_all",
		"token_list",
		"key_count_since",
		/* the first of them, or a page */
		"day_first",
		"person_*_page",
		"person_*_trim",
		/* that is what they are for */
		"day_forget",
		"day_fill_all",
		"sum_forget",
		"sum_fill_all",
		"total_forget",
		"total_fill_all",
		NULL,
	};

	for (const struct sql_query *q = sql_queries; q->name != NULL; q++)
		ok(reach_of(q).whole == 0 || is_one_of(q->name, may),
		    "%s reads no more of a person than it gives: %s", q->name,
		    plan_of(t.arena, raw, q));
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
	test_owner();
	test_history();
	sqlite3_close(raw);
	temp_close(&t);
	return tap_done();
}
