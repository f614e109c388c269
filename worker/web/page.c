/* The frame around every page. */

#include "web/page.h"

#include "app.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/enc.h"
#include "base/log.h"
#include "base/tz.h"
#include "config/conf.h"
#include "http/cookie.h"
#include "web/statics.h"

#define HTML_TYPE   "text/html; charset=utf-8"
#define NOTE_COOKIE "pierre_note"
#define NOTE_AGE_S  60
#define PATH_MAX_N  12000

static const struct note_about {
	const char *name;
	enum tone tone;
	const char *text;
} notes[] = {
#define NOTE(id, tone, text) [NOTE_##id] = { #id, TONE_##tone, text },
#include "web/notes.def"
#undef NOTE
};

static void
add_headers(struct http_req *req)
{
	http_add_header(req, "Content-Security-Policy",
	    "default-src 'none'; style-src 'self'; script-src 'self'; "
	    "img-src 'self'; connect-src 'self'; form-action 'self'; "
	    "base-uri 'none'; frame-ancestors 'none'");
	http_add_header(req, "X-Frame-Options", "DENY");
	http_add_header(req, "Referrer-Policy", "no-referrer");
	http_add_header(req, "Cross-Origin-Opener-Policy", "same-origin");
	http_add_header(req, "Permissions-Policy",
	    "camera=(), geolocation=(), microphone=()");
}

struct owner
page_owner(const struct http_req *req)
{
	const struct who *who = http_who(req);

	return (struct owner){ who->tenant_id, who->user_id };
}

int
page_find_user(struct http_req *req, struct user *out, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = page_owner(req);
	int rc = users_get(app->db, http_arena(req), &o, out, e);

	if (rc == 0)
		return err_set(e, ERR_UNAUTHENTICATED, "the account is gone");
	return rc < 0 ? -1 : 0;
}

/* The page goes on without the name when the store does not have it. */
static void
find_user(struct page *p)
{
	struct err e = ERR_INIT;

	if (p->who != NULL && fiber_self() != NULL &&
	    page_find_user(p->req, &p->user, &e) < 0)
		log_err(LOG_WARN, "web", "whose page it is", &e);
}

static const struct tz *
zone_of(const struct athlete *a)
{
	const struct tz *z = NULL;

	if (a->timezone != NULL)
		z = tz_find(str_of(a->timezone), NULL);
	return z != NULL ? z : tz_find(STR("UTC"), NULL);
}

void
page_instant(struct page *p, int64_t us)
{
	html_instant(&p->h, us, tz_offset_at(zone_of(&p->user.athlete), us));
}

int32_t
page_day_of(const struct athlete *a)
{
	return tz_day_at(zone_of(a), clock_wall_us());
}

int32_t
page_today(const struct page *p)
{
	return page_day_of(&p->user.athlete);
}

const char *
page_site(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct str host = http_header(req, "Host");

	if (app->conf->public_url[0] != '\0')
		return app->conf->public_url;
	return arena_printf(http_arena(req), "http://%.*s", STR_ARG(host));
}

/* --- the head ------------------------------------------------------------ */

static void
head_link(struct html *h, const char *rel, const char *name)
{
	html_open(h, "link");
	html_attr(h, "rel", rel);
	html_attrf(h, "href", "/static/%s", name);
}

static void
head_meta(struct html *h, const char *name, const char *content)
{
	html_open(h, "meta");
	html_attr(h, "name", name);
	html_attr(h, "content", content);
}

void
page_head(struct page *p, struct http_req *req, const char *title)
{
	struct html *h = &p->h;

	*p = (struct page){
		.req = req, .app = http_app_state(req), .who = http_who(req)
	};
	buf_clear(http_out(req));
	html_init(h, http_out(req));
	add_headers(req);
	buf_adds(h->out, "<!DOCTYPE html>\n");
	html_open(h, "html");
	html_attr(h, "lang", "en");
	html_open(h, "head");
	html_open(h, "meta");
	html_attr(h, "charset", "utf-8");
	head_meta(h, "viewport", "width=device-width, initial-scale=1");
	head_meta(h, "color-scheme", "light dark");
	html_linef(h, "title", NULL, "%s · Pierre", title);
	head_link(h, "stylesheet", "pierre.css");
	head_link(h, "icon", "mark.svg");
	html_open(h, "script");
	html_attr(h, "src", "/static/pierre.js");
	html_flag(h, "defer", true);
	html_close(h, "script");
}

/* --- the frame ----------------------------------------------------------- */

static void
show_mark(struct html *h)
{
	html_box(h, "a", "brand");
	html_attr(h, "href", "/");
	html_open(h, "img");
	html_attr(h, "src", "/static/mark.svg");
	html_attr(h, "alt", "");
	html_attr(h, "width", "28");
	html_attr(h, "height", "28");
	html_line(h, "span", NULL, "Pierre");
	html_close(h, "a");
}

