#include <stdio.h>

#include "auth/keys.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/xalloc.h"
#include "command/command.h"
#include "config/conf.h"
#include "mcp/tool.h"
#include "store/tokens.h"

#define US_PER_DAY INT64_C(86400000000)

/* --tier makes it an API key, with that tier's quota. */
static int
read_tier(struct command *c, enum key_tier *tier, struct err *e)
{
	const char *name = NULL;

	*tier = TIER_NONE;
	if (command_option(c, "--tier", &name, e) < 0)
		return -1;
	if (name != NULL && !tier_parse(str_of(name), tier))
		return err_set(e, ERR_INVALID,
		    "--tier: trial, starter, professional or enterprise, not "
		    "\"%s\"",
		    name);
	return 0;
}

static int
read_request(struct command *c, struct key_request *r, struct err *e)
{
	const char *scopes = NULL, *days = NULL, *name = "pierrectl";
	double n;

	if (command_option(c, "--name", &name, e) < 0 ||
	    command_option(c, "--scopes", &scopes, e) < 0 ||
	    command_option(c, "--days", &days, e) < 0 ||
	    command_option(c, "--toolset", &r->toolset, e) < 0 ||
	    read_tier(c, &r->tier, e) < 0)
		return -1;
	r->name = str_of(name);
	if (scopes != NULL && scope_parse(str_of(scopes), &r->scopes, e) < 0)
		return -1;
	if (days == NULL)
		return 0;
	if (command_number("--days", days, 1, 36500, &n, e) < 0)
		return -1;
	if (n != (double)(int64_t)n)
		return err_set(
		    e, ERR_INVALID, "--days: %s is not a whole number", days);
	r->expires_us = clock_wall_us() + (int64_t)n * US_PER_DAY;
	return 0;
}

int
command_token_create(struct command *c, struct err *e)
{
	struct origin from = origin_of_command();
	struct key_request r = { .scopes = SCOPES_DEFAULT,
		.expires_us = INT64_MAX,
		.is_provisioned = true };
	char token[OPAQUE_LEN + 1];
	struct owner o;
	struct uuid id;
	struct user u;

	if (read_request(c, &r, e) < 0 || command_args(c, 1, e) < 0 ||
	    command_user(c, c->argv[0], &u, e) < 0 ||
	    command_accounts(c, e) == NULL)
		return -1;
	o = owner_of(&u.athlete);
	if (keys_create(c->accounts, c->arena, &from, &o, &r, token, &id, e) <
	    0)
		return -1;
	printf("%s\n", token);
	wipe(token, sizeof(token));
	return 0;
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
	size_t n;

	if (command_whose(c, &o, e) < 0 ||
	    tokens_list(c->db, c->arena, &o, &list, &n, e) < 0)
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
		printf("%s%s%s%s\n", command_shown(c, list[i].name),
		    list[i].tier[0] != '\0' ? ", " : "", list[i].tier,
		    list[i].revoked_us != 0 ? " (revoked)" : "");
	}
	return 0;
}

/* The arguments are a person and a token's id. */
static int
read_token(struct command *c, struct user *u, struct uuid *id, struct err *e)
{
	if (command_args(c, 2, e) < 0 || command_user(c, c->argv[0], u, e) < 0)
		return -1;
	if (!uuid_parse(str_of(c->argv[1]), id))
		return err_set(e, ERR_INVALID,
		    "\"%s\" is not a token's id; see "
		    "pierrectl token list",
		    c->argv[1]);
	return 0;
}

int
command_token_revoke(struct command *c, struct err *e)
{
	struct origin from = origin_of_command();
	struct owner o;
	struct uuid id;
	struct user u;
	int r;

	if (read_token(c, &u, &id, e) < 0 || command_accounts(c, e) == NULL)
		return -1;
	o = owner_of(&u.athlete);
	r = keys_revoke(c->accounts, c->arena, &from, &o, &id, e);
	if (r == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "%s has no such token in force", u.athlete.username);
	return r < 0 ? -1 : 0;
}

int
command_token_usage(struct command *c, struct err *e)
{
	struct token_usage *months;
	struct owner o;
	struct uuid id;
	struct user u;
	size_t n;
	int rc;

	if (read_token(c, &u, &id, e) < 0)
		return -1;
	o = owner_of(&u.athlete);
	rc = tokens_owned(c->db, c->arena, &o, &id, e);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND, "%s has no such token",
		    u.athlete.username);
	if (rc < 0 ||
	    tokens_usage(c->db, c->arena, &o, &id, &months, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		printf("%04d-%02d %12lld\n", months[i].month / 100,
		    months[i].month % 100, (long long)months[i].used);
	return 0;
}
