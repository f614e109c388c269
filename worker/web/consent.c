#include "web/consent.h"

#include "base/check.h"

#define NAME_LETTERS 64

/* U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F, U+061C, U+FEFF: what
 * cannot be seen, or makes what can be seen lie. */
static bool
is_unseen(const unsigned char *p, size_t n)
{
	unsigned code;

	if (n == 1)
		return p[0] < 0x20 || p[0] == 0x7f;
	if (n == 2) {
		code = (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
		return code < 0xa0 || code == 0x61c;
	}
	if (n != 3)
		return false;
	code = (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
	return (code >= 0x200b && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

const char *
consent_name(struct arena *a, const char *name)
{
	struct str rest = str_of(name);
	struct buf out = BUF_INIT;
	const char *shown;
	size_t n, letters = 0;

	while (rest.n > 0 && letters < NAME_LETTERS) {
		n = str_utf8_length(rest);
		if (n > 0 && !is_unseen((const unsigned char *)rest.p, n)) {
			buf_add(&out, rest.p, n);
			letters++;
		}
		n = MAX(n, (size_t)1);
		rest = str_make(rest.p + n, rest.n - n);
	}
	if (rest.n > 0)
		buf_adds(&out, "…");
	shown = arena_strndup(a, out.n > 0 ? out.p : "", out.n);
	buf_free(&out);
	return shown[0] != '\0' ? shown : "A client without a name";
}

/* --- the question -------------------------------------------------------- */

static void
show_asker(struct page *p, const struct consent *c)
{
	const char *name = consent_name(http_arena(p->req), c->client_name);
	struct str letter = str_make(name, str_utf8_length(str_of(name)));
	struct html *h = &p->h;

	html_box(h, "div", "asker");
	html_box(h, "span", "letter");
	html_attr(h, "aria-hidden", "true");
	html_text_str(h, letter);
	html_close(h, "span");
	html_open(h, "div");
	html_line(h, "strong", NULL, name);
	html_box(h, "span", "faint");
	if (c->client_host != NULL)
		html_textf(h, "of %s ", c->client_host);
	html_close(h, "span");
	if (c->is_verified)
		page_badge(p, TONE_GOOD, "known to this server");
	else
		page_badge(p, TONE_WARN, "unverified");
	html_close(h, "div");
	html_close(h, "div");
}

static void
show_warning(struct page *p, const struct consent *c)
{
	const char *text;

	if (c->is_loopback)
		text = "The answer goes to a program on the machine that you "
		       "sit at. Go on only if you have just started it "
		       "yourself.";
	else if (!c->is_verified)
		text = "Nobody here has checked who this is; anybody can "
		       "choose that name. Go on only if you have just asked "
		       "this assistant to connect, and know the address that "
		       "the answer goes to.";
	else
		return;
	page_notice(p, TONE_WARN, text);
}

static void
show_scope(struct page *p, const struct consent *c, int i)
{
	enum scope_index index = (enum scope_index)i;
	uint32_t bit = 1u << i;

	html_open(&p->h, "li");
	if (c->optional & bit) {
		page_checkbox(p, "scope", scope_name(index), scope_words(index),
		    (c->had & bit) != 0);
	} else {
		html_text(&p->h, scope_words(index));
		if (c->had != 0 && (c->had & bit) == 0) {
			html_text(&p->h, " ");
			page_badge(p, TONE_WARN, "new");
		}
	}
	html_close(&p->h, "li");
}

static const char *
names_of(struct page *p, uint32_t scopes)
{
	struct buf b = BUF_INIT;
	const char *names;

	scope_format(&b, scopes);
	names = arena_strndup(http_arena(p->req), b.n > 0 ? b.p : "", b.n);
	buf_free(&b);
	return names;
}

static void
show_scopes(struct page *p, const struct consent *c)
{
	html_line(&p->h, "h2", NULL, "It would be able to");
	html_box(&p->h, "ul", "scopes");
	for (int i = 0; i < SCOPE_COUNT; i++)
		if (c->scopes & 1u << i)
			show_scope(p, c, i);
	html_close(&p->h, "ul");
}

static void
show_places(struct page *p, const struct consent *c)
{
	const struct athlete *who = &p->user.athlete;
	struct html *h = &p->h;

	html_open(h, "dl");
	html_line(h, "dt", NULL, "Your account");
	html_line(h, "dd", NULL,
	    who->email != NULL && who->email[0] != '\0' ? who->email
	    : who->username != NULL			? who->username
							: "");
	html_line(h, "dt", NULL, "The answer goes to");
	html_open(h, "dd");
	html_line(h, "strong", NULL, c->redirect_host);
	html_close(h, "dd");
	html_close(h, "dl");
}

void
consent_show(struct page *p, const struct consent *c)
{
	struct html *h = &p->h;

	html_box(h, "section", "card");
	html_attr(h, "aria-label", "Who asks, and for what");
	show_asker(p, c);
	html_line(h, "p", NULL, "asks for access to your data on this server.");
	show_warning(p, c);
	page_form(p, NULL, c->action);
	page_hidden(p, "ticket", c->ticket);
	page_hidden(p, "scopes", names_of(p, c->scopes & ~c->optional));
	show_scopes(p, c);
	show_places(p, c);
	html_box(h, "div", "buttons");
	page_button_saying(p, TONE_GOOD, "Allow", "decision", "allow");
	page_button_saying(p, TONE_PLAIN, "Deny", "decision", "deny");
	html_close(h, "div");
	page_form_end(p);
	html_close(h, "section");
	html_line(h, "p", "faint",
	    "You can take this back at any time on your account's page.");
}

uint32_t
consent_scopes(const struct form *form, uint32_t asked)
{
	uint32_t one, all = 0;

	if (scope_parse(form_str(form, "scopes"), &one, NULL) == 0)
		all = one;
	for (size_t i = 0; i < form->n; i++)
		if (str_is(form->field[i].name, "scope") &&
		    scope_parse(form->field[i].value, &one, NULL) == 0)
			all |= one;
	return all & asked;
}

/* --- leaving ------------------------------------------------------------- */

void
page_leave(struct http_req *req, const char *url, const char *host)
{
	struct page p;

	CHECK(html_is_way_out(str_of(url)));
	page_head(&p, req, "Going on");
	html_refresh_out(&p.h, 0, str_of(url));
	p.narrow = true;
	page_body(&p, "Going on");
	html_box(&p.h, "p", "message");
	html_text(&p.h, "You are sent on to ");
	html_line(&p.h, "strong", NULL, host);
	html_text(&p.h, ".");
	html_close(&p.h, "p");
	html_open(&p.h, "p");
	html_box(&p.h, "a", "button");
	html_way_out(&p.h, str_of(url));
	html_text(&p.h, "Go on");
	html_close(&p.h, "a");
	html_close(&p.h, "p");
	html_line(&p.h, "p", "faint",
	    "When nothing more happens here, you can close this page.");
	page_end(&p, 200);
}
