/* /verify: an address that its owner confirms.  Following the link alone does
 * not do it: programs that look into mail follow links, too. */

#include "app.h"
#include "auth/accounts.h"
#include "web/page.h"
#include "web/web.h"

static void
show(struct http_req *req, struct str token, const struct user *u,
    const char *email)
{
	bool is_first = str_ieq(str_of(email), str_of(u->athlete.email));
	struct page p;

	page_begin_narrow(&p, req, "Confirm your address");
	html_linef(&p.h, "p", "message",
	    is_first ? "%s is the address of a new account here."
		     : "%s becomes the address of your account here.",
	    email);
	html_box(&p.h, "section", "card");
	page_form(&p, "wide", "/verify");
	page_hidden(
	    &p, "token", arena_strndup(http_arena(req), token.p, token.n));
	html_box(&p.h, "div", "buttons");
	page_button(&p, TONE_GOOD, "Yes, it is mine");
	html_close(&p.h, "div");
	page_form_end(&p);
	html_close(&p.h, "section");
	page_end(&p, 200);
}

void
web_verify(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct err e = ERR_INIT;
	struct str token = STR("");
	const char *email;
	struct user u;
	int rc = http_query_get(req, "token", &token, &e);

	if (rc >= 0)
		rc = accounts_peek_address(
		    app->accounts, http_arena(req), token, &u, &email, &e);
	if (rc == 0)
		rc = err_set(&e, ERR_DENIED,
		    "this link was used, or is too old; sign in, or ask for a "
		    "new password, which confirms the address as well");
	if (rc < 0)
		http_reply_error(req, &e);
	else
		show(req, token, &u, email);
}

void
web_verify_post(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct err e = ERR_INIT;
	struct form form;

	if (page_form_read(req, &form, &e) < 0 ||
	    accounts_confirm_address(app->accounts, http_arena(req), &from,
		form_str(&form, "token"), &e) < 0)
		http_reply_error(req, &e);
	else
		page_redirect(req,
		    http_who(req) != NULL ? "/account/security" : "/signin",
		    NOTE_ADDRESS_GOOD);
}
