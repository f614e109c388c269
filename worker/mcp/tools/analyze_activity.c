/* What one activity was: load, intensity, zones, bests, efficiency; and what
 * the data could not tell, with the threshold to set. */

#include "base/date.h"
#include "loop/fiber.h"
#include "mcp/analysis.h"
#include "mcp/loads.h"
#include "mcp/show.h"
#include "sport/hrv.h"
#include "sport/pace.h"

struct work {
	struct analysis_input in;
	struct stored_activity sa;
	struct thresholds thresholds;
	struct analysis result;
	struct hrv hrv; /* of the beats, if there are any */
};

static void
analyze_in_thread(void *arg)
{
	struct work *w = arg;

	const struct beats *b = w->sa.activity.beats;

	analysis_make(&w->in, &w->result);
	if (b != NULL)
		hrv_compute(b->ms, b->n, &w->hrv);
}

static int
analyze(struct mcp_call *call, struct work *w, struct err *e)
{
	struct threshold *list;
	size_t n;

	if (call_activity(call, &w->sa, e) < 0 ||
	    activities_read_streams(call_db(call), call_arena(call),
		call_owner(call), &w->sa.activity, e) < 0 ||
	    activities_read_beats(call_db(call), call_arena(call),
		call_owner(call), &w->sa.activity, e) < 0 ||
	    call_thresholds(call, &list, &n, e) < 0)
		return -1;
	thresholds_on(&w->thresholds, list, n, w->sa.activity.local_day);
	w->in = (struct analysis_input){
		.arena = call_arena(call),
		.activity = &w->sa.activity,
		.thresholds = &w->thresholds,
		.sex = call_athlete(call)->sex,
		.warm_up_s = (size_t)call_int(call, "warm_up_minutes") * 60,
	};
	if (fiber_offload(analyze_in_thread, w, e) < 0)
		return -1;
	w->sa.load.value = w->result.load.value;
	w->sa.load.method = load_method_name(w->result.load.method);
	return 0;
}

/* --- showing ------------------------------------------------------------- */

static void
show_load(struct jsonw *w, const struct activity_load *l)
{
	jsonw_kv_object(w, "load");
	jsonw_kv_fixed_opt(w, "training_load", l->value, 1);
	jsonw_kv_cstr(w, "method", load_method_name(l->method));
	jsonw_kv_cstr(w, "method_title", load_method_title(l->method));
	jsonw_kv_cstr(w, "why", l->why);
	jsonw_kv_cstr_opt(w, "better_with", l->better);
	if (l->method != LOAD_NONE) {
		jsonw_kv_bool(w, "from_samples", l->from_samples);
		jsonw_kv_fixed_opt(
		    w, "intensity_factor", l->intensity_factor, 3);
		jsonw_kv_fixed_opt(w, "rated_duration_s", l->duration_s, 0);
		jsonw_kv_fixed_opt(w, "rated_intensity", l->intensity, 3);
		jsonw_kv_fixed_opt(w, "rated_against", l->threshold, 3);
	}
	jsonw_end_object(w);
}

static void
show_power(struct jsonw *w, const struct analysis *a)
{
	if (a->power.valid_s == 0)
		return;
	jsonw_kv_object(w, "power");
	jsonw_kv_fixed_opt(w, "average_w", a->average_w, 1);
	jsonw_kv_fixed_opt(w, "normalized_w", a->normalized_w, 1);
	jsonw_kv_fixed_opt(w, "xpower_w", a->xpower_w, 1);
	jsonw_kv_fixed_opt(w, "ftp_w", a->ftp_w, 0);
	jsonw_kv_fixed_opt(w, "intensity_factor", a->intensity_factor, 3);
	jsonw_kv_fixed_opt(w, "variability_index", a->variability_index, 3);
	jsonw_kv_fixed_opt(w, "work_kj", a->work_kj, 1);
	jsonw_end_object(w);
}

