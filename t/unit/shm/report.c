/* What the board says, in its three forms. */

#include "shm/report.h"
#include "tap.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "config/conf.h"
#include "shm/metrics.h"

#define WORKER 2

static struct shm *s;
static struct conf *conf;
static struct buf out;

static const char *
written(void (*write_it)(const struct report *r, struct buf *out))
{
	struct report r;

	buf_clear(&out);
	report_take(&r, s, conf);
	write_it(&r, &out);
	report_free(&r);
	return buf_cstr(&out);
}

#define has(how, text)                                                         \
	do {                                                                   \
		if (!ok(strstr(written(how), text) != NULL, "%s: %s", #how,    \
			text))                                                 \
			printf("# %s\n", buf_cstr(&out));                      \
	} while (0)
#define lacks(how, text)                                                       \
	ok(strstr(written(how), text) == NULL, "%s: no %s", #how, text)

/* A member of the JSON form; "" where there is none. */
static const char *
member(const char *object, const char *name)
{
	static char text[200];
	cJSON *all = cJSON_Parse(written(report_json));
	const cJSON *at = cJSON_GetObjectItem(all, object);
	char *p;

	if (cJSON_IsArray(at))
		at = cJSON_GetArrayItem(at, 1);
	at = cJSON_GetObjectItem(at, name);
	p = at != NULL ? cJSON_PrintUnformatted(at) : NULL;
	snprintf(text, sizeof(text), "%s", p != NULL ? p : "");
	cJSON_free(p);
	cJSON_Delete(all);
	return text;
}

#define member_is(object, name, want)                                          \
	do {                                                                   \
		const char *got_ = member(object, name);                       \
		ok(strcmp(got_, want) == 0, "%s.%s is %s: %s", object, name,   \
		    want, got_);                                               \
	} while (0)

static void
test_unattached(void)
{
	board_doing(2, 5);
	board_route(2, "GET /x");
	board_limit(7);
	board_tell_usage(WORKER, true);
	ok(shm_slot(s, WORKER)->doing == 0 &&
		shm_slot(s, WORKER)->max_connections == 0 &&
		shm_slot(s, WORKER)->cpu_us == 0,
	    "before it is attached nothing is said");
}

static void
test_processes(void)
{
	struct board_slot *b = shm_slot(s, WORKER);

	shm_slot_begin(s, SHM_MASTER_SLOT, SLOT_MASTER, 0);
	shm_slot_begin(s, WORKER, SLOT_WORKER, 3);
	b->index = 1;
	b->pid = 4242;
	board_attach(s, WORKER);
	board_limit(1000);
	board_route(2, "GET /a<b>&\"c\"");
	b->connections = 12;
	b->requests = 34;
	shm_beat(s, WORKER, SLOT_READY);
	shm_set_phase(s, "running", 3);
	has(report_text, "running, generation 3, up 0:00");
	has(report_text, "worker   1     4242    3  ready");
	lacks(report_text, " for ");
	has(report_html, "<td class=\"l\">worker 1</td><td>4242</td>");
	has(report_html, "value=\"12\"></meter>12</td>");
	member_is("processes", "pid", "4242");
	member_is("processes", "connections", "12");
	member_is("processes", "max_connections", "1000");
	member_is("processes", "stuck", "false");
	member_is("processes", "oldest_request", "");
	member_is("totals", "requests", "34");
	member_is("totals", "workers_ready", "1");
	lacks(report_json, "\"role\":\"keeper\"");
}

static void
test_doing(void)
{
	struct doing d;

	board_doing(2, clock_mono_us() - 90 * 1000000);
	has(report_text, "  GET /a<b>&\"c\" for 90.0 s");
	has(report_html, "<code>GET /a&lt;b&gt;&amp;&quot;c&quot;</code> for");
	ok(strstr(member("processes", "oldest_request"), "\"seconds\":90") !=
		NULL,
	    "since when");
	d = board_read_doing(shm_slot(s, WORKER));
	ok(clock_mono_us() - d.since_us >= 90 * 1000000, "to the microsecond");
	board_doing(0, 1);
	ok(board_read_doing(shm_slot(s, WORKER)).route != NULL,
	    "the first label is something too");
	board_doing(100000, 1);
	board_route(100000, "nowhere");
	ok(board_read_doing(shm_slot(s, WORKER)).route != NULL,
	    "a label beyond the table does no harm");
	board_idle();
	lacks(report_text, " for ");
}

static void
test_stuck(void)
{
	struct board_slot *b = shm_slot(s, WORKER);

	b->heartbeat_us = clock_mono_us() - 11 * 1000000;
	has(report_text, "worker   1     4242    3  stuck");
	has(report_text, "0 workers ready, 1 processes stuck");
	has(report_html, "<td class=\"l bad\">stuck</td>");
	member_is("processes", "stuck", "true");
	member_is("processes", "state", "\"ready\"");
	member_is("totals", "workers_ready", "0");
	shm_beat(s, WORKER, SLOT_READY);
	member_is("processes", "stuck", "false");
}

static void
spin(void)
{
	clock_t until = clock() + CLOCKS_PER_SEC / 50;

	while (clock() < until)
		continue;
}

static void
test_usage(void)
{
	struct board_slot *b = shm_slot(s, WORKER);
	uint64_t before;

	ok(b->rss_bytes > 100000 && b->open_files >= 4, "%llu bytes, %u files",
	    (unsigned long long)b->rss_bytes, b->open_files);
	before = b->role_cpu_us[SLOT_WORKER];
	spin();
	board_tell_usage(WORKER, false);
	ok(b->role_cpu_us[SLOT_WORKER] == before, "once a second only");
	board_tell_usage(WORKER + 1, true);
	ok(shm_slot(s, WORKER + 1)->cpu_us == 0, "of oneself only");
	board_tell_usage(WORKER, true);
	ok(b->role_cpu_us[SLOT_WORKER] >= before + 10000, "CPU time goes on");
	before = b->role_cpu_us[SLOT_WORKER];
	spin();
	board_detach();
	ok(b->role_cpu_us[SLOT_WORKER] >= before + 10000,
	    "the last of it is told at the end");
	before = b->role_cpu_us[SLOT_WORKER];
	shm_slot_end(s, WORKER);
	shm_slot_begin(s, WORKER, SLOT_KEEPER, 4);
	ok(b->cpu_us == 0 && b->role_cpu_us[SLOT_WORKER] == before,
	    "a successor adds to it, whatever its role");
	ok(b->doing == 0 && b->rss_bytes == 0, "and has nothing else of it");
}

static void
test_limits(void)
{
	lacks(report_json, "\"active\"");
	lacks(report_text, "database connections");
	metrics_attach(s, WORKER);
	metric_add(M_rate_limited_total, LIMIT_TOKEN, 0, 3);
	metrics_attach(s, WORKER + 1);
	metric_add(M_rate_limited_total, LIMIT_TOKEN, 0, 4);
	metric_gauge(M_db_connections_max, 20);
	metric_gauge(M_db_connections_active, 5);
	has(report_text, "address 0, token 7, user 0");
	has(report_text, "5 of 20 database connections in use");
	has(report_html, "<span class=\"wait\">token 7</span>");
	has(report_html, "<dd class=\"\">5 of 20</dd>");
	has(report_html, "<td class=\"l\">auth</td><td>");
	has(report_json, "\"token\":7,\"user\":0");
	has(report_json, "\"active\":5,\"open\":0,\"max\":20");
	has(report_json, "\"rates\":{\"address\":{\"per_minute\":");
}

static void
test_panic(void)
{
	has(report_json, "\"last_panic\":null");
	has(report_html, "None since the master started.");
	lacks(report_text, "panic");
	shm_slot_begin(s, WORKER, SLOT_WORKER, 4);
	shm_slot(s, WORKER)->pid = 77;
	shm_panic(s, WORKER, "panic: x.c:1: f: a < \"b\"\n at +0x1\n");
	shm_keep_panic(s, WORKER);
	shm_slot_end(s, WORKER);
	shm_slot_begin(s, WORKER, SLOT_WORKER, 5);
	has(report_text,
	    ", worker 1 (77): panic: x.c:1: f: a < \"b\"  at +0x1\n");
	has(report_html, "f: a &lt; &quot;b&quot;");
	member_is("last_panic", "message",
	    "\"panic: x.c:1: f: a < \\\"b\\\"  at +0x1\"");
	member_is("last_panic", "pid", "77");
}

static void
test_page(void)
{
	static const char *const foreign[] = { "<script",
		"http:", "https:", "url(", "@import", " style=" };

	written(report_html);
	for (size_t i = 0; i < ARRAY_LEN(foreign); i++)
		ok(strstr(buf_cstr(&out), foreign[i]) == NULL,
		    "the page has no %s", foreign[i]);
	has(report_html, "prefers-color-scheme:dark");
	ok(strstr(buf_cstr(&out), report_style) != NULL, "its own style");
}

int
main(void)
{
	struct err e = ERR_INIT;

	unsetenv("PIERRE_DATA_DIR");
	conf = conf_load("/dev/null", &out);
	s = shm_new(5, &e);
	if (conf == NULL || s == NULL)
		return 1;
	test_unattached();
	test_processes();
	test_doing();
	test_stuck();
	test_usage();
	test_limits();
	test_panic();
	test_page();
	buf_free(&out);
	conf_free(&conf);
	shm_free(&s);
	return tap_done();
}
