#ifndef STORE_USERS_H
#define STORE_USERS_H

/* People and the tenants they belong to.  A call that writes makes a
 * transaction of its own, or belongs to the one whose tx it is given; so in
 * all of store/. */

#include "model/athlete.h"
#include "store/owner.h"

/* Pending: registered, and not yet approved. */
enum user_status { USER_ACTIVE, USER_SUSPENDED, USER_PENDING };
const char *user_status_name(enum user_status s);
enum user_status user_status_of(bool suspended, bool pending);

/* What a person is in a tenant: an owner invites and removes its members. */
enum tenant_role { TENANT_OWNER, TENANT_MEMBER };
const char *tenant_role_name(enum tenant_role r);

struct user {
	struct athlete athlete;
	bool is_admin;
	enum user_status status; /* of the user or his tenant, the worse */
	enum tenant_role tenant_role;
	bool unverified; /* has to confirm the address before signing in */
	int64_t created_us;
};

/* Create the user of u->athlete, active or pending: in a tenant of his own when
 * its id is zero, else in that one with u->tenant_role.  Ids and time are
 * filled in.  Names and addresses compare without case.  ERR_CONFLICT when one
 * of them is taken. */
NODISCARD int users_create(
    struct db *db, struct arena *a, struct user *u, struct err *e);

/* 1 found, 0 no such user, -1. */
NODISCARD int users_get(struct db *db, struct arena *a, const struct owner *o,
    struct user *out, struct err *e);
NODISCARD int users_by_name(struct db *db, struct arena *a,
    const char *username, struct user *out, struct err *e);

NODISCARD int users_by_email(struct db *db, struct arena *a, const char *email,
    struct user *out, struct err *e);
/* For administrators, whose business is not one tenant's. */
NODISCARD int users_by_id(struct db *db, struct arena *a, const struct uuid *id,
    struct user *out, struct err *e);

/* 1 there is an administrator, 0, -1. */
NODISCARD int users_have_admin(struct db *db, struct arena *a, struct err *e);
/* The same of one who can sign in, other than this person. */
NODISCARD int users_have_other_admin(
    struct db *db, struct arena *a, const struct uuid *than, struct err *e);

/* All, in order of username. */
NODISCARD int users_list(struct db *db, struct arena *a, struct user **list_r,
    size_t *n_r, struct err *e);

/* A page of them: whose username comes after this one ("": all). */
enum who_waits { WAITS_OR_NOT, WAITS, WAITS_NOT }; /* for approval */
NODISCARD int users_page(struct db *db, struct arena *a, const char *after,
    enum who_waits which, unsigned limit, struct user **list_r, size_t *n_r,
    struct err *e);

/* The people of one tenant, in order of creation. */
NODISCARD int users_list_of_tenant(struct db *db, struct arena *a,
    const struct uuid *tenant_id, struct user **list_r, size_t *n_r,
    struct err *e);

/* Replace display name, email, time zone, sex, birth day, height, weight and
 * units.
 * 1 done, 0 no such user, -1. */
NODISCARD int users_update(struct db *db, struct arena *a,
    const struct athlete *athlete, struct err *e);

/* The address was confirmed.  1 it was due, 0 not, -1. */
NODISCARD int users_verify(
    struct db *db, struct arena *a, const struct owner *o, struct err *e);
/* Another address, confirmed; a username that is the former address follows.
 * 1, 0 no such user, -1; ERR_CONFLICT when one of them is taken. */
NODISCARD int users_set_email(struct db *db, struct arena *a,
    const struct owner *o, const char *email, struct err *e);

/* Each moves the revocation epoch.  1 done, 0 no such user (or, to approve, not
 * one who is pending), -1. */
NODISCARD int users_approve(
    struct db *db, struct arena *a, const struct owner *o, struct err *e);
NODISCARD int users_set_admin(struct db *db, struct arena *a,
    const struct owner *o, bool is_admin, struct err *e);
/* USER_ACTIVE or USER_SUSPENDED. */
NODISCARD int users_set_status(struct db *db, struct arena *a,
    const struct owner *o, enum user_status status, struct err *e);

#endif
