#include "web/html.h"

#include "base/check.h"
#include "base/date.h"

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

static bool
is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

static bool
is_void(const char *element)
{
	static const char *const list[] = { "input", "meta", "link", "br", "hr",
		"img", NULL };

	return is_one_of(element, list);
}

/* Elements whose contents are no text to a browser, or that bring foreign
 * things in. */
static bool
is_forbidden(const char *element)
{
	static const char *const list[] = { "style", "iframe", "object",
		"embed", "template", "base", "xmp", "plaintext", "noembed",
		NULL };

	return is_one_of(element, list);
}

static bool
is_url(const char *attribute)
{
	static const char *const list[] = { "href", "src", "action",
		"formaction", NULL };

	return is_one_of(attribute, list);
}

void
html_init(struct html *h, struct buf *out)
{
	*h = (struct html){ .out = out };
}

void
html_done(const struct html *h)
{
	CHECK(h->depth == 0 && !h->in_tag);
}

/* --- escaping ------------------------------------------------------------ */

static void
end_tag(struct html *h)
{
	if (h->in_tag)
		buf_addc(h->out, '>');
	h->in_tag = false;
}

static const char *
entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

static bool
is_plain(char c)
{
	unsigned char u = (unsigned char)c;

	return (u >= 0x20 && u < 0x7f) || c == '\n' || c == '\t';
}

/* The same for text and for values in double quotes. */
static void
add_escaped(struct buf *out, struct str s)
{
	const char *word;
	size_t n;

	for (size_t i = 0; i < s.n; i += n) {
		n = 1;
		word = entity(s.p[i]);
		if (word != NULL) {
			buf_adds(out, word);
		} else if (is_plain(s.p[i])) {
			buf_addc(out, s.p[i]);
		} else if ((unsigned char)s.p[i] >= 0x80 &&
			   (n = str_utf8_length(str_make(s.p + i, s.n - i))) !=
			       0) {
			buf_add(out, s.p + i, n);
		} else {
			buf_adds(out, replacement);
			n = 1;
		}
	}
}

void
html_text_str(struct html *h, struct str text)
{
	CHECK(h->depth == 0 || strcmp(h->open[h->depth - 1], "script") != 0);
	end_tag(h);
	add_escaped(h->out, text);
}

void
html_text(struct html *h, const char *text)
{
	html_text_str(h, str_of(text));
}

static void
text_va(struct html *h, const char *fmt, va_list ap)
{
	struct buf b = BUF_INIT;

	buf_vprintf(&b, fmt, ap);
	html_text_str(h, buf_str(&b));
	buf_free(&b);
}

void
html_textf(struct html *h, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_va(h, fmt, ap);
	va_end(ap);
}

/* --- elements ------------------------------------------------------------ */

void
html_open(struct html *h, const char *element)
{
	CHECK(!is_forbidden(element));
	end_tag(h);
	buf_addc(h->out, '<');
	buf_adds(h->out, element);
	h->in_tag = true;
	if (is_void(element))
		return;
	CHECK(h->depth < HTML_DEPTH_MAX);
	h->open[h->depth++] = element;
}

void
html_close(struct html *h, const char *element)
{
	end_tag(h);
	CHECK(h->depth > 0 && strcmp(h->open[h->depth - 1], element) == 0);
	h->depth--;
	buf_adds(h->out, "</");
	buf_adds(h->out, element);
	buf_addc(h->out, '>');
}

/* To this site: a path that no browser takes for another host's, a query or a
 * fragment. */
static bool
is_own_link(struct str url)
{
	if (url.n == 0 || url.p[0] == '#' || url.p[0] == '?')
		return true;
	return url.p[0] == '/' &&
	       (url.n == 1 || (url.p[1] != '/' && url.p[1] != '\\'));
}

static bool
is_link(struct str url)
{
	return is_own_link(url) || str_starts(url, STR("https://")) ||
	       str_starts(url, STR("http://"));
}

