#ifndef AUTH_ACCOUNTS_H
#define AUTH_ACCOUNTS_H

/* Accounts: signing in, registering, approving, suspending, passwords and
 * one-time links.  Whatever changes something notes it in the audit trail in
 * the same transaction.  Messages of ERR_INVALID, ERR_DENIED and
 * ERR_UNAUTHENTICATED are meant for the person. */

#include "auth/audit.h"
#include "auth/mail.h"
#include "auth/opaque.h"
#include "auth/origin.h"
#include "auth/password.h"
#include "store/links.h"
#include "store/users.h"

struct accounts;
struct conf;
struct keyring;
struct session;

/* One a process. */
struct accounts *accounts_new(
    const struct conf *conf, struct db *db, struct keyring *k, struct err *e);
void accounts_free(struct accounts **a);
const struct audit *accounts_audit(const struct accounts *a);
/* Call fn(arg) when mail may be due, which is taken up sooner then. */
void accounts_on_mail(struct accounts *a, void (*fn)(void *arg), void *arg);

/* --- signing in ---------------------------------------------------------- */

/* login: a username or an e-mail address.  0 and *out; -1 with
 * ERR_UNAUTHENTICATED and one message for a name that is not known, a password
 * that is wrong, and an account that is pending or suspended, after the same
 * work; ERR_LIMITED when this account and address failed too often (*retry_s_r:
 * seconds until it may be tried again, else 0); ERR_UNAVAILABLE.  Starts no
 * session. */
NODISCARD int accounts_sign_in(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str login, struct str password,
    struct user *out, int64_t *retry_s_r, struct err *e);

/* --- registering --------------------------------------------------------- */

struct registration {
	struct str email;
	struct str password;
	struct str display_name; /* empty: the address up to its @ */
	struct str timezone;	 /* empty: UTC */
};

#define ACCOUNT_DISPLAY_MAX 100 /* bytes */

/* Whether a person may be called that; empty is no name, and good. */
NODISCARD int accounts_check_display(struct str s, struct err *e);

/* ERR_DENIED when auth.registration is closed.  Where an address is taken
 * already nothing happens, which nobody can tell from success: *out is filled
 * in alike.  *pending_r: an administrator has to approve. */
NODISCARD int accounts_register(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct registration *r, struct user *out,
    bool *pending_r, struct err *e);
/* By an invitation to a tenant, whatever auth.registration says; where there is
 * mail the person confirms the address first (out->unverified).  ERR_DENIED
 * when the token is not good any more.  An address that is taken uses it up,
 * too, and cannot be told from success, as of accounts_register(). */
NODISCARD int accounts_join(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str token, const struct registration *r,
    struct user *out, struct err *e);
/* Whether an invitation is good, without using it up: 1, 0, -1. */
NODISCARD int accounts_peek_invitation(
    struct accounts *a, struct arena *arena, struct str token, struct err *e);
/* The first administrator, by the token that the server printed. ERR_DENIED
 * when it is not good any more. */
NODISCARD int accounts_setup(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str token, const struct registration *r,
    struct user *out, struct err *e);
/* Make that token: 1 and it is shown this once, the caller wipes it; 0 there is
 * an administrator, or (unless replace) a token that holds; -1. */
NODISCARD int accounts_make_setup(struct accounts *a, struct arena *arena,
    bool replace, char token_r[OPAQUE_LEN + 1], struct err *e);
/* A person of u->athlete, by a command; password STR_NULL: none yet. */
NODISCARD int accounts_create(struct accounts *a, struct arena *arena,
    const struct origin *from, struct user *u, struct str password,
    struct err *e);

/* --- by administrators --------------------------------------------------- */

/* 1 done, 0 no such user or nothing to change, -1; ERR_CONFLICT when nobody
 * would be left who can administer. */
NODISCARD int accounts_approve(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e);
/* Say that an address is the person's, when no mail reaches it. */
NODISCARD int accounts_vouch(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e);
/* Ends all sessions, too. */
NODISCARD int accounts_suspend(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e);
NODISCARD int accounts_restore(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e);
NODISCARD int accounts_set_admin(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, bool is_admin,
    struct err *e);

/* As users_update(); whoever loses an address by it gets a mail there. */
NODISCARD int accounts_set_profile(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct athlete *who, struct err *e);

/* As thresholds_set() and thresholds_remove(), of t's kind and day: 1, 0 there
 * was none, -1. */
NODISCARD int accounts_set_threshold(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whose,
    const struct threshold *t, struct err *e);
NODISCARD int accounts_drop_threshold(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whose,
    const struct threshold *t, struct err *e);

/* Everything that is kept of a person goes, but not what the audit trail says,
 * which the deletion is noted in when it is certain: killed on the way, it is
 * finished by the next call or by the keeper (store/user_delete.h). */
NODISCARD int accounts_delete(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e);
/* Note that all that is kept of a person is taken along; before, so that it is
 * in what is taken. */
NODISCARD int accounts_note_export(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct err *e);

/* --- passwords ----------------------------------------------------------- */

/* ERR_DENIED: `present` is wrong; counts like a failure to sign in.  Ends all
 * sessions but `keep` (NULL: none stays). */
