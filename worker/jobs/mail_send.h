#ifndef JOBS_MAIL_SEND_H
#define JOBS_MAIL_SEND_H

#include "auth/mail.h"
#include "httpc/httpc.h"

/* Hand a mail to the mail server of the configuration, from a fiber; errors as
 * of smtp_send().  link: "" where the kind has none. */
NODISCARD int mail_send(struct httpc *h, struct arena *a,
    const struct conf *conf, enum mail_kind kind, const char *to,
    const char *link, struct err *e);

#endif
