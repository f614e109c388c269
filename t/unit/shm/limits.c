/* Limits in shared memory: exact alone, exact among processes that die, and
 * not to be undone by a flood of others. */

#include "shm/limits.h"
#include "child.h"
#include "tap.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/rand.h"
#include "shm/shm.h"

#define S INT64_C(1000000)

static struct shm *shm;
static struct limits *l;

static uint64_t
key_of(uint64_t n)
{
	return limits_key(l, 9, &n, sizeof(n));
}

static void
test_rates(void)
{
	struct limit_rate r = limit_rate_of(60, 10);

	ok(r.interval_us == S && r.burst == 10, "one a second");
	is_int(limit_rate_of(0, 10).interval_us, 0, "none");
	is_int(limit_rate_of(7000, 1).interval_us, 8572, "rounded to less");
	is_int(limit_rate_of(1, 100000).burst, 60, "an hour's worth at most");
	is_int(limit_rate_of(600000, 100000).burst, 100000, "the largest");
}

static void
test_one_key(void)
{
	struct limit_rate r = limit_rate_of(60, 5);
	int64_t now = 1000 * S;
	struct limit_state s;

	for (int i = 0; i < 5; i++) {
		s = limits_take(l, key_of(1), &r, now);
		ok(s.allowed && s.remaining == 4 - i, "one of the burst");
	}
	is_int(s.restored_us, 5 * S, "all are back in five seconds");
	is_int(s.retry_us, S, "the next in one");
	s = limits_take(l, key_of(1), &r, now);
	ok(!s.allowed && s.remaining == 0, "not a sixth");
	is_int(s.retry_us, S, "which cost nothing");
	ok(!limits_take(l, key_of(1), &r, now + S - 1).allowed, "a bit early");
	ok(limits_take(l, key_of(1), &r, now + S).allowed, "just in time");
	ok(!limits_take(l, key_of(1), &r, now + S).allowed, "once");
	ok(limits_take(l, key_of(2), &r, now).allowed, "another key");
	ok(limits_take(l, limits_key(l, 8, &(uint64_t){ 1 }, 8), &r, now)
		.allowed,
	    "the same bytes of another kind");
	s = limits_take(l, key_of(1), &r, now + 100 * S);
	ok(s.allowed && s.remaining == 4, "all are back");
}

/* Clients that ask at random moments, much too often. */
static void
test_windows(void)
{
	static int64_t at[10000];
	struct limit_rate r = limit_rate_of(6000, 20);
	int64_t now = 5000 * S;
	size_t n = 0, wrong = 0;
	struct prng g;

	prng_seed(&g, 7);
	while (n < ARRAY_LEN(at)) {
		now += (int64_t)(prng_unit(&g) * 2000);
		if (limits_take(l, key_of(3), &r, now).allowed)
			at[n++] = now;
	}
	/* In any window of w: burst + w / interval. */
	for (size_t i = 0; i < n; i++)
		for (size_t k = i; k < n && k < i + 500; k++)
			wrong += (int64_t)(k - i + 1) >
				 r.burst + (at[k] - at[i]) / r.interval_us;
	is_int(wrong, 0, "no window holds more than the limit");
	is_int((int64_t)n, r.burst + (at[n - 1] - at[0]) / r.interval_us,
	    "and the longest holds no less");
}

static void
test_charge(void)
{
	struct limit_rate r = limit_rate_of(60, 10);
	int64_t now = 20000 * S;

	limits_charge(l, key_of(4), &r, now, 9);
	is_int(limits_take(l, key_of(4), &r, now).remaining, 0, "one is left");
	limits_charge(l, key_of(4), &r, now, 5);
	is_int(limits_take(l, key_of(4), &r, now).retry_us, 6 * S, "a debt");
	limits_charge(l, key_of(4), &r, now, 1000000);
	is_int(limits_take(l, key_of(4), &r, now).retry_us, 11 * S,
	    "which has an end");
	ok(limits_take(l, key_of(4), &r, now + 11 * S).allowed, "and is over");
	limits_charge(l, key_of(4), &r, now, 0);
}