static bool
is_below(struct str path, const char *top)
{
	size_t n = strlen(top);

	return str_starts(path, str_of(top)) &&
	       (path.n == n || path.p[n] == '/');
}

static void
show_place(struct page *p, const char *path, const char *label)
{
	struct str here =
	    p->place != NULL ? str_of(p->place) : http_path(p->req);
	bool is_here =
	    strcmp(path, "/") == 0 ? str_is(here, "/") : is_below(here, path);

	html_open(&p->h, "li");
	html_open(&p->h, "a");
	html_attr(&p->h, "href", path);
	html_attr(&p->h, "aria-current", is_here ? "page" : NULL);
	html_text(&p->h, label);
	html_close(&p->h, "a");
	html_close(&p->h, "li");
}

static void
show_navigation(struct page *p)
{
	struct html *h = &p->h;

	html_open(h, "nav");
	html_attr(h, "aria-label", "Main");
	html_open(h, "ul");
	show_place(p, "/", "Training");
	show_place(p, "/activities", "Activities");
	show_place(p, "/sleep", "Sleep");
	show_place(p, "/body", "Body");
	show_place(p, "/import", "Import");
	show_place(p, "/account", "Account");
	if (p->who->role == ROLE_ADMIN)
		show_place(p, "/admin", "Administration");
	html_close(h, "ul");
	html_close(h, "nav");
}

static const char *
name_of(const struct page *p)
{
	const struct athlete *a = &p->user.athlete;

	if (a->display_name != NULL && a->display_name[0] != '\0')
		return a->display_name;
	return a->username != NULL ? a->username : "";
}

static void
show_person(struct page *p)
{
	struct html *h = &p->h;

	html_box(h, "div", "person");
	html_line(h, "span", "name", name_of(p));
	page_form(p, NULL, "/signout");
	html_box(h, "button", "quiet");
	html_attr(h, "type", "submit");
	html_text(h, "Sign out");
	html_close(h, "button");
	page_form_end(p);
	html_close(h, "div");
}

static void
show_header(struct page *p)
{
	struct html *h = &p->h;

	html_box(h, "a", "skip");
	html_attr(h, "href", "#main");
	html_text(h, "Skip to the content");
	html_close(h, "a");
	html_box(h, "header", "top");
	html_box(h, "div", "bar");
	show_mark(h);
	if (p->who != NULL && !p->narrow) {
		show_navigation(p);
		show_person(p);
	} else if (!p->narrow) {
		html_box(h, "a", "button small");
		html_attr(h, "href", "/signin");
		html_text(h, "Sign in");
		html_close(h, "a");
	}
	html_close(h, "div");
	html_close(h, "header");
}

/* Said once: the cookie is taken back. */
static void
show_note(struct page *p)
{
	struct str name;

	if (http_cookie(p->req, NOTE_COOKIE, &name) == 0)
		return;
	http_drop_cookie(p->req, NOTE_COOKIE);
	for (size_t i = 1; i < NOTE_COUNT; i++)
		if (str_is(name, notes[i].name))
			page_notice(p, notes[i].tone, notes[i].text);
}

void
page_body(struct page *p, const char *title)
{
	struct html *h = &p->h;

	find_user(p);
	html_close(h, "head");
	html_box(h, "body", p->narrow ? "narrow" : NULL);
	show_header(p);
	html_open(h, "main");
	html_attr(h, "id", "main");
	html_line(h, "h1", NULL, title);
	show_note(p);
}

void
page_begin(struct page *p, struct http_req *req, const char *title)
{
	page_head(p, req, title);
	page_body(p, title);
}

void
page_begin_narrow(struct page *p, struct http_req *req, const char *title)
{
	page_head(p, req, title);
	p->narrow = true;
	page_body(p, title);
}

/* A script that is loaded follows by itself, and does not want to be thrown
 * out of the page. */
void
page_begin_again(
    struct page *p, struct http_req *req, const char *title, int seconds)
{
	page_head(p, req, title);
	html_open(&p->h, "noscript");
	html_open(&p->h, "meta");
	html_attr(&p->h, "http-equiv", "refresh");
	html_attrf(&p->h, "content", "%d", seconds);
	html_close(&p->h, "noscript");
	page_body(p, title);
}

void
page_end(struct page *p, int status)
{
	struct html *h = &p->h;

	html_close(h, "main");
	html_open(h, "footer");
	html_textf(h, "Pierre %s", PIERRE_VERSION);
	html_line(h, "span", NULL, "Your data stays on this server.");
	html_close(h, "footer");
	html_close(h, "body");
	html_close(h, "html");
	html_done(h);
	http_reply(p->req, status, HTML_TYPE);
}

