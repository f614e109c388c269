#include <stdio.h>

#include "command/command.h"
#include "store/activity_days.h"

/* pierrectl recompute: the sums that are kept of activities, anew. */

static int
recompute_one(struct command *c, const struct athlete *who, struct err *e)
{
	struct owner o = owner_of(who);
	int64_t before, after, rows;

	if (activity_sums_total(c->db, c->arena, &o, &before, e) < 0 ||
	    activity_sums_rebuild(c->db, c->arena, &o, &rows, e) < 0 ||
	    activity_sums_total(c->db, c->arena, &o, &after, e) < 0)
		return -1;
	printf("%s: %lld activities in %lld sums", who->username,
	    (long long)after, (long long)rows);
	if (before != after)
		printf(", which said %lld", (long long)before);
	putchar('\n');
	return 0;
}

int
command_recompute(struct command *c, struct err *e)
{
	struct user *list, one;
	size_t n;

	if (c->argc > 0) {
		if (command_args(c, 1, e) < 0 ||
		    command_user(c, c->argv[0], &one, e) < 0)
			return -1;
		return recompute_one(c, &one.athlete, e);
	}
	if (command_args(c, 0, e) < 0 ||
	    users_list(c->db, c->arena, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (recompute_one(c, &list[i].athlete, e) < 0)
			return -1;
	}
	return 0;
}
