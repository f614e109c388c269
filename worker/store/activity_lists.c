/* Activities: listings, totals and loads. */

#include "base/date.h"
#include "base/enc.h"
#include "store/activity_days.h"
#include "store/activity_rows.h"
#include "store/driver.h"
#include "store/recordings.h"

/* The largest difference of a local day's borders from UTC's, and a little. */
#define ZONE_MARGIN_US (INT64_C(26) * 3600 * 1000000)
#define DAY_LIMIT      10000000 /* keeps instants within their type */

void
activity_filter_init(struct activity_filter *f)
{
	*f = (struct activity_filter){
		.from_us = INT64_MIN,
		.to_us = INT64_MAX,
		.from_day = INT32_MIN,
		.to_day = INT32_MAX,
		.sport = -1,
		.limit = 100,
		.after_us = INT64_MAX,
	};
}

struct position {
	int64_t start_us;
	struct uuid id;
};

const char *
activities_cursor(struct arena *a, const struct activity *last)
{
	struct position p = { last->start_us, last->id };
	struct buf text = BUF_INIT;
	const char *cursor;

	enc_base64url(&text, &p, sizeof(p));
	cursor = arena_strndup(a, text.p, text.n);
	buf_free(&text);
	return cursor;
}

int
activities_cursor_read(
    struct str text, struct activity_filter *f, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct position p;
	int rc = 0;

	if (dec_base64url(&bytes, text) && bytes.n == sizeof(p)) {
		memcpy(&p, bytes.p, sizeof(p));
		f->after_us = p.start_us;
		f->after_id = p.id;
	} else {
		rc = err_set(e, ERR_INVALID,
		    "cursor must be a next_cursor of an earlier answer");
	}
	buf_free(&bytes);
	return rc;
}

static int64_t
day_start_us(int32_t day)
{
	return MAX(MIN(day, DAY_LIMIT), -DAY_LIMIT) * DATE_US_PER_DAY;
}

/* Parameters 1 to 8.  The index is by instant, so days and the cursor narrow
 * the instants too. */
static void
bind_filter(struct db_query *q, const struct owner *o,
    const struct activity_filter *f, int64_t before_us)
{
	int64_t from_us = f->from_us;
	int64_t to_us = MIN(f->to_us, before_us);

	if (f->from_day != INT32_MIN)
		from_us =
		    MAX(from_us, day_start_us(f->from_day) - ZONE_MARGIN_US);
	if (f->to_day != INT32_MAX)
		to_us = MIN(to_us,
		    day_start_us(f->to_day) + DATE_US_PER_DAY + ZONE_MARGIN_US);
	owner_bind(q, o);
	db_bind_time(q, 3, from_us);
	db_bind_time(q, 4, to_us);
	db_bind_day(q, 5, f->from_day);
	db_bind_day(q, 6, f->to_day);
	db_bind_text(q, 7,
	    f->sport >= 0 ? sport_type_name((enum sport_type)f->sport) : "");
	db_bind_text(q, 8, f->provider != NULL ? f->provider : "");
}

int
activities_list(struct db *db, struct arena *a, const struct owner *o,
    const struct activity_filter *f, struct stored_activity **list_r,
    size_t *n_r, struct err *e)
{
	bool first = f->after_us == INT64_MAX;
	struct db_query q;

	db_query_init(&q, db, a, Q_activity_list);
	bind_filter(&q, o, f, first ? INT64_MAX : f->after_us + 1);
	db_bind_time(&q, 9, f->after_us);
	db_bind_uuid(&q, 10, &f->after_id);
	db_bind_int(&q, 11, MIN(f->limit, ACTIVITIES_MAX_PAGE));
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, struct stored_activity);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		stored_activity_read(&q, &(*list_r)[i]);
	return 0;
}

static void
pass_page(struct activity_filter *f, const struct stored_activity *page,
    size_t n, void (*fn)(void *arg, const struct stored_activity *sa),
    void *arg)
{
	for (size_t i = 0; i < n && fn != NULL; i++)
		fn(arg, &page[i]);
	if (n == 0)
		return;
	f->after_us = page[n - 1].activity.start_us;
	f->after_id = page[n - 1].activity.id;
}

int
activities_each(struct db *db, const struct owner *o, struct activity_filter *f,
    int64_t max, void (*fn)(void *arg, const struct stored_activity *sa),
    void *arg, struct err *e)
{
	struct arena *scratch = arena_new();
	unsigned limit = f->limit;
	struct stored_activity *page;
	bool more = max > 0;
	size_t n;
	int rc = 0;

	while (more) {
		f->limit = (unsigned)MIN(max, ACTIVITIES_MAX_PAGE);
		rc = activities_list(db, scratch, o, f, &page, &n, e);
		more = rc == 0 && n == f->limit;
		if (rc == 0) {
			pass_page(f, page, n, fn, arg);
			max -= (int64_t)n;
		}
		more = more && max > 0;
		arena_reset(scratch);
	}
	f->limit = limit;
	arena_free(&scratch);
	return rc;
}

int
activities_count(struct db *db, struct arena *a, const struct owner *o,
    const struct activity_filter *f, int64_t *n_r, struct err *e)
{
	struct db_query q;

	int rc = 0;

	if (f->from_us == INT64_MIN && f->to_us == INT64_MAX)
		rc = activity_days_count(db, a, o, f, n_r, e);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	db_query_init(&q, db, a, Q_activity_count);
	bind_filter(&q, o, f, INT64_MAX);
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = db_next(&q) ? db_get_int(&q, 0) : 0;
	return 0;
}

