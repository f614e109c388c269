#include "shm/usage.h"

#include <stdatomic.h>

#include "base/date.h"

#define CELLS 8192
/* How many cells are looked at for a token. */
#define REACH 64

struct usage {
	struct usage_cell cell[CELLS];
};

int32_t
usage_month(int64_t wall_us)
{
	struct date_civil c = date_from_day(date_of_instant(wall_us, 0));

	return c.year * 100 + c.month;
}

int64_t
usage_month_end(int64_t wall_us)
{
	struct date_civil c = date_from_day(date_of_instant(wall_us, 0));

	c.day = 1;
	c.year += c.month == 12;
	c.month = c.month % 12 + 1;
	return date_to_day(c) * DATE_US_PER_DAY;
}

size_t
usage_size(void)
{
	return sizeof(struct usage);
}

unsigned
usage_capacity(void)
{
	return CELLS;
}

/* --- finding ------------------------------------------------------------- */

static uint64_t
read_half(const uint8_t *b)
{
	uint64_t v = 0;

	for (int i = 0; i < 8; i++)
		v = v << 8 | b[i];
	return v;
}

static void
write_half(uint64_t v, uint8_t *b)
{
	for (int i = 7; i >= 0; i--, v >>= 8)
		b[i] = (uint8_t)v;
}

/* The lower half of an id is random. */
static uint64_t
key_of(const struct uuid *id, int32_t month)
{
	uint64_t k = read_half(id->b + 8) ^ read_half(id->b) ^
		     (uint64_t)month * UINT64_C(0x9e3779b97f4a7c15);

	return k != 0 ? k : 1;
}

/* Whoever finds the cell first, or finds one whose maker was killed just then,
 * writes the same. */
static struct usage_cell *
name_cell(struct usage_cell *c, const struct uuid *id, int32_t month)
{
	if (atomic_load(&c->id_high) == 0) {
		atomic_store(&c->id_low, read_half(id->b + 8));
		atomic_store(&c->month, month);
		atomic_store(&c->id_high, read_half(id->b));
	}
	return c;
}

struct usage_cell *
usage_find(struct usage *u, const struct uuid *id, int32_t month)
{
	uint64_t key = key_of(id, month);

	for (unsigned i = 0; i < REACH; i++) {
		struct usage_cell *c = &u->cell[(key + i) % CELLS];

		if (atomic_load(&c->key) == key)
			return name_cell(c, id, month);
	}
	for (unsigned i = 0; i < REACH; i++) {
		struct usage_cell *c = &u->cell[(key + i) % CELLS];
		uint64_t found = 0;

		if (atomic_compare_exchange_strong(&c->key, &found, key) ||
		    found == key)
			return name_cell(c, id, month);
	}
	return NULL;
}

/* --- counting ------------------------------------------------------------ */

bool
usage_take(struct usage_cell *c, int64_t quota, int64_t *left_r)
{
	int64_t before = atomic_load(&c->before);
	int64_t used = atomic_load(&c->used);

	do {
		*left_r = quota > 0 ? MAX(quota - before - used, 0) : 0;
		if (quota > 0 && *left_r == 0)
			return false;
	} while (!atomic_compare_exchange_weak(&c->used, &used, used + 1));
	if (quota > 0)
		--*left_r;
	return true;
}

void
usage_know(struct usage_cell *c, int64_t total)
{
	int64_t none = 0;

	if (atomic_load(&c->known))
		return;
	atomic_compare_exchange_strong(
	    &c->before, &none, MAX(total - atomic_load(&c->carried), 0));
	atomic_store(&c->known, true);
}

/* --- carrying ------------------------------------------------------------ */

int64_t
usage_carry(struct usage *u, unsigned i, struct uuid *id_r, int32_t *month_r)
{
	struct usage_cell *c = &u->cell[i];
	uint64_t high = atomic_load(&c->id_high);
	int64_t used, carried = atomic_load(&c->carried);

	if (atomic_load(&c->key) == 0 || high == 0)
		return 0;
	write_half(high, id_r->b);
	write_half(atomic_load(&c->id_low), id_r->b + 8);
	*month_r = atomic_load(&c->month);
	do {
		used = atomic_load(&c->used);
		if (used <= carried)
			return 0;
	} while (!atomic_compare_exchange_weak(&c->carried, &carried, used));
	return used - carried;
}

void
usage_return(struct usage *u, unsigned i, int64_t n)
{
	atomic_fetch_sub(&u->cell[i].carried, n);
}

void
usage_arrived(struct usage *u, unsigned i, int64_t total)
{
	struct usage_cell *c = &u->cell[i];

	atomic_store(&c->before, MAX(total - atomic_load(&c->carried), 0));
	atomic_store(&c->known, true);
}

void
usage_sweep(struct usage *u, int32_t month)
{
	for (unsigned i = 0; i < CELLS; i++) {
		struct usage_cell *c = &u->cell[i];
		int32_t its = atomic_load(&c->month);

		if (atomic_load(&c->key) == 0 || its == 0 || its >= month ||
		    atomic_load(&c->used) != atomic_load(&c->carried))
			continue;
		atomic_store(&c->used, 0);
		atomic_store(&c->carried, 0);
		atomic_store(&c->before, 0);
		atomic_store(&c->known, false);
		atomic_store(&c->month, 0);
		atomic_store(&c->id_high, 0);
		atomic_store(&c->key, 0);
	}
}
