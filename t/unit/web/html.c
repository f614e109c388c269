/* HTML as it is written, and that nothing can be written into it. */

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"
#include "web/html.h"

static struct buf out;
static struct html h;

static const char *
written(void)
{
	html_done(&h);
	return buf_cstr(&out);
}

static void
begin(void)
{
	buf_clear(&out);
	html_init(&h, &out);
}

static void
test_escaping(void)
{
	begin();
	html_open(&h, "p");
	html_attr(&h, "title", "\"><script>alert(1)</script>'&");
	html_text(&h, "<b>&\"'\x01");
	html_close(&h, "p");
	is_str(written(),
	    "<p title=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&#39;"
	    "&amp;\">&lt;b&gt;&amp;&quot;&#39;\xef\xbf\xbd</p>",
	    "text and values are escaped");
	begin();
	html_line(
	    &h, "i", "a b", "r\xc3\xa9sum\xc3\xa9 \xff\xc0\x80 \xed\xa0\x80");
	is_str(written(),
	    "<i class=\"a b\">r\xc3\xa9sum\xc3\xa9 "
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd "
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</i>",
	    "what is no UTF-8 is replaced");
	begin();
	html_linef(&h, "i", NULL, "%s", "<>");
	is_str(written(), "<i>&lt;&gt;</i>", "formatted text too");
}

static void
test_elements(void)
{
	begin();
	html_open(&h, "div");
	html_open(&h, "input");
	html_attr(&h, "value", NULL);
	html_flag(&h, "required", true);
	html_flag(&h, "checked", false);
	html_open(&h, "br");
	html_open(&h, "script");
	html_attr(&h, "src", "/static/pierre.js");
	html_close(&h, "script");
	html_close(&h, "div");
	is_str(written(),
	    "<div><input required><br><script src=\"/static/pierre.js\">"
	    "</script></div>",
	    "elements without content, flags, nothing for NULL");
	begin();
	html_instant(&h, INT64_C(1764315000) * 1000000, 3600);
	is_str(written(),
	    "<time datetime=\"2025-11-28T07:30:00Z\">28 Nov 2025, 08:30</time>",
	    "an instant");
	begin();
	html_instant(&h, INT64_C(-60) * 1000000, 0);
	is_str(written(),
	    "<time datetime=\"1969-12-31T23:59:00Z\">31 Dec 1969, 23:59</time>",
	    "one before 1970");
}

static void
test_links(void)
{
	static const struct {
		const char *url;
		const char *href;
	} links[] = {
		{ "/account?a=1&b=2", "/account?a=1&amp;b=2" },
		{ "https://example.org/", "https://example.org/" },
		{ "http://example.org/", "http://example.org/" },
		{ "#main", "#main" },
		{ "", "" },
		{ "//evil.example", "#" },
		{ "/\\evil.example", "#" },
		{ "javascript:alert(1)", "#" },
		{ "JavaScript:alert(1)", "#" },
		{ " javascript:alert(1)", "#" },
		{ "java\nscript:alert(1)", "#" },
		{ "data:text/html,x", "#" },
		{ "cursor://x", "#" },
		{ "evil.example", "#" },
	};
	char want[100];

	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		begin();
		html_link(&h, links[i].url, "x");
		snprintf(
		    want, sizeof(want), "<a href=\"%s\">x</a>", links[i].href);
		is_str(written(), want, "link %zu", i);
	}
}

static void
test_way_out(void)
{
	static const char *const good[] = { "https://a.example/cb?x=1",
		"http://127.0.0.1:33418/", "cursor://anysphere.mcp/cb",
		"com.example.app:/cb", "vscode://x" };
	static const char *const bad[] = { "javascript:alert(1)",
		"JAVASCRIPT:x", "data:text/html,x", "vbscript:x", "/path", "x",
		"", ":", "blob:https://a/b", "file:///etc/passwd",
		"https://a.example/\nx", "java script:x", "1a:x",
		"view-source:https://a" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		ok(html_is_way_out(str_of(good[i])), "%s leads out", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!html_is_way_out(str_of(bad[i])), "bad way %zu does not", i);
	begin();
	html_refresh_out(&h, 0, STR("cursor://x?a=1&b=\"2"));
	html_text(&h, "");
	is_str(written(),
	    "<meta http-equiv=\"refresh\" content=\"0; "
	    "url=cursor://x?a=1&amp;b=&quot;2\">",
	    "a page that leads there");
}

/* --- misuse -------------------------------------------------------------- */

static void
close_another(void)
{
	html_open(&h, "p");
	html_close(&h, "b");
}

static void
leave_open(void)
{
	html_open(&h, "p");
	html_done(&h);
}

static void
write_handler(void)
{
	html_open(&h, "p");
	html_attr(&h, "onclick", "x");
}

static void
write_style(void)
{
	html_open(&h, "p");
	html_attr(&h, "style", "x");
}

static void
write_script(void)
{
	html_open(&h, "script");
	html_text(&h, "x");
}

static void
attribute_of_text(void)
{
	html_open(&h, "p");
	html_text(&h, "x");
	html_attr(&h, "class", "x");
}

static void
open_frame(void)
{
	html_open(&h, "iframe");
}

static void
bad_way_out(void)
{
	html_open(&h, "a");
	html_way_out(&h, STR("javascript:x"));
}

static void
test_misuse(void)
{
	static const struct {
		const char *what;
		void (*fn)(void);
	} cases[] = {
		{ "another end", close_another },
		{ "no end", leave_open },
		{ "a handler", write_handler },
		{ "a style", write_style },
		{ "a script", write_script },
		{ "an attribute after text", attribute_of_text },
		{ "a frame", open_frame },
		{ "a way out that runs", bad_way_out },
	};
	int status;
	pid_t pid;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			close(2);
			begin();
			cases[i].fn();
			_exit(0);
		}
		waitpid(pid, &status, 0);
		ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT,
		    "%s is a check that fails", cases[i].what);
	}
}

int
main(void)
{
	test_escaping();
	test_elements();
	test_links();
	test_way_out();
	test_misuse();
	buf_free(&out);
	return tap_done();
}
