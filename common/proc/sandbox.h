#ifndef PROC_SANDBOX_H
#define PROC_SANDBOX_H

/* The walls around a process that serves: it keeps what its work needs, and
 * the kernel refuses the rest.  Each wall that the kernel does not have is left
 * out, and the level says how far it went. */

#include "proc/landlock.h"

enum sandbox_level {
	SANDBOX_NONE,
	SANDBOX_PRIVILEGES, /* no capabilities, no core, no tracing */
	SANDBOX_CALLS,	    /* and a list of system calls */
	SANDBOX_FILES,	    /* and a list of files */
};

struct sandbox_plan {
	bool wanted;	  /* server.sandbox */
	const char *user; /* become this account when started as root; or "" */
	uint64_t max_files;
	struct landlock_paths paths;
};

struct sandbox_state {
	enum sandbox_level level;
	int landlock; /* version in force; 0: none */
	bool seccomp;
	uint64_t max_files;
};

/* Go in, for good.  Before there are threads.  -1 only when the account cannot
 * be taken or privileges stay; what the kernel lacks is in *out. */
NODISCARD int sandbox_enter(
    const struct sandbox_plan *plan, struct sandbox_state *out, struct err *e);

/* What becomes of one who tries, in processes of their own that go in and then
 * try what must fail. */
struct sandbox_trial {
	unsigned attempts;
	unsigned refused;
	char passed[256]; /* names of the others */
};
void sandbox_try(const struct sandbox_plan *plan, struct sandbox_trial *out);

/* False in builds with sanitizers, which have to trace and to map as they
 * like: there the walls are left out. */
bool sandbox_is_built(void);

#endif
