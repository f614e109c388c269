#include "proc/panic.h"

#include <execinfo.h>
#include <link.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"
#include "base/check.h"
#include "shm/shm.h"

/* The handler runs in a process in any state: no allocation, no lock, no
 * stdio.  Frames are offsets into the program, for addr2line(1). */

#define FRAMES	    24
#define STACK_BYTES (64 * 1024)

static struct shm *board;
static unsigned own_slot;
static uintptr_t program_start;
static char stack[STACK_BYTES];

struct text {
	char p[SHM_PANIC_BYTES];
	size_t n;
};

static void
add_text(struct text *t, const char *s)
{
	while (*s != '\0' && t->n + 1 < sizeof(t->p))
		t->p[t->n++] = *s++;
	t->p[t->n] = '\0';
}

static void
add_hex(struct text *t, uintptr_t v)
{
	char digits[20];
	size_t n = sizeof(digits);

	digits[--n] = '\0';
	do {
		digits[--n] = "0123456789abcdef"[v & 15];
		v >>= 4;
	} while (v != 0);
	add_text(t, digits + n);
}

static void
add_frames(struct text *t)
{
	void *frame[FRAMES];
	int n = backtrace(frame, FRAMES);

	add_text(t, " at");
	for (int i = 0; i < n; i++) {
		add_text(t, " +0x");
		add_hex(t, (uintptr_t)frame[i] - program_start);
	}
}

static const char *
signal_words(int signal)
{
	switch (signal) {
	case SIGABRT:
		return "aborted";
	case SIGSEGV:
		return "segmentation fault";
	case SIGBUS:
		return "bus error";
	case SIGFPE:
		return "arithmetic error";
	default:
		return "illegal instruction";
	}
}

static void
on_fatal(int signal)
{
	struct text t = { .n = 0 };

	/* A failed CHECK has said more already. */
	if (shm_slot(board, own_slot)->panic_len == 0) {
		add_text(&t, signal_words(signal));
		add_frames(&t);
		shm_panic(board, own_slot, t.p);
	}
	raise(signal); /* with the default action, by SA_RESETHAND */
}

static void
on_check(const char *message)
{
	struct text t = { .n = 0 };

	add_text(&t, message);
	add_frames(&t);
	shm_panic(board, own_slot, t.p);
}

static int
note_program(struct dl_phdr_info *info, UNUSED size_t size, UNUSED void *arg)
{
	program_start = info->dlpi_addr;
	return 1; /* the first is the program */
}

void
panic_init(struct shm *shm, unsigned slot)
{
	static const int fatal[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };
	stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
	struct sigaction sa;
	void *frame[1];

	board = shm;
	own_slot = slot;
	dl_iterate_phdr(note_program, NULL);
	/* The first call loads a library, which a handler must not do. */
	backtrace(frame, 1);
	sigaltstack(&alternate, NULL);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_fatal;
	sa.sa_flags = (int)(SA_RESETHAND | SA_ONSTACK | SA_NODEFER);
	for (size_t i = 0; i < ARRAY_LEN(fatal); i++)
		sigaction(fatal[i], &sa, NULL);
	check_set_hook(on_check);
}
