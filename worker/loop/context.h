#ifndef LOOP_CONTEXT_H
#define LOOP_CONTEXT_H

/* Places where a thread can go on: what ucontext(3) does, but without its two
 * system calls a switch.  They set the signal mask, which here is the same
 * everywhere. */

#include <ucontext.h>

#include "base/base.h"

struct context {
	void *sp;	 /* of who left; his registers are on his stack */
	ucontext_t slow; /* in their place, where the short way is not open */
};

/* One that begins with fn, which never returns, on the n bytes of stack. */
void context_make(struct context *c, void *stack, size_t n, void (*fn)(void));
/* Go on at `to`, and return when somebody goes on at `from`. */
void context_switch(struct context *from, struct context *to);

#endif
