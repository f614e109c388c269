/* The page for people.  No script, no picture, no request to anywhere: it works
 * where a browser is all there is. */

#include "base/date.h"
#include "base/version.h"
#include "config/conf.h"
#include "shm/report.h"

const char report_style[] =
    ":root{color-scheme:light dark;--ink:#1b1f24;--dim:#59636e;--line:#d8dee4;"
    "--sheet:#fff;--page:#f6f8fa;--good:#1a7f37;--bad:#cf222e;--wait:#9a6700}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;"
    "--line:#30363d;--sheet:#151b23;--page:#0d1117;--good:#3fb950;"
    "--bad:#f85149;--wait:#d29922}}"
    "body{margin:0 auto;max-width:80rem;padding:1.5rem;color:var(--ink);"
    "background:var(--page);font:15px/1.5 system-ui,sans-serif}"
    "h1{font-size:1.3rem;margin:0}h2{font-size:1rem;margin:2rem 0 .5rem}"
    "p{margin:.25rem 0}.dim{color:var(--dim)}"
    ".good{color:var(--good)}.bad{color:var(--bad)}.wait{color:var(--wait)}"
    "dl{display:grid;gap:.75rem;margin:1.25rem 0;"
    "grid-template-columns:repeat(auto-fill,minmax(9rem,1fr))}"
    "dl div{background:var(--sheet);border:1px solid var(--line);"
    "border-radius:6px;padding:.6rem .8rem}"
    "dt{color:var(--dim);font-size:.8rem}"
    "dd{margin:0;font-size:1.25rem;font-variant-numeric:tabular-nums}"
    ".wide{overflow-x:auto;background:var(--sheet);"
    "border:1px solid var(--line);border-radius:6px}"
    "table{border-collapse:collapse;width:100%;"
    "font-variant-numeric:tabular-nums}"
    "th,td{padding:.4rem .7rem;text-align:right;white-space:nowrap;"
    "border-bottom:1px solid var(--line)}"
    "tr:last-child td{border-bottom:0}"
    "th{color:var(--dim);font-weight:500;font-size:.8rem}"
    ".l{text-align:left}meter{width:4rem;margin-right:.5rem}"
    "code{font-family:ui-monospace,monospace;font-size:.9em}";

/* Text where markup is read. */
static void
add_text(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '&':
			buf_adds(out, "&amp;");
			break;
		case '<':
			buf_adds(out, "&lt;");
			break;
		case '>':
			buf_adds(out, "&gt;");
			break;
		case '"':
			buf_adds(out, "&quot;");
			break;
		default:
			buf_addc(out, *s);
		}
	}
}

static void
add_bytes(struct buf *out, uint64_t n)
{
	buf_printf(out, "%.1f MiB", (double)n / 1048576);
}

static void
write_head(const struct report *r, struct buf *out)
{
	const char *mood =
	    strcmp(r->phase.name, "running") == 0 ? "good" : "wait";

	buf_printf(out,
	    "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width,initial-scale=1\">"
	    "<title>pierre-mcp-server: status</title><style>%s</style></head>"
	    "<body><h1>pierre-mcp-server %s "
	    "<span class=\"%s\">%s</span></h1><p class=\"dim\">",
	    report_style, version_text, mood, r->phase.name);
	add_text(out,
	    r->conf->path[0] != '\0' ? r->conf->path : "no configuration file");
	buf_adds(out, ", listening on ");
	add_text(out, r->conf->listen_text);
	buf_adds(out, "</p><p class=\"dim\">");
	date_format_rfc3339(out, r->wall_us, false, 0);
	buf_printf(out, ", generation %u, up ", r->phase.generation);
	date_format_duration(out, r->uptime_s);
	buf_adds(out, "</p>");
}

static void
begin_fact(struct buf *out, const char *name, const char *mood)
{
	buf_printf(out, "<div><dt>%s</dt><dd class=\"%s\">", name, mood);
}

static void
end_fact(struct buf *out)
{
	buf_adds(out, "</dd></div>");
}

static void
write_count(struct buf *out, const char *name, uint64_t n, const char *mood)
{
	begin_fact(out, name, mood);
	buf_addu(out, n);
	end_fact(out);
}

static void
write_facts(const struct report *r, struct buf *out)
{
	const struct report_totals *t = &r->totals;

	buf_adds(out, "<dl>");
	write_count(out, "Workers ready", t->ready, t->ready > 0 ? "" : "bad");
	write_count(
	    out, "Processes stuck", t->stuck, t->stuck > 0 ? "bad" : "");
	begin_fact(out, "Database", r->database.ok ? "good" : "bad");
	buf_printf(out, "%s, %.1f ms", r->database.ok ? "well" : "ill",
	    (double)r->database.took_us / 1e3);
	end_fact(out);
	if (r->pool.max > 0) {
		begin_fact(out, "Database connections", "");
		buf_printf(out, "%lld of %lld", (long long)r->pool.active,
		    (long long)r->pool.max);
		end_fact(out);
	}
	write_count(out, "Connections", t->connections, "");
	write_count(
	    out, "Requests under way", (uint64_t)MAX(t->in_flight, 0), "");
	write_count(out, "Requests answered", t->requests, "");
	begin_fact(out, "CPU time", "");
	date_format_duration(out, t->cpu_s);
	end_fact(out);
	begin_fact(out, "Memory", "");
	add_bytes(out, t->rss_bytes);
	end_fact(out);
	write_count(out, "Open files", t->open_files, "");
	buf_adds(out, "</dl>");
}

