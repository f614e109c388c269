/* Forms: their fields as seen, and as they come back. */

#include "app.h"
#include "web/page.h"

#define LENGTH_MAX 200

int
page_form_read(struct http_req *req, struct form *out, struct err *e)
{
	const struct app *app = http_app_state(req);

	if (form_read(req, out, e) < 0)
		return -1;
	return csrf_check(app->csrf, req, form_str(out, CSRF_FIELD), e);
}

/* --- what comes back ----------------------------------------------------- */

static size_t
max_length(const struct field *f)
{
	return f->max_length != 0 ? f->max_length : LENGTH_MAX;
}

static bool
is_option(const struct field *f, struct str value)
{
	for (size_t i = 0; i < f->options_n; i++)
		if (str_is(value, f->options[i].value))
			return true;
	return f->options_n == 0;
}

static void
read_field(struct arena *a, struct field *f, const struct form *form)
{
	struct str value = form_str(form, f->name);
	bool is_secret = f->type != NULL && strcmp(f->type, "password") == 0;

	if (!is_secret)
		value = str_trim(value);
	f->value = arena_strndup(a, value.p, value.n);
	if (value.n == 0 && f->required)
		f->error = str_ends(str_of(f->label), STR("?"))
			       ? "This is needed."
			       : arena_printf(a, "%s is needed.", f->label);
	else if (value.n > max_length(f))
		f->error = arena_printf(
		    a, "At most %zu letters, please.", max_length(f));
	else if (value.n > 0 && !is_option(f, value))
		f->error = "Choose one of the list.";
}

unsigned
fields_read(struct arena *a, struct field *f, size_t n, const struct form *form)
{
	for (size_t i = 0; i < n; i++)
		read_field(a, &f[i], form);
	return fields_wrong(f, n);
}

unsigned
fields_wrong(const struct field *f, size_t n)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < n; i++)
		wrong += f[i].error != NULL;
	return wrong;
}

struct field *
fields_find(struct field *f, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(f[i].name, name) == 0)
			return &f[i];
	return NULL;
}

struct str
field_str(const struct field *f)
{
	return str_of(f->value != NULL ? f->value : "");
}

/* --- what is seen -------------------------------------------------------- */

void
page_hidden(struct page *p, const char *name, const char *value)
{
	html_open(&p->h, "input");
	html_attr(&p->h, "type", "hidden");
	html_attr(&p->h, "name", name);
	html_attr(&p->h, "value", value);
}

void
page_form(struct page *p, const char *class, const char *action)
{
	if (p->csrf[0] == '\0')
		csrf_token(p->app->csrf, p->req, p->csrf);
	html_box(&p->h, "form", class);
	html_attr(&p->h, "method", "post");
	html_attr(&p->h, "action", action);
	/* The server says what is wrong, in the same words for everybody. */
	html_flag(&p->h, "novalidate", true);
	page_hidden(p, CSRF_FIELD, p->csrf);
}

void
page_form_end(struct page *p)
{
	html_close(&p->h, "form");
}

static const char *
id_of(const struct field *f)
{
	return f->id != NULL ? f->id : f->name;
}

/* What explains the box, for who hears it. */
static void
describe(struct html *h, const struct field *f)
{
	const char *id = id_of(f);

	if (f->error != NULL && f->hint != NULL)
		html_attrf(h, "aria-describedby", "%s-error %s-hint", id, id);
	else if (f->error != NULL)
		html_attrf(h, "aria-describedby", "%s-error", id);
	else if (f->hint != NULL)
		html_attrf(h, "aria-describedby", "%s-hint", id);
	if (f->error != NULL)
		html_attr(h, "aria-invalid", "true");
	html_flag(h, "required", f->required);
	html_flag(h, "autofocus", f->focus);
}

static void
show_choice(struct html *h, const struct field *f)
{
	html_open(h, "select");
	html_attr(h, "id", id_of(f));
	html_attr(h, "name", f->name);
	describe(h, f);
	for (size_t i = 0; i < f->options_n; i++) {
		html_open(h, "option");
		html_attr(h, "value", f->options[i].value);
		html_flag(h, "selected",
		    f->value != NULL &&
			strcmp(f->value, f->options[i].value) == 0);
		html_text(h, f->options[i].label);
		html_close(h, "option");
	}
	html_close(h, "select");
}

