#ifndef PROC_SIG_H
#define PROC_SIG_H

/* Signals as flags, for processes that wait in ppoll(2). */

#include <signal.h>

#include "base/base.h"

/* From now on these signals are blocked except while sig_ppoll() waits, and
 * only noted.  SIGPIPE is ignored, and SIGXFSZ: what cannot be written is an
 * error of write(2), not the end. */
void sig_collect(const int *signals, size_t n);
/* True once for each time that the signal was noted since the last call (many
 * count as one). */
bool sig_taken(int signal);
/* In a child just forked: the default action for every signal but those two.
 * What was blocked stays so, and waits: a process that is still being made has
 * no answer to a signal yet, and should not die of it. */
void sig_reset(void);
/* The process is made: let them in. */
void sig_unblock(void);
/* It ends: keep them out, as its handlers go; and once these are gone, ignore
 * what a master sends, since fibers that still run bring masks of their own. */
void sig_block(void);
void sig_ignore(void);

struct pollfd;
/* ppoll(2) that lets the collected signals in; timeout_ms < 0: for ever. */
int sig_ppoll(struct pollfd *fds, size_t n, int64_t timeout_ms);

#endif
