/* The laps of an activity, as a table of its page. */

#include "model/value.h"
#include "web/activity_parts.h"
#include "web/units.h"

#define LAPS_SHOWN 100

static void
show_cell(struct html *h, const char *text)
{
	html_line(h, "td", "nums", text != NULL ? text : "");
}

/* What is there of two texts, with a comma between. */
static const char *
both(struct arena *a, const char *text, const char *more)
{
	if (more == NULL || more[0] == '\0')
		return text;
	return text[0] == '\0' ? more : arena_printf(a, "%s, %s", text, more);
}

/* "10 x 60 kg", "10 x", or NULL. */
static const char *
counts_of(struct arena *a, enum units u, const struct lap_what *what)
{
	bool imperial = u == UNITS_IMPERIAL;

	if (what->weight_kg > 0)
		return arena_printf(a, "%d x %.4g %s",
		    MAX(what->repetitions, 1),
		    what->weight_kg / (imperial ? KG_A_POUND : 1),
		    imperial ? "lb" : "kg");
	return what->repetitions > 0
		   ? arena_printf(a, "%d x", what->repetitions)
		   : NULL;
}

/* "Warm up", "Bench press, 10 x 60 kg", "Interval, 250-270 W"; "" unknown. */
static const char *
what_of(struct arena *a, enum units u, const struct lap_what *what)
{
	static const char *const kinds[LAP_KIND_COUNT] = { "", "Active", "Rest",
		"Warm up", "Cool down", "Recovery", "Interval" };
	bool named = what->name != NULL && what->name[0] != '\0';

	return both(a,
	    both(a, named ? what->name : kinds[what->kind], what->target),
	    counts_of(a, u, what));
}

static bool
is_any_told(struct arena *a, const struct activity *act)
{
	for (size_t i = 0; i < act->n_laps; i++)
		if (what_of(a, UNITS_METRIC, &act->laps[i].what)[0] != '\0')
			return true;
	return false;
}

/* A rest takes time too, of which none is spent moving. */
static double
time_of_lap(const struct lap *lap)
{
	return lap->what.kind == LAP_REST ? lap->sum.elapsed_s
					  : lap->sum.moving_s;
}

static void
show_lap(struct page *p, const struct activity *act, size_t i, bool what)
{
	enum units u = p->user.athlete.units;
	struct arena *a = http_arena(p->req);
	const struct summary *s = &act->laps[i].sum;
	struct html *h = &p->h;

	html_open(h, "tr");
	show_cell(h, arena_printf(a, "%zu", i + 1));
	if (what)
		html_line(h, "td", NULL, what_of(a, u, &act->laps[i].what));
	show_cell(h, units_distance(a, u, s->distance_m));
	show_cell(h, activity_duration(a, time_of_lap(&act->laps[i])));
	show_cell(h, activity_speed(a, u, act, s->average_speed_mps));
	show_cell(h, activity_rounded(a, s->average_hr_bpm, "bpm"));
	show_cell(h, activity_rounded(a, s->average_power_w, "W"));
	html_close(h, "tr");
}

void
activity_laps(struct page *p, const struct activity *act)
{
	static const char *const heads[] = { "Lap", "Distance", "Time", "Speed",
		"Heart rate", "Power", NULL };
	static const char *const heads_what[] = { "Lap", "What", "Distance",
		"Time", "Speed", "Heart rate", "Power", NULL };
	bool what = is_any_told(http_arena(p->req), act);

	if (act->n_laps < 2)
		return;
	page_section(p, "laps", "Laps", NULL);
	page_table(p, what ? heads_what : heads);
	for (size_t i = 0; i < MIN(act->n_laps, (size_t)LAPS_SHOWN); i++)
		show_lap(p, act, i, what);
	page_table_end(p);
	page_section_end(p);
}
