#include <stdio.h>

#include "auth/accounts.h"
#include "auth/scope.h"
#include "command/command.h"
#include "oauth/connected.h"

/* pierrectl grant: which assistants a person lets in. */

static void
print_connection(const struct connection *c)
{
	struct buf name = BUF_INIT, scopes = BUF_INIT;

	command_visible(&name, c->client.name);
	scope_format(&scopes, c->scopes);
	command_print_day(c->client.since_us);
	command_print_day(c->client.used_us);
	printf("%s  %s  %s\n", c->client.client_id, buf_cstr(&name),
	    buf_cstr(&scopes));
	buf_free(&name);
	buf_free(&scopes);
}

int
command_grant_list(struct command *c, struct err *e)
{
	struct connection *list;
	struct owner o;
	size_t n;

	if (command_whose(c, &o, e) < 0 ||
	    connections_list(c->db, c->arena, &o, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		print_connection(&list[i]);
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
