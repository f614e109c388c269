/* Asking a person, and doing what they say. */

#include "oauth/authorize.h"

#include "base/log.h"
#include "oauth/document.h"
#include "oauth/request.h"
#include "store/driver.h"

#define CODE_LIFE_US	(60 * US_PER_S)
#define CONSENT_LIFE_US (600 * US_PER_S)

static enum oauth_outcome
refuse(const struct fault *f, struct err *e)
{
	err_set(e,
	    f->code == FAULT_UNAVAILABLE     ? ERR_UNAVAILABLE
	    : f->code == FAULT_SERVER_ERROR  ? ERR_INTERNAL
	    : f->code == FAULT_SLOW_DOWN     ? ERR_LIMITED
	    : f->code == FAULT_ACCESS_DENIED ? ERR_DENIED
					     : ERR_INVALID,
	    "%s", f->text);
	return OAUTH_REFUSE;
}

static const char *
host_of(struct http_req *req, const char *url)
{
	struct str host = redirect_host(str_of(url));

	return arena_strndup(http_arena(req), host.p, host.n);
}

/* Tell the client what is wrong; for one that nobody knows the person follows
 * the link, so that this server sends nobody where a stranger likes. */
static enum oauth_outcome
answer_fault(struct oauth *o, struct http_req *req,
    const struct auth_request *r, const struct fault *f,
    struct oauth_answer *out, struct err *e)
{
	struct buf url = BUF_INIT;

	buf_adds(&url,
	    request_answer(o, req, r, "error", str_of(fault_name(f->code))));
	redirect_add(&url, "error_description", str_of(f->text));
	out->url = arena_strndup(http_arena(req), url.p, url.n);
	out->host = host_of(req, r->redirect_uri);
	buf_free(&url);
	return client_is_trusted(r->client) ? OAUTH_LEAVE : refuse(f, e);
}

/* --- asking -------------------------------------------------------------- */

