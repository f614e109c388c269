#include <stdio.h>

#include "command/command.h"
#include "config/conf.h"
#include "store/store.h"

int
command_migrate_status(struct command *c, struct err *e)
{
	struct db *db;

	if (command_args(c, 0, e) < 0)
		return -1;
	db = store_open(c->conf, NULL, e);
	if (db == NULL)
		return -1;
	printf("%s: the schema is up to date\n", store_backend(db));
	store_close(&db);
	return 0;
}

int
command_migrate_up(struct command *c, struct err *e)
{
	unsigned applied;

	if (command_args(c, 0, e) < 0 || conf_make_data_dir(c->conf, e) < 0 ||
	    store_migrate(c->conf, &applied, e) < 0)
		return -1;
	printf("%u migrations applied\n", applied);
	return 0;
}
