/* The part of /account/security that is about the e-mail address. */

#include "app.h"
#include "auth/accounts.h"
#include "web/security.h"

enum { EMAIL, PRESENT, FIELDS };

_Static_assert(FIELDS == ADDRESS_FIELDS, "as many as the header says");

const struct field address_fields[ADDRESS_FIELDS] = {
	[EMAIL] = { .name = "email",
	    .label = "New address",
	    .type = "email",
	    .autocomplete = "email",
	    .required = true },
	[PRESENT] = { .name = "present",
	    .id = "present-address",
	    .label = "Your password",
	    .type = "password",
	    .autocomplete = "current-password",
	    .max_length = PASSWORD_MAX,
	    .required = true },
};

static const char *
about(struct page *p)
{
	const char *email = p->user.athlete.email;
	const char *have =
	    email != NULL && email[0] != '\0'
		? arena_printf(http_arena(p->req), "It is %s. ", email)
		: "You have given none. ";

	return arena_printf(http_arena(p->req), "%s%s", have,
	    mail_is_on(p->app->conf)
		? "Another one holds once you follow the link that is sent "
		  "there."
		: "This server sends no mail: ask whoever runs it to change "
		  "it.");
}

void
security_show_address(struct page *p, const struct field *f)
{
	page_section(p, "address", "Your e-mail address", about(p));
	if (mail_is_on(p->app->conf)) {
		page_form(p, NULL, "/account/security");
		html_box(&p->h, "div", "pair");
		page_fields(p, f, FIELDS);
		html_close(&p->h, "div");
		html_box(&p->h, "div", "buttons");
		page_button(p, TONE_GOOD, "Send the link");
		html_close(&p->h, "div");
		page_form_end(p);
	}
	page_section_end(p);
}

void
security_change_address(
    struct http_req *req, const struct form *form, struct field *f)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct origin from = origin_of(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	int64_t retry_s = 0;

	if (fields_read(a, f, FIELDS, form) > 0) {
		security_show(req, 422, NULL, f);
		return;
	}
	if (accounts_ask_address(app->accounts, a, &from, &o,
		field_str(&f[PRESENT]), field_str(&f[EMAIL]), &retry_s,
		&e) == 0) {
		page_redirect(req, "/account/security", NOTE_ADDRESS_ASKED);
		return;
	}
	if (e.code == ERR_INVALID)
		f[EMAIL].error = page_sentence(a, str_of(e.msg));
	else if (e.code == ERR_DENIED || e.code == ERR_LIMITED)
		f[PRESENT].error = page_sentence(a, str_of(e.msg));
	if (fields_wrong(f, FIELDS) > 0)
		security_show(req, e.code == ERR_LIMITED ? 429 : 422, NULL, f);
	else
		http_reply_error(req, &e);
}
