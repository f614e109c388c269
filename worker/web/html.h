#ifndef WEB_HTML_H
#define WEB_HTML_H

/* HTML as a stream, right for the place by construction: text and values of
 * attributes are escaped, names are ours, a link leads to this site or to
 * http(s), and there is no way to write a script, a style or a handler.
 * Misuse (an end without its beginning, a forbidden name) is a CHECK. */

#include "base/buf.h"

#define HTML_DEPTH_MAX 32

struct html {
	struct buf *out;
	unsigned depth;
	bool in_tag; /* attributes may follow */
	const char *open[HTML_DEPTH_MAX];
};

void html_init(struct html *h, struct buf *out);
/* CHECKs that everything is closed. */
void html_done(const struct html *h);

/* Begin an element; attributes may follow, then what it contains.  Elements
 * without content (input, meta, link, br, hr, img) are not closed. */
void html_open(struct html *h, const char *element);
/* value NULL: left out.  In href, src and action a value that leads elsewhere
 * than to this site or http(s) becomes "#". */
void html_attr(struct html *h, const char *name, const char *value);
void html_attr_str(struct html *h, const char *name, struct str value);
void html_attrf(struct html *h, const char *name, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* A bare attribute, as required, when on. */
void html_flag(struct html *h, const char *name, bool on);
void html_close(struct html *h, const char *element);

/* What is no UTF-8 or a control character becomes U+FFFD. */
void html_text(struct html *h, const char *text);
void html_text_str(struct html *h, struct str text);
void html_textf(struct html *h, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* <element class="...">text</element>; class NULL: none. */
void html_line(
    struct html *h, const char *element, const char *class, const char *text);
void html_linef(struct html *h, const char *element, const char *class,
    const char *fmt, ...) PRINTF_LIKE(4, 5);
/* <element class="...">, to be closed. */
void html_box(struct html *h, const char *element, const char *class);
/* <a href>text</a> */
void html_link(struct html *h, const char *href, const char *text);
/* <time datetime>: an instant as "28 Nov 2026, 07:40", offset_s east of UTC. */
void html_instant(struct html *h, int64_t us, int32_t offset_s);

/* Whether a link may lead out of the browser: an absolute URL of any scheme
 * but those that run or show what the URL itself holds. */
NODISCARD bool html_is_way_out(struct str url);
/* Its href, and the content of a <meta http-equiv=refresh> after `seconds`;
 * CHECKs html_is_way_out(). */
void html_way_out(struct html *h, struct str url);
void html_refresh_out(struct html *h, int seconds, struct str url);

#endif
