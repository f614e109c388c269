#ifndef PROC_PRIVS_H
#define PROC_PRIVS_H

/* What a process has from its start and had better not keep: descriptors, the
 * superuser's identity, capabilities, limits. */

#include <sys/types.h>

#include "base/err.h"

struct account {
	uid_t uid;
	gid_t gid;
};

/* Close every descriptor above standard error but these; those below 0 are
 * passed over. */
void privs_keep_only(const int *fds, size_t n);

/* The account of that name; ERR_CONFIG when there is none. */
NODISCARD int privs_find(struct account *out, const char *name, struct err *e);
/* Give a directory, and the plain files in it, to the account.  Links are
 * never followed. */
NODISCARD int privs_give(
    const char *dir, const struct account *to, struct err *e);
/* Give an open file to the account if `path` still is that file. */
void privs_give_file(int fd, const char *path, const struct account *to);
/* No capability can be had again; while still root.  For others it changes
 * nothing, nor need it once no_new_privs is set. */
void privs_bound(void);
/* Become that account for good. */
NODISCARD int privs_become(const struct account *a, struct err *e);

/* Nothing this process executes, if anything, gains privileges; all
 * capabilities go; nobody of the same account reads its memory; it leaves no
 * core. */
NODISCARD int privs_drop(struct err *e);
/* Bound the number of descriptors; the number that is now in force. */
uint64_t privs_limit_files(uint64_t n);

#endif
