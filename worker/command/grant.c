#include <stdio.h>

#include "auth/accounts.h"
#include "command/command.h"
#include "oauth/connected.h"
#include "store/grants.h"

/* pierrectl grant: which assistants a person lets in. */

int
command_grant_list(struct command *c, struct err *e)
{
	struct connected_client *list;
	struct owner o;
	struct user u;
	size_t n;

	if (command_args(c, 1, e) < 0 || command_user(c, c->argv[0], &u, e) < 0)
		return -1;
	o = owner_of(&u.athlete);
	if (grants_connected(c->db, c->arena, &o, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		struct buf name = BUF_INIT;

		command_visible(&name, list[i].name);
		command_print_day(list[i].since_us);
		command_print_day(list[i].used_us);
		printf("%s  %s  %s\n", list[i].client_id, buf_cstr(&name),
		    list[i].scopes);
		buf_free(&name);
	}
	return 0;
}

int
command_grant_revoke(struct command *c, struct err *e)
{
	struct client_deed d = {
		.db = c->db, .arena = c->arena, .from = origin_of_command()
	};
	struct oauth_client client;
	struct owner o;
	struct user u;
	int rc;

	if (command_args(c, 2, e) < 0 ||
	    command_user(c, c->argv[0], &u, e) < 0 ||
	    command_accounts(c, e) == NULL)
		return -1;
	rc = oauth_clients_find(c->db, c->arena, c->argv[1], &client, e);
	if (rc > 0) {
		o = owner_of(&u.athlete);
		d.audit = accounts_audit(c->accounts);
		d.client = client.id;
		rc = client_disconnect(&d, &o, e);
	}
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "%s lets in no client \"%s\"; see pierrectl grant list %s",
		    c->argv[0], c->argv[1], c->argv[0]);
	return rc < 0 ? -1 : 0;
}
