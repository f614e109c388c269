#ifndef SHM_LIMITS_H
#define SHM_LIMITS_H

/* Who may do how much how fast: a table of theoretical arrival times (the
 * generic cell rate algorithm, ITU-T I.371) that all processes share.  Exact:
 * together they let through what one process alone would.  It never grows and
 * holds no lock; a process that is killed at any instruction leaves nothing to
 * repair. */

#include "base/base.h"

struct limits;

/* What is limited, as pierre_rate_limited_total has it. */
enum limit_kind {
	LIMIT_ADDRESS,
	LIMIT_TOKEN,
	LIMIT_USER,
	LIMIT_ROUTE,
	LIMIT_CONNECTIONS,
	LIMIT_STREAMS,
	LIMIT_KIND_COUNT
};
extern const char *const limit_names[LIMIT_KIND_COUNT];

/* One key in `interval_us`, and `burst` at once after silence. */
struct limit_rate {
	int64_t interval_us; /* 0: no limit */
	int64_t burst;
};

struct limit_state {
	bool allowed;
	int64_t remaining;   /* that would be allowed right now */
	int64_t retry_us;    /* until one is allowed; 0: now */
	int64_t restored_us; /* until the whole burst is */
};

/* A burst never takes more than an hour to come back: a larger one is cut.
 * per_minute 0: no limit. */
struct limit_rate limit_rate_of(int64_t per_minute, int64_t burst);

/* For shm.c: the table's bytes, and its beginning in memory full of zeros. */
size_t limits_size(void);
void limits_init(struct limits *l);
/* Keys that it can hold at once. */
size_t limits_capacity(void);

/* The key of what some bytes name; kinds keep apart what looks alike. */
uint64_t limits_key(
    const struct limits *l, unsigned char kind, const void *p, size_t n);

/* Ask for one at this monotonic time, and count it when it is allowed. */
struct limit_state limits_take(
    struct limits *l, uint64_t key, const struct limit_rate *r, int64_t now_us);
/* Whether one would be allowed, without counting it. */
struct limit_state limits_peek(
    struct limits *l, uint64_t key, const struct limit_rate *r, int64_t now_us);
/* Count `n` more without asking.  A debt ends at a second burst. */
void limits_charge(struct limits *l, uint64_t key, const struct limit_rate *r,
    int64_t now_us, int64_t n);

/* Forget those whose whole burst is restored; how many remain.  To be called
 * at least once in a few days, since times in the table are short numbers that
 * come round. */
size_t limits_sweep(struct limits *l, int64_t now_us);

#endif
