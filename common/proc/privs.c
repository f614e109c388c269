#include "proc/privs.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"

/* --- descriptors --------------------------------------------------------- */

static void
close_between(unsigned first, unsigned last)
{
	if (first <= last && close_range(first, last, 0) < 0) {
		for (unsigned fd = first; fd <= last && fd < 65536; fd++)
			close((int)fd);
	}
}

static int
compare_ints(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

void
privs_keep_only(const int *fds, size_t n)
{
	int sorted[128];
	unsigned next = STDERR_FILENO + 1;

	CHECK(n <= ARRAY_LEN(sorted));
	memcpy(sorted, fds, n * sizeof(*fds));
	qsort(sorted, n, sizeof(*sorted), compare_ints);
	for (size_t i = 0; i < n; i++) {
		if (sorted[i] < (int)next)
			continue;
		close_between(next, (unsigned)sorted[i] - 1);
		next = (unsigned)sorted[i] + 1;
	}
	close_between(next, ~0U);
}

/* --- identity ------------------------------------------------------------ */

int
privs_find(struct account *out, const char *name, struct err *e)
{
	const struct passwd *pw = getpwnam(name);

	if (pw == NULL)
		return err_set(e, ERR_CONFIG,
		    "server.user: there is no account \"%s\"", name);
	*out = (struct account){ pw->pw_uid, pw->pw_gid };
	return 0;
}

static int
give_entries(
    DIR *dir, const char *name, const struct account *to, struct err *e)
{
	const struct dirent *entry;
	struct stat st;

	while ((entry = readdir(dir)) != NULL) {
		if (fstatat(dirfd(dir), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode) || st.st_nlink != 1 ||
		    st.st_uid == to->uid)
			continue;
		if (fchownat(dirfd(dir), entry->d_name, to->uid, to->gid,
			AT_SYMLINK_NOFOLLOW) < 0)
			return err_sys(e, ERR_CONFIG,
			    "cannot give %s/%s to server.user", name,
			    entry->d_name);
	}
	return 0;
}

int
privs_give(const char *dir, const struct account *to, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d;
	int r;

	if (fd < 0 || fchown(fd, to->uid, to->gid) < 0) {
		err_sys(e, ERR_CONFIG, "cannot give %s to server.user", dir);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	d = fdopendir(fd);
	CHECK(d != NULL);
	r = give_entries(d, dir, to, e);
	closedir(d);
	return r;
}

void
privs_give_file(int fd, const char *path, const struct account *to)
{
	struct stat open_one, named;

	if (fstat(fd, &open_one) == 0 && lstat(path, &named) == 0 &&
	    S_ISREG(named.st_mode) && named.st_nlink == 1 &&
	    open_one.st_ino == named.st_ino &&
	    open_one.st_dev == named.st_dev && fchown(fd, to->uid, to->gid) < 0)
		return; /* its writers will say that they cannot */
}

int
privs_become(const struct account *a, struct err *e)
{
	if (setgroups(1, &a->gid) < 0 ||
	    setresgid(a->gid, a->gid, a->gid) < 0 ||
	    setresuid(a->uid, a->uid, a->uid) < 0)
		return err_sys(e, ERR_CONFIG, "server.user: cannot become %d",
		    (int)a->uid);
	return 0;
}

/* --- capabilities and limits --------------------------------------------- */

void
privs_bound(void)
{
	for (unsigned long cap = 0; cap < 64; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			break;
	}
}

/* Who has none is not asked to drop them: a service manager may have forbidden
 * the call together with the capabilities. */
static int
drop_capabilities(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct none[2] = { { 0 } }, now[2] = { { 0 } };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(__NR_capget, &head, now) == 0 &&
	    memcmp(now, none, sizeof(now)) == 0)
		return 0;
	return (int)syscall(__NR_capset, &head, none);
}

int
privs_drop(struct err *e)
{
	const struct rlimit none = { 0, 0 };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    drop_capabilities() < 0 || setrlimit(RLIMIT_CORE, &none) < 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return err_sys(e, ERR_INTERNAL, "dropping privileges");
	return 0;
}

uint64_t
privs_limit_files(uint64_t n)
{
	struct rlimit now, want = { n, n };

	if (getrlimit(RLIMIT_NOFILE, &now) < 0)
		return 0;
	/* Only who may raise the hard limit can. */
	if (n > now.rlim_max && setrlimit(RLIMIT_NOFILE, &want) < 0)
		want.rlim_cur = want.rlim_max = now.rlim_max;
	setrlimit(RLIMIT_NOFILE, &want);
	return want.rlim_cur;
}
