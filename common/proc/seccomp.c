/* The filter is a straight line: one comparison after the other, each answered
 * at once.  Linux keeps a bitmap of the calls that are allowed whatever their
 * arguments, so for those none of it runs. */

#include "proc/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"

#if defined(__x86_64__)
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_ARCH AUDIT_ARCH_AARCH64
#endif

#ifndef THIS_ARCH

int
seccomp_enter(UNUSED struct err *e)
{
	return 0;
}

#else

#define MAX_STEPS    768
/* Numbers from here on are those of the x32 interface. */
#define X32_BIT	     0x40000000
#define ALLOW	     SECCOMP_RET_ALLOW
#define KILL	     SECCOMP_RET_KILL_PROCESS
#define REFUSE(code) (SECCOMP_RET_ERRNO | ((unsigned)(code)&SECCOMP_RET_DATA))
#define ARG(n)                                                                 \
	((unsigned)offsetof(struct seccomp_data, args) + 8 * (unsigned)(n))
#define IS	BPF_JMP | BPF_JEQ | BPF_K
#define HAS	BPF_JMP | BPF_JSET | BPF_K
#define LOAD	BPF_LD | BPF_W | BPF_ABS
#define MASK	BPF_ALU | BPF_AND | BPF_K
#define GIVE	BPF_RET | BPF_K
#define ATLEAST BPF_JMP | BPF_JGE | BPF_K

struct program {
	struct sock_filter step[MAX_STEPS];
	size_t n;
};

static void
add(struct program *p, unsigned code, unsigned k, unsigned yes, unsigned no)
{
	CHECK(p->n < MAX_STEPS && yes < 256 && no < 256);
	p->step[p->n++] = (struct sock_filter){ (unsigned short)code,
		(unsigned char)yes, (unsigned char)no, k };
}

/* This call, whatever its arguments. */
static void
answer(struct program *p, unsigned nr, unsigned action)
{
	add(p, IS, nr, 0, 1);
	add(p, GIVE, action, 0, 0);
}

/* This call only if argument `arg` is one of the values. */
static void
allow_values(struct program *p, unsigned nr, unsigned arg,
    const unsigned *values, size_t n, unsigned otherwise)
{
	add(p, IS, nr, 0, (unsigned)(2 + 2 * n));
	add(p, LOAD, ARG(arg), 0, 0);
	for (size_t i = 0; i < n; i++)
		answer(p, values[i], ALLOW);
	add(p, GIVE, otherwise, 0, 0);
}

/* This call only if argument `arg` has all these bits. */
static void
allow_with(struct program *p, unsigned nr, unsigned arg, unsigned bits,
    unsigned otherwise)
{
	add(p, IS, nr, 0, 5);
	add(p, LOAD, ARG(arg), 0, 0);
	add(p, MASK, bits, 0, 0);
	add(p, IS, bits, 0, 1);
	add(p, GIVE, ALLOW, 0, 0);
	add(p, GIVE, otherwise, 0, 0);
}

/* This call unless argument `arg` has all these bits. */
static void
refuse_with(struct program *p, unsigned nr, unsigned arg, unsigned bits,
    unsigned answer_then)
{
	add(p, IS, nr, 0, 5);
	add(p, LOAD, ARG(arg), 0, 0);
	add(p, MASK, bits, 0, 0);
	add(p, IS, bits, 0, 1);
	add(p, GIVE, answer_then, 0, 0);
	add(p, GIVE, ALLOW, 0, 0);
}

/* Memory that is both written and run is how foreign code gets in. */
static void
look_at_memory(struct program *p)
{
	refuse_with(p, __NR_mmap, 2, PROT_WRITE | PROT_EXEC, REFUSE(EPERM));
	refuse_with(p, __NR_mprotect, 2, PROT_EXEC, REFUSE(EPERM));
}

static void
look_at_arguments(struct program *p)
{
	static const unsigned domains[] = { AF_UNIX, AF_INET, AF_INET6 };
	static const unsigned names[] = { PR_SET_NAME, PR_GET_NAME,
		PR_GET_DUMPABLE };
	static const unsigned requests[] = { FIONREAD, FIONBIO, TCGETS };
	static const unsigned none = 0;
	unsigned self = (unsigned)getpid();

	allow_values(p, __NR_socket, 0, domains, ARRAY_LEN(domains),
	    REFUSE(EAFNOSUPPORT));
	allow_values(p, __NR_socketpair, 0, domains, 1, REFUSE(EAFNOSUPPORT));
	allow_values(p, __NR_prctl, 0, names, ARRAY_LEN(names), REFUSE(EPERM));
	allow_values(
	    p, __NR_ioctl, 1, requests, ARRAY_LEN(requests), REFUSE(ENOTTY));
	/* Of the calling thread, nobody else's. */
	allow_values(p, __NR_sched_setattr, 0, &none, 1, REFUSE(EPERM));
	allow_values(p, __NR_kill, 0, &self, 1, REFUSE(EPERM));
	allow_values(p, __NR_tgkill, 0, &self, 1, REFUSE(EPERM));
	/* Reading a limit, not setting one: both halves of a pointer. */
	add(p, IS, __NR_prlimit64, 0, 6);
	add(p, LOAD, ARG(2), 0, 0);
	add(p, IS, none, 0, 3);
	add(p, LOAD, ARG(2) + 4, 0, 0);
	add(p, IS, none, 0, 1);
	add(p, GIVE, ALLOW, 0, 0);
	add(p, GIVE, REFUSE(EPERM), 0, 0);
	/* A thread, not a process. */
	allow_with(p, __NR_clone, 0, CLONE_THREAD, REFUSE(EPERM));
}

static void
compose(struct program *p)
{
	p->n = 0;
	add(p, LOAD, offsetof(struct seccomp_data, arch), 0, 0);
	add(p, IS, THIS_ARCH, 1, 0);
	add(p, GIVE, KILL, 0, 0);
	add(p, LOAD, offsetof(struct seccomp_data, nr), 0, 0);
#ifdef __x86_64__
	add(p, ATLEAST, X32_BIT, 0, 1);
	add(p, GIVE, KILL, 0, 0);
#endif
#define SYSCALL_USE(name)  answer(p, __NR_##name, ALLOW);
#define SYSCALL_KILL(name) answer(p, __NR_##name, KILL);
#include "proc/syscalls.def"
#undef SYSCALL_USE
#undef SYSCALL_KILL
	look_at_memory(p);
	look_at_arguments(p);
	add(p, GIVE, REFUSE(ENOSYS), 0, 0);
}

int
seccomp_enter(struct err *e)
{
	struct program p;
	struct sock_fprog prog;

	compose(&p);
	prog = (struct sock_fprog){ (unsigned short)p.n, p.step };
	if (syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
		SECCOMP_FILTER_FLAG_TSYNC, &prog) == 0)
		return 1;
	if (errno == ENOSYS || errno == EINVAL)
		return 0;
	return err_sys(e, ERR_INTERNAL, "seccomp");
}

#endif
