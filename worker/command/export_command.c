#include <stdio.h>

#include "auth/accounts.h"
#include "command/command.h"
#include "command/new_file.h"
#include "provider/person_export.h"

int
command_export(struct command *c, struct err *e)
{
	struct origin from = origin_of_command();
	struct new_file f;
	struct owner o;
	struct user u;
	int rc;

	if (command_args(c, 2, e) < 0 ||
	    command_user(c, c->argv[0], &u, e) < 0 ||
	    command_accounts(c, e) == NULL)
		return -1;
	o = owner_of(&u.athlete);
	rc = new_file_begin(&f, c->arena, c->argv[1], e);
	if (rc == 0)
		rc = accounts_note_export(c->accounts, c->arena, &from, &o, e);
	if (rc == 0)
		rc = person_export(c->db, &o, f.fd, e);
	if (rc == 0)
		rc = new_file_keep(&f, e);
	new_file_end(&f);
	if (rc == 0)
		printf("%s holds what is kept of %s\n", c->argv[1],
		    u.athlete.username);
	return rc;
}
