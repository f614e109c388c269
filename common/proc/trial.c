/* The attempts that must fail.  Each runs in a process of its own, since the
 * answer to some is death. */

#include <fcntl.h>
#include <linux/perf_event.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/sandbox.h"

/* Exit statuses of an attempt. */
#define REFUSED 0
#define PASSED	1
#define UNTRIED 2

/* Each is true when what it tried came about. */

static bool
open_secret(void)
{
	return open("/etc/shadow", O_RDONLY) >= 0;
}

static bool
open_other_process(void)
{
	return open("/proc/1/environ", O_RDONLY) >= 0;
}

static bool
list_root(void)
{
	return open("/", O_RDONLY | O_DIRECTORY) >= 0;
}

static bool
write_elsewhere(void)
{
	return open("/tmp", O_TMPFILE | O_WRONLY, 0600) >= 0;
}

static bool
make_device(void)
{
	return mknod("/dev/pierre-trial", S_IFCHR | 0600, 0) == 0 &&
	       unlink("/dev/pierre-trial") == 0;
}

static bool
execute(void)
{
	char *const argv[] = { (char *)(uintptr_t) "false", NULL };

	/* Goes on only when it failed; false(1) ends as PASSED does. */
	execv("/bin/false", argv);
	return false;
}

static bool
fork_off(void)
{
	pid_t pid = (pid_t)syscall(__NR_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool
trace(void)
{
	return ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) == 0;
}

static bool
read_other_memory(void)
{
	char byte;
	struct iovec to = { &byte, 1 }, from = { &byte, 1 };

	return process_vm_readv(getppid(), &to, 1, &from, 1, 0) == 1;
}

static bool
signal_other(void)
{
	return kill(getppid(), 0) == 0;
}

static bool
mount_something(void)
{
	return mount("none", "/mnt", "tmpfs", MS_NODEV, NULL) == 0 &&
	       umount("/mnt") == 0;
}

static bool
change_root(void)
{
	return chroot("/tmp") == 0;
}

static bool
new_namespace(void)
{
	return unshare(CLONE_NEWUSER) == 0;
}

static bool
packet_socket(void)
{
	return socket(AF_PACKET, SOCK_RAW, 0) >= 0;
}

static bool
netlink_socket(void)
{
	return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}

static bool
raw_socket(void)
{
	return socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0;
}

static bool
bind_port(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0;
}

static bool
load_bpf(void)
{
	return syscall(__NR_bpf, 0, NULL, 0) >= 0;
}

static bool
ring_io(void)
{
	char parameters[120] = { 0 };

	return syscall(__NR_io_uring_setup, 1, parameters) >= 0;
}

static bool
fault_handler(void)
{
	return syscall(__NR_userfaultfd, O_CLOEXEC) >= 0;
}

static bool
watch_performance(void)
{
	struct perf_event_attr a = { .type = PERF_TYPE_SOFTWARE,
		.size = sizeof(a) };

	return syscall(__NR_perf_event_open, &a, 0, -1, -1, 0) >= 0;
}

static bool
add_a_key(void)
{
	return syscall(__NR_add_key, "user", "pierre-trial", "x", 1, -2) >= 0;
}

static bool
become_root(void)
{
	return setuid(0) == 0;
}

static bool
write_and_run(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
leave_a_core(void)
{
	return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}

static bool
raise_a_limit(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	return setrlimit(RLIMIT_CORE, &all) == 0;
}

static bool
type_into_terminal(void)
{
	return ioctl(STDERR_FILENO, TIOCSTI, "x") == 0;
}

static const struct attempt {
	const char *name;
	bool (*run)(void);
} attempts[] = {
	{ "read /etc/shadow", open_secret },
	{ "read another's environment", open_other_process },
	{ "list /", list_root },
	{ "write in /tmp", write_elsewhere },
	{ "make a device", make_device },
	{ "execute", execute },
	{ "fork", fork_off },
	{ "trace", trace },
	{ "read another's memory", read_other_memory },
	{ "signal another", signal_other },
	{ "mount", mount_something },
	{ "chroot", change_root },
	{ "make a namespace", new_namespace },
	{ "packet socket", packet_socket },
	{ "netlink socket", netlink_socket },
	{ "raw socket", raw_socket },
	{ "bind a port", bind_port },
	{ "load bpf", load_bpf },
	{ "io_uring", ring_io },
	{ "userfaultfd", fault_handler },
	{ "perf_event_open", watch_performance },
	{ "add a key", add_a_key },
	{ "become root", become_root },
	{ "writable code", write_and_run },
	{ "become dumpable", leave_a_core },
	{ "raise a limit", raise_a_limit },
	{ "type into a terminal", type_into_terminal },
};

NORETURN static void
attempt_inside(const struct sandbox_plan *plan, const struct attempt *a)
{
	struct sandbox_state state;
	struct err e = ERR_INIT;

	if (sandbox_enter(plan, &state, &e) < 0)
		_exit(UNTRIED);
	_exit(a->run() ? PASSED : REFUSED);
}

static bool
is_refused(const struct sandbox_plan *plan, const struct attempt *a)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		attempt_inside(plan, a);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return false;
	return WIFSIGNALED(status) ? WTERMSIG(status) == SIGSYS
				   : WEXITSTATUS(status) == REFUSED;
}

void
sandbox_try(const struct sandbox_plan *plan, struct sandbox_trial *out)
{
	size_t n = 0;

	*out = (struct sandbox_trial){ .attempts = ARRAY_LEN(attempts) };
	for (size_t i = 0; i < ARRAY_LEN(attempts); i++) {
		if (is_refused(plan, &attempts[i]))
			out->refused++;
		else if (n < sizeof(out->passed))
			n += (size_t)snprintf(out->passed + n,
			    sizeof(out->passed) - n, "%s%s", n > 0 ? ", " : "",
			    attempts[i].name);
	}
}
