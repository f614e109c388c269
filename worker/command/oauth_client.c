#include <stdio.h>
#include <stdlib.h>

#include "auth/accounts.h"
#include "auth/seal.h"
#include "base/xalloc.h"
#include "command/command.h"
#include "oauth/connected.h"
#include "oauth/oauth.h"
#include "oauth/registration.h"
#include "store/oauth_clients.h"

/* pierrectl client: OAuth clients, those that an administrator makes and all
 * others. */

#define JWKS_MAX 65536

/* --- create -------------------------------------------------------------- */

struct wishes {
	const char *redirect[CLIENT_REDIRECTS_MAX + 1];
	size_t n_redirects;
	const char *user, *auth, *scopes, *jwks, *toolset;
	bool dpop;
};

static int
read_wishes(struct command *c, struct wishes *w, struct err *e)
{
	const char *uri;
	int rc;

	struct buf scopes = BUF_INIT;

	*w = (struct wishes){ .dpop = command_flag(c, "--dpop") };
	scope_format(&scopes, SCOPES_DEFAULT);
	w->scopes = arena_strdup(c->arena, buf_cstr(&scopes));
	buf_free(&scopes);
	while ((rc = command_option(c, "--redirect", &uri, e)) > 0) {
		if (w->n_redirects < ARRAY_LEN(w->redirect))
			w->redirect[w->n_redirects++] = uri;
	}
	if (rc < 0 || command_option(c, "--user", &w->user, e) < 0 ||
	    command_option(c, "--auth", &w->auth, e) < 0 ||
	    command_option(c, "--scopes", &w->scopes, e) < 0 ||
	    command_option(c, "--jwks", &w->jwks, e) < 0 ||
	    command_option(c, "--toolset", &w->toolset, e) < 0 ||
	    command_args(c, 1, e) < 0)
		return -1;
	if (c->argv[0][0] == '\0')
		return err_set(e, ERR_INVALID, "the name is empty");
	if (w->n_redirects == 0 && w->user == NULL)
		return err_set(e, ERR_INVALID,
		    "a client needs --redirect, to ask people, or --user, to"
		    " act for one on its own");
	return 0;
}

static int
write_keys(struct command *c, const char *path, struct jsonw *w, struct err *e)
{
	char *text = arena_alloc(c->arena, JWKS_MAX);
	FILE *f = fopen(path, "r");
	const cJSON *json;
	size_t n;

	if (f == NULL)
		return err_sys(e, ERR_INVALID, "%s", path);
	n = fread(text, 1, JWKS_MAX, f);
	fclose(f);
	json = json_parse(c->arena, str_make(text, n), e);
	if (json == NULL)
		return err_wrap(e, "%s", path);
	jsonw_key(w, "jwks");
	jsonw_tree(w, json);
	return 0;
}

/* What the client would say of itself. */
static int
write_metadata(struct command *c, const struct wishes *wishes, struct buf *out,
    struct err *e)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "client_name", c->argv[0]);
	jsonw_kv_array(&w, "redirect_uris");
	for (size_t i = 0; i < wishes->n_redirects; i++)
		jsonw_cstr(&w, wishes->redirect[i]);
	jsonw_end_array(&w);
	jsonw_kv_array(&w, "grant_types");
	if (wishes->n_redirects > 0) {
		jsonw_cstr(&w, "authorization_code");
		jsonw_cstr(&w, "refresh_token");
	}
	if (wishes->user != NULL)
		jsonw_cstr(&w, "client_credentials");
	jsonw_end_array(&w);
	if (wishes->auth != NULL)
		jsonw_kv_cstr(&w, "token_endpoint_auth_method", wishes->auth);
	jsonw_kv_cstr(&w, "scope", wishes->scopes);
	jsonw_kv_bool(&w, "dpop_bound_access_tokens", wishes->dpop);
	jsonw_kv_cstr_opt(&w, "mcp_toolset", wishes->toolset);
	if (wishes->jwks != NULL && write_keys(c, wishes->jwks, &w, e) < 0)
		return -1;
	jsonw_end_object(&w);
	jsonw_done(&w);
	return 0;
}

