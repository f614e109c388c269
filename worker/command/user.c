#include <stdio.h>

#include "auth/accounts.h"
#include "base/clock.h"
#include "base/date.h"
#include "base/tz.h"
#include "command/command.h"
#include "store/user_delete.h"

#define OLDEST_DAYS (120 * 366)

/* Apply one option to a field by its own rule. */
static int
set_timezone(struct athlete *a, const char *value, struct err *e)
{
	if (tz_find(str_of(value), e) == NULL)
		return -1;
	a->timezone = value;
	return 0;
}

static int
set_sex(struct athlete *a, const char *value, struct err *e)
{
	if (!sex_parse(str_of(value), &a->sex))
		return err_set(
		    e, ERR_INVALID, "--sex: female or male, not \"%s\"", value);
	return 0;
}

static int
set_born(struct athlete *a, const char *value, struct err *e)
{
	int32_t today = date_of_instant(clock_wall_us(), 0);

	if (command_day(value, INT32_MIN, &a->birth_day, e) < 0)
		return -1;
	if (a->birth_day > today || a->birth_day < today - OLDEST_DAYS)
		return err_set(e, ERR_INVALID,
		    "--born: %s is outside the last 120 years", value);
	return 0;
}

static int
set_height(struct athlete *a, const char *value, struct err *e)
{
	return command_number("--height-m", value, 0.5, 2.6, &a->height_m, e);
}

static int
set_weight(struct athlete *a, const char *value, struct err *e)
{
	return command_number("--weight-kg", value, 20, 400, &a->weight_kg, e);
}

static int
set_display(struct athlete *a, const char *value, struct err *e)
{
	if (accounts_check_display(str_of(value), e) < 0)
		return err_wrap(e, "--display");
	a->display_name = value;
	return 0;
}

static int
set_email(struct athlete *a, const char *value, struct err *e)
{
	if (!mail_is_address(str_of(value)))
		return err_set(
		    e, ERR_INVALID, "--email: \"%s\" is not an address", value);
	a->email = value;
	return 0;
}

static int
read_options(struct command *c, struct athlete *a, struct err *e)
{
	static const struct {
		const char *name;
		int (*set)(struct athlete *a, const char *value, struct err *e);
	} options[] = {
		{ "--display", set_display },
		{ "--email", set_email },
		{ "--timezone", set_timezone },
		{ "--sex", set_sex },
		{ "--born", set_born },
		{ "--height-m", set_height },
		{ "--weight-kg", set_weight },
	};

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		const char *value;
		int r = command_option(c, options[i].name, &value, e);

		if (r < 0 || (r > 0 && options[i].set(a, value, e) < 0))
			return -1;
	}
	return 0;
}

static int
check_username(const char *name, struct err *e)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++) {
		char c = name[i];

		if (!((c | 32) >= 'a' && (c | 32) <= 'z') &&
		    !(c >= '0' && c <= '9') && strchr("._-@", c) == NULL)
			n = 0;
	}
	return n >= 1 && n <= 64
		   ? 0
		   : err_set(e, ERR_INVALID,
			 "\"%s\": a user name is 1 to 64 letters, "
			 "digits, '.', '_', '-' or '@'",
			 name);
}

int
command_user_create(struct command *c, struct err *e)
{
	struct user u = {
		.athlete = { .display_name = "",
		    .email = "",
		    .timezone = "UTC",
		    .birth_day = INT32_MIN,
		    .height_m = VALUE_MISSING,
		    .weight_kg = VALUE_MISSING },
		.is_admin = command_flag(c, "--admin"),
	};
	bool wants_password = command_flag(c, "--password");
	struct origin from = origin_of_command();
	struct str password = STR_NULL;

	if (read_options(c, &u.athlete, e) < 0 || command_args(c, 1, e) < 0 ||
	    check_username(c->argv[0], e) < 0)
		return -1;
	u.athlete.username = c->argv[0];
	if (u.athlete.display_name[0] == '\0')
		u.athlete.display_name = c->argv[0];
	if (command_accounts(c, e) == NULL ||
	    (wants_password && command_password(c, &password, e) < 0) ||
	    accounts_create(c->accounts, c->arena, &from, &u, password, e) < 0)
		return -1;
	printf("user %s created\n", u.athlete.username);
	return 0;
}

/* Of what was given, the options are taken out and one name is left. */
static int
something_to_set(
    const struct command *given, const struct command *left, struct err *e)
{
	return given->argc > left->argc
		   ? 0
		   : err_set(e, ERR_INVALID,
			 "there is nothing to change: give an option");
}

