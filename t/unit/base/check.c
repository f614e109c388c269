#include "base/check.h"
#include "child.h"
#include "tap.h"

static int hook_fd[2];

static void
tell(const char *message)
{
	if (write(hook_fd[1], message, strlen(message)) < 0)
		_exit(99);
}

static void
tell_and_fail_again(const char *message)
{
	tell(message);
	BUG("in the hook");
}

static void
pass(void)
{
	int evaluated = 0;

	CHECK(++evaluated == 1);
	_exit(evaluated);
}

static void
fail(void)
{
	volatile int one = 1;

	check_set_hook(tell);
	CHECK(one == 2);
}

static void
fail_twice(void)
{
	check_set_hook(tell_and_fail_again);
	BUG("first");
}

static void
fail_alone(void)
{
	static char wide[2000];

	memset(wide, 'w', sizeof(wide) - 1);
	BUG(wide);
}

/* What is in a pipe by now. */
static const char *
drain(int fd)
{
	static char text[4096];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

int
main(void)
{
	const char *said;
	int err_fd[2], status;

	if (pipe2(hook_fd, O_NONBLOCK) < 0 || pipe2(err_fd, O_NONBLOCK) < 0)
		return 1;
	status = child_wait_status(pass, err_fd[1]);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 1,
	    "a check that holds does nothing, once");
	is_str(drain(err_fd[0]), "", "and says nothing");

	status = child_wait_status(fail, err_fd[1]);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
	    "a failed one aborts");
	said = drain(err_fd[0]);
	ok(strstr(said, "panic: ") == said &&
		strstr(said, "t/unit/base/check.c:") != NULL &&
		strstr(said, ": fail: one == 2\n") != NULL,
	    "says where");
	ok(strncmp(drain(hook_fd[0]), "panic: ", 7) == 0, "and calls the hook");

	status = child_wait_status(fail_twice, err_fd[1]);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
	    "a failure in the hook aborts too");
	said = drain(err_fd[0]);
	ok(strstr(said, "first") != NULL && strstr(said, "in the hook") != NULL,
	    "after both were told");
	drain(hook_fd[0]);

	status = child_wait_status(fail_alone, err_fd[1]);
	ok(WIFSIGNALED(status) && strlen(drain(err_fd[0])) > 400,
	    "a long message is cut");
	is_str(drain(hook_fd[0]), "", "no hook, no call");
	return tap_done();
}
