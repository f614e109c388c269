#include "shm/limits.h"

#include <stdatomic.h>

#include "base/check.h"
#include "base/map.h"
#include "base/rand.h"

/* A cell is one word: 23 bits of the key, a mark, and the arrival time as 40
 * bits of microseconds, which come round every 12 days.  Eight of them are a
 * set and one cache line; the rest of the key says which set.  A cell whose
 * time has passed says nothing and may be taken by another key.
 *
 * A cell changes only by compare and swap, so counting is exact as long as a
 * key has no more than one cell.  Two processes may well give it one each, at
 * the same time.  Therefore a cell is fresh at first, and counts nothing.
 * Whoever settles a fresh cell has read the whole set after it was there, and
 * has removed every other fresh cell of the key.  Two could be settled only by
 * two who both read the set before the other's cell was there; but each read
 * it after its own was.  In place of a time a fresh cell has a random number,
 * so that it is not taken for one that was there before.
 *
 * When all eight are somebody's, the one whose time passes first makes room,
 * which is the one that owes least. */

#define SETS	  8192
#define WAYS	  8
#define TIME_BITS 40
#define TIME_MASK ((UINT64_C(1) << TIME_BITS) - 1)
#define FRESH	  (UINT64_C(1) << TIME_BITS)
#define TAG_SHIFT (TIME_BITS + 1)

#define WINDOW_MAX_US INT64_C(3600000000)
#define AHEAD_MAX_US  (2 * WINDOW_MAX_US)

struct set {
	_Alignas(64) _Atomic uint64_t cell[WAYS]; /* 0: free */
};

struct limits {
	_Alignas(64) uint64_t secret[2];
	struct set set[SETS];
};

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "no locks in the segment");

const char *const limit_names[LIMIT_KIND_COUNT] = { "address", "token", "user",
	"route", "connections", "streams" };

struct limit_rate
limit_rate_of(int64_t per_minute, int64_t burst)
{
	struct limit_rate r = { 0, 0 };

	if (per_minute <= 0)
		return r;
	/* Upwards: never more than was asked for. */
	r.interval_us = (60000000 + per_minute - 1) / per_minute;
	r.burst = MIN(burst, WINDOW_MAX_US / r.interval_us);
	r.burst = MAX(r.burst, 1);
	return r;
}

size_t
limits_size(void)
{
	return sizeof(struct limits);
}

void
limits_init(struct limits *l)
{
	rand_bytes(l->secret, sizeof(l->secret));
}

size_t
limits_capacity(void)
{
	return SETS * WAYS;
}

uint64_t
limits_key(const struct limits *l, unsigned char kind, const void *p, size_t n)
{
	char bytes[33];

	CHECK(n < sizeof(bytes));
	bytes[0] = (char)kind;
	memcpy(bytes + 1, p, n);
	return map_hash_with(l->secret, str_make(bytes, n + 1));
}

/* --- cells --------------------------------------------------------------- */

static uint64_t
tag_of(uint64_t key)
{
	return key >> TAG_SHIFT << TAG_SHIFT;
}

static bool
is_of(uint64_t cell, uint64_t key)
{
	return cell != 0 && tag_of(cell) == tag_of(key);
}

static uint64_t
make_cell(uint64_t key, int64_t time_us)
{
	uint64_t cell = tag_of(key) | ((uint64_t)time_us & TIME_MASK);

	return cell != 0 ? cell : 1;
}

static uint64_t
make_fresh(uint64_t key)
{
	return tag_of(key) | FRESH | (rand_u64() & TIME_MASK);
}

/* How long until the cell's time; not above 0 when it has passed.  What seems
 * further ahead than any time is set must have passed. */
static int64_t
ahead_us(uint64_t cell, int64_t now_us)
{
	int64_t diff = (int64_t)((cell - (uint64_t)now_us) & TIME_MASK);

	if (cell == 0)
		return INT64_MIN;
	if ((cell & FRESH) != 0)
		return 0;
	/* Others' clocks may have been read a moment later. */
	return diff <= 2 * AHEAD_MAX_US ? diff : diff - (int64_t)TIME_MASK - 1;
}

static bool
swap(_Atomic uint64_t *cell, uint64_t old, uint64_t new)
{
	return atomic_compare_exchange_strong(cell, &old, new);
}

/* --- sets ---------------------------------------------------------------- */

/* A set as it was read: not all of it at the same instant. */
struct view {
	uint64_t cell[WAYS];
	int settled; /* index of the key's; -1: none */
	int fresh;   /* the first such */
};

static void
look(struct set *set, uint64_t key, struct view *v)
{
	v->settled = v->fresh = -1;
	for (int i = WAYS - 1; i >= 0; i--) {
		v->cell[i] = atomic_load(&set->cell[i]);
		if (!is_of(v->cell[i], key))
			continue;
		if ((v->cell[i] & FRESH) == 0)
			v->settled = i;
		else
			v->fresh = i;
	}
}

