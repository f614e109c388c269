/* /members: who belongs to the tenant of its owner, and who may come. */

#include "app.h"
#include "auth/accounts.h"
#include "auth/site.h"
#include "web/people.h"
#include "web/web.h"

#define PATH "/members"

static const struct field invite_field = {
	.name = "email",
	.label = "E-mail address",
	.type = "email",
	.hint = "To tell your invitations apart. Nothing is sent to it.",
	.required = true,
};

/* --- what is there ------------------------------------------------------- */

static void
show_member(struct page *p, const struct user *u)
{
	const struct athlete *who = &u->athlete;
	bool is_me = uuid_eq(&who->user_id, &p->who->user_id);
	bool is_owner = u->tenant_role == TENANT_OWNER;
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&who->user_id, id);
	html_open(&p->h, "li");
	people_show(p, u, NULL, is_me ? "you" : is_owner ? "owner" : NULL);
	if (!is_owner && u->status != USER_SUSPENDED)
		page_action(
		    p, PATH, "remove", id, TONE_BAD, "Remove", people_name(u));
	html_close(&p->h, "li");
}

static void
show_members(struct page *p, const struct user *list, size_t n)
{
	page_rows(p, "members", "Members",
	    "Each has an account and data of their own. Whom you remove is "
	    "signed out at once, with all assistants, and stays out until an "
	    "administrator lets them in again.",
	    n);
	for (size_t i = 0; i < n; i++)
		show_member(p, &list[i]);
	page_rows_end(p);
}

static void
show_invitation(struct page *p, const struct one_time_link *l)
{
	const char *whom = l->email[0] != '\0' ? l->email : "Whoever has it";
	struct html *h = &p->h;
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&l->id, id);
	html_open(h, "li");
	html_box(h, "div", "what");
	html_line(h, "strong", NULL, whom);
	html_open(h, "p");
	html_text(h, "Good until ");
	page_instant(p, l->expires_us);
	html_close(h, "p");
	html_close(h, "div");
	page_action(p, PATH, "withdraw", id, TONE_BAD, "Withdraw",
	    arena_printf(http_arena(p->req), "the invitation: %s", whom));
	html_close(h, "li");
}

static void
show_invitations(struct page *p, const struct one_time_link *list, size_t n)
{
	page_rows(p, "invitations", "Open invitations", NULL, n);
	for (size_t i = 0; i < n; i++)
		show_invitation(p, &list[i]);
	page_rows_end(p);
}

static void
show_form(struct page *p, const struct field *f)
{
	page_section(p, "invite", "Invite somebody",
	    "They make an account here by a link, even while registration is "
	    "closed.");
	page_form(p, NULL, PATH);
	page_field(p, f);
	html_box(&p->h, "div", "buttons");
	page_button_saying(p, TONE_GOOD, "Make a link", "do", "invite");
	html_close(&p->h, "div");
	page_form_end(p);
	page_section_end(p);
}

static void
show_new(struct page *p, const char *link)
{
	html_box(&p->h, "section", "secret");
	html_attr(&p->h, "aria-label", "The invitation");
	html_attr(&p->h, "role", "status");
	html_open(&p->h, "p");
	html_line(&p->h, "strong", NULL, "The invitation is made.");
	html_text(&p->h,
	    " Send the link yourself: it is shown this once, and lets in the "
	    "first who follows it.");
	html_close(&p->h, "p");
	page_copyable(p, "link", "Their link", link);
	html_close(&p->h, "section");
}

/* wrong, link: NULL for none. */
static void
show(struct http_req *req, int status, const char *wrong, const struct field *f,
    const char *link)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct owner o = page_owner(req);
	struct one_time_link *links;
	struct err e = ERR_INIT;
	struct user *people;
	size_t links_n, people_n;
	struct page p;

	if (accounts_invitations(app->accounts, a, &o, &links, &links_n, &e) <
		0 ||
	    users_list_of_tenant(
		app->db, a, &o.tenant_id, &people, &people_n, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin_account(&p, req, PATH);
	if (wrong != NULL)
		page_notice(&p, TONE_BAD, wrong);
	if (link != NULL)
		show_new(&p, link);
	show_members(&p, people, people_n);
	show_form(&p, f);
	show_invitations(&p, links, links_n);
	page_end(&p, status);
}

void
web_members(struct http_req *req)
{
	show(req, 200, NULL, &invite_field, NULL);
}

/* --- changes ------------------------------------------------------------- */

static void
invite(struct http_req *req, const struct form *form)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct origin from = origin_of(req);
	struct owner o = page_owner(req);
	struct field f = invite_field;
	struct buf url = BUF_INIT;
	struct err e = ERR_INIT;

	if (fields_read(a, &f, 1, form) > 0) {
		show(req, 422, NULL, &f, NULL);
		return;
	}
	if (accounts_invite_link(
		app->accounts, a, &from, &o, field_str(&f), &url, &e) == 0) {
		show(req, 200, NULL, &invite_field,
		    site_url(req, app->conf, buf_str(&url)));
	} else if (e.code == ERR_INVALID) {
		f.error = page_sentence(a, str_of(e.msg));
		show(req, 422, NULL, &f, NULL);
	} else {
		http_reply_error(req, &e);
	}
	buf_wipe(&url);
}

/* What a button did to a member or an invitation. */
struct ending {
	const char *name;
	int (*run)(struct accounts *a, struct arena *arena,
	    const struct origin *from, const struct owner *who,
	    const struct uuid *id, struct err *e);
	enum note done;
	const char *absent;
};

static const struct ending endings[] = {
	{ "remove", accounts_remove_member, NOTE_MEMBER_GONE,
	    "there is no such member" },
	{ "withdraw", accounts_withdraw, NOTE_INVITATION_GONE,
	    "there is no such invitation" },
};

static void
end(struct http_req *req, const struct ending *what, struct str text)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct uuid id;
	int rc = 0;

	if (uuid_parse(text, &id))
		rc = what->run(
		    app->accounts, http_arena(req), &from, &o, &id, &e);
	if (rc == 0)
		rc = err_set(&e, ERR_NOT_FOUND, "%s", what->absent);
	if (rc > 0)
		page_redirect(req, PATH, what->done);
	else if (e.code == ERR_CONFLICT)
		show(req, 409, page_sentence(http_arena(req), str_of(e.msg)),
		    &invite_field, NULL);
	else
		http_reply_error(req, &e);
}

void
web_members_post(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct form form;
	struct str text;

	if (page_form_read(req, &form, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		text = form_str(&form, endings[i].name);
		if (text.n > 0) {
			end(req, &endings[i], text);
			return;
		}
	}
	invite(req, &form);
}
