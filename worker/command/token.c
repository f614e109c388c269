#include <stdio.h>

#include "auth/guard.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/xalloc.h"
#include "command/command.h"
#include "config/conf.h"
#include "mcp/tool.h"
#include "store/tokens.h"

#define US_PER_DAY INT64_C(86400000000)

static int
issue(struct command *c, const struct token_request *request, struct err *e)
{
	struct guard *g = guard_new(c->conf, c->db, NULL, e);
	char token[OPAQUE_LEN + 1];
	struct uuid id;
	int r = -1;

	if (g != NULL)
		r = guard_issue(g, c->arena, request, token, &id, e);
	if (r == 0) {
		printf("%s\n", token);
		wipe(token, sizeof(token));
	}
	guard_free(&g);
	return r;
}

int
command_token_create(struct command *c, struct err *e)
{
	struct token_request request = { .name = "pierrectl",
		.scopes = SCOPES_DEFAULT,
		.expires_us = INT64_MAX };
	const char *scopes = NULL, *days = NULL;
	struct user u;
	double n;

	if (command_option(c, "--name", &request.name, e) < 0 ||
	    command_option(c, "--scopes", &scopes, e) < 0 ||
	    command_option(c, "--days", &days, e) < 0 ||
	    command_option(c, "--toolset", &request.toolset, e) < 0 ||
	    command_args(c, 1, e) < 0 || command_user(c, c->argv[0], &u, e) < 0)
		return -1;
	if (scopes != NULL &&
	    scope_parse(str_of(scopes), &request.scopes, e) < 0)
		return -1;
	if (request.toolset != NULL &&
	    mcp_toolset_find(request.toolset) == TOOLSET_COUNT)
		return err_set(e, ERR_INVALID,
		    "--toolset: \"%s\" is none of core, legacy, all",
		    request.toolset);
	if (days != NULL) {
		if (command_number("--days", days, 1, 36500, &n, e) < 0)
			return -1;
		if (n != (double)(int64_t)n)
			return err_set(e, ERR_INVALID,
			    "--days: %s is not a whole number", days);
		request.expires_us = clock_wall_us() + (int64_t)n * US_PER_DAY;
	}
	request.tenant_id = u.athlete.tenant_id;
	request.user_id = u.athlete.user_id;
	return issue(c, &request, e);
}

static void
print_time(int64_t us, const char *never)
{
	char day[DATE_TEXT_LEN + 1];

	if (us == 0 || us == INT64_MAX) {
		printf("%-10s  ", never);
		return;
	}
	date_format_day(date_of_instant(us, 0), day);
	printf("%s  ", day);
}

int
command_token_list(struct command *c, struct err *e)
{
	struct access_token *list;
	struct owner o;
	struct user u;
	size_t n;

	if (command_args(c, 1, e) < 0 || command_user(c, c->argv[0], &u, e) < 0)
		return -1;
	o = owner_of(&u.athlete);
	if (tokens_list(c->db, c->arena, &o, &list, &n, e) < 0)
		return -1;
	printf("%-36s  %-14s %-10s  %-10s  %-10s  %s\n", "id", "token",
	    "created", "expires", "last used", "name");
	for (size_t i = 0; i < n; i++) {
		char id[UUID_TEXT_LEN + 1];

		uuid_format(&list[i].id, id);
		printf("%s  %-14s ", id, list[i].prefix);
		print_time(list[i].created_us, "");
		print_time(list[i].expires_us, "never");
		print_time(list[i].last_used_us, "never");
		printf("%s%s\n", list[i].name,
		    list[i].revoked_us != 0 ? " (revoked)" : "");
	}
	return 0;
}

int
command_token_revoke(struct command *c, struct err *e)
{
	struct owner o;
	struct uuid id;
	struct user u;
	int r;

	if (command_args(c, 2, e) < 0 || command_user(c, c->argv[0], &u, e) < 0)
		return -1;
	if (!uuid_parse(str_of(c->argv[1]), &id))
		return err_set(e, ERR_INVALID,
		    "\"%s\" is not a token's id; see "
		    "pierrectl token list",
		    c->argv[1]);
	o = owner_of(&u.athlete);
	r = tokens_revoke(c->db, c->arena, &o, &id, e);
	if (r == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "%s has no such token in force", u.athlete.username);
	return r < 0 ? -1 : 0;
}
