#ifndef PROC_SIG_H
#define PROC_SIG_H

/* Signals as flags, for processes that wait in ppoll(2). */

#include <signal.h>

#include "base/base.h"

/* From now on these signals are blocked except while sig_ppoll() waits, and
 * only noted.  SIGPIPE is ignored. */
void sig_collect(const int *signals, size_t n);
/* True once for each time that the signal was noted since the last call (many
 * count as one). */
bool sig_taken(int signal);
/* In a child just forked: the default action for every signal, none blocked,
 * SIGPIPE ignored. */
void sig_reset(void);

struct pollfd;
/* ppoll(2) that lets the collected signals in; timeout_ms < 0: for ever. */
int sig_ppoll(struct pollfd *fds, size_t n, int64_t timeout_ms);

#endif
