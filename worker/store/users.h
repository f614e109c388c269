#ifndef STORE_USERS_H
#define STORE_USERS_H

/* People and the tenants they belong to.  A call that writes makes a
 * transaction of its own, or belongs to the one whose tx it is given; so in
 * all of store/. */

#include "model/athlete.h"
#include "store/owner.h"

enum user_status { USER_ACTIVE, USER_SUSPENDED };

struct user {
	struct athlete athlete;
	bool is_admin;
	enum user_status status;
	int64_t created_us;
};

/* Create the user of u->athlete in a tenant of his own; ids, status and time
 * are filled in when the ids are zero.  Names compare without case.
 * ERR_CONFLICT when the username is taken. */
NODISCARD int users_create(
    struct db *db, struct arena *a, struct user *u, struct err *e);

/* 1 found, 0 no such user, -1. */
NODISCARD int users_get(struct db *db, struct arena *a, const struct owner *o,
    struct user *out, struct err *e);
NODISCARD int users_by_name(struct db *db, struct arena *a,
    const char *username, struct user *out, struct err *e);

/* All, in order of username. */
NODISCARD int users_list(struct db *db, struct arena *a, struct user **list_r,
    size_t *n_r, struct err *e);

/* Replace display name, email, time zone, sex, birth day, height and weight.
 * 1 done, 0 no such user, -1. */
NODISCARD int users_update(struct db *db, struct arena *a,
    const struct athlete *athlete, struct err *e);

/* Suspending moves the revocation epoch.  1 done, 0 no such user, -1. */
NODISCARD int users_set_status(struct db *db, struct arena *a,
    const struct owner *o, enum user_status status, struct err *e);

#endif
