#include "proc/sig.h"
#include "child.h"
#include "tap.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"

static const int signals[] = { SIGUSR1, SIGHUP, SIGTERM };

static void
test_flags(void)
{
	ok(!sig_taken(SIGUSR1), "nothing came");
	raise(SIGUSR1);
	ok(!sig_taken(SIGUSR1), "blocked until somebody waits");
	ok(sig_ppoll(NULL, 0, 10000) < 0 && errno == EINTR,
	    "waiting lets it in");
	ok(sig_taken(SIGUSR1), "and it is noted");
	ok(!sig_taken(SIGUSR1), "once");
	raise(SIGHUP);
	raise(SIGTERM);
	raise(SIGTERM);
	while (sig_ppoll(NULL, 0, 0) < 0)
		continue;
	ok(sig_taken(SIGHUP) && sig_taken(SIGTERM), "several");
	ok(!sig_taken(SIGTERM), "of which many count as one");
}

static void
test_waiting(void)
{
	int fds[2];
	struct pollfd p;
	int64_t begun = clock_mono_us();

	is_int(sig_ppoll(NULL, 0, 30), 0, "time goes by");
	ok(clock_mono_us() - begun >= 29000, "as much as was asked");
	if (pipe(fds) < 0)
		return;
	p = (struct pollfd){ .fd = fds[0], .events = POLLIN };
	is_int(sig_ppoll(&p, 1, 0), 0, "nothing to read");
	is_int(write(fds[1], "x", 1), 1, "written");
	is_int(sig_ppoll(&p, 1, -1), 1, "something to read");
	close(fds[1]);
	close(fds[0]);
	ok(signal(SIGPIPE, SIG_IGN) == SIG_IGN, "SIGPIPE is ignored");
}

/* A signal that comes between looking and waiting must end the wait. */
static void
test_race(void)
{
	pid_t pid, self = getpid();
	int64_t begun = clock_mono_us();
	int seen = 0;

	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 200; i++) {
			kill(self, SIGUSR1);
			usleep(500);
		}
		_exit(0);
	}
	while (clock_mono_us() - begun < 20000000 &&
	       waitpid(pid, NULL, WNOHANG) == 0) {
		if (sig_ppoll(NULL, 0, 1000) < 0)
			seen += sig_taken(SIGUSR1);
	}
	ok(seen > 20, "a stream of signals: %d", seen);
}

static void
die_of_usr1(void)
{
	sig_reset();
	raise(SIGUSR1);
	sig_unblock();
}

static void
check_reset(void)
{
	sigset_t mask;

	raise(SIGUSR1);
	sig_ppoll(NULL, 0, 0);
	sig_reset();
	raise(SIGTERM); /* would end it, were it let in */
	sigprocmask(SIG_SETMASK, NULL, &mask);
	if (sigismember(&mask, SIGTERM) != 1)
		_exit(3);
	signal(SIGTERM, SIG_IGN);
	sig_unblock();
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int s = 1; s < NSIG; s++) {
		if (sigismember(&mask, s) == 1)
			_exit(1);
	}
	if (signal(SIGPIPE, SIG_IGN) != SIG_IGN ||
	    signal(SIGXFSZ, SIG_IGN) != SIG_IGN ||
	    signal(SIGHUP, SIG_DFL) != SIG_DFL || sig_taken(SIGUSR1))
		_exit(2);
}

/* As a fiber does that began before the end. */
static void
outlive_usr1(void)
{
	sig_reset();
	sig_block();
	sig_ignore();
	sig_unblock();
	raise(SIGUSR1);
	raise(SIGTERM);
}

int
main(void)
{
	int status;

	sig_collect(signals, ARRAY_LEN(signals));
	test_flags();
	test_waiting();
	test_race();
	status = child_wait_status(die_of_usr1, -1);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1,
	    "after a reset signals do what they usually do");
	status = child_wait_status(check_reset, -1);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "they wait until let in; then none is blocked, noted or caught");
	status = child_wait_status(outlive_usr1, -1);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
	    "at the end they are ignored, whatever the mask");
	return tap_done();
}
