/* mail: what its keys say together. */

#include "config/keys.h"

/* As it goes into MAIL FROM: something on both sides of one @, and nothing that
 * could end the line or the brackets. */
static bool
is_mailbox(struct str s)
{
	ptrdiff_t at = str_find(s, '@');

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~' ||
		    strchr("<>()\",;:\\[]", s.p[i]) != NULL)
			return false;
	}
	return at > 0 && (size_t)at + 1 < s.n &&
	       str_find(str_make(s.p + at + 1, s.n - (size_t)at - 1), '@') < 0;
}

struct str
conf_mail_sender(const struct conf *c)
{
	struct str from = str_trim(str_of(c->mail_from));
	ptrdiff_t open = str_find(from, '<');

	if (open < 0 || from.p[from.n - 1] != '>')
		return from;
	return str_make(from.p + open + 1, from.n - (size_t)open - 2);
}

/* The name before the address stands in a header as it is. */
static bool
is_sender(const struct conf *c)
{
	struct str from = str_trim(str_of(c->mail_from));

	for (size_t i = 0; i < from.n; i++) {
		if (from.p[i] < ' ' || from.p[i] > '~')
			return false;
	}
	return is_mailbox(conf_mail_sender(c));
}

static bool
is_server(struct str url)
{
	size_t scheme = str_starts(url, STR("smtp://"))	   ? 7
			: str_starts(url, STR("smtps://")) ? 8
							   : 0;

	return scheme > 0 && url.n > scheme && url.p[scheme] != ':' &&
	       strpbrk(url.p + scheme, "/@?# ") == NULL;
}

void
conf_check_mail(struct conf_reader *r)
{
	const struct conf *c = r->conf;

	if (c->mail_url[0] == '\0')
		return;
	if (!is_server(str_of(c->mail_url)))
		conf_complain_of(r, CONF_KEY_mail_url,
		    "\"%s\" is not smtp(s)://host[:port]", c->mail_url);
	if (!is_sender(c))
		conf_complain_of(r, CONF_KEY_mail_from,
		    "must be the address that mail comes from, such as "
		    "pierre@example.com");
	if (c->public_url[0] == '\0')
		conf_complain_of(r, CONF_KEY_mail_url,
		    "needs server.public_url, where the links in mail lead");
	if (c->mail_password[0] != '\0' && c->mail_user[0] == '\0')
		conf_complain_of(r, CONF_KEY_mail_password, "needs mail.user");
}