int
activities_providers(struct db *db, struct arena *a, const struct owner *o,
    const char ***list_r, size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_activity_providers);
	owner_bind(&q, o);
	if (db_run(&q, e) < 0)
		return -1;
	*list_r = arena_many(a, q.n_rows, const char *);
	*n_r = q.n_rows;
	for (size_t i = 0; db_next(&q); i++)
		(*list_r)[i] = db_get_text(&q, 0);
	return 0;
}

static int
read_loads(
    struct db_query *q, struct stored_load **list_r, size_t *n_r, struct err *e)
{
	if (db_run(q, e) < 0)
		return -1;
	*list_r = arena_many(q->arena, q->n_rows, struct stored_load);
	*n_r = q->n_rows;
	for (size_t i = 0; db_next(q); i++) {
		(*list_r)[i] = (struct stored_load){
			.activity_id = db_get_uuid(q, 0),
			.local_day = db_get_day(q, 1),
			.value = db_get_float(q, 2),
			.method = db_get_text(q, 3),
			.intensity_factor = db_get_float(q, 4),
			.key = db_get_int(q, 5),
		};
	}
	return 0;
}

struct stale {
	int64_t key;
	int32_t from_day;
	unsigned limit;
};

static int
read_stale(struct db *db, struct arena *a, const struct owner *o,
    enum query_id half, const struct stale *s, struct stored_load **list_r,
    size_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, half);
	owner_bind(&q, o);
	db_bind_int(&q, 3, s->key);
	db_bind_day(&q, 4, s->from_day);
	db_bind_int(&q, 5, s->limit);
	return read_loads(&q, list_r, n_r, e);
}

int
activities_stale(struct db *db, struct arena *a, const struct owner *o,
    int64_t key, int32_t from_day, unsigned limit, struct stored_load **list_r,
    size_t *n_r, struct err *e)
{
	struct stale s = { key, from_day, limit };
	struct stored_load *below, *above;
	size_t n_below, n_above = 0;

	if (read_stale(db, a, o, Q_load_stale_below, &s, &below, &n_below, e) <
	    0)
		return -1;
	s.limit = limit - (unsigned)n_below;
	if (s.limit > 0 && read_stale(db, a, o, Q_load_stale_above, &s, &above,
			       &n_above, e) < 0)
		return -1;
	*list_r = arena_many(a, n_below + n_above, struct stored_load);
	*n_r = n_below + n_above;
	if (n_below > 0)
		memcpy(*list_r, below, n_below * sizeof(*below));
	if (n_above > 0)
		memcpy(*list_r + n_below, above, n_above * sizeof(*above));
	return 0;
}

int
activities_rated(struct db *db, struct arena *a, const struct owner *o,
    int64_t key, int64_t *n_r, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_loads_rated);
	owner_bind(&q, o);
	db_bind_int(&q, 3, key);
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = db_next(&q) ? db_get_int(&q, 0) : 0;
	return 0;
}

struct load_batch {
	struct arena *arena;
	const struct owner *owner;
	const struct stored_load *list;
	size_t n;
};

/* Each day of the batch once; they come in order, as good as always. */
static int
refresh_days(struct db *tx, const struct load_batch *b, struct err *e)
{
	for (size_t i = 0; i < b->n; i++) {
		int32_t day = b->list[i].local_day;

		if ((i == 0 || b->list[i - 1].local_day != day) &&
		    activity_days_refresh(tx, b->arena, b->owner, day, e) < 0)
			return -1;
	}
	return 0;
}

/* Whether it still has another key: 0 when somebody else has computed the same
 * meanwhile, or the activity has gone. */
static int
needs_load(struct db *tx, const struct load_batch *b,
    const struct stored_load *load, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, b->arena, Q_load_key);
	owner_bind(&q, b->owner);
	db_bind_uuid(&q, 3, &load->activity_id);
	if (db_run(&q, e) < 0)
		return -1;
	return db_next(&q) && db_get_int(&q, 0) != load->key;
}

static int
set_load(struct db *tx, const struct load_batch *b,
    const struct stored_load *load, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, b->arena, Q_load_set);
	owner_bind(&q, b->owner);
	db_bind_uuid(&q, 3, &load->activity_id);
	db_bind_float(&q, 4, load->value);
	db_bind_text(&q, 5, load->method);
	db_bind_float(&q, 6, load->intensity_factor);
	db_bind_int(&q, 7, load->key);
	if (activity_sums_subtract(
		tx, b->arena, b->owner, &load->activity_id, e) < 0 ||
	    db_run(&q, e) < 0)
		return -1;
	return activity_sums_add(tx, b->arena, b->owner, &load->activity_id, e);
}

/* Of many who find the same loads stale at once, the first writes them, and the
 * others see that when their turn comes. */
static int
set_loads(struct db *tx, void *arg, struct err *e)
{
	const struct load_batch *all = arg;
	struct load_batch mine = *all;
	struct stored_load *list =
	    arena_many(all->arena, all->n, struct stored_load);

	mine.list = list;
	mine.n = 0;
	if (recordings_lock(tx, all->arena, all->owner, e) < 0)
		return -1;
	for (size_t i = 0; i < all->n; i++) {
		int rc = needs_load(tx, all, &all->list[i], e);

		if (rc < 0 ||
		    (rc > 0 && set_load(tx, all, &all->list[i], e) < 0))
			return -1;
		if (rc > 0)
			list[mine.n++] = all->list[i];
	}
	return refresh_days(tx, &mine, e);
}

int
activities_set_loads(struct db *db, struct arena *a, const struct owner *o,
    const struct stored_load *list, size_t n, struct err *e)
{
	struct load_batch b = { a, o, list, n };

	return n > 0 ? db_atomically(db, set_loads, &b, e) : 0;
}
