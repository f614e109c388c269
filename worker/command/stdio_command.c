#include <unistd.h>

#include "app.h"
#include "auth/who.h"
#include "command/command.h"
#include "loop/loop.h"
#include "mcp/mcp.h"

/* One waits for the client. */
#define THREADS	  3
#define SETTLE_MS 2000

/* mcp-stdio: for desktop clients that start their servers themselves.  Who may
 * read the database and the configuration is trusted as the person named. */

int
command_mcp_stdio(struct command *c, struct err *e)
{
	struct who who = { .proof = WHO_STDIO,
		.role = ROLE_USER,
		.scopes = SCOPES_DEFAULT | SCOPE_LOCATION_READ,
		.expires_us = INT64_MAX };
	struct app app = { .conf = c->conf, .db = c->db };
	const char *name = NULL;
	struct user u;
	int r;

	if (command_option(c, "--user", &name, e) < 0 ||
	    command_args(c, 0, e) < 0)
		return -1;
	if (name == NULL)
		return err_set(e, ERR_INVALID, "--user NAME is needed");
	if (command_user(c, name, &u, e) < 0)
		return -1;
	who.tenant_id = u.athlete.tenant_id;
	who.user_id = u.athlete.user_id;
	app.mcp = mcp_new(&app, e);
	if (app.mcp == NULL)
		return -1;
	app.loop = loop_new(THREADS);
	r = mcp_stdio(&app, &who, STDIN_FILENO, STDOUT_FILENO, e);
	if (!loop_settle(app.loop, SETTLE_MS))
		return r;
	loop_free(&app.loop);
	mcp_free(&app.mcp);
	return r;
}