int
command_user_set(struct command *c, struct err *e)
{
	struct athlete given = { .sex = SEX_UNKNOWN };
	struct origin from = origin_of_command();
	struct command copy = *c;
	struct user u;

	/* The options once to find the name among them, once over the user. */
	copy.argv = arena_memdup(
	    c->arena, c->argv, (size_t)(c->argc + 1) * sizeof(*c->argv));
	if (read_options(&copy, &given, e) < 0 ||
	    command_args(&copy, 1, e) < 0 ||
	    something_to_set(c, &copy, e) < 0 ||
	    command_user(c, copy.argv[0], &u, e) < 0 ||
	    read_options(c, &u.athlete, e) < 0)
		return -1;
	if (command_accounts(c, e) == NULL ||
	    accounts_set_profile(c->accounts, c->arena, &from, &u.athlete, e) <
		0)
		return -1;
	printf("user %s changed\n", u.athlete.username);
	return 0;
}

int
command_user_list(struct command *c, struct err *e)
{
	struct user *list;
	size_t n;

	if (command_args(c, 0, e) < 0 ||
	    users_list(c->db, c->arena, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		printf("%-20s %-24s %-20s %s%s\n", list[i].athlete.username,
		    command_shown(c, list[i].athlete.display_name),
		    list[i].athlete.timezone, user_status_name(list[i].status),
		    list[i].is_admin ? ", administrator" : "");
	return 0;
}

/* --- standing and password ----------------------------------------------- */

/* The one argument is a person; accounts are open. */
static int
begin(struct command *c, struct user *u, struct owner *o, struct err *e)
{
	if (command_args(c, 1, e) < 0 ||
	    command_user(c, c->argv[0], u, e) < 0 ||
	    command_accounts(c, e) == NULL)
		return -1;
	*o = owner_of(&u->athlete);
	return 0;
}

typedef int change_fn(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e);

static int
change(struct command *c, change_fn *fn, const char *word, struct err *e)
{
	struct origin from = origin_of_command();
	struct owner o;
	struct user u;
	int rc;

	if (begin(c, &u, &o, e) < 0)
		return -1;
	rc = fn(c->accounts, c->arena, &from, &o, e);
	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_CONFLICT, "%s is %s", u.athlete.username,
		    user_status_name(u.status));
	printf("user %s %s\n", u.athlete.username, word);
	return 0;
}

int
command_user_suspend(struct command *c, struct err *e)
{
	return change(c, accounts_suspend, "suspended", e);
}

int
command_user_restore(struct command *c, struct err *e)
{
	return change(c, accounts_restore, "restored", e);
}

int
command_user_approve(struct command *c, struct err *e)
{
	return change(c, accounts_approve, "approved", e);
}

int
command_user_confirm(struct command *c, struct err *e)
{
	struct origin from = origin_of_command();
	struct owner o;
	struct user u;
	int rc;

	if (begin(c, &u, &o, e) < 0)
		return -1;
	rc = accounts_vouch(c->accounts, c->arena, &from, &o, e);
	if (rc == 0)
		return err_set(e, ERR_CONFLICT,
		    "the address of %s does not wait to be confirmed",
		    u.athlete.username);
	if (rc > 0)
		printf("the address of user %s is confirmed\n",
		    u.athlete.username);
	return rc < 0 ? -1 : 0;
}

int
command_user_admin(struct command *c, struct err *e)
{
	struct origin from = origin_of_command();
	bool take_away = command_flag(c, "--no");
	struct owner o;
	struct user u;

	if (begin(c, &u, &o, e) < 0 || accounts_set_admin(c->accounts, c->arena,
					   &from, &o, !take_away, e) < 0)
		return -1;
	printf("user %s is %s\n", u.athlete.username,
	    take_away ? "no administrator" : "an administrator");
	return 0;
}

int
command_user_password(struct command *c, struct err *e)
{
	struct origin from = origin_of_command();
	struct str password;
	struct owner o;
	struct user u;

	if (begin(c, &u, &o, e) < 0 || command_password(c, &password, e) < 0 ||
	    accounts_set_password(
		c->accounts, c->arena, &from, &o, password, e) < 0)
		return -1;
	printf("user %s has a new password\n", u.athlete.username);
	return 0;
}

int
command_user_reset(struct command *c, struct err *e)
{
	struct origin from = origin_of_command();
	struct buf url = BUF_INIT;
	struct owner o;
	struct user u;
	int rc;

	if (begin(c, &u, &o, e) < 0)
		return -1;
	rc = accounts_reset_link(c->accounts, c->arena, &from, &o, &url, e);
	if (rc == 0)
		printf("%s\n", buf_cstr(&url));
	buf_wipe(&url);
	return rc;
}

int
command_user_delete(struct command *c, struct err *e)
{
	struct origin from = origin_of_command();
	bool sure = command_flag(c, "--yes");
	struct owner o;
	struct user u;

	/* First what one that was stopped has left. */
	if (user_delete_finish(c->db, e) < 0 || begin(c, &u, &o, e) < 0)
		return -1;
	if (!sure)
		return err_set(e, ERR_INVALID,
		    "everything that is kept of %s is lost with it: say --yes",
		    u.athlete.username);
	if (accounts_delete(c->accounts, c->arena, &from, &o, e) < 0)
		return -1;
	printf("user %s deleted\n", u.athlete.username);
	return 0;
}
