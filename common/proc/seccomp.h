#ifndef PROC_SECCOMP_H
#define PROC_SECCOMP_H

/* The system calls that this process and its later threads may make from now
 * on; see syscalls.def. */

#include "base/err.h"

/* 1 in force, 0 the kernel has no such thing, -1.  no_new_privs has to be set
 * before.  The process may signal none but itself. */
NODISCARD int seccomp_enter(struct err *e);

#endif
