/* What tokens were used: counted by many processes, never beyond a quota, and
 * carried away exactly once. */

#include "shm/usage.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/date.h"
#include "tap.h"

#define PROCESSES 8
#define EACH	  20000

static struct usage *u;

static void
test_months(void)
{
	int64_t us = 0;

	ok(date_parse_rfc3339(STR("2026-11-30T23:59:59Z"), &us, NULL), "date");
	is_int(usage_month(us), 202611, "November");
	is_int(usage_month(us + 1000000), 202612, "December");
	is_int(usage_month_end(us), us + 1000000, "ends then");
	ok(date_parse_rfc3339(STR("2026-12-05T00:00:00Z"), &us, NULL), "date");
	is_int(usage_month(usage_month_end(us)), 202701, "and then January");
}

static void
test_quota(void)
{
	struct uuid id = uuid_new(), other = uuid_new();
	struct usage_cell *c = usage_find(u, &id, 202611);
	int64_t left = -1;

	ok(c != NULL && usage_find(u, &id, 202611) == c, "one cell a token");
	ok(usage_find(u, &id, 202612) != c &&
		usage_find(u, &other, 202611) != c,
	    "and a month");
	usage_know(c, 7);
	usage_know(c, 9);
	ok(usage_take(c, 10, &left) && left == 2, "8 of 10: %d left",
	    (int)left);
	ok(usage_take(c, 10, &left) && usage_take(c, 10, &left) && left == 0,
	    "10 of 10");
	ok(!usage_take(c, 10, &left) && left == 0, "and no more");
	ok(usage_take(c, 0, &left), "without a quota there is no end");
}

/* More processes than the quota lets through, one of them killed. */
static void
test_processes(void)
{
	struct uuid id = uuid_new();
	int64_t quota = PROCESSES * EACH / 2, left, taken;
	struct usage_cell *c = usage_find(u, &id, 202611);
	pid_t pid[PROCESSES];

	for (int i = 0; i < PROCESSES; i++) {
		pid[i] = fork();
		if (pid[i] != 0)
			continue;
		c = usage_find(u, &id, 202611);
		for (int n = 0; n < EACH; n++)
			(void)!usage_take(c, quota, &left);
		_exit(0);
	}
	kill(pid[0], SIGKILL);
	for (int i = 0; i < PROCESSES; i++)
		waitpid(pid[i], NULL, 0);
	taken = atomic_load(&c->used);
	is_int(taken, quota, "as many as the quota");
	ok(!usage_take(c, quota, &left), "and no more");
}

static unsigned
place_of(const struct usage_cell *c)
{
	return (unsigned)(c - (struct usage_cell *)(void *)u);
}

static void
test_carry(void)
{
	struct uuid id = uuid_new(), whose;
	struct usage_cell *c = usage_find(u, &id, 202611);
	unsigned at = place_of(c);
	int64_t left;
	int32_t month;

	for (int i = 0; i < 5; i++)
		ok(usage_take(c, 0, &left), "use %d", i + 1);
	is_int(usage_carry(u, at, &whose, &month), 5, "five to carry");
	ok(uuid_eq(&whose, &id) && month == 202611, "of this token and month");
	is_int(usage_carry(u, at, &whose, &month), 0, "and nobody else does");
	usage_return(u, at, 5);
	ok(usage_take(c, 0, &left), "a sixth");
	is_int(usage_carry(u, at, &whose, &month), 6,
	    "what did not arrive goes again");
	usage_arrived(u, at, 100);
	ok(usage_take(c, 101, &left) && left == 0,
	    "what other nodes have counted counts");
	ok(!usage_take(c, 101, &left), "too");
	usage_sweep(u, 202612);
	ok(usage_find(u, &id, 202611) == c && atomic_load(&c->used) > 0,
	    "what is not carried stays");
	is_int(usage_carry(u, at, &whose, &month), 1, "the last");
	usage_sweep(u, 202611);
	ok(atomic_load(&c->key) != 0, "this month stays");
	usage_sweep(u, 202612);
	is_int((int64_t)atomic_load(&c->key), 0, "one that is past goes");
}

static void
test_full(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 4 * usage_capacity(); i++) {
		struct uuid id = uuid_new();

		n += usage_find(u, &id, 202611) != NULL;
	}
	ok(n > usage_capacity() * 9 / 10 && n <= usage_capacity(),
	    "a table of %u takes %u and says when it is full", usage_capacity(),
	    n);
}

int
main(void)
{
	u = mmap(NULL, usage_size(), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (u == MAP_FAILED)
		return 1;
	test_months();
	test_quota();
	test_processes();
	test_carry();
	test_full();
	return tap_done();
}
