#include "web/activity_parts.h"

#include "base/date.h"
#include "model/value.h"
#include "web/units.h"

const char *
activity_path(struct arena *a, const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	return arena_printf(a, "/activities/%s", text);
}

const char *
activity_called(const struct activity *act)
{
	return act->name[0] != '\0' ? act->name : sport_type_title(act->sport);
}

const char *
activity_duration(struct arena *a, double s)
{
	struct buf b = BUF_INIT;
	const char *text = NULL;

	if (value_has(s)) {
		date_format_duration(&b, s);
		text = arena_strndup(a, b.p, b.n);
	}
	buf_free(&b);
	return text;
}

const char *
activity_speed(
    struct arena *a, enum units u, const struct activity *act, double mps)
{
	enum sport_family f = sport_type_family(act->sport);

	return f == FAMILY_RUN || f == FAMILY_WALK ? units_pace(a, u, mps)
						   : units_speed(a, u, mps);
}

static void
show_measure(struct html *h, const char *text)
{
	if (text != NULL)
		html_line(h, "span", NULL, text);
}

const char *
activity_rounded(struct arena *a, double v, const char *unit)
{
	return value_has(v) ? arena_printf(a, "%.0f %s", v, unit) : NULL;
}

static void
show_row(struct page *p, const struct stored_activity *sa)
{
	const struct activity *act = &sa->activity;
	const char *title = sport_type_title(act->sport);
	struct arena *a = http_arena(p->req);
	struct html *h = &p->h;

	html_open(h, "li");
	html_box(h, "span", "sport");
	html_attr(h, "aria-hidden", "true");
	html_text_str(h, str_make(title, MIN(strlen(title), (size_t)2)));
	html_close(h, "span");
	html_box(h, "div", "what");
	html_open(h, "strong");
	html_link(h, activity_path(a, &act->id), activity_called(act));
	html_close(h, "strong");
	html_box(h, "p", NULL);
	html_text(h, title);
	html_text(h, ", ");
	html_instant(h, act->start_us, act->utc_offset_s);
	html_close(h, "p");
	html_close(h, "div");
	html_box(h, "div", "measures");
	show_measure(
	    h, units_distance(a, p->user.athlete.units, act->sum.distance_m));
	show_measure(h, activity_duration(a, act->sum.moving_s));
	show_measure(h, activity_rounded(a, act->sum.average_hr_bpm, "bpm"));
	show_measure(h, activity_rounded(a, act->sum.average_power_w, "W"));
	if (value_has(sa->load.value))
		html_linef(h, "strong", NULL, "load %.0f", sa->load.value);
	html_close(h, "div");
	html_close(h, "li");
}

void
activity_rows(struct page *p, const struct stored_activity *list, size_t n)
{
	html_box(&p->h, "ul", "rows");
	for (size_t i = 0; i < n; i++)
		show_row(p, &list[i]);
	html_close(&p->h, "ul");
}
