#ifndef WEB_PAGE_H
#define WEB_PAGE_H

/* Pages: the frame around each, its parts and forms, and what follows a form.
 *
 * A page is a route whose access is PAGE_OPEN, PAGE or PAGE_ADMIN.  There
 * http_reply_error() answers with a page, and ERR_UNAUTHENTICATED leads to
 * /signin?next=...  A handler is straight:
 *
 *	page_begin(&p, req, "Sessions");
 *	...html_*(&p.h, ...)...
 *	page_end(&p, 200);
 *
 * and one that takes a form:
 *
 *	if (page_form_read(req, &form, &e) < 0)
 *		http_reply_error(req, &e);
 *	...
 *	page_redirect(req, "/account", NOTE_PROFILE_SAVED);
 */

#include "auth/csrf.h"
#include "auth/who.h"
#include "http/form.h"
#include "http/http.h"
#include "store/users.h"
#include "web/html.h"

struct app;

enum tone { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD };

/* What a page says after it was come to. */
enum note {
#define NOTE(id, tone, text) NOTE_##id,
#include "web/notes.def"
#undef NOTE
	NOTE_COUNT
};

struct page {
	struct http_req *req;
	const struct app *app;
	const struct who *who; /* NULL: not signed in */
	struct user user;      /* of who, as far as it was found */
	bool narrow;
	const char *place; /* of the navigation it belongs to; NULL: by its
			    * path */
	struct html h;
	char csrf[CSRF_LEN + 1]; /* "" until there is a form */
};

/* The answer's headers (CSP, no frames, no referrer) and everything up to the
 * title as <h1>; with navigation for who is signed in. */
void page_begin(struct page *p, struct http_req *req, const char *title);
/* The same narrow, alone with itself: sign in, consent. */
void page_begin_narrow(struct page *p, struct http_req *req, const char *title);
/* A page below /account or /admin, with their tabs; here: its path. */
void page_begin_account(struct page *p, struct http_req *req, const char *here);
void page_begin_admin(struct page *p, struct http_req *req, const char *here);
/* The same that loads itself again every few seconds, for who has no
 * scripts. */
void page_begin_again(
    struct page *p, struct http_req *req, const char *title, int seconds);
/* Between the head and the body of a page of one's own; see page_begin(). */
void page_head(struct page *p, struct http_req *req, const char *title);
void page_body(struct page *p, const char *title);
/* Ends what was begun, and replies. */
void page_end(struct page *p, int status);
/* Shows an error; what http_app.error_page is. */
void page_error(
    struct http_req *req, enum err_code code, int status, const char *message);

/* Lead to a path of ours (303), where the note is said once. */
void page_redirect(struct http_req *req, const char *path, enum note note);
/* A path of this site out of what a client sent, for ?next=: "/" when it is
 * none. */
const char *page_next(struct arena *a, struct str wanted);

/* The same by a page, at once and by a link: for where the way after a form may
 * lead on to another site, which form-action would stop. */
void page_go_on(struct http_req *req, const char *path);
/* An error's message as a sentence of its own. */
const char *page_sentence(struct arena *a, struct str message);

/* Whose account the page is about, and the person of it. */
struct owner page_owner(const struct http_req *req);
NODISCARD int page_find_user(
    struct http_req *req, struct user *out, struct err *e);
/* The local day of an athlete, now. */
int32_t page_day_of(const struct athlete *a);
/* An instant in the person's time zone. */
void page_instant(struct page *p, int64_t us);
int32_t page_today(const struct page *p);
/* Where this server is reached, without a slash at the end. */
const char *page_site(struct http_req *req);

/* --- parts --------------------------------------------------------------- */

/* A box with a heading; about NULL: nothing below it. */
void page_section(
    struct page *p, const char *id, const char *title, const char *about);
void page_section_end(struct page *p);
/* The same around a list of n rows, each an li that the caller writes; or the
 * word that there are none. */
void page_rows(struct page *p, const char *id, const char *title,
    const char *about, size_t n);
void page_rows_end(struct page *p);
/* A paragraph in which `this` is code. */
void page_prose(struct page *p, const char *class, const char *text);
/* A line that stands out; TONE_BAD is read out at once. */
void page_notice(struct page *p, enum tone tone, const char *text);
void page_badge(struct page *p, enum tone tone, const char *text);
/* Something to be copied, with a button where there are scripts. */
void page_copyable(
    struct page *p, const char *id, const char *label, const char *text);
/* A table, to be filled with rows; heads end with NULL, and one that begins
 * with
 * '-' is not seen. */
void page_table(struct page *p, const char *const *heads);
/* The same of a few short columns, which stay side by side on a telephone. */
void page_table_slim(struct page *p, const char *const *heads);
void page_table_end(struct page *p);
/* A number with its name in a <dl class="figures">, and something about it or
 * NULL; value NULL: nothing. */
void page_figure(struct page *p, const char *class, const char *name,
    const char *value, const char *about);
/* Which files what the page shows is read from, and the way to import them. */
void page_origin(struct page *p, const char *text);
/* A link that looks like a button. */
void page_leading(struct page *p, const char *path, const char *label);
/* Links below a list: to its first page, and to the next; NULL: none. */
void page_pages(struct page *p, const char *first_label, const char *first,
    const char *next_label, const char *next);
/* How to connect an assistant, with the address. */
void page_connecting(struct page *p);
/* What a set of scopes allows, in words. */
void page_scopes(struct page *p, uint32_t scopes);

/* --- forms --------------------------------------------------------------- */

/* Read and prove that it comes from a page of ours. */
NODISCARD int page_form_read(
    struct http_req *req, struct form *out, struct err *e);

struct field {
	const char *name; /* its id too, when id is NULL */
	const char *id;
	const char *label;
	const char *type; /* NULL: text */
	const char *hint;
	const char *unit; /* behind the box */
	const char *autocomplete;
	const char *inputmode;
	const char *min, *max, *step;
	size_t max_length; /* 0: 200 */
	bool required;
	bool focus;
	const struct option *options; /* a choice of these */
	size_t options_n;
	/* What the person wrote, and what is wrong with it. */
	const char *value;
	const char *error;
};

struct option {
	const char *value;
	const char *label;
};

/* A form that posts to a path of ours, with what proves it. */
void page_form(struct page *p, const char *class, const char *action);
void page_form_end(struct page *p);
/* Label, box, hint, and the error tied to the box. */
void page_field(struct page *p, const struct field *f);
void page_fields(struct page *p, const struct field *f, size_t n);
void page_checkbox(struct page *p, const char *name, const char *value,
    const char *label, bool on);
void page_hidden(struct page *p, const char *name, const char *value);
void page_button(struct page *p, enum tone tone, const char *label);
/* A button that sends name=value with its form. */
void page_button_saying(struct page *p, enum tone tone, const char *label,
    const char *name, const char *value);
/* A form of one button that sends name=value; about: what it is for, for who
 * does not see what stands beside it. */
void page_action(struct page *p, const char *action, const char *name,
    const char *value, enum tone tone, const char *label, const char *about);

/* Take the values of a form; what is required and missing, or too long, has an
 * error from now on.  How many have one. */
unsigned fields_read(
    struct arena *a, struct field *f, size_t n, const struct form *form);
unsigned fields_wrong(const struct field *f, size_t n);
struct field *fields_find(struct field *f, size_t n, const char *name);
struct str field_str(const struct field *f);

#endif
