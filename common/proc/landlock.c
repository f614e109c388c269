#include "proc/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the header of an older kernel lacks; the running kernel is asked. */
#define FS_ALL_1   ((UINT64_C(1) << 13) - 1)
#define FS_REFER   (UINT64_C(1) << 13) /* version 2 */
#define FS_TRUNC   (UINT64_C(1) << 14) /* version 3 */
#define FS_IOCTL   (UINT64_C(1) << 15) /* version 5 */
#define NET_BIND   (UINT64_C(1) << 0)  /* version 4 */
#define SCOPE_BOTH UINT64_C(3)	       /* version 6: sockets, signals */

#define FS_READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_APPEND                                                              \
	(FS_READ | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG)
#define FS_WRITE                                                               \
	(FS_APPEND | LANDLOCK_ACCESS_FS_MAKE_DIR |                             \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |   \
	    FS_REFER | FS_TRUNC)
/* What there is to allow on something that is no directory. */
#define FS_OF_FILE                                                             \
	(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |        \
	    FS_TRUNC)

struct attributes {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

static size_t
describe(struct attributes *a, long version)
{
	*a = (struct attributes){ .fs = FS_ALL_1 };
	if (version >= 2)
		a->fs |= FS_REFER;
	if (version >= 3)
		a->fs |= FS_TRUNC;
	if (version >= 5)
		a->fs |= FS_IOCTL;
	if (version >= 4)
		a->net = NET_BIND;
	if (version >= 6)
		a->scoped = SCOPE_BOTH;
	return version >= 6   ? sizeof(*a)
	       : version >= 4 ? offsetof(struct attributes, scoped)
			      : offsetof(struct attributes, net);
}

static int
allow(int ruleset, const char *path, uint64_t rights, struct err *e)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = rights };
	struct stat st;
	long rc;

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return errno == ENOENT || errno == EACCES || errno == ENOTDIR
			   ? 0
			   : err_sys(e, ERR_INTERNAL, "landlock: %s", path);
	if (fstat(rule.parent_fd, &st) == 0 && !S_ISDIR(st.st_mode))
		rule.allowed_access &= FS_OF_FILE;
	rc = syscall(__NR_landlock_add_rule, ruleset,
	    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	if (rc < 0)
		err_sys(e, ERR_INTERNAL, "landlock: %s", path);
	close(rule.parent_fd);
	return rc < 0 ? -1 : 0;
}

static int
allow_each(
    int ruleset, const char *const *paths, uint64_t rights, struct err *e)
{
	for (; *paths != NULL; paths++) {
		if (**paths != '\0' && allow(ruleset, *paths, rights, e) < 0)
			return -1;
	}
	return 0;
}

static int
restrict_self(int ruleset, const struct attributes *a,
    const struct landlock_paths *paths, struct err *e)
{
	if (allow_each(ruleset, paths->write, FS_WRITE & a->fs, e) < 0 ||
	    allow_each(ruleset, paths->append, FS_APPEND & a->fs, e) < 0 ||
	    allow_each(ruleset, paths->read, FS_READ & a->fs, e) < 0)
		return -1;
	if (syscall(__NR_landlock_restrict_self, ruleset, 0) < 0)
		return err_sys(e, ERR_INTERNAL, "landlock");
	return 0;
}

int
landlock_enter(const struct landlock_paths *paths, struct err *e)
{
	struct attributes a;
	long version = syscall(__NR_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	long ruleset;
	size_t size;
	int rc;

	if (version <= 0)
		return errno == ENOSYS || errno == EOPNOTSUPP
			   ? 0
			   : err_sys(e, ERR_INTERNAL, "landlock");
	size = describe(&a, version);
	ruleset = syscall(__NR_landlock_create_ruleset, &a, size, 0);
	if (ruleset < 0)
		return err_sys(e, ERR_INTERNAL, "landlock");
	rc = restrict_self((int)ruleset, &a, paths, e);
	close((int)ruleset);
	return rc < 0 ? -1 : (int)version;
}
