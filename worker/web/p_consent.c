/* /oauth2/authorize: a client asks, the person who is signed in answers. */

#include "base/err.h"
#include "http/form.h"
#include "oauth/authorize.h"
#include "web/consent.h"
#include "web/page.h"
#include "web/web.h"

#define DECIDE_PATH "/oauth2/authorize"

static void
show_question(struct http_req *req, const struct oauth_ask *ask)
{
	struct page p;
	struct consent c = {
		.client_name = ask->client_name,
		.client_host = ask->client_host,
		.redirect_host = ask->redirect_host,
		.is_verified = ask->is_verified,
		.is_loopback = ask->is_loopback,
		.scopes = ask->scopes,
		.optional = ask->optional,
		.had = ask->had,
		.action = DECIDE_PATH,
		.ticket = ask->ticket,
	};

	page_begin_narrow(&p, req, "Allow access?");
	consent_show(&p, &c);
	page_end(&p, 200);
}

/* What went wrong, and where the person may tell the client so. */
static void
show_refusal(
    struct http_req *req, const struct oauth_answer *answer, struct err *e)
{
	struct page p;

	if (answer->url == NULL || !err_is_public(e)) {
		http_reply_error(req, e);
		return;
	}
	page_begin_narrow(&p, req, "This request cannot be granted");
	page_notice(
	    &p, TONE_BAD, page_sentence(http_arena(req), str_of(e->msg)));
	html_open(&p.h, "p");
	html_box(&p.h, "a", "button");
	html_way_out(&p.h, str_of(answer->url));
	html_textf(&p.h, "Back to %s", answer->host);
	html_close(&p.h, "a");
	html_close(&p.h, "p");
	page_end(&p, err_http_status(e->code));
}

static void
follow(struct http_req *req, enum oauth_outcome outcome,
    const struct oauth_answer *answer, struct err *e)
{
	switch (outcome) {
	case OAUTH_ASK:
		show_question(req, &answer->ask);
		return;
	case OAUTH_SIGN_IN:
		/* Which leads to the page for that, and back. */
		err_set(e, ERR_UNAUTHENTICATED, "nobody is signed in");
		http_reply_error(req, e);
		return;
	case OAUTH_LEAVE:
		page_leave(req, answer->url, answer->host);
		return;
	case OAUTH_REFUSE:
		show_refusal(req, answer, e);
		return;
	}
}

void
web_authorize(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct oauth_answer answer;
	enum oauth_outcome outcome = oauth_authorize(req, &answer, &e);

	/* Nothing was posted: a plain redirect will do. */
	if (outcome == OAUTH_LEAVE) {
		http_add_header(req, "Location", answer.url);
		http_reply(req, 303, NULL);
		return;
	}
	follow(req, outcome, &answer, &e);
}

void
web_consent(struct http_req *req)
{
	struct oauth_answer answer = { .url = NULL };
	struct err e = ERR_INIT;
	struct form form;
	bool allowed;

	if (page_form_read(req, &form, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	allowed = str_is(form_str(&form, "decision"), "allow");
	follow(req,
	    oauth_decide(req, form_str(&form, "ticket"), allowed,
		consent_scopes(&form, UINT32_MAX), &answer, &e),
	    &answer, &e);
}
