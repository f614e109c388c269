#include "shm/metrics.h"
#include "child.h"
#include "tap.h"

#include <regex.h>
#include <stdlib.h>

#include "base/log.h"

static const char *const routes[] = { "/livez", "/mcp" };
static const char *const statuses[] = { "200", "404", "503" };
static const char *const reasons[] = { "clean", "status" };

static struct shm *s;
static struct buf out;

static const char *
render(void)
{
	buf_clear(&out);
	metrics_render(&out, METRICS_TEXT, s);
	return buf_cstr(&out);
}

/* A line of the text, whole. */
static bool
has_line(const char *line)
{
	size_t n = strlen(line);

	for (const char *at = render(); (at = strstr(at, line)) != NULL;
	     at += n)
		if ((at == out.p || at[-1] == '\n') && at[n] == '\n')
			return true;
	return false;
}

#define has(line)                                                              \
	do {                                                                   \
		if (!ok(has_line(line), "%s", line))                           \
			printf("# %s\n", buf_cstr(&out));                      \
	} while (0)

static void
test_unattached(void)
{
	metric_add(M_http_connections_accepted_total, 0, 0, 5);
	metric_gauge(M_http_connections, 5);
	metric_observe(M_mcp_tool_duration_seconds, 0, 5);
	metrics_attach(s, 1);
	has("pierre_http_connections_accepted_total 0");
	has("pierre_http_connections 0");
}

static void
test_counters(void)
{
	metric_add(M_http_connections_accepted_total, 0, 0, 5);
	metric_add(M_http_connections_accepted_total, 0, 0, 2);
	has("pierre_http_connections_accepted_total 7");
	metric_add(M_http_requests_total, 0, 0, 1);
	metric_add(M_http_requests_total, 1, 2, 3);
	metric_add(M_http_requests_total, 2, 0, 9);
	has("pierre_http_requests_total{route=\"/livez\",status=\"200\"} 1");
	has("pierre_http_requests_total{route=\"/mcp\",status=\"503\"} 3");
	ok(strstr(buf_cstr(&out), "status=\"404\"") == NULL,
	    "what never was is not shown");
	ok(strstr(buf_cstr(&out), "} 9\n") == NULL, "nor what has no name");
	metric_add(M_worker_exits_total, 1, 0, 2);
	has("pierre_worker_exits_total{reason=\"status\"} 2");
	metric_add(M_worker_exits_total, 1000, 1000, 1);
	has("pierre_worker_exits_total{reason=\"status\"} 2");
}

static void
test_gauges(void)
{
	metric_gauge(M_http_connections, 12);
	metric_gauge_add(M_http_connections, -2);
	metric_gauge_add(M_http_requests_in_flight, -1);
	has("pierre_http_connections 10");
	has("pierre_http_requests_in_flight -1");
	metric_gauge_add(M_http_requests_in_flight, 1);
}

static void
test_histograms(void)
{
	metric_observe(M_http_request_duration_seconds, 1, 0);
	metric_observe(M_http_request_duration_seconds, 1, 1000);
	metric_observe(M_http_request_duration_seconds, 1, 1001);
	metric_observe(M_http_request_duration_seconds, 1, 70000000);
	metric_observe(M_http_request_duration_seconds, 1, -5);
	has("pierre_http_request_duration_seconds_bucket{route=\"/"
	    "mcp\",le=\"0.001\"} 3");
	has("pierre_http_request_duration_seconds_bucket{route=\"/"
	    "mcp\",le=\"0.0025\"} 4");
	has("pierre_http_request_duration_seconds_bucket{route=\"/"
	    "mcp\",le=\"10.0\"} 4");
	has("pierre_http_request_duration_seconds_bucket{route=\"/"
	    "mcp\",le=\"+Inf\"} 5");
	has("pierre_http_request_duration_seconds_sum{route=\"/mcp\"} "
	    "70.002001");
	has("pierre_http_request_duration_seconds_count{route=\"/mcp\"} 5");
}

static void
count_in_child(void)
{
	metrics_attach(s, 2);
	metric_add(M_http_connections_accepted_total, 0, 0, 100);
	metric_gauge(M_http_connections, 5);
	metric_add(M_http_requests_total, 0, 0, 1);
}

/* Slots add up; a slot whose process has gone keeps its counters and loses its
 * gauges. */
static void
test_processes(void)
{
	shm_slot_begin(s, 2, SLOT_WORKER, 1);
	child_wait_status(count_in_child, -1);
	has("pierre_http_connections_accepted_total 107");
	has("pierre_http_connections 15");
	has("pierre_http_requests_total{route=\"/livez\",status=\"200\"} 2");
	shm_slot_end(s, 2);
	has("pierre_http_connections_accepted_total 107");
	has("pierre_http_connections 10");
	child_wait_status(count_in_child, -1);
	has("pierre_http_connections_accepted_total 207");
	has("pierre_http_connections 15");
}

/* The grammar of the text format, a line at a time, and that each family's
 * lines stand together under one head. */