static void
show_box(struct html *h, const struct field *f)
{
	const char *type = f->type != NULL ? f->type : "text";
	bool is_secret = strcmp(type, "password") == 0;

	html_open(h, "input");
	html_attr(h, "id", id_of(f));
	html_attr(h, "name", f->name);
	html_attr(h, "type", type);
	html_attr(h, "value", is_secret ? NULL : f->value);
	html_attr(h, "autocomplete", f->autocomplete);
	html_attr(h, "inputmode", f->inputmode);
	html_attr(h, "min", f->min);
	html_attr(h, "max", f->max);
	html_attr(h, "step", f->step);
	describe(h, f);
}

void
page_field(struct page *p, const struct field *f)
{
	struct html *h = &p->h;

	html_box(h, "div", f->error != NULL ? "field wrong" : "field");
	html_open(h, "label");
	html_attr(h, "for", id_of(f));
	html_text(h, f->label);
	html_close(h, "label");
	if (f->unit != NULL)
		html_box(h, "div", "with-unit");
	if (f->options_n > 0)
		show_choice(h, f);
	else
		show_box(h, f);
	if (f->unit != NULL) {
		html_line(h, "span", "unit", f->unit);
		html_close(h, "div");
	}
	if (f->error != NULL) {
		html_box(h, "p", "error");
		html_attrf(h, "id", "%s-error", id_of(f));
		html_text(h, f->error);
		html_close(h, "p");
	}
	if (f->hint != NULL) {
		html_box(h, "p", "hint");
		html_attrf(h, "id", "%s-hint", id_of(f));
		html_text(h, f->hint);
		html_close(h, "p");
	}
	html_close(h, "div");
}

/* The first that is wrong is where the person goes on. */
void
page_fields(struct page *p, const struct field *f, size_t n)
{
	struct field shown;
	bool found = false;

	for (size_t i = 0; i < n; i++) {
		shown = f[i];
		if (fields_wrong(f, n) > 0)
			shown.focus = f[i].error != NULL && !found;
		found |= shown.focus;
		page_field(p, &shown);
	}
}

void
page_checkbox(struct page *p, const char *name, const char *value,
    const char *label, bool on)
{
	struct html *h = &p->h;

	html_box(h, "label", "check");
	html_open(h, "input");
	html_attr(h, "type", "checkbox");
	html_attr(h, "name", name);
	html_attr(h, "value", value);
	html_flag(h, "checked", on);
	html_line(h, "span", NULL, label);
	html_close(h, "label");
}

static const char *
button_class(enum tone tone)
{
	switch (tone) {
	case TONE_GOOD:
		return NULL;
	case TONE_BAD:
		return "danger";
	case TONE_PLAIN:
	case TONE_WARN:
		break;
	}
	return "second";
}

void
page_button_saying(struct page *p, enum tone tone, const char *label,
    const char *name, const char *value)
{
	html_box(&p->h, "button", button_class(tone));
	html_attr(&p->h, "type", "submit");
	html_attr(&p->h, "name", name);
	html_attr(&p->h, "value", value);
	html_text(&p->h, label);
	html_close(&p->h, "button");
}

void
page_button(struct page *p, enum tone tone, const char *label)
{
	page_button_saying(p, tone, label, NULL, NULL);
}

void
page_action(struct page *p, const char *action, const char *name,
    const char *value, enum tone tone, const char *label, const char *about)
{
	struct html *h = &p->h;

	page_form(p, "action", action);
	page_hidden(p, name, value);
	html_open(h, "button");
	html_attr(h, "type", "submit");
	html_attrf(h, "class", "small %s",
	    button_class(tone) != NULL ? button_class(tone) : "");
	html_text(h, label);
	if (about != NULL) {
		html_open(h, "span");
		html_attr(h, "class", "unseen");
		html_textf(h, " %s", about);
		html_close(h, "span");
	}
	html_close(h, "button");
	page_form_end(p);
}
