/* The registers that a called function must leave as they were (System V ABI
 * 3.2.1) are all that a switch has to keep; everything else its caller keeps.
 * Where the processor guards return addresses by a stack of its own, the
 * switch is left to the C library, which knows how to exchange that. */

#include "loop/context.h"

#include "base/check.h"

#ifdef __x86_64__

#define KEPT 6 /* registers */

void context_exchange(void **from_sp, void *to_sp);

__asm__(".text\n"
	".globl context_exchange\n"
	".hidden context_exchange\n"
	".type context_exchange, @function\n"
	"context_exchange:\n"
	"	.cfi_startproc\n"
	"	pushq %rbp\n"
	"	pushq %rbx\n"
	"	pushq %r12\n"
	"	pushq %r13\n"
	"	pushq %r14\n"
	"	pushq %r15\n"
	"	movq %rsp, (%rdi)\n"
	"	movq %rsi, %rsp\n"
	"	popq %r15\n"
	"	popq %r14\n"
	"	popq %r13\n"
	"	popq %r12\n"
	"	popq %rbx\n"
	"	popq %rbp\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size context_exchange, . - context_exchange\n");

/* The instruction does nothing where there is no such stack. */
static bool
is_short_way_open(void)
{
	unsigned long shadow_stack = 0;

	__asm__ volatile("rdsspq %0" : "+r"(shadow_stack));
	return shadow_stack == 0;
}

/* As if fn had been called by nobody: its return address is 0. */
static void *
lay_out(char *end, void (*fn)(void))
{
	void **top = (void **)(void *)(end - (uintptr_t)end % 16);

	*--top = NULL;
	*--top = (void *)(uintptr_t)fn;
	for (int i = 0; i < KEPT; i++)
		*--top = NULL;
	return top;
}

#else

static void
context_exchange(UNUSED void **from_sp, UNUSED void *to_sp)
{
	BUG("not on this machine");
}

static bool
is_short_way_open(void)
{
	return false;
}

static void *
lay_out(UNUSED char *end, UNUSED void (*fn)(void))
{
	return NULL;
}

#endif

void
context_make(struct context *c, void *stack, size_t n, void (*fn)(void))
{
	if (is_short_way_open()) {
		c->sp = lay_out((char *)stack + n, fn);
		return;
	}
	CHECK(getcontext(&c->slow) == 0);
	c->slow.uc_stack.ss_sp = stack;
	c->slow.uc_stack.ss_size = n;
	c->slow.uc_link = NULL;
	makecontext(&c->slow, fn, 0);
}

void
context_switch(struct context *from, struct context *to)
{
	if (is_short_way_open())
		context_exchange(&from->sp, to->sp);
	else
		CHECK(swapcontext(&from->slow, &to->slow) == 0);
}
