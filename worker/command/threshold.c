#include <stdio.h>

#include "base/date.h"
#include "auth/accounts.h"
#include "command/command.h"
#include "store/thresholds.h"

static int
parse_kind(const char *name, enum threshold_kind *out, struct err *e)
{
	char known[200] = "";
	size_t n = 0;

	if (threshold_parse(str_of(name), out))
		return 0;
	for (int k = 0; k < THRESHOLD_KIND_COUNT && n < sizeof(known); k++)
		n += (size_t)snprintf(known + n, sizeof(known) - n, "%s%s",
		    k > 0 ? ", " : "", threshold_name(k));
	return err_set(e, ERR_INVALID, "\"%s\" is not one of %s", name, known);
}

int
command_threshold_set(struct command *c, struct err *e)
{
	const char *from = NULL, *source = "user";
	struct origin by = origin_of_command();
	struct threshold t;
	double low, high;
	struct owner o;
	struct user u;
	int32_t today;

	if (command_option(c, "--from", &from, e) < 0 ||
	    command_option(c, "--source", &source, e) < 0 ||
	    command_args(c, 3, e) < 0 ||
	    command_user(c, c->argv[0], &u, e) < 0 ||
	    command_today(&u, &today, e) < 0 ||
	    parse_kind(c->argv[1], &t.kind, e) < 0)
		return -1;
	threshold_bounds(t.kind, &low, &high);
	if (command_number(c->argv[1], c->argv[2], low, high, &t.value, e) <
		0 ||
	    command_day(from, today, &t.day, e) < 0)
		return -1;
	if (t.day > today || t.day < today - THRESHOLD_DAYS_BACK)
		return err_set(e, ERR_INVALID,
		    "--from: %s is a day to come, or over 40 years ago", from);
	t.source = source;
	o = owner_of(&u.athlete);
	if (command_accounts(c, e) == NULL ||
	    accounts_set_threshold(c->accounts, c->arena, &by, &o, &t, e) < 0)
		return -1;
	printf("%s of %s is %g\n", threshold_name(t.kind), u.athlete.username,
	    t.value);
	return 0;
}

int
command_threshold_list(struct command *c, struct err *e)
{
	struct threshold *list;
	struct owner o;
	size_t n;

	if (command_whose(c, &o, e) < 0 ||
	    thresholds_list(c->db, c->arena, &o, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		char day[DATE_TEXT_LEN + 1];

		date_format_day(list[i].day, day);
		printf("%s  %-14s %8g  %s\n", day, threshold_name(list[i].kind),
		    list[i].value, command_shown(c, list[i].source));
	}
	return 0;
}

int
command_threshold_remove(struct command *c, struct err *e)
{
	struct origin by = origin_of_command();
	struct threshold t = { .source = "" };
	struct owner o;
	struct user u;
	int r = -1;

	if (command_args(c, 3, e) < 0 ||
	    command_user(c, c->argv[0], &u, e) < 0 ||
	    parse_kind(c->argv[1], &t.kind, e) < 0 ||
	    command_day(c->argv[2], 0, &t.day, e) < 0)
		return -1;
	o = owner_of(&u.athlete);
	if (command_accounts(c, e) != NULL)
		r = accounts_drop_threshold(
		    c->accounts, c->arena, &by, &o, &t, e);
	if (r == 0)
		return err_set(e, ERR_NOT_FOUND, "%s has no %s from %s",
		    u.athlete.username, c->argv[1], c->argv[2]);
	return r < 0 ? -1 : 0;
}