NODISCARD int accounts_change_password(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom,
    const struct uuid *keep, struct str present, struct str wanted,
    int64_t *retry_s_r, struct err *e);
/* By a command: nothing is asked, all sessions end. */
NODISCARD int accounts_set_password(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct str wanted,
    struct err *e);

/* --- one-time links ------------------------------------------------------ */

/* A link by which its owner sets a new password; older ones become void.  The
 * URL, or without server.public_url its path and query, is shown this once; the
 * caller wipes it with buf_wipe(). */
NODISCARD int accounts_reset_link(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct buf *url_r,
    struct err *e);
/* Whose a link is, without using it up: 1, 0 not good any more, -1. */
NODISCARD int accounts_peek_reset(struct accounts *a, struct arena *arena,
    struct str token, struct user *out, struct err *e);
/* Set a new password by a link: of many who try at once one succeeds, others
 * get ERR_DENIED.  Ends all sessions. */
NODISCARD int accounts_reset(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str token, struct str wanted,
    struct user *out, struct err *e);

/* --- by the owner of a tenant -------------------------------------------- */

/* Of all here: ERR_DENIED when `who` is not the owner of its tenant. */
NODISCARD int accounts_check_owner(struct accounts *a, struct arena *arena,
    const struct owner *who, struct err *e);
/* A link by which somebody joins the tenant; email (or STR_NULL) is kept to
 * tell invitations apart, ERR_INVALID when it is no address.  url_r as of
 * accounts_reset_link(). */
NODISCARD int accounts_invite_link(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *who, struct str email,
    struct buf *url_r, struct err *e);
/* The invitations of `who` that hold, newest first. */
NODISCARD int accounts_invitations(struct accounts *a, struct arena *arena,
    const struct owner *who, struct one_time_link **list_r, size_t *n_r,
    struct err *e);
/* One of them holds no more: 1, 0 there is no such invitation, -1. */
NODISCARD int accounts_withdraw(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *who, const struct uuid *id,
    struct err *e);
/* End a membership: the account is suspended, and an administrator may restore
 * or delete it.  1, 0 no such member, -1; ERR_CONFLICT for an owner, so that
 * none is left without. */
NODISCARD int accounts_remove_member(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *who,
    const struct uuid *member_id, struct err *e);

/* --- by mail ------------------------------------------------------------- */

/* Whoever has this address gets a link for a new password.  Where nobody has
 * it, and where three went there within a quarter of an hour, nothing is sent,
 * which nobody can tell from success.  ERR_INVALID: no address; ERR_LIMITED:
 * too many requests from there (*retry_s_r); ERR_DENIED: this server sends no
 * mail.
 */
NODISCARD int accounts_forgot(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str email, int64_t *retry_s_r,
    struct err *e);
/* A link goes to another address of the person's, who has proven the password:
 * once it is followed, that is the account's.  ERR_DENIED: `present` is wrong,
 * or there is no mail; ERR_INVALID; ERR_LIMITED. */
NODISCARD int accounts_ask_address(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *whom, struct str present,
    struct str email, int64_t *retry_s_r, struct err *e);
/* Whose address a link confirms, and which: 1, 0 not good any more, -1. */
NODISCARD int accounts_peek_address(struct accounts *a, struct arena *arena,
    struct str token, struct user *out, const char **email_r, struct err *e);
/* Follow it: of many who try at once one succeeds, others get ERR_DENIED;
 * ERR_CONFLICT when somebody else has the address by now.  A username that was
 * the former address is the new one. */
NODISCARD int accounts_confirm_address(struct accounts *a, struct arena *arena,
    const struct origin *from, struct str token, struct err *e);
/* The link of a mail that is about to be sent; older ones become void.  url_r
 * as of accounts_reset_link(). */
NODISCARD int accounts_mail_link(struct accounts *a, struct arena *arena,
    const struct owner *whose, enum mail_kind kind, const char *to,
    struct buf *url_r, struct err *e);

/* --- sessions ------------------------------------------------------------ */

/* Begin one for somebody who was just proven; `former` (NULL: none), which the
 * browser had before, ends.  token_r is the value of the cookie "session" and
 * is wiped by the caller; auth.session_lifetime is its greatest age. */
NODISCARD int session_start(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *o, const struct uuid *former,
    char token_r[OPAQUE_LEN + 1], struct uuid *id_r, struct err *e);
/* By whatever proved who somebody is, a session, a token or what a client was
 * granted: it ends.  1, 0 there was nothing to end, -1. */
NODISCARD int session_sign_out(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct who *who, struct err *e);
/* By who signs out: 1, 0 no such session, -1. */
NODISCARD int session_end(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *o, const struct uuid *id,
    struct err *e);
/* Those that hold, used last first. */
NODISCARD int session_list(struct accounts *a, struct arena *arena,
    const struct owner *o, struct session **list_r, size_t *n_r, struct err *e);
/* From elsewhere: 1, 0 no such session, -1. */
NODISCARD int session_revoke(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *o, const struct uuid *id,
    struct err *e);
/* All but `keep` (NULL: all); *n_r gets how many. */
NODISCARD int session_revoke_others(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *o, const struct uuid *keep,
    unsigned *n_r, struct err *e);

#endif