/* --- where it goes on ---------------------------------------------------- */

const char *
page_next(struct arena *a, struct str wanted)
{
	bool good =
	    wanted.n > 0 && wanted.n <= PATH_MAX_N && wanted.p[0] == '/' &&
	    !(wanted.n > 1 && (wanted.p[1] == '/' || wanted.p[1] == '\\'));

	for (size_t i = 0; i < wanted.n && good; i++)
		good = (unsigned char)wanted.p[i] > 0x20 &&
		       (unsigned char)wanted.p[i] < 0x7f && wanted.p[i] != '\\';
	return good ? arena_strndup(a, wanted.p, wanted.n) : "/";
}

void
page_redirect(struct http_req *req, const char *path, enum note note)
{
	CHECK(path[0] == '/');
	add_headers(req);
	if (note != NOTE_NONE)
		http_set_cookie(
		    req, NOTE_COOKIE, str_of(notes[note].name), NOTE_AGE_S);
	http_add_header(req, "Location", path);
	http_reply(req, 303, NULL);
}

void
page_go_on(struct http_req *req, const char *path)
{
	struct page p;

	CHECK(path[0] == '/');
	page_head(&p, req, "Going on");
	html_open(&p.h, "meta");
	html_attr(&p.h, "http-equiv", "refresh");
	html_attrf(&p.h, "content", "0; url=%s", path);
	p.narrow = true;
	page_body(&p, "Going on");
	html_open(&p.h, "p");
	html_box(&p.h, "a", "button");
	html_attr(&p.h, "href", path);
	html_text(&p.h, "Go on");
	html_close(&p.h, "a");
	html_close(&p.h, "p");
	page_end(&p, 200);
}

/* Messages are made to follow a colon.  What is spelt like redirect_uri stays
 * so at the beginning of a sentence, too. */
const char *
page_sentence(struct arena *a, struct str message)
{
	char *s = arena_printf(a, "%.*s.", STR_ARG(message));
	struct str rest, word = str_cut(message, ' ', &rest);

	if (s[0] >= 'a' && s[0] <= 'z' && str_find(word, '_') < 0)
		s[0] = (char)(s[0] - 'a' + 'A');
	return s;
}

/* --- errors -------------------------------------------------------------- */

static void
send_to_sign_in(struct http_req *req)
{
	static const char hex[] = "0123456789ABCDEF";
	struct buf b = BUF_INIT;
	struct str here = http_path(req), query = http_query(req);
	struct buf plain = BUF_INIT;

	buf_addstr(&plain, here);
	if (query.n > 0) {
		buf_addc(&plain, '?');
		buf_addstr(&plain, query);
	}
	buf_adds(&b, "/signin?next=");
	for (size_t i = 0; i < plain.n; i++) {
		unsigned char c = (unsigned char)plain.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '/' || c == '-' ||
		    c == '_' || c == '.') {
			buf_addc(&b, (char)c);
		} else {
			buf_addc(&b, '%');
			buf_addc(&b, hex[c >> 4]);
			buf_addc(&b, hex[c & 15]);
		}
	}
	page_redirect(req, buf_cstr(&b), NOTE_NONE);
	buf_free(&b);
	buf_free(&plain);
}

static const char *
error_title(int status)
{
	switch (status) {
	case 403:
		return "Not allowed";
	case 404:
		return "There is nothing here";
	case 405:
		return "That cannot be done here";
	case 413:
		return "Too large";
	case 429:
		return "Too many requests";
	case 503:
	case 504:
		return "Not available just now";
	}
	return status < 500 ? "That did not work" : "Something went wrong";
}

void
page_error(
    struct http_req *req, enum err_code code, int status, const char *message)
{
	struct page p;
	struct str id = http_request_id(req);

	if (code == ERR_UNAUTHENTICATED) {
		send_to_sign_in(req);
		return;
	}
	page_head(&p, req, error_title(status));
	p.narrow = true;
	html_close(&p.h, "head");
	html_box(&p.h, "body", "narrow");
	show_header(&p);
	html_open(&p.h, "main");
	html_attr(&p.h, "id", "main");
	html_line(&p.h, "h1", NULL, error_title(status));
	html_line(&p.h, "p", "message",
	    page_sentence(http_arena(req), str_of(message)));
	html_box(&p.h, "p", "faint");
	html_textf(&p.h, "Status %d, request ", status);
	html_open(&p.h, "code");
	html_text_str(&p.h, id);
	html_close(&p.h, "code");
	html_close(&p.h, "p");
	html_open(&p.h, "p");
	html_link(&p.h, "/", "Back to the beginning");
	html_close(&p.h, "p");
	page_end(&p, status);
}