static int
make(struct command *c, struct new_client *n, struct err *e)
{
	struct keyring *k = keyring_open(c->conf, c->db, NULL, e);
	struct oauth_parts parts = {
		.conf = c->conf, .db = c->db, .keyring = k
	};
	struct oauth *o = k != NULL ? oauth_new(&parts, e) : NULL;
	struct origin from = origin_of_command();
	int rc = o != NULL ? client_make(o, c->arena, &from, n, e) : -1;

	oauth_free(&o);
	keyring_free(&k);
	return rc;
}

int
command_client_create(struct command *c, struct err *e)
{
	struct new_client n = { .kind = CLIENT_REGISTERED };
	struct buf json = BUF_INIT;
	struct wishes wishes;
	const cJSON *tree;
	struct fault f;
	struct user u;
	int rc;

	if (read_wishes(c, &wishes, e) < 0)
		return -1;
	if (wishes.user != NULL) {
		if (command_user(c, wishes.user, &u, e) < 0)
			return -1;
		n.acts_for = owner_of(&u.athlete);
	}
	rc = write_metadata(c, &wishes, &json, e);
	tree = rc == 0 ? json_parse(c->arena, buf_str(&json), e) : NULL;
	buf_free(&json);
	if (tree == NULL)
		return -1;
	if (client_metadata_read(
		c->arena, tree, CLIENT_REGISTERED, &n.meta, &f) < 0)
		return err_set(e, ERR_INVALID, "%s", f.text);
	if (make(c, &n, e) < 0)
		return -1;
	printf("client_id=%s\n", n.row.client_id);
	if (n.secret != NULL)
		printf("client_secret=%s\n", n.secret);
	return 0;
}

/* --- the others ---------------------------------------------------------- */

int
command_client_list(struct command *c, struct err *e)
{
	struct oauth_client *list;
	size_t n;

	if (command_args(c, 0, e) < 0 ||
	    oauth_clients_list(c->db, c->arena, &list, &n, e) < 0)
		return -1;
	printf("%-10s  %-8s  %-10s  %-10s  %-48s  %s\n", "kind", "state",
	    "created", "last used", "client_id", "name");
	for (size_t i = 0; i < n; i++) {
		printf("%-10s  %-8s  ", client_kind_name(list[i].kind),
		    list[i].is_disabled	  ? "disabled"
		    : list[i].is_verified ? "verified"
					  : "");
		command_print_day(list[i].created_us);
		command_print_day(list[i].used_us);
		printf("%-48s  %s\n", list[i].client_id,
		    command_shown(c, list[i].name));
	}
	return 0;
}

static int
find(struct command *c, struct oauth_client *out, struct err *e)
{
	int rc;

	if (command_args(c, 1, e) < 0)
		return -1;
	rc = oauth_clients_find(c->db, c->arena, c->argv[0], out, e);
	if (rc == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "there is no client \"%s\"; see pierrectl client list",
		    c->argv[0]);
	return rc < 0 ? -1 : 0;
}

typedef int deed(const struct client_deed *d, struct err *e);

/* What the audit trail is told of. */
static int
do_to(struct command *c, deed *what, struct err *e)
{
	struct client_deed d = {
		.db = c->db, .arena = c->arena, .from = origin_of_command()
	};
	struct oauth_client client;

	if (find(c, &client, e) < 0 || command_accounts(c, e) == NULL)
		return -1;
	d.audit = accounts_audit(c->accounts);
	d.client = client.id;
	return what(&d, e) < 0 ? -1 : 0;
}

static int
verify(const struct client_deed *d, struct err *e)
{
	return client_set(d, true, false, e);
}

static int
disable(const struct client_deed *d, struct err *e)
{
	return client_set(d, false, true, e);
}

int
command_client_verify(struct command *c, struct err *e)
{
	return do_to(c, verify, e);
}

int
command_client_disable(struct command *c, struct err *e)
{
	return do_to(c, disable, e);
}

int
command_client_delete(struct command *c, struct err *e)
{
	return do_to(c, client_delete, e);
}
