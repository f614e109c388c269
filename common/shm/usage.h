#ifndef SHM_USAGE_H
#define SHM_USAGE_H

/* How often each token was used this month: counted here by all processes of a
 * node, exactly, and carried to the database now and then.  No locks: a cell's
 * count goes up by compare and swap, so that of many at a quota's end no one is
 * let through too much, and a process that is killed at any instruction leaves
 * nothing to repair. */

#include "base/uuid.h"

struct usage;

struct usage_cell {
	_Alignas(64) _Atomic uint64_t key; /* 0: free */
	_Atomic uint64_t id_high;
	_Atomic uint64_t id_low;
	_Atomic int32_t month;
	_Atomic bool known;	 /* `before` was read from the database */
	_Atomic int64_t used;	 /* here, since the cell is this one's */
	_Atomic int64_t carried; /* of them, to the database */
	_Atomic int64_t before;	 /* what the database has beside */
};

/* 202611 for an instant of November 2026, by UTC. */
int32_t usage_month(int64_t wall_us);
/* When the month of an instant ends, as microseconds of Unix time. */
int64_t usage_month_end(int64_t wall_us);

size_t usage_size(void);
unsigned usage_capacity(void);

/* The cell of a token and a month, which is made when there is none; NULL when
 * the table is full. */
struct usage_cell *usage_find(
    struct usage *u, const struct uuid *id, int32_t month);
/* Count one use unless that would be more than quota (0: there is none);
 * *left_r is what remains of it then. */
NODISCARD bool usage_take(struct usage_cell *c, int64_t quota, int64_t *left_r);
/* What the database has of this month: total. */
void usage_know(struct usage_cell *c, int64_t total);

/* --- carrying, by whoever comes ------------------------------------------ */

/* The i-th cell when it has something to carry: takes it, so that nobody else
 * carries the same.  How much; 0: nothing. */
int64_t usage_carry(
    struct usage *u, unsigned i, struct uuid *id_r, int32_t *month_r);
/* It did not arrive: it is to be carried again. */
void usage_return(struct usage *u, unsigned i, int64_t n);
/* It arrived, and the database has so many now. */
void usage_arrived(struct usage *u, unsigned i, int64_t total);
/* Forget months that are past, once all of them was carried. */
void usage_sweep(struct usage *u, int32_t month);

#endif