/* Whose time has passed longest, or passes first. */
static int
find_victim(const struct view *v, int64_t now_us)
{
	int64_t least = INT64_MAX;
	int victim = 0;

	for (int i = 0; i < WAYS; i++) {
		int64_t ahead = ahead_us(v->cell[i], now_us);

		if (ahead < least) {
			least = ahead;
			victim = i;
		}
	}
	return victim;
}

static bool
remove_other_fresh(struct set *set, uint64_t key, const struct view *v)
{
	for (int i = v->fresh + 1; i < WAYS; i++) {
		if (is_of(v->cell[i], key) &&
		    !swap(&set->cell[i], v->cell[i], 0))
			return false;
	}
	return true;
}

/* The key's one cell and its value, in which there is nothing yet when it is
 * fresh: to be changed by swap(), and asked for again when that fails. */
static _Atomic uint64_t *
find_cell(struct set *set, uint64_t key, int64_t now_us, uint64_t *value_r)
{
	uint64_t seen = 0, made;
	struct view v;
	int victim;

	for (;;) {
		look(set, key, &v);
		if (v.settled >= 0) {
			*value_r = v.cell[v.settled];
			return &set->cell[v.settled];
		}
		if (v.fresh < 0) {
			victim = find_victim(&v, now_us);
			made = make_fresh(key);
			if (swap(&set->cell[victim], v.cell[victim], made))
				seen = made;
			continue;
		}
		/* Read the set once more, now that this one is there. */
		if (seen != v.cell[v.fresh]) {
			seen = v.cell[v.fresh];
			continue;
		}
		if (remove_other_fresh(set, key, &v)) {
			*value_r = seen;
			return &set->cell[v.fresh];
		}
	}
}

/* --- counting ------------------------------------------------------------ */

static struct set *
set_of(struct limits *l, uint64_t key)
{
	return &l->set[key & (SETS - 1)];
}

/* At most AHEAD_MAX_US / 2. */
static int64_t
window_us(const struct limit_rate *r)
{
	return r->interval_us * r->burst;
}

/* How far the arrival time is ahead, as far as that counts: the rate may have
 * been another one before a reload. */
static int64_t
owed_us(uint64_t cell, const struct limit_rate *r, int64_t now_us)
{
	return MAX(0, MIN(ahead_us(cell, now_us), 2 * window_us(r)));
}

static struct limit_state
state_of(const struct limit_rate *r, int64_t owed, bool allowed)
{
	int64_t room = window_us(r) - owed;

	return (struct limit_state){
		.allowed = allowed,
		.remaining = MAX(room, 0) / r->interval_us,
		.retry_us = MAX(r->interval_us - room, 0),
		.restored_us = owed,
	};
}

struct limit_state
limits_take(
    struct limits *l, uint64_t key, const struct limit_rate *r, int64_t now_us)
{
	struct set *set = set_of(l, key);
	_Atomic uint64_t *cell;
	uint64_t old, new;
	int64_t owed;

	CHECK(r->interval_us > 0 && r->burst > 0);
	do {
		cell = find_cell(set, key, now_us, &old);
		owed = owed_us(old, r, now_us);
		if (owed + r->interval_us > window_us(r))
			return state_of(r, owed, false);
		owed += r->interval_us;
		new = make_cell(key, now_us + owed);
	} while (!swap(cell, old, new));
	return state_of(r, owed, true);
}

struct limit_state
limits_peek(
    struct limits *l, uint64_t key, const struct limit_rate *r, int64_t now_us)
{
	uint64_t old;
	int64_t owed;

	find_cell(set_of(l, key), key, now_us, &old);
	owed = owed_us(old, r, now_us);
	return state_of(r, owed, owed + r->interval_us <= window_us(r));
}

void
limits_charge(struct limits *l, uint64_t key, const struct limit_rate *r,
    int64_t now_us, int64_t n)
{
	struct set *set = set_of(l, key);
	int64_t most = 2 * window_us(r), owed;
	_Atomic uint64_t *cell;
	uint64_t old;

	CHECK(r->interval_us > 0 && r->burst > 0 && n >= 0);
	n = MIN(n, most / r->interval_us);
	do {
		cell = find_cell(set, key, now_us, &old);
		owed = owed_us(old, r, now_us) + n * r->interval_us;
		owed = MIN(owed, most);
	} while (!swap(cell, old, make_cell(key, now_us + owed)));
}

size_t
limits_sweep(struct limits *l, int64_t now_us)
{
	size_t n = 0;

	for (size_t i = 0; i < SETS; i++) {
		for (size_t k = 0; k < WAYS; k++) {
			_Atomic uint64_t *cell = &l->set[i].cell[k];
			uint64_t value = atomic_load(cell);

			if (value == 0)
				continue;
			if (ahead_us(value, now_us) > 0)
				n++;
			else
				swap(cell, value, 0);
		}
	}
	return n;
}
