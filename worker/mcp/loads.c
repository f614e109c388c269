#include "mcp/loads.h"

#include "app.h"
#include "base/clock.h"
#include "config/conf.h"
#include "loop/fiber.h"
#include "store/activity_days.h"

/* Raise it when a formula changes: all cached loads are stale then. */
#define FORMULAS 1

/* Time constants after which nothing is left of a load: e^-12. */
#define FADED 12

#define BATCH 32
/* Persons of the same turn wait for each other's batches. */
#define TURNS 64

/* FNV-1a, which is the same in every process. */
static uint64_t
mix(uint64_t hash, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		hash = (hash ^ b[i]) * UINT64_C(0x100000001b3);
	return hash;
}

/* Names what the loads are computed from: thresholds, sex, formulas. */
static int64_t
key_of(const struct threshold *list, size_t n, enum sex sex)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	int32_t head[2] = { FORMULAS, (int32_t)sex };

	hash = mix(hash, head, sizeof(head));
	for (size_t i = 0; i < n; i++) {
		int32_t what[2] = { (int32_t)list[i].kind, list[i].day };

		hash = mix(hash, what, sizeof(what));
		hash = mix(hash, &list[i].value, sizeof(list[i].value));
	}
	return (int64_t)(hash >> 1 | 1);
}

/* --- rating -------------------------------------------------------------- */

struct rating {
	struct loads_of of;
	int64_t key;
	size_t computed; /* of the batch, by us */
};

/* What a thread computes; nothing else touches it meanwhile. */
struct job {
	const struct activity *activity;
	struct thresholds thresholds;
	enum sex sex;
	struct activity_load load;
};

static void
rate_in_thread(void *arg)
{
	struct job *job = arg;

	activity_load(job->activity, &job->thresholds, job->sex, &job->load);
}

static int
compute(struct rating *r, struct arena *scratch, struct activity *act,
    struct stored_load *load, struct err *e)
{
	const struct loads_of *of = &r->of;
	struct job job = { .activity = act, .sex = of->sex };

	if (activities_read_streams(of->db, scratch, of->owner, act, e) < 0)
		return -1;
	thresholds_on(
	    &job.thresholds, of->thresholds, of->n_thresholds, act->local_day);
	if (fiber_offload(rate_in_thread, &job, e) < 0)
		return -1;
	load->value = job.load.value;
	load->method = load_method_name(job.load.method);
	load->intensity_factor = job.load.intensity_factor;
	load->key = r->key;
	r->computed++;
	return 0;
}

/* LOAD_METHOD_COUNT: none of that name. */
static int
method_named(const char *name)
{
	int m = 0;

	while (m < LOAD_METHOD_COUNT &&
	       strcmp(name, load_method_name((enum load_method)m)) != 0)
		m++;
	return m;
}

/* What somebody else has rated since the caller looked; its words are to
 * outlive the row. */
static void
take_rated(struct stored_load *load, const struct stored_load *now)
{
	int m = method_named(now->method);

	load->value = now->value;
	load->method =
	    m < LOAD_METHOD_COUNT ? load_method_name((enum load_method)m) : "";
	load->intensity_factor = now->intensity_factor;
	load->key = now->key;
}

/* 1 rated, 0 the activity has gone meanwhile, -1. */
static int
rate_one(struct rating *r, struct arena *scratch, struct stored_load *load,
    struct err *e)
{
	struct stored_activity sa;
	int rc = activities_get(
	    r->of.db, scratch, r->of.owner, &load->activity_id, &sa, e);

	if (rc <= 0)
		return rc;
	if (sa.load.key == r->key)
		take_rated(load, &sa.load);
	else if (compute(r, scratch, &sa.activity, load, e) < 0)
		return -1;
	return 1;
}

/* must_keep: whoever rates goes on from what is stored; else a database that
 * cannot be written now does not keep anybody from reading. */
static int
rate_batch(struct rating *r, struct stored_load *list, size_t n, bool must_keep,
    struct err *e)
{
	struct arena *scratch = arena_new();
	struct err mine = ERR_INIT;
	size_t rated = 0;
	int rc = 0;

	r->computed = 0;
	for (size_t i = 0; i < n && rc >= 0; i++) {
		rc = rate_one(r, scratch, &list[i], e);
		if (rc > 0)
			list[rated++] = list[i];
		arena_reset(scratch);
	}
	if (rc >= 0 && r->computed > 0)
		rc = activities_set_loads(
		    r->of.db, scratch, r->of.owner, list, rated, &mine);
	arena_free(&scratch);
	if (rc >= 0 || mine.code == ERR_NONE)
		return rc < 0 ? -1 : 0;
	if (err_may_pass(&mine) && !must_keep)
		return 0;
	*e = mine;
	return -1;
}

