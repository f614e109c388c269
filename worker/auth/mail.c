/* Mail to people. */

#include "auth/mail.h"

#include "base/date.h"
#include "base/json.h"
#include "base/jsonw.h"
#include "config/conf.h"
#include "store/jobs.h"

#define ADDRESS_MAX 254 /* RFC 5321, 4.5.3.1.3 */
#define LOCAL_MAX   64	/* 4.5.3.1.1 */

static const struct letter {
	const char *name;
	const char *path;
	const char *subject;
	const char *text;
} letters[] = {
#define MAIL(id, name, path, subject, text) { name, path, subject, text },
#include "auth/mails.def"
#undef MAIL
};

const char *
mail_name(enum mail_kind kind)
{
	return letters[kind].name;
}

const char *
mail_path(enum mail_kind kind)
{
	return letters[kind].path;
}

bool
mail_is_on(const struct conf *conf)
{
	return conf->mail_url[0] != '\0';
}

bool
mail_has_link(enum mail_kind kind, enum link_kind *link_r)
{
	*link_r = kind == MAIL_RESET ? LINK_RESET : LINK_VERIFY;
	return letters[kind].path[0] != '\0';
}

/* --- addresses ----------------------------------------------------------- */

bool
mail_is_address(struct str s)
{
	struct str domain, rest, local = str_cut(s, '@', &domain);
	bool dotted = false;

	if (local.n == 0 || local.n > LOCAL_MAX || s.n > ADDRESS_MAX ||
	    domain.p == NULL || domain.n < 3)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] > '~' ||
		    strchr("\"(),:;<>[\\]", s.p[i]) != NULL)
			return false;
	}
	for (rest = domain; rest.p != NULL;) {
		struct str label = str_cut(rest, '.', &rest);

		if (label.n == 0 || str_find(label, '@') >= 0)
			return false;
		dotted = dotted || rest.p != NULL;
	}
	return dotted;
}

const char *
mail_masked(struct arena *a, const char *address)
{
	const char *at = strchr(address, '@');

	return arena_printf(a, "%.1s***%s", address, at != NULL ? at : "");
}

/* --- the queue ----------------------------------------------------------- */

int
mail_queue(const struct conf *conf, struct db *tx, struct arena *a,
    const struct owner *whose, enum mail_kind kind, const char *to,
    struct err *e)
{
	struct job j = { .owner = *whose, .kind = JOB_MAIL, .node = "" };
	struct buf input = BUF_INIT;
	struct jsonw w;

	if (!mail_is_on(conf) || to[0] == '\0')
		return 0;
	jsonw_init(&w, &input);
	jsonw_object(&w);
	jsonw_kv_cstr(&w, "mail", letters[kind].name);
	jsonw_kv_cstr(&w, "to", to);
	jsonw_end_object(&w);
	jsonw_done(&w);
	j.input = arena_strndup(a, input.p, input.n);
	j.items_all = conf->mail_max_attempts;
	buf_free(&input);
	return jobs_insert(tx, a, &j, NULL, 0, INT64_MAX, e);
}

int
mail_read(struct arena *a, const char *input, enum mail_kind *kind_r,
    const char **to_r, struct err *e)
{
	const cJSON *o = json_parse(a, str_of(input), e);
	const cJSON *name = json_get(o, "mail"), *to = json_get(o, "to");

	if (o == NULL)
		return -1;
	for (int i = 0; i < MAIL_KIND_COUNT; i++) {
		if (!cJSON_IsString(name) || !cJSON_IsString(to) ||
		    strcmp(name->valuestring, letters[i].name) != 0)
			continue;
		*kind_r = (enum mail_kind)i;
		*to_r = to->valuestring;
		return 0;
	}
	return err_set(e, ERR_INVALID, "this program knows no such mail");
}

/* The URL is scheme://host[:port]. */
const char *
mail_site_host(struct arena *a, const struct conf *conf)
{
	const char *host = strstr(conf->public_url, "://");

	host = host != NULL ? host + 3 : "localhost";
	if (host[0] == '[')
		return arena_strndup(a, host, strcspn(host, "]") + 1);
	return arena_strndup(a, host, strcspn(host, ":/"));
}

/* --- composing ----------------------------------------------------------- */

/* "15 minutes", "2 hours". */
static void
add_time(struct buf *out, int64_t us)
{
	int64_t minutes = MAX(us / (60 * DATE_US_PER_SECOND), 1);

	if (minutes >= 120)
		buf_printf(out, "%lld hours", (long long)(minutes / 60));
	else
		buf_printf(out, "%lld minute%s", (long long)minutes,
		    minutes == 1 ? "" : "s");
}

static void
add_word(
    const struct conf *conf, struct str word, const char *link, struct buf *out)
{
	if (str_is(word, "site"))
		buf_adds(out, conf->public_url);
	else if (str_is(word, "link"))
		buf_adds(out, link);
	else if (str_is(word, "time"))
		add_time(out, conf->reset_lifetime_us);
}

static void
add_text(const struct conf *conf, const char *text, const char *link,
    struct buf *out)
{
	for (const char *p = text; *p != '\0'; p++) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;

		if (end != NULL) {
			add_word(conf, str_make(p + 1, (size_t)(end - p - 1)),
			    link, out);
			p = end;
		} else if (*p == '\n') {
			buf_adds(out, "\r\n");
		} else {
			buf_addc(out, *p);
		}
	}
}

static void
add_date(struct buf *out, int64_t us)
{
	struct buf date = BUF_INIT;

	date_format_http(&date, us);
	/* RFC 5322 wants an offset where RFC 9110 has "GMT". */
	buf_printf(out, "Date: %.*s +0000\r\n", (int)date.n - 4, date.p);
	buf_free(&date);
}

void
mail_compose(const struct conf *conf, enum mail_kind kind, const char *to,
    const char *link, int64_t now_us, struct buf *out)
{
	struct str sender = conf_mail_sender(conf), domain;
	struct uuid id = uuid_new();
	char text[UUID_TEXT_LEN + 1];

	/* So large that it never moves: it holds the link. */
	buf_reserve(out, 4096);
	uuid_format(&id, text);
	(void)str_cut(sender, '@', &domain);
	buf_printf(out, "From: %s\r\nTo: <%s>\r\nSubject: %s\r\n",
	    conf->mail_from, to, letters[kind].subject);
	add_date(out, now_us);
	buf_printf(out, "Message-ID: <%s@%.*s>\r\n", text, STR_ARG(domain));
	buf_adds(out, "Auto-Submitted: auto-generated\r\n"
		      "MIME-Version: 1.0\r\n"
		      "Content-Type: text/plain; charset=us-ascii\r\n"
		      "Content-Transfer-Encoding: 7bit\r\n\r\n");
	add_text(conf, letters[kind].text, link, out);
}
