#include <stdio.h>

#include "auth/guard.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "command/command.h"
#include "config/conf.h"
#include "provider/synthetic.h"
#include "provider/synthetic_fill.h"
#include "store/activities.h"
#include "store/store.h"
#include "store/tokens.h"

/* pierrectl demo: a person with a year of training to try everything on.  Run
 * again it keeps the data and gives a new token in place of the old. */

#define TOKEN_NAME "demo"

static void
show_progress(UNUSED void *arg, unsigned done, unsigned all)
{
	command_progress("demo athlete", done, all);
}

static int
ensure_athlete(struct command *c, struct user *u, struct err *e)
{
	int r;

	*u = (struct user){ 0 };
	synthetic_athlete(&u->athlete);
	r = users_by_name(c->db, c->arena, u->athlete.username, u, e);
	if (r != 0)
		return r < 0 ? -1 : 0;
	u->is_admin = true; /* /admin/health shows its details */
	return users_create(c->db, c->arena, u, e);
}

/* The number of the day that an activity was made for, -1 when it is not one
 * of ours. */
static int
day_number(const struct activity *act)
{
	struct str id = str_of(act->external_id);
	int64_t number;

	if (!str_starts(id, STR("day-")) ||
	    !str_to_i64(str_make(id.p + 4, id.n - 4), &number))
		return -1;
	return (int)number;
}

/* A year that was begun and cut off is completed. */
static int
ensure_year(struct command *c, const struct user *u, struct err *e)
{
	struct activity_filter f;
	struct stored_activity *list;
	struct owner o = owner_of(&u->athlete);
	int32_t last_day;
	double share;
	int number = SYNTHETIC_DAYS - 1;
	size_t n;

	activity_filter_init(&f);
	f.provider = SYNTHETIC_PROVIDER;
	f.limit = 1;
	if (command_today(u, &last_day, e) < 0 ||
	    activities_list(c->db, c->arena, &o, &f, &list, &n, e) < 0)
		return -1;
	while (synthetic_plan(number, &share) == SESSION_REST)
		number--;
	if (n == 1 && day_number(&list[0].activity) == number)
		return 0;
	if (n == 1)
		last_day = list[0].activity.local_day + SYNTHETIC_DAYS - 1 -
			   day_number(&list[0].activity);
	return synthetic_fill(c->db, &o, last_day, show_progress, NULL, e);
}

static int
revoke_old_token(struct command *c, const struct owner *o, struct err *e)
{
	struct access_token *list;
	size_t n;

	if (tokens_list(c->db, c->arena, o, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i].name, TOKEN_NAME) == 0 &&
		    list[i].revoked_us == 0 &&
		    tokens_revoke(c->db, c->arena, o, &list[i].id, e) < 0)
			return -1;
	}
	return 0;
}

/* Of the first address; a server that has none is reached over its proxy. */
static int
first_port(const struct conf *c)
{
	struct conf_listener l;

	for (size_t i = 0; i < c->listen.n; i++)
		if (conf_listener(c, i, &l, NULL) == 0 && l.path == NULL)
			return l.port;
	return 8081;
}

static void
print_calls(const char *token, int port)
{
	printf("\nThe demo athlete's token (shown this once):\n\n"
	       "  export TOKEN=%s\n\n"
	       "Try, while the server runs:\n\n"
	       "  curl -s http://127.0.0.1:%d/admin/health \\\n"
	       "    -H \"Authorization: Bearer $TOKEN\"\n\n",
	    token, port);
	printf(
	    "  curl -s http://127.0.0.1:%d/mcp \\\n"
	    "    -H \"Authorization: Bearer $TOKEN\" \\\n"
	    "    -H 'Content-Type: application/json' \\\n"
	    "    -H 'Accept: application/json, text/event-stream' \\\n"
	    "    -d '{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
	    "\"params\":\n         {\"name\":\"analyze_training_load\","
	    "\"arguments\":{}}}'\n\n",
	    port);
	printf(
	    "  npx -y -p node@22 -p @modelcontextprotocol/inspector@2.12.0 \\\n"
	    "    mcp-inspector --cli http://127.0.0.1:%d/mcp --transport http "
	    "\\\n"
	    "    --header \"Authorization: Bearer $TOKEN\" \\\n"
	    "    --method tools/call --tool-name get_activities "
	    "--tool-arg limit=3\n\n",
	    port);
}

static void
print_commands(const struct command *c, int port)
{
	const char *option = c->conf->path[0] != '\0' ? " --config " : "";

	printf("Bring your own files:\n\n"
	       "  %s%s%s import *.fit --user demo\n\n",
	    c->program, option, c->conf->path);
	printf("Sign in at http://127.0.0.1:%d/ once the athlete has a "
	       "password:\n\n"
	       "  %s%s%s user password demo\n\n",
	    port, c->program, option, c->conf->path);
}

static int
issue_token(struct command *c, const struct user *u, struct err *e)
{
	struct token_request request = {
		.tenant_id = u->athlete.tenant_id,
		.user_id = u->athlete.user_id,
		.name = TOKEN_NAME,
		.scopes = SCOPES_DEFAULT | SCOPE_LOCATION_READ | SCOPE_ADMIN,
		.expires_us = INT64_MAX,
	};
	struct owner o = owner_of(&u->athlete);
	struct guard *g = guard_new(c->conf, c->db, NULL, e);
	char token[OPAQUE_LEN + 1];
	struct uuid id;
	int r = -1;

	if (g != NULL && revoke_old_token(c, &o, e) == 0)
		r = guard_issue(g, c->arena, &request, token, &id, e);
	if (r == 0) {
		print_calls(token, first_port(c->conf));
		print_commands(c, first_port(c->conf));
	}
	wipe(token, sizeof(token));
	guard_free(&g);
	return r;
}

int
command_demo(struct command *c, struct err *e)
{
	struct user u;
	unsigned applied;
	int r = -1;

	if (command_args(c, 0, e) < 0 || conf_make_data_dir(c->conf, e) < 0 ||
	    store_migrate(c->conf, &applied, e) < 0)
		return -1;
	c->db = store_open(c->conf, NULL, e);
	if (c->db == NULL)
		return -1;
	if (ensure_athlete(c, &u, e) == 0 && ensure_year(c, &u, e) == 0)
		r = issue_token(c, &u, e);
	store_close(&c->db);
	return r;
}
