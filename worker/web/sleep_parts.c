#include "web/sleep_parts.h"

#include "base/date.h"
#include "model/value.h"
#include "web/number.h"

static const struct stage_about {
	const char *title;
	const char *class;
	enum sleep_number sum; /* SLEEP_NUMBER_COUNT: none */
} stages[SLEEP_STAGE_COUNT] = {
	[SLEEP_AWAKE] = { "awake", "stage awake", SLEEP_awake_s },
	[SLEEP_LIGHT] = { "light", "stage light", SLEEP_light_s },
	[SLEEP_DEEP] = { "deep", "stage deep", SLEEP_deep_s },
	[SLEEP_REM] = { "REM", "stage rem", SLEEP_rem_s },
	[SLEEP_ASLEEP] = { "asleep", "stage asleep", SLEEP_NUMBER_COUNT },
};

const enum sleep_stage_kind sleep_stages_told[SLEEP_STAGES_TOLD] = { SLEEP_DEEP,
	SLEEP_LIGHT, SLEEP_REM, SLEEP_AWAKE };

double
sleep_stage_sum(const struct sleep *s, enum sleep_stage_kind k)
{
	enum sleep_number sum = stages[k].sum;

	return sum < SLEEP_NUMBER_COUNT ? s->v[sum] : VALUE_MISSING;
}

const char *
sleep_stage_title(enum sleep_stage_kind k)
{
	return stages[k].title;
}

const char *
sleep_stage_class(enum sleep_stage_kind k)
{
	return stages[k].class;
}

const char *
sleep_path(struct arena *a, const struct uuid *id)
{
	char text[UUID_TEXT_LEN + 1];

	uuid_format(id, text);
	return arena_printf(a, "/sleep/%s", text);
}

const char *
sleep_span(struct arena *a, double s)
{
	int64_t minutes;

	if (!value_has(s))
		return NULL;
	minutes = llround(s / 60);
	if (minutes < 60)
		return arena_printf(a, "%d min", (int)minutes);
	if (minutes % 60 == 0)
		return arena_printf(a, "%d h", (int)(minutes / 60));
	return arena_printf(
	    a, "%d h %d min", (int)(minutes / 60), (int)(minutes % 60));
}

const char *
sleep_variability(struct arena *a, const struct sleep *s)
{
	double rmssd = s->v[SLEEP_hrv_rmssd_ms], sdnn = s->v[SLEEP_hrv_sdnn_ms];
	const char *text = NULL;

	if (value_has(rmssd))
		text = arena_printf(a, "%.0f ms (RMSSD)", rmssd);
	if (value_has(sdnn))
		text = arena_printf(a, "%s%s%.0f ms (SDNN)",
		    text != NULL ? text : "", text != NULL ? ", " : "", sdnn);
	return text;
}

const char *
sleep_stages_words(struct arena *a, const struct sleep *s)
{
	const char *text = "";

	for (size_t i = 0; i < SLEEP_STAGES_TOLD; i++) {
		double sum = sleep_stage_sum(s, sleep_stages_told[i]);

		if (value_has(sum))
			text = arena_printf(a, "%s%s%s %s", text,
			    text[0] != '\0' ? ", " : "",
			    stages[sleep_stages_told[i]].title,
			    sleep_span(a, sum));
	}
	return text;
}

const char *
sleep_clock(struct arena *a, const struct sleep *s, int64_t us)
{
	int64_t local_us = us + s->utc_offset_s * DATE_US_PER_SECOND;
	int64_t in_day =
	    local_us - date_of_instant(us, s->utc_offset_s) * DATE_US_PER_DAY;
	int minute = (int)(in_day / (60 * DATE_US_PER_SECOND));

	return arena_printf(a, "%02d:%02d", minute / 60, minute % 60);
}

void
sleep_legend(struct page *p)
{
	html_box(&p->h, "ul", "legend");
	for (size_t i = 0; i < SLEEP_STAGES_TOLD; i++)
		html_line(&p->h, "li", stages[sleep_stages_told[i]].class,
		    stages[sleep_stages_told[i]].title);
	html_close(&p->h, "ul");
}