static void
add_attr(struct html *h, const char *name, struct str value)
{
	CHECK(h->in_tag);
	CHECK(strncmp(name, "on", 2) != 0 && strcmp(name, "style") != 0 &&
	      strcmp(name, "srcdoc") != 0);
	buf_addc(h->out, ' ');
	buf_adds(h->out, name);
	buf_adds(h->out, "=\"");
	add_escaped(h->out, value);
	buf_addc(h->out, '"');
}

void
html_attr_str(struct html *h, const char *name, struct str value)
{
	add_attr(h, name, !is_url(name) || is_link(value) ? value : STR("#"));
}

void
html_attr(struct html *h, const char *name, const char *value)
{
	if (value != NULL)
		html_attr_str(h, name, str_of(value));
}

void
html_attrf(struct html *h, const char *name, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	html_attr_str(h, name, buf_str(&b));
	buf_free(&b);
}

void
html_flag(struct html *h, const char *name, bool on)
{
	CHECK(h->in_tag);
	if (!on)
		return;
	buf_addc(h->out, ' ');
	buf_adds(h->out, name);
}

/* --- in one go ----------------------------------------------------------- */

void
html_box(struct html *h, const char *element, const char *class)
{
	html_open(h, element);
	html_attr(h, "class", class);
}

void
html_line(
    struct html *h, const char *element, const char *class, const char *text)
{
	html_box(h, element, class);
	html_text(h, text);
	html_close(h, element);
}

void
html_linef(struct html *h, const char *element, const char *class,
    const char *fmt, ...)
{
	va_list ap;

	html_box(h, element, class);
	va_start(ap, fmt);
	text_va(h, fmt, ap);
	va_end(ap);
	html_close(h, element);
}

void
html_link(struct html *h, const char *href, const char *text)
{
	html_open(h, "a");
	html_attr(h, "href", href);
	html_text(h, text);
	html_close(h, "a");
}

void
html_instant(struct html *h, int64_t us, int32_t offset_s)
{
	int64_t local_us = us + offset_s * DATE_US_PER_SECOND;
	int32_t day = date_of_instant(us, offset_s);
	int64_t minute =
	    (local_us - day * DATE_US_PER_DAY) / (60 * DATE_US_PER_SECOND);
	struct date_civil c = date_from_day(day);
	struct buf stamp = BUF_INIT;

	date_format_rfc3339(&stamp, us, false, 0);
	html_open(h, "time");
	html_attr_str(h, "datetime", buf_str(&stamp));
	html_textf(h, "%d %s %d, %02d:%02d", c.day, date_month_name(c.month),
	    c.year, (int)(minute / 60), (int)(minute % 60));
	html_close(h, "time");
	buf_free(&stamp);
}

/* --- out of the browser -------------------------------------------------- */

/* RFC 3986, section 3.1. */
static bool
is_scheme(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter &&
		    (i == 0 || !((c >= '0' && c <= '9') || c == '+' ||
				   c == '-' || c == '.')))
			return false;
	}
	return s.n > 0;
}

bool
html_is_way_out(struct str url)
{
	static const char *const bad[] = { "javascript", "data", "vbscript",
		"blob", "filesystem", "file", "about", "view-source" };
	struct str rest, scheme = str_cut(url, ':', &rest);

	if (rest.n == 0 || !is_scheme(scheme))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (str_ieq(scheme, str_of(bad[i])))
			return false;
	for (size_t i = 0; i < url.n; i++)
		if ((unsigned char)url.p[i] <= 0x20 || url.p[i] == 0x7f)
			return false;
	return true;
}

void
html_way_out(struct html *h, struct str url)
{
	CHECK(html_is_way_out(url));
	add_attr(h, "href", url);
}

void
html_refresh_out(struct html *h, int seconds, struct str url)
{
	struct buf b = BUF_INIT;

	CHECK(html_is_way_out(url));
	buf_printf(&b, "%d; url=%.*s", seconds, STR_ARG(url));
	html_open(h, "meta");
	html_attr(h, "http-equiv", "refresh");
	html_attr_str(h, "content", buf_str(&b));
	buf_free(&b);
}