static void
show_heart(struct jsonw *w, const struct analysis *a)
{
	if (a->hr.valid_s == 0)
		return;
	jsonw_kv_object(w, "heart_rate");
	jsonw_kv_fixed_opt(w, "average_hr_bpm", a->average_hr_bpm, 1);
	jsonw_kv_fixed_opt(w, "max_hr_bpm", a->max_hr_bpm, 0);
	jsonw_kv_fixed_opt(w, "trimp", a->trimp, 1);
	jsonw_kv_fixed_opt(w, "trimp_edwards", a->trimp_edwards, 1);
	jsonw_end_object(w);
}

/* Of the beats themselves, where a strap gave them. */
static void
show_variability(struct jsonw *w, const struct hrv *h)
{
	double share;

	if (h->beats == 0)
		return;
	share = (double)h->removed / (double)h->beats;
	jsonw_kv_object(w, "hrv");
	jsonw_kv_int(w, "beats", (int64_t)h->beats);
	jsonw_kv_fixed(w, "artefact_percent", 100 * share, 1);
	jsonw_kv_fixed_opt(w, "rmssd_ms", h->rmssd_ms, 1);
	jsonw_kv_fixed_opt(w, "sdnn_ms", h->sdnn_ms, 1);
	jsonw_kv_cstr(w, "quality",
	    share > HRV_POOR_SHARE ? "poor: many artefacts" : "good");
	jsonw_end_object(w);
}

static void
show_pace_of(struct jsonw *w, const char *speed_key, const char *pace_key,
    double speed_mps)
{
	char text[PACE_TEXT];

	if (!value_has(speed_mps))
		return;
	jsonw_kv_fixed(w, speed_key, speed_mps, 3);
	pace_format(pace_s_per_km(speed_mps), text);
	jsonw_kv_cstr(w, pace_key, text);
}

static void
show_pace(struct jsonw *w, const struct analysis *a, const struct summary *s)
{
	if (a->speed.valid_s == 0)
		return;
	jsonw_kv_object(w, "pace");
	show_pace_of(
	    w, "average_speed_mps", "average_min_per_km", s->average_speed_mps);
	show_pace_of(w, "grade_adjusted_speed_mps", "grade_adjusted_min_per_km",
	    a->gap_mps);
	show_pace_of(w, "normalized_graded_speed_mps",
	    "normalized_graded_min_per_km", a->ngp_mps);
	jsonw_end_object(w);
}

static void
show_efficiency(struct jsonw *w, const struct work *work)
{
	const struct analysis *a = &work->result;

	if (a->output == NULL)
		return;
	jsonw_kv_object(w, "efficiency");
	jsonw_kv_cstr(w, "output", a->output);
	jsonw_kv_fixed_opt(w, "efficiency_factor", a->efficiency_factor, 3);
	jsonw_kv_fixed_opt(w, "decoupling_percent", a->decoupling_percent, 2);
	jsonw_kv_int(w, "warm_up_s", (int64_t)work->in.warm_up_s);
	jsonw_end_object(w);
}

