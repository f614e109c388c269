/* /api/sleep and /api/measurements: what is known of a range of days. */

#include "app.h"
#include "auth/who.h"
#include "base/clock.h"
#include "base/date.h"
#include "http/http.h"
#include "rest/activities.h"
#include "rest/rest.h"
#include "store/dailies.h"
#include "store/sleeps.h"

#define DAYS_DEFAULT 31
#define DAYS_MAX     366

struct days {
	int32_t from, to;
};

/* From `from` to `to`, which is today when it is not given; tomorrow of UTC
 * counts as today, since it is that somewhere. */
static int
query_days(struct http_req *req, struct days *d, struct err *e)
{
	d->to = date_of_instant(clock_wall_us() + DATE_US_PER_DAY, 0);
	if (rest_query_day(req, "to", &d->to, e) < 0)
		return -1;
	d->from = d->to - DAYS_DEFAULT;
	if (rest_query_day(req, "from", &d->from, e) < 0 ||
	    http_query_end(req, e) < 0)
		return -1;
	if (d->from > d->to || (int64_t)d->to - d->from > DAYS_MAX)
		return err_set(e, ERR_INVALID,
		    "from: a day that is not after to, and at most %d before",
		    DAYS_MAX);
	return 0;
}

/* An answer of one list, which the caller fills. */
static void
begin_list(struct http_req *req, struct jsonw *w, const char *name)
{
	jsonw_init(w, http_out(req));
	jsonw_object(w);
	jsonw_kv_array(w, name);
}

static void
end_list(struct http_req *req, struct jsonw *w)
{
	jsonw_end_array(w);
	jsonw_end_object(w);
	jsonw_done(w);
	http_reply(req, 200, REST_JSON);
}

static int
reply_sleep(struct http_req *req, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = rest_owner(req);
	struct sleep *list;
	struct days d;
	struct jsonw w;
	size_t n;

	if (query_days(req, &d, e) < 0 ||
	    sleeps_range(app->db, http_arena(req), &o, d.from, d.to, SLEEPS_MAX,
		&list, &n, e) < 0)
		return -1;
	begin_list(req, &w, "sleeps");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(&w);
		sleep_json(&w, &list[i], true);
		jsonw_end_object(&w);
	}
	end_list(req, &w);
	return 0;
}

void
rest_sleep(struct http_req *req)
{
	struct err e = ERR_INIT;

	if (reply_sleep(req, &e) < 0)
		http_reply_error(req, &e);
}

/* Sleep has a scope of its own. */
static bool
may_show(const struct http_req *req, enum daily_kind kind)
{
	return !str_starts(str_of(daily_name(kind)), STR("sleep_")) ||
	       (http_who(req)->scopes & SCOPE_SLEEP_READ) != 0;
}

static void
show_measurement(struct jsonw *w, const struct daily *d)
{
	jsonw_object(w);
	jsonw_kv_day(w, "date", d->day);
	jsonw_kv_cstr(w, "kind", daily_name(d->kind));
	jsonw_kv_fixed_opt(w, "value", d->value, 3);
	if (value_is_restricted(d->value))
		jsonw_kv_bool(w, "restricted", true);
	jsonw_kv_cstr_opt(w, "source", d->source);
	jsonw_end_object(w);
}

static int
query_kind(struct http_req *req, uint32_t *kinds, struct err *e)
{
	enum daily_kind kind;
	struct str text;
	int rc = http_query_get(req, "kind", &text, e);

	*kinds = DAILIES_ALL;
	if (rc <= 0)
		return rc;
	if (!daily_parse(text, &kind))
		return err_set(e, ERR_INVALID, "kind: there is no %.*s",
		    (int)MIN(text.n, (size_t)40), text.p);
	*kinds = UINT32_C(1) << kind;
	return 0;
}

static int
reply_measurements(struct http_req *req, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct owner o = rest_owner(req);
	struct daily *list;
	struct days d;
	struct jsonw w;
	uint32_t kinds;
	size_t n;

	if (query_kind(req, &kinds, e) < 0 || query_days(req, &d, e) < 0 ||
	    dailies_range(app->db, http_arena(req), &o, kinds, d.from, d.to,
		&list, &n, e) < 0)
		return -1;
	begin_list(req, &w, "measurements");
	for (size_t i = 0; i < n; i++)
		if (may_show(req, list[i].kind))
			show_measurement(&w, &list[i]);
	end_list(req, &w);
	return 0;
}

void
rest_measurements(struct http_req *req)
{
	struct err e = ERR_INIT;

	if (reply_measurements(req, &e) < 0)
		http_reply_error(req, &e);
}
