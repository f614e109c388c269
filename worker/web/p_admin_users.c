/* /admin: the people of this server. */

#include "app.h"
#include "auth/accounts.h"
#include "config/conf.h"
#include "web/people.h"
#include "web/web.h"

#define PATH  "/admin"
#define LIMIT 50

/* What an administrator can do to somebody: approve, suspend... */
struct deed {
	const char *name;
	const char *label;
	enum tone tone;
	int (*run)(struct accounts *a, struct arena *arena,
	    const struct origin *from, const struct owner *whom, struct err *e);
};

static int
give_role(struct accounts *a, struct arena *arena, const struct origin *from,
    const struct owner *whom, struct err *e)
{
	return accounts_set_admin(a, arena, from, whom, true, e);
}

static int
take_role(struct accounts *a, struct arena *arena, const struct origin *from,
    const struct owner *whom, struct err *e)
{
	return accounts_set_admin(a, arena, from, whom, false, e);
}

enum { APPROVE, VOUCH, SUSPEND, RESTORE, GIVE_ROLE, TAKE_ROLE, DEEDS };

static const struct deed deeds[DEEDS] = {
	[APPROVE] = { "approve", "Approve", TONE_GOOD, accounts_approve },
	[VOUCH] = { "vouch", "Confirm the address", TONE_PLAIN,
	    accounts_vouch },
	[SUSPEND] = { "suspend", "Suspend", TONE_BAD, accounts_suspend },
	[RESTORE] = { "restore", "Let in again", TONE_PLAIN, accounts_restore },
	[GIVE_ROLE] = { "give_role", "Make administrator", TONE_PLAIN,
	    give_role },
	[TAKE_ROLE] = { "take_role", "Take the role back", TONE_PLAIN,
	    take_role },
};

/* --- what is there ------------------------------------------------------- */

static void
offer(struct page *p, const struct deed *d, const struct athlete *who)
{
	char tenant[UUID_TEXT_LEN + 1], user[UUID_TEXT_LEN + 1];

	uuid_format(&who->tenant_id, tenant);
	uuid_format(&who->user_id, user);
	page_action(p, PATH, d->name,
	    arena_printf(http_arena(p->req), "%s/%s", tenant, user), d->tone,
	    d->label, who->username);
}

static void
show_user(struct page *p, const struct user *u)
{
	const struct athlete *who = &u->athlete;
	char id[UUID_TEXT_LEN + 1];
	struct html *h = &p->h;

	uuid_format(&who->user_id, id);
	html_open(h, "li");
	people_show(
	    p, u, arena_printf(http_arena(p->req), PATH "/users/%s", id), NULL);
	html_box(h, "div", "buttons");
	if (u->status == USER_PENDING)
		offer(p, &deeds[APPROVE], who);
	if (u->unverified && u->status != USER_SUSPENDED)
		offer(p, &deeds[VOUCH], who);
	if (u->status == USER_SUSPENDED)
		offer(p, &deeds[RESTORE], who);
	else if (!uuid_eq(&who->user_id, &p->who->user_id)) {
		if (u->status == USER_ACTIVE)
			offer(p, &deeds[u->is_admin ? TAKE_ROLE : GIVE_ROLE],
			    who);
		offer(p, &deeds[SUSPEND], who);
	}
	html_close(h, "div");
	html_close(h, "li");
}

static void
show_those(struct page *p, const struct user *list, size_t n)
{
	html_box(&p->h, "ul", "rows");
	for (size_t i = 0; i < MIN(n, (size_t)LIMIT); i++)
		show_user(p, &list[i]);
	html_close(&p->h, "ul");
}

/* Those who wait, and a page of all others. */
struct people {
	struct user *pending;
	size_t pending_n;
	struct user *list;
	size_t n;
	bool is_first;
};

/* ?after: the id of the last one of the page before. */
static int
read_people(struct http_req *req, struct people *out, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct user last = { .athlete = { .username = "" } };
	struct str text = STR("");
	struct uuid id;
	int rc = http_query_get(req, "after", &text, e);

	out->is_first = rc == 0;
	if (rc > 0 && uuid_parse(text, &id))
		rc = users_by_id(app->db, a, &id, &last, e);
	/* One more tells whether there are more. */
	if (rc < 0 || users_page(app->db, a, "", WAITS, LIMIT + 1,
			  &out->pending, &out->pending_n, e) < 0)
		return -1;
	return users_page(app->db, a, last.athlete.username, WAITS_NOT,
	    LIMIT + 1, &out->list, &out->n, e);
}

static const char *
path_after(struct arena *a, const struct user *u)
{
	char id[UUID_TEXT_LEN + 1];

	uuid_format(&u->athlete.user_id, id);
	return arena_printf(a, PATH "?after=%s", id);
}

static void
show_pending(struct page *p, const struct people *of)
{
	if (of->pending_n == 0)
		return;
	page_section(p, "pending", "Waiting for approval",
	    of->pending_n > LIMIT
		? "Not all are shown: more follow when these are decided."
		: NULL);
	show_those(p, of->pending, of->pending_n);
	page_section_end(p);
}

static void
show(struct http_req *req, int status, const char *wrong)
{
	const struct app *app = http_app_state(req);
	struct err e = ERR_INIT;
	struct people of;
	struct page p;

	if (read_people(req, &of, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	page_begin_admin(&p, req, PATH);
	if (wrong != NULL)
		page_notice(&p, TONE_BAD, wrong);
	show_pending(&p, &of);
	page_section(&p, "people", "People",
	    strcmp(app->conf->registration, "closed") == 0
		? "Registration is closed: accounts are made by `pierrectl "
		  "user create`, or by invitation at Account, Members."
		: NULL);
	show_those(&p, of.list, of.n);
	page_pages(&p, "First", of.is_first ? NULL : PATH, "More",
	    of.n > LIMIT ? path_after(http_arena(req), &of.list[LIMIT - 1])
			 : NULL);
	page_section_end(&p);
	page_end(&p, status);
}

void
web_admin_users(struct http_req *req)
{
	show(req, 200, NULL);
}

/* --- changes ------------------------------------------------------------- */

static bool
read_owner(struct str text, struct owner *out)
{
	struct str user, tenant = str_cut(text, '/', &user);

	return uuid_parse(tenant, &out->tenant_id) &&
	       uuid_parse(user, &out->user_id);
}

static int
do_deed(struct http_req *req, const struct form *form, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct owner whom;
	struct str text;

	for (size_t i = 0; i < DEEDS; i++) {
		text = form_str(form, deeds[i].name);
		if (text.n > 0)
			return read_owner(text, &whom)
				   ? deeds[i].run(app->accounts,
					 http_arena(req), &from, &whom, e)
				   : 0;
	}
	return 0;
}

void
web_admin_users_post(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct form form;
	int rc;

	if (page_form_read(req, &form, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	rc = do_deed(req, &form, &e);
	if (rc < 0 && e.code == ERR_CONFLICT)
		show(req, 409, page_sentence(http_arena(req), str_of(e.msg)));
	else if (rc < 0)
		http_reply_error(req, &e);
	else
		page_redirect(
		    req, PATH, rc > 0 ? NOTE_CHANGED : NOTE_NOTHING_DONE);
}
