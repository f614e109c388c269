#include <stdio.h>

#include "command/command.h"
#include "provider/announce.h"

static int
tell_one(struct command *c, const char *name, enum notice_level level,
    struct str text, struct err *e)
{
	struct user u;
	struct owner o;

	if (command_user(c, name, &u, e) < 0)
		return -1;
	o = owner_of(&u.athlete);
	return announce_notice(c->db, c->arena, &o, level, text, e);
}

int
command_notice(struct command *c, struct err *e)
{
	enum notice_level level =
	    command_flag(c, "--warning") ? NOTICE_WARNING : NOTICE_INFO;
	const char *name;
	int64_t told = 1;
	int named = command_option(c, "--user", &name, e), rc;

	if (named < 0 || command_args(c, 1, e) < 0)
		return -1;
	rc = named > 0 ? tell_one(c, name, level, str_of(c->argv[0]), e)
		       : announce_notice_to_all(
			     c->db, level, str_of(c->argv[0]), &told, e);
	if (rc < 0)
		return -1;
	printf(
	    "told %lld %s\n", (long long)told, told == 1 ? "person" : "people");
	return 0;
}
