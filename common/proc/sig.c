#include "proc/sig.h"

#include <poll.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t noted[NSIG];
static sigset_t outside; /* the mask while waiting */

static void
note(int signal)
{
	noted[signal] = 1;
}

void
sig_collect(const int *signals, size_t n)
{
	struct sigaction sa;
	sigset_t block;

	memset(&sa, 0, sizeof(sa));
	sigemptyset(&block);
	sigfillset(&sa.sa_mask);
	sa.sa_handler = note;
	for (size_t i = 0; i < n; i++) {
		sigaddset(&block, signals[i]);
		sigaction(signals[i], &sa, NULL);
	}
	sigprocmask(SIG_BLOCK, &block, &outside);
	for (size_t i = 0; i < n; i++)
		sigdelset(&outside, signals[i]);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

bool
sig_taken(int signal)
{
	if (!noted[signal])
		return false;
	noted[signal] = 0;
	return true;
}

void
sig_reset(void)
{
	for (int s = 1; s < NSIG; s++) {
		if (noted[s])
			noted[s] = 0;
		signal(s, s == SIGPIPE || s == SIGXFSZ ? SIG_IGN : SIG_DFL);
	}
}

void
sig_unblock(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void
sig_block(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

void
sig_ignore(void)
{
	static const int sent[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1,
		SIGUSR2 };

	for (size_t i = 0; i < ARRAY_LEN(sent); i++)
		signal(sent[i], SIG_IGN);
}

int
sig_ppoll(struct pollfd *fds, size_t n, int64_t timeout_ms)
{
	struct timespec ts = { timeout_ms / 1000, timeout_ms % 1000 * 1000000 };

	return ppoll(fds, n, timeout_ms < 0 ? NULL : &ts, &outside);
}
