#include "proc/sandbox.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"
#include "proc/privs.h"
#include "proc/seccomp.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

bool
sandbox_is_built(void)
{
#ifdef SANITIZED
	return false;
#else
	return true;
#endif
}

static int
take_account(const char *name, struct err *e)
{
	struct account a;

	if (name[0] == '\0' || geteuid() != 0)
		return 0;
	if (privs_find(&a, name, e) < 0 || privs_become(&a, e) < 0)
		return -1;
	/* The change of account took it away. */
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	return 0;
}

static void
note_missing(const struct err *e)
{
	log_msg(LOG_WARN, "sandbox", "goes on without: %s", e->msg);
}

/* Landlock first: seccomp then forbids the calls that made it. */
static void
raise_walls(const struct sandbox_plan *plan, struct sandbox_state *out)
{
	struct err e = ERR_INIT;
	int rc = landlock_enter(&plan->paths, &e);

	if (rc < 0)
		note_missing(&e);
	out->landlock = MAX(rc, 0);
	e = ERR_INIT;
	rc = seccomp_enter(&e);
	if (rc < 0)
		note_missing(&e);
	out->seccomp = rc > 0;
	if (out->seccomp)
		out->level = out->landlock > 0 ? SANDBOX_FILES : SANDBOX_CALLS;
}

int
sandbox_enter(
    const struct sandbox_plan *plan, struct sandbox_state *out, struct err *e)
{
	*out = (struct sandbox_state){ .level = SANDBOX_NONE };
	out->max_files = privs_limit_files(plan->max_files);
	if (plan->wanted && sandbox_is_built())
		privs_bound();
	if (take_account(plan->user, e) < 0)
		return -1;
	if (!plan->wanted || !sandbox_is_built())
		return 0;
	if (privs_drop(e) < 0)
		return -1;
	out->level = SANDBOX_PRIVILEGES;
	raise_walls(plan, out);
	return 0;
}