static void
write_connections(const struct report_row *row, struct buf *out)
{
	buf_adds(out, "<td>");
	if (row->role == SLOT_WORKER)
		buf_printf(out,
		    "<meter max=\"%u\" high=\"%u\" value=\"%u\"></meter>%u",
		    MAX(row->max_connections, 1), row->max_connections / 10 * 9,
		    row->connections, row->connections);
	buf_adds(out, "</td>");
}

static void
write_row(const struct report_row *row, struct buf *out)
{
	const char *state = row->stuck ? "stuck" : slot_state_name(row->state);
	const char *mood = row->stuck		      ? "bad"
			   : row->state == SLOT_READY ? "good"
						      : "wait";

	buf_printf(out,
	    "<tr><td>%u</td><td class=\"l\">%s %u</td><td>%d</td><td>%u</td>"
	    "<td class=\"l %s\">%s</td><td>",
	    row->slot, slot_role_name(row->role), row->index, row->pid,
	    row->generation, mood, state);
	date_format_duration(out, row->age_s);
	buf_printf(out, "</td><td>%.1f s</td><td>%.1f s</td><td>", row->beat_s,
	    row->cpu_s);
	add_bytes(out, row->rss_bytes);
	buf_printf(out, "</td><td>%u</td>", row->open_files);
	write_connections(row, out);
	buf_printf(out, "<td>%lld</td><td>%llu</td><td class=\"l\">",
	    (long long)row->in_flight, (unsigned long long)row->requests);
	if (row->route != NULL) {
		buf_adds(out, "<code>");
		add_text(out, row->route);
		buf_printf(out, "</code> for %.1f s", row->route_s);
	}
	buf_adds(out, "</td></tr>");
}

static void
write_table(const struct report *r, struct buf *out)
{
	buf_adds(out,
	    "<h2>Processes</h2><div class=\"wide\"><table><tr><th>Slot</th>"
	    "<th class=\"l\">Role</th><th>Pid</th><th>Generation</th>"
	    "<th class=\"l\">State</th><th>Age</th><th>Heartbeat</th>"
	    "<th>CPU</th><th>Memory</th><th>Files</th><th>Connections</th>"
	    "<th>Under way</th><th>Answered</th>"
	    "<th class=\"l\">Oldest request</th></tr>");
	for (size_t i = 0; i < r->n; i++)
		write_row(&r->rows[i], out);
	buf_adds(out, "</table></div>");
}

static void
write_limits(const struct report *r, struct buf *out)
{
	unsigned long long n;

	buf_printf(out,
	    "<h2>Limits</h2><p>%lld connections a worker, heads of %lld KiB, "
	    "bodies of %lld KiB, %.0f s to drain.</p>",
	    (long long)r->conf->max_connections,
	    (long long)r->conf->max_header_bytes / 1024,
	    (long long)r->conf->max_body_bytes / 1024,
	    (double)r->conf->drain_timeout_us / 1e6);
	buf_adds(out,
	    "<div class=\"wide\"><table><tr><th class=\"l\">Requests of</th>"
	    "<th>A minute</th><th>At once</th></tr>");
	for (size_t i = 0; i < REPORT_RATES; i++) {
		const struct report_rate *rate = &r->rates[i];

		buf_printf(out, "<tr><td class=\"l\">%s</td>", rate->name);
		if (rate->per_minute > 0)
			buf_printf(out, "<td>%lld</td><td>%lld</td></tr>",
			    (long long)rate->per_minute,
			    (long long)rate->burst);
		else
			buf_adds(out, "<td>no limit</td><td></td></tr>");
	}
	buf_adds(out, "</table></div><p>Refused: ");
	for (size_t i = 0; i < LIMIT_KIND_COUNT; i++) {
		n = (unsigned long long)r->refused[i];
		buf_printf(out, "%s<span class=\"%s\">%s %llu</span>",
		    i > 0 ? ", " : "", n > 0 ? "wait" : "", limit_names[i], n);
	}
	buf_adds(out, ".</p>");
}

static void
write_panic(const struct shm_panic *p, struct buf *out)
{
	buf_adds(out, "<h2>Last panic</h2><p>");
	if (p->wall_us == 0) {
		buf_adds(out, "None since the master started.</p>");
		return;
	}
	date_format_rfc3339(out, p->wall_us, true, 0);
	buf_printf(out, ", %s %u (%d): <code class=\"bad\">",
	    slot_role_name(p->role), p->index, p->pid);
	add_text(out, p->message);
	buf_adds(out, "</code></p>");
}

static void
write_reload(const struct shm_reload *l, struct buf *out)
{
	buf_adds(out, "<h2>Last reload</h2><p>");
	if (l->wall_us == 0) {
		buf_adds(out, "None since the master started.</p>");
		return;
	}
	date_format_rfc3339(out, l->wall_us, true, 0);
	buf_adds(out, l->good ? ": <span>" : ", refused: <code class=\"bad\">");
	add_text(out, l->message);
	buf_adds(out, l->good ? "</span></p>" : "</code></p>");
}

void
report_html(const struct report *r, struct buf *out)
{
	write_head(r, out);
	write_facts(r, out);
	write_table(r, out);
	write_limits(r, out);
	write_reload(&r->reload, out);
	write_panic(&r->panic, out);
	buf_adds(out, "</body></html>\n");
}
