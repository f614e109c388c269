#include "jobs/mail_send.h"

#include "base/clock.h"
#include "config/conf.h"
#include "httpc/smtp.h"

#define TIMEOUT_MS 60000

int
mail_send(struct httpc *h, struct arena *a, const struct conf *conf,
    enum mail_kind kind, const char *to, const char *link, struct err *e)
{
	struct str sender = conf_mail_sender(conf);
	struct buf text = BUF_INIT;
	struct smtp_mail m = {
		.url = conf->mail_url,
		.user = conf->mail_user,
		.password = conf->mail_password,
		.ca_file = conf->mail_ca_file,
		.hello = mail_site_host(a, conf),
		.from = arena_strndup(a, sender.p, sender.n),
		.to = to,
		.timeout_ms = TIMEOUT_MS,
	};
	int rc;

	mail_compose(conf, kind, to, link, clock_wall_us(), &text);
	m.text = buf_str(&text);
	rc = smtp_send(h, a, &m, e);
	buf_wipe(&text);
	return rc;
}
