/* A client's own credentials for a token (OAuth 2.1 section 4.2): it acts for
 * the person whom an administrator named.  Nothing is stored. */

#include "oauth/oauth_impl.h"

/* Clients and people change only with the revocation epoch, so what was asked
 * of the store holds until it moves: the row of the client comes from
 * clients_find(), and a suspended person's token fails when it is shown. */
int
grant_credentials(struct token_request *t, struct buf *out, struct fault *f)
{
	const struct client *c = t->client;
	struct buf most = BUF_INIT;
	struct issue i = { .client = c,
		.jkt = t->jkt,
		.owner = c->row.acts_for,
		.epoch = c->epoch,
		.is_admin = c->acts_as_admin };
	struct err e = ERR_INIT;
	int rc;

	if (!c->acts_for_active)
		return fault_set(f, FAULT_UNAUTHORIZED_CLIENT,
		    "nobody stands behind this client");
	scope_format(&most, c->meta.scopes);
	rc = grant_scopes(t, buf_cstr(&most), i.is_admin, &i.scopes, f);
	buf_free(&most);
	if (rc < 0)
		return -1;
	i.audience = t->resource.n > 0
			 ? t->resource.p
			 : site_resource(t->req, conf_of(t->o), STR("/mcp"));
	return issue_answer(t->o, t->req, &i, NULL, out, &e) < 0
		   ? fault_err(f, FAULT_SERVER_ERROR, &e)
		   : 0;
}