/* A reload changes the rate of keys that are there. */
static void
test_other_rate(void)
{
	struct limit_rate slow = limit_rate_of(1, 60), fast;
	int64_t now = 30000 * S;

	fast = limit_rate_of(60, 10);
	for (int i = 0; i < 60; i++)
		if (!limits_take(l, key_of(5), &slow, now).allowed)
			break;
	ok(!limits_take(l, key_of(5), &slow, now).allowed, "an hour's debt");
	is_int(limits_take(l, key_of(5), &fast, now).retry_us, 11 * S,
	    "counts for two windows of the new rate");
}

/* Times are short numbers: two years of a client who comes now and then. */
static void
test_wrap(void)
{
	struct limit_rate r = limit_rate_of(60, 3);
	int64_t now = 40000 * S;
	int wrong = 0;

	for (int i = 0; i < 3000; i++) {
		now += 6 * 3600 * S + i * 7919;
		for (int k = 0; k < 4; k++)
			wrong += limits_take(l, key_of(6), &r, now).allowed !=
				 (k < 3);
	}
	is_int(wrong, 0, "the table's clock comes round unseen");
}

static void
test_sweep(void)
{
	struct limit_rate r = limit_rate_of(60, 10);
	int64_t now = 1000000 * S;

	limits_sweep(l, now);
	is_int((int64_t)limits_sweep(l, now), 0, "empty");
	limits_take(l, key_of(7), &r, now);
	limits_charge(l, key_of(8), &r, now, 10);
	is_int((int64_t)limits_sweep(l, now), 2, "two keys");
	is_int((int64_t)limits_sweep(l, now + 2 * S), 1, "one is done");
	ok(!limits_take(l, key_of(8), &r, now).allowed, "the other is held");
	is_int((int64_t)limits_sweep(l, now + 11 * S), 0, "none");
}

/* Limited keys stay limited while several times as many others come as the
 * table holds, each a few times. */
static void
test_flood(void)
{
	enum { LIMITED = 1000 };
	struct limit_rate r = limit_rate_of(600, 50);
	int64_t now = 2000000 * S;
	size_t slipped = 0, refused = 0;
	uint64_t i;

	for (i = 0; i < LIMITED; i++)
		while (limits_take(l, key_of(1000000 + i), &r, now).allowed)
			;
	for (i = 0; i < 5 * limits_capacity(); i++)
		refused += !limits_take(l, key_of(i), &r, now).allowed;
	is_int((int64_t)refused, 0, "newcomers are let in");
	for (i = 0; i < 3 * limits_capacity(); i++)
		limits_take(l, key_of(5000000 + i / 3), &r, now);
	for (i = 0; i < LIMITED; i++)
		slipped += limits_take(l, key_of(1000000 + i), &r, now).allowed;
	is_int((int64_t)slipped, 0, "who was limited still is");
}

/* --- many processes ------------------------------------------------------ */

#define PROCESSES 8
#define KEYS	  16
#define BURST	  20

static struct shared {
	_Atomic bool go;
	_Atomic bool stop;
	_Atomic uint64_t asked;
	_Atomic uint64_t allowed[KEYS];
} * shared;
static int64_t base_us;
static uint64_t first_key;
static struct limit_rate shared_rate;

static void
hammer(void)
{
	struct prng g;

	prng_seed(&g, rand_u64());
	while (!shared->go)
		;
	while (!shared->stop) {
		uint64_t k = prng_u64(&g) % KEYS;

		if (limits_take(
			l, key_of(first_key + k), &shared_rate, clock_mono_us())
			.allowed)
			shared->allowed[k]++;
		shared->asked++;
	}
	_exit(0);
}

static pid_t
start_one(void)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		hammer();
	CHECK(pid > 0);
	return pid;
}

/* Processes that ask for the same keys from nothing, `kills` of which are
 * killed and replaced; returns those killed. */
static int
run_processes(int64_t for_us, bool kills)
{
	pid_t pid[PROCESSES];
	int killed = 0;

	memset(shared, 0, sizeof(*shared));
	for (int i = 0; i < PROCESSES; i++)
		pid[i] = start_one();
	base_us = clock_mono_us();
	shared->go = true;
	while (clock_mono_us() - base_us < for_us) {
		int i = (int)(rand_u64() % PROCESSES);

		usleep(500);
		if (!kills)
			continue;
		kill(pid[i], SIGKILL);
		waitpid(pid[i], NULL, 0);
		pid[i] = start_one();
		killed++;
	}
	shared->stop = true;
	for (int i = 0; i < PROCESSES; i++)
		waitpid(pid[i], NULL, 0);
	return killed;
}