static void
test_grammar(void)
{
	static const char sample[] = "^pierre_[a-z_]+(\\{[a-z_]+=\"[^\"\\\\]*"
				     "\"(,[a-z_]+=\"[^\"\\\\]*\")*\\})? "
				     "-?[0-9]+(\\.[0-9]+)?(e[+-]?[0-9]+)?$";
	static const char head[] =
	    "^# (HELP pierre_[a-z_]+ [^\\]+|"
	    "TYPE pierre_[a-z_]+ (counter|gauge|histogram))$";
	char family[100] = "", *line, *rest;
	int bad = 0, strays = 0, families = 0;
	regex_t is_sample, is_head;

	regcomp(&is_sample, sample, REG_EXTENDED | REG_NOSUB);
	regcomp(&is_head, head, REG_EXTENDED | REG_NOSUB);
	buf_clear(&out);
	metrics_render(&out, METRICS_TEXT, s);
	metrics_render_one(&out, METRICS_TEXT, "start_time_seconds", "Start.",
	    "gauge", 1795465800.25);
	buf_cstr(&out);
	ok(out.n > 0 && out.p[out.n - 1] == '\n', "ends with a line feed");
	for (line = strtok_r(out.p, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, "# TYPE %99s", family) == 1)
			families++;
		if (line[0] == '#')
			bad += regexec(&is_head, line, 0, NULL, 0) != 0;
		else
			bad += regexec(&is_sample, line, 0, NULL, 0) != 0;
		strays += line[0] != '#' &&
			  strncmp(line, family, strlen(family)) != 0;
		if (line[0] != '#' &&
		    regexec(&is_sample, line, 0, NULL, 0) != 0)
			printf("# %s\n", line);
	}
	is_int(bad, 0, "every line is of the format");
	is_int(strays, 0, "and under the head of its family");
	is_int(families, METRIC_COUNT + 1, "each family has one");
	regfree(&is_sample);
	regfree(&is_head);
}

/* The families of OpenMetrics are called without the suffixes of samples, and
 * no two are called the same. */
static void
test_open(void)
{
	char family[100], word[104], *line, *rest;
	struct buf heads = BUF_INIT;
	int twice = 0;

	buf_clear(&out);
	metrics_render_head(&out, METRICS_TEXT, "build_info", "B.", "info");
	metrics_render_end(&out, METRICS_TEXT);
	is_str(buf_cstr(&out),
	    "# HELP pierre_build_info B.\n# TYPE pierre_build_info gauge\n",
	    "the older format does not know info");
	buf_clear(&out);
	metrics_render_head(&out, METRICS_OPEN, "build_info", "B.", "info");
	metrics_render_one(&out, METRICS_OPEN, "x_total", "X.", "counter", 2);
	metrics_render_end(&out, METRICS_OPEN);
	is_str(buf_cstr(&out),
	    "# HELP pierre_build B.\n# TYPE pierre_build info\n"
	    "# HELP pierre_x X.\n# TYPE pierre_x counter\n"
	    "pierre_x_total 2\n# EOF\n",
	    "OpenMetrics");
	buf_clear(&out);
	metrics_render(&out, METRICS_OPEN, s);
	buf_cstr(&out);
	for (line = strtok_r(out.p, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, "# TYPE %99s", family) != 1)
			continue;
		snprintf(word, sizeof(word), " %s ", family);
		twice += strstr(buf_cstr(&heads), word) != NULL;
		buf_adds(&heads, word);
	}
	buf_free(&heads);
	is_int(twice, 0, "no two families are called the same");
}

/* What the log drops is counted at once, wherever the process stands. */
static void
test_log_dropped(void)
{
	struct err e = ERR_INIT;

	is_int(log_open("/dev/full", &e), 0, "a disk that is full");
	log_msg(LOG_INFO, "t", "lost");
	log_msg(LOG_INFO, "t", "lost too");
	has("pierre_log_dropped_total 2");
	metrics_detach();
	log_msg(LOG_INFO, "t", "lost, and nowhere to count it");
	is_int(log_open(NULL, &e), 0, "standard error again");
	metric_add(M_log_dropped_total, 0, 0, 1);
	has("pierre_log_dropped_total 2");
	metrics_attach(s, 1);
}

/* By one process, for whichever renders. */
static void
name_values(void)
{
	metrics_attach(s, 2);
	metrics_label(M_http_requests_total, 0, routes, ARRAY_LEN(routes));
	metrics_label(M_http_requests_total, 1, statuses, ARRAY_LEN(statuses));
	metrics_label(
	    M_http_request_duration_seconds, 0, routes, ARRAY_LEN(routes));
	metrics_label(M_worker_exits_total, 0, reasons, ARRAY_LEN(reasons));
	metrics_attach(s, 1);
}

static void
too_many_names(void)
{
	static const char *const names[9] = { "" };

	metrics_label(M_worker_exits_total, 0, names, 9);
}

int
main(void)
{
	struct err e = ERR_INIT;

	s = shm_new(3, &e);
	if (s == NULL)
		return 1;
	/* Slots that no process ever had are not read. */
	for (unsigned i = 0; i < 3; i++)
		shm_slot_begin(s, i, SLOT_WORKER, 1);
	test_unattached();
	name_values();
	test_counters();
	test_gauges();
	test_histograms();
	test_processes();
	test_grammar();
	test_open();
	test_log_dropped();
	ok(child_dies(too_many_names), "more names than values");
	buf_free(&out);
	shm_free(&s);
	return tap_done();
}