/* Where the calls of one person take turns, so that of many who find the same
 * stale, in this process, one rates it and the others read what it has kept. */
static struct fiber_mutex *
turn_of(const struct owner *o)
{
	static struct fiber_mutex turns[TURNS];

	return &turns[mix(UINT64_C(0xcbf29ce484222325), &o->user_id,
			  sizeof(o->user_id)) %
		      TURNS];
}

static void
rating_begin(struct rating *r, const struct loads_of *of)
{
	r->of = *of;
	r->key = key_of(of->thresholds, of->n_thresholds, of->sex);
}

/* One batch of what is stale by now, and how many there were. */
static int
refresh_batch(
    struct rating *r, struct arena *scratch, size_t *n_r, struct err *e)
{
	const struct loads_of *of = &r->of;
	struct fiber_mutex *turn = turn_of(of->owner);
	struct stored_load *list;
	int rc;

	if (fiber_lock(turn, -1, e) < 0)
		return -1;
	rc = activities_stale(of->db, scratch, of->owner, r->key, INT32_MIN,
	    BATCH, &list, n_r, e);
	if (rc == 0)
		rc = rate_batch(r, list, *n_r, true, e);
	fiber_unlock(turn);
	return rc;
}

int
loads_refresh(const struct loads_of *of, int64_t patience_us, struct err *e)
{
	int64_t start = clock_mono_us();
	struct arena *scratch = arena_new();
	struct rating r;
	size_t n;
	int rc;

	rating_begin(&r, of);
	do {
		arena_reset(scratch);
		rc = refresh_batch(&r, scratch, &n, e);
		if (rc == 0 && n == BATCH && of->rated != NULL)
			rc = of->rated(of->arg, r.key, n, e);
	} while (
	    rc == 0 && n == BATCH && clock_mono_us() - start < patience_us);
	arena_free(&scratch);
	if (rc < 0)
		return -1;
	return n < BATCH;
}

/* Of all activities, so that whoever goes on with what another has begun, as a
 * task's next worker, does not tell of less. */
struct advance {
	struct mcp_call *call;
	int64_t rated, all;
};

