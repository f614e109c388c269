/* What goes on inside the sandbox, and what does not. */

#include "proc/sandbox.h"
#include "child.h"
#include "tap.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "proc/privs.h"

static char dir[] = "/tmp/pierre-sandbox-XXXXXX";
static char file[64], other[64];

static struct sandbox_plan
plan_of_test(void)
{
	static const char *write_to[2], *append_to[1];
	static const char *const read_from[] = { "/usr", "/lib", "/lib64",
		"/etc/hosts", "/etc/nsswitch.conf", NULL };

	write_to[0] = dir;
	return (struct sandbox_plan){ .wanted = true,
		.user = "",
		.max_files = 256,
		.paths = { write_to, append_to, read_from } };
}

/* Ends the child with a status that says which step went wrong. */
#define need(step, cond)                                                       \
	do {                                                                   \
		if (!(cond)) {                                                 \
			perror(#cond);                                         \
			_exit(step);                                           \
		}                                                              \
	} while (0)

static struct sandbox_state
go_in(void)
{
	struct sandbox_plan plan = plan_of_test();
	struct sandbox_state state;
	struct err e = ERR_INIT;

	need(99, sandbox_enter(&plan, &state, &e) == 0);
	return state;
}

static void *
think(void *arg)
{
	*(int *)arg = 1;
	return NULL;
}

static void
work(void)
{
	struct addrinfo *ai;
	pthread_t thread;
	void *frames[8];
	int seen = 0, fds[2];

	go_in();
	need(1, pthread_create(&thread, NULL, think, &seen) == 0);
	need(2, pthread_join(thread, NULL) == 0 && seen == 1);
	need(3, open(file, O_RDWR | O_CREAT, 0600) >= 0);
	need(4, rename(file, other) == 0 && unlink(other) == 0);
	need(5, mkdir(file, 0700) == 0 && rmdir(file) == 0);
	need(6, socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0);
	need(7, socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	need(8, getaddrinfo("localhost", "5432", NULL, &ai) == 0);
	freeaddrinfo(ai);
	need(9, backtrace(frames, 8) > 0);
	need(10, nanosleep(&(struct timespec){ 0, 1000 }, NULL) == 0);
	need(11, malloc(64 << 20) != NULL);
	need(12, prctl(PR_SET_NAME, "inside") == 0);
	need(13, kill(getpid(), 0) == 0);
}

static void
abort_inside(void)
{
	go_in();
	abort();
}

static void
execute(void)
{
	char *const argv[] = { file, NULL };

	go_in();
	execv("/bin/true", argv);
}

static void *
execute_in_thread(UNUSED void *arg)
{
	char *const argv[] = { file, NULL };

	execv("/bin/true", argv);
	return NULL;
}

static void
thread_that_executes(void)
{
	pthread_t thread;

	go_in();
	need(1, pthread_create(&thread, NULL, execute_in_thread, NULL) == 0);
	pthread_join(thread, NULL);
}

/* What packaging/systemd forbids before the server has begun. */
static void
under_a_manager(void)
{
	static const unsigned forbidden[] = { __NR_capset, __NR_setgroups,
		__NR_setresuid, __NR_fchown, __NR_chroot, __NR_ptrace };
	struct sock_filter step[2 * ARRAY_LEN(forbidden) + 2] = { BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)) };
	struct sock_fprog prog = { ARRAY_LEN(step), step };
	const struct account nobody = { 65534, 65534 };
	struct err e = ERR_INIT;
	size_t n = 1;

	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++) {
		step[n++] = (struct sock_filter)BPF_JUMP(
		    BPF_JMP | BPF_JEQ | BPF_K, forbidden[i], 0, 1);
		step[n++] = (struct sock_filter)BPF_STMT(
		    BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	}
	step[n] =
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	need(1, geteuid() != 0 || privs_become(&nobody, &e) == 0);
	need(2, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	need(3, prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0);
	need(4, go_in().level >= SANDBOX_CALLS);
}

static void
say_level(void)
{
	_exit((int)go_in().level);
}

static void
test_walls(void)
{
	struct sandbox_plan plan = plan_of_test();
	struct sandbox_trial trial;
	int status = child_wait_status(abort_inside, -1);

	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
	    "abort() goes on to be one");
	ok(child_wait_status(under_a_manager, STDERR_FILENO) == 0,
	    "in a service whose manager has forbidden much already");
	status = child_wait_status(execute, -1);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
	    "executing is death");
	status = child_wait_status(thread_that_executes, -1);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
	    "in a thread too");
	sandbox_try(&plan, &trial);
	status = child_wait_status(say_level, -1);
	ok(trial.attempts > 20 && (trial.refused == trial.attempts ||
				      WEXITSTATUS(status) < SANDBOX_FILES),
	    "%u of %u refused: %s", trial.refused, trial.attempts,
	    trial.passed);
}

static void
keep_some(void)
{
	int keep[] = { -1, 100, 7 };

	for (int fd = 3; fd < 10; fd++)
		need(1, dup2(STDERR_FILENO, fd) == fd);
	need(2, dup2(STDERR_FILENO, 100) == 100);
	need(3, dup2(STDERR_FILENO, 101) == 101);
	privs_keep_only(keep, ARRAY_LEN(keep));
	for (int fd = 0; fd < 256; fd++)
		need(4, (fcntl(fd, F_GETFD) >= 0) ==
			    (fd <= 2 || fd == 7 || fd == 100));
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(file, sizeof(file), "%s/a", dir);
	snprintf(other, sizeof(other), "%s/b", dir);
	ok(child_wait_status(keep_some, -1) == 0, "only some descriptors");
	ok(child_wait_status(work, STDERR_FILENO) == 0,
	    "what the service needs");
	if (sandbox_is_built())
		test_walls();
	rmdir(dir);
	return tap_done();
}
