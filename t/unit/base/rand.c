#include "base/rand.h"
#include "tap.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(uint64_t));
}

static void
test_kernel_bytes(void)
{
	static uint64_t many[4096];
	unsigned char big[2000] = { 0 };
	int ones = 0, same = 0;

	for (size_t i = 0; i < ARRAY_LEN(many); i++) {
		many[i] = rand_u64();
		ones += __builtin_popcountll(many[i]);
	}
	/* 262144 fair bits: six standard deviations are 1536. */
	is_near(ones, 131072, 1536, "half of the bits are ones");
	qsort(many, ARRAY_LEN(many), sizeof(many[0]), compare);
	for (size_t i = 1; i < ARRAY_LEN(many); i++)
		same += many[i] == many[i - 1];
	is_int(same, 0, "no value twice");
	rand_bytes(big, sizeof(big));
	ones = 0;
	for (size_t i = 0; i < sizeof(big); i++)
		ones += __builtin_popcount(big[i]);
	is_near(ones, 8000, 380, "more than a batch at once");
	rand_bytes(big, 0);
	ok(1, "nothing at once");
}

/* What parent and child draw next from a batch that the fork copied. */
static void
test_fork(void)
{
	uint64_t ours, theirs = 0;
	int fds[2];

	rand_u64();
	if (pipe(fds) < 0)
		return;
	if (fork() == 0) {
		theirs = rand_u64();
		_exit(write(fds[1], &theirs, sizeof(theirs)) < 0);
	}
	ours = rand_u64();
	is_int(read(fds[0], &theirs, sizeof(theirs)), 8, "the child drew");
	ok(ours != theirs, "and drew afresh");
	wait(NULL);
	close(fds[0]);
	close(fds[1]);
}

static volatile sig_atomic_t alarms;

static void
count_alarm(int signal UNUSED)
{
	alarms++;
}

/* Large draws, which a signal may cut short. */
static void
test_signals(void)
{
	struct sigaction sa = { .sa_handler = count_alarm };
	struct itimerval often = { { 0, 200 }, { 0, 200 } }, never = { 0 };
	static unsigned char big[1 << 20];

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	while (alarms < 100)
		rand_bytes(big, sizeof(big));
	setitimer(ITIMER_REAL, &never, NULL);
	ok(1, "signals do not hurt");
}

/* SplitMix64 of 1234567 and xoshiro256** of 1, 2, 3, 4: the values that the
 * authors' programs print. */
static void
test_generator(void)
{
	static const uint64_t seeds[] = { UINT64_C(6457827717110365317),
		UINT64_C(3203168211198807973), UINT64_C(9817491932198370423),
		UINT64_C(4593380528125082431) };
	static const uint64_t values[] = { 11520, 0, 1509978240,
		UINT64_C(1215971899390074240), UINT64_C(1216172134540287360),
		UINT64_C(607988272756665600), UINT64_C(16172922978634559625),
		UINT64_C(8476171486693032832), UINT64_C(10595114339597558777),
		UINT64_C(2904607092377533576) };
	struct prng g;

	prng_seed(&g, 1234567);
	ok(memcmp(g.s, seeds, sizeof(seeds)) == 0, "seeds");
	g = (struct prng){ { 1, 2, 3, 4 } };
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		ok(prng_u64(&g) == values[i], "value %zu", i);
}

static void
test_distributions(void)
{
	double sum = 0, squares = 0, low = 1, high = 0;
	const int n = 100000;
	struct prng g;

	prng_seed(&g, 42);
	for (int i = 0; i < n; i++) {
		double u = prng_unit(&g);

		low = MIN(low, u);
		high = MAX(high, u);
		sum += u;
	}
	ok(low >= 0 && low < 0.001 && high < 1 && high > 0.999, "unit range");
	is_near(sum / n, 0.5, 0.005, "unit mean");
	sum = 0;
	for (int i = 0; i < n; i++) {
		double x = prng_normal(&g);

		sum += x;
		squares += x * x;
	}
	is_near(sum / n, 0, 0.02, "normal mean");
	is_near(squares / n, 1, 0.03, "normal variance");
}

int
main(void)
{
	test_kernel_bytes();
	test_fork();
	test_signals();
	test_generator();
	test_distributions();
	return tap_done();
}