static int
count(struct advance *ad, int64_t key, struct err *e)
{
	struct mcp_call *call = ad->call;
	struct activity_sum *list;
	size_t n;

	if (activity_sums(call_db(call), call_arena(call), call_owner(call),
		&list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		ad->all += list[i].activities;
	return activities_rated(call_db(call), call_arena(call),
	    call_owner(call), key, &ad->rated, e);
}

static int
tell(void *arg, int64_t key, size_t n, struct err *e)
{
	struct advance *ad = arg;
	struct mcp_call *call = ad->call;

	ad->rated += (int64_t)n;
	if (ad->all == 0 && count(ad, key, e) < 0)
		return -1;
	return call_progress(call, (double)MIN(ad->rated, ad->all),
	    (double)ad->all, "Training loads are being computed.", e);
}

static int
loads_of_call(struct mcp_call *call, struct loads_of *of, struct err *e)
{
	struct threshold *list;

	*of = (struct loads_of){ .db = call_db(call),
		.owner = call_owner(call),
		.sex = call_athlete(call)->sex };
	if (call_thresholds(call, &list, &of->n_thresholds, e) < 0)
		return -1;
	of->thresholds = list;
	return 0;
}

static int
come_again(struct mcp_call *call)
{
	call_text(call,
	    "The training loads are being computed anew, since the thresholds "
	    "or the activities have changed. Ask again in a moment.");
	return call_refuse(call);
}

/* As long as a request may take; then as a task, where the client takes one. */
int
activity_loads_refresh(struct mcp_call *call, struct err *e)
{
	int64_t start = clock_mono_us(), left_us = LOADS_PATIENCE_US;
	struct advance ad = { .call = call };
	struct loads_of of;
	int rc, task;

	if (loads_of_call(call, &of, e) < 0)
		return -1;
	of.rated = tell;
	of.arg = &ad;
	rc = loads_refresh(
	    &of, MIN(call->rpc->app->conf->mcp_task_after_us, left_us), e);
	while (rc == 0) {
		task = call_become_task(call, e);
		left_us = LOADS_PATIENCE_US - (clock_mono_us() - start);
		if (task < 0)
			return -1;
		if (task == 0 && left_us <= 0)
			return come_again(call);
		rc = loads_refresh(
		    &of, task > 0 ? LOADS_PATIENCE_US : left_us, e);
	}
	return rc < 0 ? -1 : 0;
}

static int
fill(const struct loads_of *of, struct arena *a, struct stored_activity *list,
    size_t n, struct err *e)
{
	struct stored_load *stale = arena_many(a, n, struct stored_load);
	struct fiber_mutex *turn = turn_of(of->owner);
	struct rating r;
	size_t n_stale = 0;
	int rc;

	rating_begin(&r, of);
	for (size_t i = 0; i < n; i++) {
		if (list[i].load.key != r.key) {
			stale[n_stale] = list[i].load;
			stale[n_stale++].activity_id = list[i].activity.id;
		}
	}
	if (n_stale == 0)
		return 0;
	if (fiber_lock(turn, -1, e) < 0)
		return -1;
	rc = rate_batch(&r, stale, n_stale, false, e);
	fiber_unlock(turn);
	if (rc < 0)
		return -1;
	for (size_t i = 0, k = 0; i < n && k < n_stale; i++) {
		if (uuid_eq(&list[i].activity.id, &stale[k].activity_id))
			list[i].load = stale[k++];
	}
	return 0;
}

int
activity_loads_fill(struct mcp_call *call, struct stored_activity *list,
    size_t n, struct err *e)
{
	struct loads_of of;

	if (loads_of_call(call, &of, e) < 0)
		return -1;
	return fill(&of, call_arena(call), list, n, e);
}

int
activity_load_fill(
    struct mcp_call *call, struct whole_activity *whole, struct err *e)
{
	const struct loads_of of = { .db = call_db(call),
		.owner = call_owner(call),
		.sex = whole->sex,
		.thresholds = whole->thresholds,
		.n_thresholds = whole->n_thresholds };

	return fill(&of, call_arena(call), &whole->stored, 1, e);
}

/* --- reading ------------------------------------------------------------- */

static void
count_method(struct activity_loads *out, const struct activity_sum *sum)
{
	int m = method_named(sum->method);

	if (m < LOAD_METHOD_COUNT)
		out->by_method[m] += sum->activities;
}

static int
count_all(struct mcp_call *call, const char *provider,
    struct activity_loads *out, struct err *e)
{
	struct activity_sum *list;
	size_t n;

	if (activity_sums(call_db(call), call_arena(call), call_owner(call),
		&list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (provider != NULL && strcmp(list[i].provider, provider) != 0)
			continue;
		out->activities += list[i].activities;
		out->without_load += list[i].activities - list[i].loads;
		count_method(out, &list[i]);
	}
	return 0;
}

static void
take(struct activity_loads *out, const struct day_loads *day, int32_t today)
{
	double load = day->loads > 0 ? day->load : VALUE_MISSING;

	out->list[out->n++] = (struct pmc_load){ day->day, load };
	if (day->day > today) {
		out->after_today += day->activities;
		out->without_load -= day->activities - day->loads;
	}
}

int32_t
loads_first_needed(int32_t today, int32_t days)
{
	struct pmc_settings s = PMC_DEFAULTS;

	return today - MAX(days, PMC_SETTLE_DAYS) -
	       (int32_t)(FADED * s.ctl_days);
}

int
activity_loads_of(struct mcp_call *call, const char *provider, int32_t days,
    struct activity_loads *out, struct err *e)
{
	struct db *db = call_db(call);
	struct arena *a = call_arena(call);
	const struct owner *o = call_owner(call);
	struct day_loads *list;
	size_t n;

	*out = (struct activity_loads){ .first_day = INT32_MAX };
	if (activity_loads_refresh(call, e) < 0 ||
	    count_all(call, provider, out, e) < 0 ||
	    activity_days_first(db, a, o, provider, &out->first_day, e) < 0 ||
	    activity_days_loads(db, a, o,
		loads_first_needed(call_today(call), days), provider, &list, &n,
		e) < 0)
		return -1;
	out->list = arena_many(a, n, struct pmc_load);
	for (size_t i = 0; i < n; i++)
		take(out, &list[i], call_today(call));
	return 0;
}

int
activity_say_sources(struct mcp_call *call, struct err *e)
{
	const char *wanted = call_str(call, "provider");
	const char **list;
	size_t n;

	if (wanted == NULL)
		return 0;
	if (activities_providers(call_db(call), call_arena(call),
		call_owner(call), &list, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], wanted) == 0)
			return 0;
	}
	call_text(call, " No activity is of the source \"%s\"", wanted);
	for (size_t i = 0; i < n; i++)
		call_text(call, "%s%s", i == 0 ? "; there are some of " : ", ",
		    list[i]);
	call_text(call, ".");
	return 0;
}