/* What this client was granted before. */
static int
scopes_before(struct oauth *o, struct arena *a, const struct who *who,
    const struct client *client, uint32_t *out, struct err *e)
{
	struct owner owner = { who->tenant_id, who->user_id };
	struct connected_client *list;
	uint32_t one;
	size_t n;

	*out = 0;
	if (grants_connected(o->parts.db, a, &owner, &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (uuid_eq(&list[i].id, &client->row.id) &&
		    scope_parse(str_of(list[i].scopes), &one, NULL) == 0)
			*out |= one;
	}
	return 0;
}

/* The form's fields again, for the time after the answer. */
static const char *
write_form(struct arena *a, const struct form *form)
{
	struct buf b = BUF_INIT;
	const char *out;

	for (size_t i = 0; i < form->n; i++)
		redirect_add(&b, form->field[i].name.p, form->field[i].value);
	out = b.n > 0 ? arena_strndup(a, b.p + 1, b.n - 1) : "";
	buf_free(&b);
	return out;
}

static int
leave_ticket(struct oauth *o, struct http_req *req, const struct form *form,
    const struct auth_request *r, const char **ticket_r, struct err *e)
{
	struct arena *a = http_arena(req);
	struct oauth_ticket t = { .kind = TICKET_CONSENT,
		.client = r->client->row.id,
		.session = http_who(req)->token_id,
		.params = write_form(a, form),
		.expires_us = clock_wall_us() + CONSENT_LIFE_US };

	*ticket_r = oauth_make(o, a, OPAQUE_TICKET, t.hash);
	return tickets_insert(o->parts.db, a, &t, e);
}

static enum oauth_outcome
ask(struct oauth *o, struct http_req *req, const struct form *form,
    const struct auth_request *r, struct oauth_answer *out, struct err *e)
{
	struct arena *a = http_arena(req);
	const struct client *c = r->client;
	struct str host = document_host(str_of(c->row.client_id));

	out->ask = (struct oauth_ask){
		.client_name = c->row.name,
		.client_host = c->row.kind == CLIENT_DOCUMENT
				   ? arena_strndup(a, host.p, host.n)
				   : NULL,
		.redirect_host = host_of(req, r->redirect_uri),
		.is_verified = client_is_trusted(c),
		.is_loopback = redirect_is_loopback(str_of(r->redirect_uri)),
		.scopes = r->scopes,
		.optional = r->scopes & SCOPE_LOCATION_READ,
	};
	if (scopes_before(o, a, http_who(req), c, &out->ask.had, e) < 0 ||
	    leave_ticket(o, req, form, r, &out->ask.ticket, e) < 0)
		return OAUTH_REFUSE;
	out->ask.had &= r->scopes;
	return OAUTH_ASK;
}

/* Nobody is signed in.  Only who is known may learn so without a page. */
static enum oauth_outcome
without_person(struct oauth *o, struct http_req *req, const struct form *form,
    struct oauth_answer *out, struct err *e)
{
	struct fault f;
	struct auth_request r;

	if (!str_is(form_str(form, "prompt"), "none") ||
	    form_str(form, "request_uri").n > 0 ||
	    request_place(o, req, form, false, &r, &f) < 0 ||
	    !client_is_trusted(r.client) ||
	    request_check(o, req, form, false, &r, &f) < 0)
		return OAUTH_SIGN_IN;
	fault_set(&f, FAULT_LOGIN_REQUIRED, "nobody is signed in");
	return answer_fault(o, req, &r, &f, out, e);
}

enum oauth_outcome
oauth_authorize(struct http_req *req, struct oauth_answer *out, struct err *e)
{
	struct oauth *o = oauth_of(req);
	struct auth_request r;
	struct fault f;
	struct form form;
	bool pushed;

	memset(out, 0, sizeof(*out));
	if (form_parse(http_arena(req), http_query(req), &form, e) < 0)
		return OAUTH_REFUSE;
	if (http_who(req) == NULL)
		return without_person(o, req, &form, out, e);
	if (request_unfold(o, req, &form, &pushed, &f) < 0 ||
	    request_place(o, req, &form, true, &r, &f) < 0)
		return refuse(&f, e);
	if (request_check(o, req, &form, pushed, &r, &f) < 0)
		return answer_fault(o, req, &r, &f, out, e);
	if (r.quiet) {
		fault_set(&f, FAULT_CONSENT_REQUIRED, "the person is asked");
		return answer_fault(o, req, &r, &f, out, e);
	}
	return ask(o, req, &form, &r, out, e);
}

/* --- deciding ------------------------------------------------------------ */

struct decision {
	struct oauth *o;
	struct arena *arena;
	const char *client_id;
	struct origin from;
	struct grant grant;
	struct oauth_code code;
};

static int
store(struct db *tx, void *arg, struct err *e)
{
	struct decision *d = arg;
	char id[UUID_TEXT_LEN + 1];
	struct audit_note note = { .action = AUDIT_GRANT_CREATE,
		.subject = d->grant.owner,
		.object = id,
		.detail = arena_printf(
		    d->arena, "%s to %s", d->grant.scopes, d->client_id) };

	if (grants_insert(tx, d->arena, &d->grant, e) < 0)
		return -1;
	d->code.grant = d->grant.id;
	uuid_format(&d->grant.id, id);
	if (codes_insert(tx, d->arena, &d->code, e) < 0)
		return -1;
	return audit_note(d->o->audit, tx, d->arena, &d->from, &note, e);
}

static int
make_code(struct oauth *o, struct http_req *req, const struct auth_request *r,
    uint32_t scopes, const char **code_r, struct err *e)
{
	struct arena *a = http_arena(req);
	const struct who *who = http_who(req);
	int64_t now_us = clock_wall_us();
	struct buf text = BUF_INIT;
	struct decision d = {
		.o = o,
		.arena = a,
		.client_id = r->client->row.client_id,
		.from = origin_of(req),
		.grant = { .owner = { who->tenant_id, who->user_id },
		    .client = r->client->row.id,
		    .resource = r->resource,
		    .expires_us =
			now_us + conf_of(o)->refresh_token_lifetime_us },
		.code = { .redirect_uri = r->redirect_uri,
		    .challenge = r->challenge,
		    .jkt = r->jkt,
		    .expires_us = now_us + CODE_LIFE_US },
	};
	int rc;

	scope_format(&text, scopes);
	d.grant.scopes = buf_cstr(&text);
	*code_r = oauth_make(o, a, OPAQUE_CODE, d.code.hash);
	rc = db_write(o->parts.db, store, &d, e);
	buf_free(&text);
	return rc;
}

/* The request that the ticket stands for, checked again: the client may have
 * changed meanwhile. */
static int
take_request(struct oauth *o, struct http_req *req, struct str ticket,
    struct auth_request *r, struct fault *f)
{
	struct arena *a = http_arena(req);
	struct oauth_ticket t = { .kind = TICKET_CONSENT };
	struct form *form = arena_one(a, struct form);
	struct err e = ERR_INIT;
	int rc;

	oauth_hash(o, ticket, t.hash);
	rc = tickets_take(o->parts.db, a, &t, &e);
	if (rc < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	if (rc == 0 || !uuid_eq(&t.session, &http_who(req)->token_id))
		return fault_set(f, FAULT_ACCESS_DENIED,
		    "This question was answered before, or is too old. Begin"
		    " again in the app.");
	if (form_parse(a, str_of(t.params), form, &e) < 0)
		return fault_err(f, FAULT_SERVER_ERROR, &e);
	if (request_place(o, req, form, false, r, f) < 0)
		return -1;
	return request_check(o, req, form, true, r, f);
}

static void
note_denial(struct oauth *o, struct http_req *req, const struct auth_request *r)
{
	const struct who *who = http_who(req);
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&r->client->row.id, id);
	refusal_note(o, req,
	    (struct audit_note){ .action = AUDIT_GRANT_CREATE,
		.subject = { who->tenant_id, who->user_id },
		.object = id,
		.detail = "the person said no" });
}

enum oauth_outcome
oauth_decide(struct http_req *req, struct str ticket, bool allowed,
    uint32_t scopes, struct oauth_answer *out, struct err *e)
{
	struct oauth *o = oauth_of(req);
	struct auth_request r;
	struct fault f;
	const char *code;

	memset(out, 0, sizeof(*out));
	if (take_request(o, req, ticket, &r, &f) < 0)
		return refuse(&f, e);
	out->host = host_of(req, r.redirect_uri);
	scopes &= r.scopes;
	if (!allowed || scopes == 0) {
		note_denial(o, req, &r);
		out->url =
		    request_answer(o, req, &r, "error", STR("access_denied"));
		return OAUTH_LEAVE;
	}
	if (make_code(o, req, &r, scopes, &code, e) < 0)
		return OAUTH_REFUSE;
	out->url = request_answer(o, req, &r, "code", str_of(code));
	return OAUTH_LEAVE;
}