static void
show_curve(struct jsonw *w, const char *key, const struct best *list, size_t n,
    int digits)
{
	jsonw_kv_array(w, key);
	for (size_t i = 0; i < n; i++) {
		if (!value_has(list[i].value))
			continue;
		jsonw_object(w);
		jsonw_kv_int(w, "duration_s", list[i].duration_s);
		jsonw_kv_fixed(w, "value", list[i].value, digits);
		jsonw_kv_int(w, "start_s", (int64_t)list[i].start_s);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

static void
show_bests(struct jsonw *w, const struct analysis *a)
{
	struct buf time = BUF_INIT;

	jsonw_kv_object(w, "mean_maximal");
	if (a->n_power_curve > 0)
		show_curve(w, "power_w", a->power_curve, a->n_power_curve, 0);
	if (a->n_hr_curve > 0)
		show_curve(w, "hr_bpm", a->hr_curve, a->n_hr_curve, 0);
	jsonw_end_object(w);
	jsonw_kv_array(w, "best_distances");
	for (size_t i = 0; i < a->n_distances; i++) {
		buf_clear(&time);
		date_format_duration(&time, a->distances[i].time_s);
		jsonw_object(w);
		jsonw_kv_fixed(w, "distance_m", a->distances[i].distance_m, 1);
		jsonw_kv_fixed(w, "time_s", a->distances[i].time_s, 1);
		jsonw_kv_str(w, "time", buf_str(&time));
		jsonw_kv_fixed(w, "start_s", a->distances[i].start_s, 1);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
	buf_free(&time);
}

/* --- what the data could not tell ---------------------------------------- */

static void
note_channel(struct jsonw *w, struct arena *arena, const struct analysis *a,
    const struct series *s, const char *what)
{
	double share = analysis_coverage(a, s);

	if (s->valid_s > 0 && share < 0.9)
		jsonw_cstr(w,
		    arena_printf(arena,
			"%s was recorded in %.0f %% of the moving time only.",
			what, 100 * share));
}

static void
show_quality(struct jsonw *w, struct arena *arena, const struct work *work)
{
	const struct analysis *a = &work->result;
	const struct streams *s = work->sa.activity.streams;

	jsonw_kv_object(w, "data_quality");
	jsonw_kv_int(w, "samples", s != NULL ? (int64_t)s->n : 0);
	jsonw_kv_int(w, "seconds", (int64_t)a->seconds);
	jsonw_kv_int(w, "moving_s", (int64_t)a->moving_s);
	jsonw_kv_int(w, "pauses", (int64_t)a->pauses);
	jsonw_kv_array(w, "notes");
	if (s == NULL || s->n == 0)
		jsonw_cstr(w, "There are no samples, only totals and averages: "
			      "variation within the activity is not seen.");
	note_channel(w, arena, a, &a->power, "Power");
	note_channel(w, arena, a, &a->hr, "Heart rate");
	if (a->hr_dropouts > 0)
		jsonw_cstr(
		    w, arena_printf(arena,
			   "%zu samples of 0 bpm were taken for lost contact.",
			   a->hr_dropouts));
	if (value_has(a->trimp) && work->in.sex == SEX_UNKNOWN)
		jsonw_cstr(w, "TRIMP uses the curve for men, since the sex is "
			      "not set.");
	if (a->output != NULL && !value_has(a->decoupling_percent))
		jsonw_cstr(w, "Too short after the warm-up for decoupling.");
	jsonw_end_array(w);
	jsonw_end_object(w);
}

/* Whether it was missing. */
static bool
hint(struct jsonw *w, struct arena *arena, const struct work *work,
    enum threshold_kind k, const char *what_for)
{
	char day[DATE_TEXT_LEN + 1];

	if (value_has(work->thresholds.of[k].value))
		return false;
	date_format_day(work->sa.activity.local_day, day);
	jsonw_cstr(
	    w, arena_printf(arena, "Set %s from %s or earlier to get %s.",
		   show_threshold_words(k), day, what_for));
	return true;
}

static bool
hint_at_heart(struct jsonw *w, struct arena *arena, const struct work *work)
{
	bool any = false;

	if (work->result.hr.valid_s == 0)
		return false;
	any |= hint(w, arena, work, THRESHOLD_LTHR_BPM,
	    "heart-rate zones by threshold and hrTSS");
	any |= hint(w, arena, work, THRESHOLD_MAX_HR_BPM, "TRIMP and hrTSS");
	any |= hint(w, arena, work, THRESHOLD_REST_HR_BPM, "TRIMP and hrTSS");
	return any;
}

static void
show_hints(struct jsonw *w, struct arena *arena, const struct work *work)
{
	static const char power[] = "intensity factor, TSS and power zones";
	const struct analysis *a = &work->result;
	bool any = false;

	jsonw_kv_array(w, "hints");
	if (a->power.valid_s > 0 && a->family == FAMILY_RIDE)
		any |= hint(w, arena, work, THRESHOLD_FTP_W, power);
	if (a->power.valid_s > 0 && a->family == FAMILY_RUN)
		any |= hint(w, arena, work, THRESHOLD_RUN_FTP_W, power);
	if (a->speed.valid_s > 0 && a->family == FAMILY_RUN)
		any |= hint(w, arena, work, THRESHOLD_RUN_PACE_MPS,
		    "a running load by pace (rTSS)");
	if (a->family == FAMILY_SWIM)
		any |= hint(w, arena, work, THRESHOLD_CSS_MPS,
		    "a swimming load (sTSS)");
	any |= hint_at_heart(w, arena, work);
	if (any)
		jsonw_cstr(w, show_threshold_how);
	jsonw_end_array(w);
}

static void
say_analysis(struct mcp_call *call, const struct work *work)
{
	const struct analysis *a = &work->result;

	show_activity_line(&call->text, &work->sa);
	call_text(call, ". ");
	if (a->load.method == LOAD_NONE)
		call_text(call, "No load: ");
	call_text(call, "%s", a->load.why);
	if (value_has(a->normalized_w))
		call_text(call, " Normalized power %.0f W.", a->normalized_w);
	if (value_has(a->average_hr_bpm))
		call_text(
		    call, " Average heart rate %.0f bpm.", a->average_hr_bpm);
	if (value_has(a->decoupling_percent))
		call_text(call, " Decoupling %.1f %%.", a->decoupling_percent);
	if (a->load.better[0] != '\0')
		call_text(call, " %s", a->load.better);
}

static int
analyze_activity_run(struct mcp_call *call, struct err *e)
{
	struct arena *arena = call_arena(call);
	struct work *work = arena_one(arena, struct work);
	const struct analysis *a = &work->result;
	struct jsonw *w = call_out(call);

	if (analyze(call, work, e) < 0)
		return -1;
	say_analysis(call, work);
	jsonw_object(w);
	jsonw_key(w, "activity");
	show_activity(call, w, &work->sa, SHOW_DETAILED);
	show_load(w, &a->load);
	show_power(w, a);
	show_heart(w, a);
	show_variability(w, &work->hrv);
	show_pace(w, a, &work->sa.activity.sum);
	show_efficiency(w, work);
	if (a->hr_zones.reason != NULL)
		show_zones(w, "heart_rate_zones", &a->hr_zones, &a->hr_times);
	if (a->power_zones.reason != NULL)
		show_zones(w, "power_zones", &a->power_zones, &a->power_times);
	show_bests(w, a);
	show_quality(w, arena, work);
	show_hints(w, arena, work);
	jsonw_end_object(w);
	return 0;
}

const struct mcp_tool tool_analyze_activity = {
	.name = "analyze_activity",
	.title = "Analyze an activity",
	.about = "Use for how hard and how good one activity was. Returns "
		 "training load with the method chosen and why, Normalized "
		 "Power, intensity, TRIMP, time in zones, best efforts, pace "
		 "on the level, efficiency and decoupling, data quality, and "
		 "thresholds to set. Cost: 5 KB; reads all samples.",
	.args = {
		ARG_ACTIVITY,
		ARG_INT("warm_up_minutes", 0, 60, "10",
		    "Minutes at the start that decoupling leaves out."),
		{ .name = "provider", .type = MCP_ARG_STR, .min = 1, .max = 40,
		    .old = true,
		    .about = "Taken and ignored: the id suffices." },
		{ .name = "include_weather", .type = MCP_ARG_BOOL, .old = true,
		    .about = "Taken and ignored: no weather is known." },
		{ .name = "include_location", .type = MCP_ARG_BOOL, .old = true,
		    .about = "Taken and ignored: get_activity has places." },
	},
	.result = {
		HAS("activity", "object", NULL),
		HAS("load", "object", NULL),
		MAY("power", "object", "Where power was recorded."),
		MAY("heart_rate", "object", "Where heart rate was recorded."),
		MAY("hrv", "object", NULL),
		MAY("pace", "object", "Of runs and walks."),
		MAY("efficiency", "object",
		    "Output per heart beat, and its drift."),
		MAY("heart_rate_zones", "object", NULL),
		MAY("power_zones", "object", NULL),
		HAS("mean_maximal", "object",
		    "Best mean held for each duration."),
		HAS("best_distances", "array",
		    "Shortest time over each distance."),
		HAS("data_quality", "object", NULL),
		HAS("hints", "array", "Thresholds to set for more."),
	},
	.scope = SCOPE_ACTIVITIES_READ,
	.run = analyze_activity_run,
};
