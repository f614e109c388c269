#include <stdio.h>

#include "base/date.h"
#include "command/command.h"
#include "model/summary.h"
#include "provider/change.h"

/* pierrectl activity: list, show, split, join and delete a person's. */

#define LIST_DEFAULT 20

/* The person and, of what follows, the n activities by their ids. */
static int
read_ids(
    struct command *c, int n, struct owner *o, struct uuid *ids, struct err *e)
{
	struct user u;

	if (command_args(c, 1 + n, e) < 0 ||
	    command_user(c, c->argv[0], &u, e) < 0)
		return -1;
	*o = owner_of(&u.athlete);
	for (int i = 0; i < n; i++) {
		if (!uuid_parse(str_of(c->argv[1 + i]), &ids[i]))
			return err_set(e, ERR_INVALID,
			    "\"%.60s\" is not the id of an activity; "
			    "pierrectl activity list shows them",
			    c->argv[1 + i]);
	}
	return 0;
}

static int
missing(const struct command *c, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "%s has no such activity", c->argv[0]);
}

static void
print_visible(const char *text)
{
	struct buf out = BUF_INIT;

	command_visible(&out, text);
	fputs(buf_cstr(&out), stdout);
	buf_free(&out);
}

static void
print_activity(void *arg, const struct stored_activity *sa)
{
	const struct activity *a = &sa->activity;
	char id[UUID_TEXT_LEN + 1], day[DATE_TEXT_LEN + 1];

	(void)arg;
	uuid_format(&a->id, id);
	date_format_day(a->local_day, day);
	printf("%s  %s  %-13s ", id, day, sport_type_name(a->sport));
	if (value_has(a->sum.elapsed_s))
		printf("%7.0f s ", a->sum.elapsed_s);
	else
		printf("%9s ", "");
	if (value_has(a->sum.distance_m))
		printf("%8.1f km  ", a->sum.distance_m / 1000);
	else
		printf("%11s  ", "");
	print_visible(a->name);
	if (sa->recordings > 1)
		printf(" (%d recordings)", sa->recordings);
	putchar('\n');
}

int
command_activity_list(struct command *c, struct err *e)
{
	const char *from = NULL, *to = NULL, *limit = NULL;
	struct activity_filter f;
	double n = LIST_DEFAULT;
	struct owner o;
	struct user u;

	activity_filter_init(&f);
	if (command_option(c, "--from", &from, e) < 0 ||
	    command_option(c, "--to", &to, e) < 0 ||
	    command_option(c, "--limit", &limit, e) < 0 ||
	    command_args(c, 1, e) < 0 ||
	    command_user(c, c->argv[0], &u, e) < 0 ||
	    command_day(from, INT32_MIN, &f.from_day, e) < 0 ||
	    command_day(to, INT32_MAX, &f.to_day, e) < 0)
		return -1;
	if (limit != NULL &&
	    command_number("--limit", limit, 1, 1e9, &n, e) < 0)
		return -1;
	o = owner_of(&u.athlete);
	return activities_each(
	    c->db, &o, &f, (int64_t)n, print_activity, NULL, e);
}

static void
print_numbers(const struct summary *s, const char *indent)
{
	for (size_t i = 0; i < SUMMARY_COUNT; i++) {
		double v = summary_get(s, i);

		if (value_has(v))
			printf("%s%-22s %.*f\n", indent, summary_fields[i].name,
			    summary_fields[i].digits, v);
		else if (value_is_restricted(v))
			printf("%s%-22s withheld by the provider\n", indent,
			    summary_fields[i].name);
	}
}

static void
print_recording(const struct recording *r)
{
	struct buf gives = BUF_INIT;
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&r->id, id);
	parts_format(&gives, r->gives);
	printf("recording %s  ", id);
	print_visible(r->activity.device[0] != '\0' ? r->activity.device
						    : r->activity.provider);
	printf("\n    gives: %s\n", gives.n > 0 ? buf_cstr(&gives) : "nothing");
	print_numbers(&r->activity.sum, "    ");
	buf_free(&gives);
}

int
command_activity_show(struct command *c, struct err *e)
{
	struct stored_activity sa;
	struct recording *list;
	struct uuid id;
	struct owner o;
	size_t n;
	int rc;

	if (read_ids(c, 1, &o, &id, e) < 0)
		return -1;
	rc = activities_get(c->db, c->arena, &o, &id, &sa, e);
	if (rc <= 0)
		return rc < 0 ? -1 : missing(c, e);
	if (recordings_list(c->db, c->arena, &o, &id, &list, &n, e) < 0)
		return -1;
	print_activity(NULL, &sa);
	print_numbers(&sa.activity.sum, "");
	for (size_t i = 0; i < n; i++)
		print_recording(&list[i]);
	return 0;
}

int
command_activity_split(struct command *c, struct err *e)
{
	struct uuid id, *ids;
	char text[UUID_TEXT_LEN + 1];
	struct owner o;
	size_t n;
	int rc;

	if (read_ids(c, 1, &o, &id, e) < 0)
		return -1;
	rc = change_split(c->db, c->arena, &o, &id, &ids, &n, e);
	if (rc <= 0)
		return rc < 0 ? -1 : missing(c, e);
	for (size_t i = 0; i < n; i++) {
		uuid_format(&ids[i], text);
		puts(text);
	}
	return 0;
}

int
command_activity_join(struct command *c, struct err *e)
{
	struct uuid ids[2];
	struct owner o;
	int rc;

	if (read_ids(c, 2, &o, ids, e) < 0)
		return -1;
	rc = change_join(c->db, c->arena, &o, &ids[0], &ids[1], e);
	return rc == 0 ? missing(c, e) : MIN(rc, 0);
}

int
command_activity_delete(struct command *c, struct err *e)
{
	bool sure = command_flag(c, "--yes");
	struct owner o;
	struct uuid id;
	int rc;

	if (read_ids(c, 1, &o, &id, e) < 0)
		return -1;
	if (!sure)
		return err_set(e, ERR_INVALID,
		    "this deletes the activity with its samples and its file; "
		    "say --yes");
	rc = change_delete(c->db, c->arena, &o, &id, e);
	return rc == 0 ? missing(c, e) : MIN(rc, 0);
}