/* What one process alone would have let through since the start. */
static int64_t
ideal(int64_t end_us)
{
	return shared_rate.burst + (end_us - base_us) / shared_rate.interval_us;
}

static void
test_processes(void)
{
	int64_t end_us, most = 0, least = INT64_MAX;

	shared_rate = limit_rate_of(6000, BURST);
	first_key = 100;
	run_processes(2 * S, false);
	end_us = clock_mono_us();
	for (int k = 0; k < KEYS; k++) {
		most = MAX(most, (int64_t)shared->allowed[k]);
		least = MIN(least, (int64_t)shared->allowed[k]);
	}
	printf("# %llu asked; of %lld each key had %lld to %lld\n",
	    (unsigned long long)shared->asked, (long long)ideal(end_us),
	    (long long)least, (long long)most);
	ok(most <= ideal(end_us), "eight processes never let more through");
	/* As much as the machine is busy, moments pass in which no one asks. */
	ok(least >= ideal(end_us) / 2, "nor much less");
}

static void
test_kills(void)
{
	int64_t end_us, most = 0, sum = 0;
	int killed;

	first_key = 200;
	killed = run_processes(3 * S, true);
	end_us = clock_mono_us();
	for (int k = 0; k < KEYS; k++) {
		most = MAX(most, (int64_t)shared->allowed[k]);
		sum += (int64_t)shared->allowed[k];
	}
	printf("# %d killed; of %lld each key had %lld at most\n", killed,
	    (long long)ideal(end_us), (long long)most);
	ok(killed > 20, "processes were killed");
	ok(most <= ideal(end_us), "no more than the limit all the same");
	/* Who is killed may have been allowed something, and not told. */
	ok(sum + killed >= KEYS * ideal(end_us) / 2, "nor much less");
}

/* All begin with keys that nobody has asked for: exactly the burst. */
static void
test_first(void)
{
	int wrong = 0;

	shared_rate = limit_rate_of(1, 3);
	for (int round = 0; round < 60; round++) {
		first_key = 10000 + (uint64_t)round * KEYS;
		run_processes(2000, false);
		for (int k = 0; k < KEYS; k++)
			wrong += shared->asked >= 100 * KEYS &&
				 shared->allowed[k] != 3;
	}
	is_int(wrong, 0, "new keys are counted once by all");
}

/* The same with the table full: keys come and go all the time. */
static void
test_crowded(void)
{
	struct limit_rate r = limit_rate_of(600000, 1);
	int wrong = 0;

	shared_rate = limit_rate_of(1, 3);
	for (uint64_t i = 0; i < 4 * limits_capacity(); i++)
		limits_take(l, key_of(900000000 + i), &r, clock_mono_us());
	for (int round = 0; round < 20; round++) {
		first_key = 20000 + (uint64_t)round * KEYS;
		run_processes(2000, false);
		for (int k = 0; k < KEYS; k++)
			wrong += shared->asked >= 100 * KEYS &&
				 shared->allowed[k] != 3;
	}
	is_int(wrong, 0, "and so they are in a full table");
}

static void
test_cost(void)
{
	struct limit_rate r = limit_rate_of(600000, 100000);
	clock_t begun = clock(), took;
	unsigned char address[16] = { [10] = 0xff, [11] = 0xff };
	int n = 1000000;

	for (int i = 0; i < n; i++) {
		address[15] = (unsigned char)i;
		limits_take(l, limits_key(l, 1, address, sizeof(address)), &r,
		    clock_mono_us());
	}
	took = clock() - begun; /* of the processor, in microseconds */
	printf("# %lld ns each\n", (long long)took * 1000 / n);
	ok((long long)took * 1000 / n < 2000,
	    "a question costs next to nothing");
}

int
main(void)
{
	struct err e;

	shm = shm_new(2, &e);
	CHECK(shm != NULL);
	l = shm_limits(shm);
	ok((uintptr_t)l % 64 == 0, "sets are cache lines");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED);
	test_rates();
	test_one_key();
	test_windows();
	test_charge();
	test_other_rate();
	test_wrap();
	test_sweep();
	test_flood();
	limits_sweep(l, 3000000 * S);
	test_processes();
	test_kills();
	test_first();
	test_crowded();
	test_cost();
	munmap(shared, sizeof(*shared));
	shm_free(&shm);
	return tap_done();
}
