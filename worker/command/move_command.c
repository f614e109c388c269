#include <stdio.h>

#include "command/command.h"
#include "config/conf.h"
#include "store/move.h"

/* pierrectl migrate --from URL --to URL. */

static struct conf
conf_at(const struct conf *conf, const char *url)
{
	struct conf at = *conf;

	at.database_url = url;
	return at;
}

static void
show(UNUSED void *arg, const char *what, int64_t done, int64_t all)
{
	if (all > 0)
		command_progress(what, (unsigned)done, (unsigned)all + 1);
	else
		command_count(what, done);
}

static void
print_report(const struct move_report *r)
{
	for (size_t i = 0; i < r->n_tables; i++) {
		const struct moved_table *t = &r->tables[i];

		printf("%-24s %10lld rows  ", t->table->name,
		    (long long)t->target.rows);
		for (int b = DIGEST_BYTES - 1; b >= DIGEST_BYTES - 8; b--)
			printf("%02x", t->target.sum[b]);
		puts("  equal");
	}
	printf("%lld rows copied in %.1f s, %lld that changed meanwhile "
	       "followed; writing paused for %.3f s\n",
	    (long long)r->rows, (double)r->took_us / 1e6, (long long)r->changed,
	    (double)r->pause_us / 1e6);
	puts("the former database can be read, not written: put the new URL "
	     "into database.url and start the server anew, or take the move "
	     "back by pierrectl migrate undo");
}

int
command_move(struct command *c, struct err *e)
{
	const char *from = c->conf->database_url, *to = NULL;
	struct move_report report;
	struct conf source, target;

	if (command_option(c, "--from", &from, e) < 0 ||
	    command_option(c, "--to", &to, e) < 0 || command_args(c, 0, e) < 0)
		return -1;
	if (to == NULL)
		return err_set(e, ERR_INVALID, "--to URL is needed");
	source = conf_at(c->conf, from);
	target = conf_at(c->conf, to);
	if (move_database(&source, &target, c->arena, show, NULL, &report, e) <
	    0) {
		command_progress_clear();
		return -1;
	}
	command_progress_clear();
	print_report(&report);
	return 0;
}

int
command_move_undo(struct command *c, struct err *e)
{
	const char *from = c->conf->database_url;
	struct conf source;

	if (command_option(c, "--from", &from, e) < 0 ||
	    command_args(c, 0, e) < 0)
		return -1;
	source = conf_at(c->conf, from);
	if (move_undo(&source, e) < 0)
		return -1;
	puts("the database can be written again");
	return 0;
}
