/* /account: who the person is, as far as formulas and assistants ask. */

#include <math.h>

#include "app.h"
#include "auth/accounts.h"
#include "base/tz.h"
#include "web/number.h"
#include "web/page.h"
#include "web/units.h"
#include "web/web.h"

#define BORN_FIRST (-25567) /* 1900-01-01 */

enum { NAME, TIMEZONE, SEX, BIRTH, HEIGHT, WEIGHT, UNITS, FIELDS };

static const struct option sexes[] = {
	{ "unknown", "Not told" },
	{ "female", "Female" },
	{ "male", "Male" },
};

static const struct option systems[] = {
	{ "metric", "Kilometres, metres, kilograms" },
	{ "imperial", "Miles, feet, pounds" },
};

static const struct field fields[FIELDS] = {
	[NAME] = { .name = "name",
	    .label = "Your name",
	    .autocomplete = "name",
	    .hint = "What assistants call you.",
	    .max_length = ACCOUNT_DISPLAY_MAX },
	[TIMEZONE] = { .name = "timezone",
	    .label = "Time zone",
	    .hint = "Such as Europe/Berlin. It decides on which day an "
		    "activity counts.",
	    .required = true },
	[SEX] = { .name = "sex",
	    .label = "Sex",
	    .options = sexes,
	    .options_n = ARRAY_LEN(sexes),
	    .hint = "Training load by heart rate depends on it." },
	[BIRTH] = { .name = "birth_day",
	    .label = "Day of birth",
	    .type = "date",
	    .autocomplete = "bday" },
	[HEIGHT] = { .name = "height",
	    .label = "Height",
	    .unit = "cm",
	    .inputmode = "decimal" },
	[WEIGHT] = { .name = "weight",
	    .label = "Weight",
	    .unit = "kg",
	    .inputmode = "decimal" },
	[UNITS] = { .name = "units",
	    .label = "Units on these pages",
	    .options = systems,
	    .options_n = ARRAY_LEN(systems),
	    .hint = "Assistants and scripts get metric units." },
};

/* How many of what is written make a metre, and a kilogram. */
static double
inches_or_cm(enum units u)
{
	return u == UNITS_IMPERIAL ? 12 / METRES_A_FOOT : 100;
}

static double
pounds_or_kg(enum units u)
{
	return u == UNITS_IMPERIAL ? 1 / KG_A_POUND : 1;
}

static void
make_fields(struct field *f, enum units u)
{
	memcpy(f, fields, sizeof(fields));
	if (u == UNITS_IMPERIAL) {
		f[HEIGHT].unit = "in";
		f[WEIGHT].unit = "lb";
	}
}

static void
fill(struct arena *a, struct field *f, const struct athlete *who)
{
	make_fields(f, who->units);
	f[NAME].value = who->display_name;
	f[TIMEZONE].value = who->timezone;
	f[SEX].value = sex_name(who->sex);
	f[BIRTH].value =
	    who->birth_day != INT32_MIN ? day_show(a, who->birth_day) : "";
	f[HEIGHT].value =
	    number_show(a, who->height_m * inches_or_cm(who->units), 1);
	f[WEIGHT].value =
	    number_show(a, who->weight_kg * pounds_or_kg(who->units), 1);
	f[UNITS].value = units_name(who->units);
}

static void
show(struct http_req *req, int status, const struct field *f)
{
	struct field shown[FIELDS];
	struct page p;

	page_begin_account(&p, req, "/account");
	if (f == NULL)
		fill(http_arena(req), shown, &p.user.athlete);
	else
		memcpy(shown, f, sizeof(shown));
	page_section(&p, "profile", "Profile",
	    "What is not given is left out of formulas, not guessed.");
	page_form(&p, NULL, "/account");
	html_box(&p.h, "div", "pair");
	page_fields(&p, shown, FIELDS);
	html_close(&p.h, "div");
	html_box(&p.h, "div", "buttons");
	page_button(&p, TONE_GOOD, "Save");
	html_close(&p.h, "div");
	page_form_end(&p);
	page_section_end(&p);
	html_box(&p.h, "p", "faint");
	html_textf(&p.h, "Username %s", p.user.athlete.username);
	if (p.user.athlete.email[0] != '\0')
		html_textf(&p.h, ", e-mail %s", p.user.athlete.email);
	html_text(&p.h, ".");
	html_close(&p.h, "p");
	page_end(&p, status);
}

void
web_profile(struct http_req *req)
{
	show(req, 200, NULL);
}

/* What stands there as it was shown stays what it is, to the last digit. */
static bool
is_other(struct arena *a, const struct field *f, double v)
{
	return !str_is(field_str(f), number_show(a, v, 1));
}

static void
take(struct arena *a, struct field *f, int32_t today, struct athlete *out)
{
	double per_m = inches_or_cm(out->units);
	double per_kg = pounds_or_kg(out->units);
	double height = out->height_m * per_m;
	double weight = out->weight_kg * per_kg;

	if (f[NAME].error == NULL &&
	    accounts_check_display(field_str(&f[NAME]), NULL) < 0)
		f[NAME].error = "Letters on one line, please.";
	if (f[TIMEZONE].error == NULL &&
	    tz_find(field_str(&f[TIMEZONE]), NULL) == NULL)
		f[TIMEZONE].error =
		    "There is no such zone. Write it like Europe/Berlin.";
	if (!sex_parse(field_str(&f[SEX]), &out->sex))
		f[SEX].error = "Choose one of the list.";
	if (is_other(a, &f[HEIGHT], height) &&
	    number_read(
		a, &f[HEIGHT], ceil(.5 * per_m), floor(2.6 * per_m), &height))
		out->height_m = height / per_m;
	if (is_other(a, &f[WEIGHT], weight) &&
	    number_read(
		a, &f[WEIGHT], ceil(20 * per_kg), floor(400 * per_kg), &weight))
		out->weight_kg = weight / per_kg;
	if (day_read(
		a, &f[BIRTH], BORN_FIRST, today, INT32_MIN, &out->birth_day)) {
		out->display_name = f[NAME].value;
		out->timezone = f[TIMEZONE].value;
	}
	/* What was written was in the units that were in force. */
	out->units = units_parse(field_str(&f[UNITS]));
}

void
web_profile_post(struct http_req *req)
{
	const struct app *app = http_app_state(req);
	struct arena *a = http_arena(req);
	struct origin from = origin_of(req);
	struct field f[FIELDS];
	struct err e = ERR_INIT;
	struct form form;
	struct user u;

	if (page_form_read(req, &form, &e) < 0 ||
	    page_find_user(req, &u, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	make_fields(f, u.athlete.units);
	(void)fields_read(a, f, FIELDS, &form);
	take(a, f, page_day_of(&u.athlete), &u.athlete);
	if (fields_wrong(f, FIELDS) > 0)
		show(req, 422, f);
	else if (accounts_set_profile(app->accounts, a, &from, &u.athlete, &e) <
		 0)
		http_reply_error(req, &e);
	else
		page_redirect(req, "/account", NOTE_PROFILE_SAVED);
}
