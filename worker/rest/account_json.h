#ifndef REST_ACCOUNT_JSON_H
#define REST_ACCOUNT_JSON_H

/* What the handlers about accounts share: reading a small JSON body, saying who
 * somebody is, and whose request it is. */

#include "auth/accounts.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "http/http.h"
#include "store/users.h"

#define JSON_TYPE "application/json"

/* The body as an object; an empty body is an empty one. */
NODISCARD int body_object(
    struct http_req *req, const cJSON **out, struct err *e);
/* A text of it: 1, 0 it is absent, which is ERR_INVALID when required, -1. */
NODISCARD int body_text(const cJSON *o, const char *name, bool required,
    struct str *out, struct err *e);

/* No member but these, which a blank parts: for what had better not be made at
 * all than otherwise than its maker meant. */
NODISCARD int body_members(const cJSON *o, const char *names, struct err *e);

/* Whoever asks. */
struct owner owner_of_request(const struct http_req *req);
/* A person's own browser, or a token of their own making: ERR_DENIED for a
 * client that was given a part of what they may. */
NODISCARD int check_first_party(const struct http_req *req, struct err *e);
/* The uuid that the path names; ERR_NOT_FOUND when it is none. */
NODISCARD int path_id(const struct http_req *req, const char *name,
    struct uuid *out, struct err *e);

/* Nothing of it is kept by anybody on the way. */
void reply_private(struct http_req *req, int status);
/* Replies to ERR_LIMITED with Retry-After. */
void reply_refused(struct http_req *req, int64_t retry_s, const struct err *e);
/* How a DELETE of what belongs to whoever asks begins, with the path's {id},
 * and how it ends: 204, or 404 with `absent` where rc is 0. */
NODISCARD int begin_end(const struct http_req *req, struct owner *o,
    struct uuid *id, struct err *e);
void reply_ended(
    struct http_req *req, int rc, const char *absent, struct err *e);
/* DELETE of what the path's {id} names, by whoever it belongs to: 204, or 404
 * with `absent` where end() found nothing to end. */
typedef int end_mine(struct accounts *a, struct arena *arena,
    const struct origin *from, const struct owner *o, const struct uuid *id,
    struct err *e);
void reply_end(struct http_req *req, end_mine *end, const char *absent);
/* {"message": text} */
void reply_message(struct http_req *req, int status, const char *text);

/* One person, as an object. */
void user_json(struct jsonw *w, const struct user *u);

#endif
