/* Pushed authorization requests (RFC 9126). */

#include "oauth/request.h"

#define LIFE_S 90
#define URN    "urn:ietf:params:oauth:request_uri:"

/* The request as a form, without what proves the client. */
static const char *
write_params(
    struct arena *a, const struct client *client, const struct form *form)
{
	static const char *const left_out[] = { "client_id", "client_secret",
		"client_assertion", "client_assertion_type" };
	struct buf b = BUF_INIT;
	const char *out;

	redirect_add(&b, "client_id", str_of(client->row.client_id));
	for (size_t i = 0; i < form->n; i++) {
		const struct form_field *field = &form->field[i];
		bool skip = false;

		for (size_t k = 0; k < ARRAY_LEN(left_out); k++)
			skip = skip || str_is(field->name, left_out[k]);
		if (!skip)
			redirect_add(&b, field->name.p, field->value);
	}
	/* It begins with the mark of a query. */
	out = arena_strndup(a, b.p + 1, b.n - 1);
	buf_free(&b);
	return out;
}

static int
push(struct oauth *o, struct http_req *req, const struct client *client,
    const struct form *form, const char **ticket_r, struct fault *f)
{
	struct arena *a = http_arena(req);
	struct oauth_ticket t = { .kind = TICKET_PUSHED,
		.client = client->row.id,
		.expires_us = clock_wall_us() + LIFE_S * US_PER_S };
	struct err e = ERR_INIT;

	*ticket_r = oauth_make(o, a, OPAQUE_TICKET, t.hash);
	t.params = write_params(a, client, form);
	return tickets_insert(o->parts.db, a, &t, &e) < 0
		   ? fault_err(f, FAULT_SERVER_ERROR, &e)
		   : 0;
}

static int
check(struct oauth *o, struct http_req *req, const struct client *client,
    struct form *form, struct fault *f)
{
	char jkt[JWK_THUMBPRINT_LEN + 1];
	struct auth_request r;

	if (form_str(form, "request_uri").n > 0)
		return fault_set(f, FAULT_INVALID_REQUEST,
		    "a pushed request holds no request_uri");
	if (request_place(o, req, form, false, &r, f) < 0 ||
	    request_check(o, req, form, true, &r, f) < 0)
		return -1;
	if (!uuid_eq(&r.client->row.id, &client->row.id))
		return fault_set(
		    f, FAULT_INVALID_REQUEST, "client_id is another client's");
	if (dpop_check(o, req, STR_NULL, jkt, f) < 0)
		return -1;
	if (jkt[0] != '\0' && r.jkt[0] != '\0' && strcmp(jkt, r.jkt) != 0)
		return fault_set(f, FAULT_INVALID_PROOF,
		    "dpop_jkt is another key than the proof's");
	if (jkt[0] != '\0' && r.jkt[0] == '\0')
		form->field[form->n++] = (struct form_field){ STR("dpop_jkt"),
			str_of(arena_strdup(http_arena(req), jkt)) };
	return 0;
}

/* A client that names itself in the header alone. */
static void
add_client_id(struct form *form, const struct client *client)
{
	if (form_str(form, "client_id").n == 0)
		form->field[form->n++] = (struct form_field){ STR("client_id"),
			str_of(client->row.client_id) };
}

void
oauth_http_par(struct http_req *req)
{
	struct oauth *o = oauth_of(req);
	const struct client *client;
	const char *ticket = NULL;
	struct form form;
	struct fault f;
	int rc = oauth_read_form(o, req, &form, &client, &f);

	if (rc == 0 && form.n + 2 > FORM_FIELDS_MAX)
		rc =
		    fault_set(&f, FAULT_INVALID_REQUEST, "too many parameters");
	if (rc == 0) {
		add_client_id(&form, client);
		rc = check(o, req, client, &form, &f);
	}
	if (rc == 0)
		rc = push(o, req, client, &form, &ticket, &f);
	if (rc < 0) {
		fault_reply(req, &f);
		return;
	}
	buf_printf(http_out(req),
	    "{\"request_uri\":\"" URN "%s\",\"expires_in\":%d}", ticket,
	    LIFE_S);
	http_reply(req, 201, "application/json");
}
