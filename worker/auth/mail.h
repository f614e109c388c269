#ifndef AUTH_MAIL_H
#define AUTH_MAIL_H

/* Mail to people: what there is to say, and the queue.  A mail that is due is a
 * job (jobs/mail_job.c), queued by the transaction that gives cause for it. The
 * row says which mail and, until that has come to an end, to whom; a link is
 * made when the mail is sent, so that nowhere but in the mail itself it can be
 * read. */

#include "base/buf.h"
#include "store/links.h"

struct conf;

enum mail_kind {
#define MAIL(id, name, path, subject, text) MAIL_##id,
#include "auth/mails.def"
#undef MAIL
	MAIL_KIND_COUNT
};

const char *mail_name(enum mail_kind kind);
/* Whether this server sends mail at all. */
bool mail_is_on(const struct conf *conf);
/* Something before an @, and a name with a dot behind it, in printable ASCII;
 * what mail servers think of it is theirs to say. */
bool mail_is_address(struct str s);
/* "a***@example.com": for logs. */
const char *mail_masked(struct arena *a, const char *address);

/* As a step of the transaction tx.  Nothing happens where no mail is sent, or
 * to is "". */
NODISCARD int mail_queue(const struct conf *conf, struct db *tx,
    struct arena *a, const struct owner *whose, enum mail_kind kind,
    const char *to, struct err *e);
/* What mail_queue() wrote into the job; ERR_INVALID when it is not that. */
NODISCARD int mail_read(struct arena *a, const char *input,
    enum mail_kind *kind_r, const char **to_r, struct err *e);

/* Which kind of link leads from a mail: true, or false when none does. */
bool mail_has_link(enum mail_kind kind, enum link_kind *link_r);
/* The page that it leads to. */
const char *mail_path(enum mail_kind kind);

/* The host of server.public_url. */
const char *mail_site_host(struct arena *a, const struct conf *conf);

/* The whole mail as it goes over the wire, into out (wiped by the caller, since
 * it holds the link); link: "" where the kind has none. */
void mail_compose(const struct conf *conf, enum mail_kind kind, const char *to,
    const char *link, int64_t now_us, struct buf *out);

#endif
