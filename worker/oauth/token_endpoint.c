/* The token endpoint: who asks, and by which grant. */

#include "oauth/oauth_impl.h"

#define JSON_TYPE "application/json"

static const struct grant_type {
	const char *name;
	enum client_grant needs;
	token_grant *run;
} grant_types[] = {
	{ "authorization_code", CLIENT_GRANT_CODE, grant_code },
	{ "refresh_token", CLIENT_GRANT_REFRESH, grant_refresh },
	{ "client_credentials", CLIENT_GRANT_CREDENTIALS, grant_credentials },
};

/* No parameter may stand twice (OAuth 2.1 section 3.2). */
static int
check_form(const struct form *form, struct fault *f)
{
	for (size_t i = 0; i < form->n; i++) {
		for (size_t k = 0; k < i; k++) {
			if (str_eq(form->field[i].name, form->field[k].name) &&
			    !str_is(form->field[i].name, "resource"))
				return fault_set(f, FAULT_INVALID_REQUEST,
				    "%.*s stands more than once",
				    STR_ARG(form->field[i].name));
		}
	}
	return 0;
}

static int
read_request(struct http_req *req, struct form *form, struct fault *f)
{
	struct err e = ERR_INIT;

	if (http_query(req).n > 0)
		return fault_set(f, FAULT_INVALID_REQUEST,
		    "parameters belong into the body");
	if (form_read(req, form, &e) < 0)
		return fault_set(f, FAULT_INVALID_REQUEST, "%s", e.msg);
	return check_form(form, f);
}

int
oauth_read_form(struct oauth *o, struct http_req *req, struct form *form,
    const struct client **client, struct fault *f)
{
	if (read_request(req, form, f) < 0)
		return -1;
	return client_authenticate(o, req, form, client, f);
}

/* Several resources were granted at most; one token is for one. */
static int
read_resource(struct token_request *t, struct fault *f)
{
	const char *ours;

	t->resource = STR("");
	for (size_t i = 0; i < t->form->n; i++) {
		if (!str_is(t->form->field[i].name, "resource"))
			continue;
		if (!site_has_resource(
			t->req, conf_of(t->o), t->form->field[i].value, &ours))
			return fault_set(f, FAULT_INVALID_TARGET,
			    "resource is none of this server");
		if (t->resource.n > 0 && !str_is(t->resource, ours))
			return fault_set(f, FAULT_INVALID_TARGET,
			    "a token is for one resource");
		t->resource = str_of(ours);
	}
	return 0;
}

static int
find_grant(const struct token_request *t, token_grant **run_r, struct fault *f)
{
	struct str name = form_str(t->form, "grant_type");

	if (name.n == 0)
		return fault_set(
		    f, FAULT_INVALID_REQUEST, "grant_type is missing");
	for (size_t i = 0; i < ARRAY_LEN(grant_types); i++) {
		if (!str_is(name, grant_types[i].name))
			continue;
		if ((t->client->meta.grants & grant_types[i].needs) == 0)
			return fault_set(f, FAULT_UNAUTHORIZED_CLIENT,
			    "this client may not use %s", grant_types[i].name);
		*run_r = grant_types[i].run;
		return 0;
	}
	return fault_set(f, FAULT_UNSUPPORTED_GRANT,
	    "grant_type is none of authorization_code, refresh_token and"
	    " client_credentials");
}

static int
check_binding(struct token_request *t, struct fault *f)
{
	int rc = dpop_check(t->o, t->req, STR_NULL, t->jkt, f);

	if (rc == 0 && t->client->meta.binds_tokens)
		return fault_set(f, FAULT_INVALID_PROOF,
		    "this client's tokens are bound to a key: a DPoP proof is"
		    " missing");
	return rc < 0 ? -1 : 0;
}

/* Nobody waits for it. */
static void
note_use(const struct token_request *t)
{
	struct err e = ERR_INIT;

	if (clock_wall_us() - t->client->row.used_us < 3600 * US_PER_S)
		return;
	if (oauth_clients_touch(t->o->parts.db, http_arena(t->req),
		&t->client->row.id, &e) == 0)
		clients_forget(t->o->clients, t->client->row.client_id);
}

/* What is known, and was not taken. */
static void
note_refusal(const struct token_request *t, const struct fault *f)
{
	if (f->code == FAULT_INVALID_GRANT && !uuid_is_zero(&t->shown.id))
		refusal_of_grant(t->o, t->req, &t->shown, f->text);
}

void
oauth_http_token(struct http_req *req)
{
	struct token_request t = { .o = oauth_of(req), .req = req };
	struct form form;
	struct fault f;
	token_grant *run = NULL;

	t.form = &form;
	http_add_header(req, "Pragma", "no-cache");
	if (oauth_read_form(t.o, req, &form, &t.client, &f) < 0 ||
	    find_grant(&t, &run, &f) < 0 || read_resource(&t, &f) < 0 ||
	    check_binding(&t, &f) < 0 || run(&t, http_out(req), &f) < 0) {
		note_refusal(&t, &f);
		fault_reply(req, &f);
		return;
	}
	note_use(&t);
	http_reply(req, 200, JSON_TYPE);
}

/* --- what the grants share ----------------------------------------------- */

void
grant_shown(struct token_request *t, const struct grant *g)
{
	t->shown = (struct shown_grant){ g->owner, g->id };
}

void
grant_reused(struct token_request *t, enum reused what)
{
	reused_tell(t->client, what);
	t->shown = (struct shown_grant){ 0 };
}

int
grant_judge(
    const struct grant_holder *h, const struct client *client, struct fault *f)
{
	if (!uuid_eq(&h->grant.client, &client->row.id))
		return fault_set(
		    f, FAULT_INVALID_GRANT, "it was given to another client");
	if (h->grant.revoked_us != 0 ||
	    h->grant.expires_us <= clock_wall_us() || h->client_disabled)
		return fault_set(
		    f, FAULT_INVALID_GRANT, "the grant does not hold any more");
	if (h->status != USER_ACTIVE)
		return fault_set(
		    f, FAULT_INVALID_GRANT, "the account is suspended");
	return 0;
}

bool
grant_has_resource(const char *granted, struct str resource)
{
	struct str rest = str_of(granted);

	while (rest.p != NULL) {
		if (str_eq(str_cut(rest, ' ', &rest), resource))
			return true;
	}
	return false;
}

int
grant_audience(const struct token_request *t, const char *granted,
    const char **out, struct fault *f)
{
	struct str rest, first = str_cut(str_of(granted), ' ', &rest);

	if (t->resource.n > 0 && !grant_has_resource(granted, t->resource))
		return fault_set(f, FAULT_INVALID_TARGET,
		    "resource is another than was granted");
	if (t->resource.n > 0)
		first = t->resource;
	*out = arena_strndup(http_arena(t->req), first.p, first.n);
	return 0;
}

int
grant_scopes(const struct token_request *t, const char *granted, bool is_admin,
    uint32_t *out, struct fault *f)
{
	struct str wanted = form_str(t->form, "scope");
	uint32_t most, set;
	struct err e = ERR_INIT;

	if (scope_parse(str_of(granted), &most, &e) < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	if (!is_admin)
		most &= ~(uint32_t)SCOPE_ADMIN;
	if (wanted.n == 0) {
		*out = most;
		return 0;
	}
	if (scope_parse(wanted, &set, &e) < 0)
		return fault_set(f, FAULT_INVALID_SCOPE, "%s", e.msg);
	if ((set & ~most) != 0)
		return fault_set(f, FAULT_INVALID_SCOPE,
		    "more was asked for than was granted");
	*out = set;
	return 0;
}
