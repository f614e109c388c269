#include "config/conf.h"
#include "tap.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"

static char path[] = "/tmp/pierre-conf-XXXXXX";

/* The errors of a file with this text; "" when it loads. */
static const char *
errors_of(const char *text, struct conf **conf_r)
{
	static struct buf errors;
	FILE *f = fopen(path, "w");
	struct conf *c;

	fputs(text, f);
	fclose(f);
	buf_clear(&errors);
	c = conf_load(path, &errors);
	if (conf_r != NULL)
		*conf_r = c;
	else
		conf_free(&c);
	if (text[0] == '\1')
		buf_free(&errors);
	return errors.p != NULL ? buf_cstr(&errors) : "";
}

static void
expect(const char *text, const char *position, const char *words)
{
	const char *got = errors_of(text, NULL);
	char where[64];

	snprintf(where, sizeof(where), "%s%s: ", path, position);
	ok(strncmp(got, where, strlen(where)) == 0 &&
		strstr(got, words) != NULL,
	    "%s", words);
	if (strstr(got, words) == NULL ||
	    strncmp(got, where, strlen(where)) != 0)
		printf("# %s", got);
}

static void
test_good(void)
{
	struct conf *c;
	struct conf_listener l;

	is_str(
	    errors_of("server:\n  listen: \"[::1]:9000\"\n  drain_timeout: 2m\n"
		      "http:\n  allowed_origins: [https://a.example, "
		      "https://b.example]\n"
		      "  max_body: 8MiB\nlog:\n  format: json\n",
		&c),
	    "", "a good file");
	is_int(conf_listener(c, 0, &l, NULL), 0, "a listener");
	is_str(l.name, "::1 port 9000", "listen address");
	is_int(c->drain_timeout_us, 120000000, "time");
	is_int(c->max_body_bytes, 8 << 20, "size");
	is_int(c->allowed_origins.n, 2, "list");
	is_str(c->allowed_origins.item[1], "https://b.example", "its item");
	is_str(c->log_level, "info", "default");
	conf_free(&c);
	is_str(errors_of("", &c), "", "an empty file");
	conf_free(&c);
	is_str(errors_of("server:\n  host: \"::1\"\n  public_url: "
			 "\"https://[::1]:8443\"\nhttp:\n  allowed_hosts: "
			 "[\"*.example.com\", \"*\", \"[fe80::1]\", 10.0.0.1]\n"
			 "  allowed_origins: [\"*\", \"app://a_b:80\"]\n",
		   &c),
	    "", "hosts of each form");
	conf_free(&c);
	is_str(errors_of("server:\nlog:\n", &c), "", "empty sections");
	conf_free(&c);
	is_str(errors_of("---\nlog:\n  level: warn\n...\n", &c), "",
	    "marks around a document");
	conf_free(&c);
}

static void
test_bad(void)
{
	expect("server:\n  drain_timout: 2m\n", ":2:3",
	    "server.drain_timout: unknown key; did you mean "
	    "server.drain_timeout?");
	expect("servre:\n  workers: 2\n", ":1:1",
	    "servre: unknown key; did you mean server?");
	expect("server:\n  workers: two\n", ":2:12", "\"two\" is not a number");
	expect("server:\n  workers: 65\n", ":2:12", "65 is outside 0 to 64");
	expect("server:\n  drain_timeout: 30\n", ":2:18",
	    "has no unit; write 30s");
	expect("server:\n  drain_timeout: 30x\n", ":2:18", "is not a unit");
	expect("server:\n  drain_timeout: 11m\n", ":2:18", "outside 0s to 10m");
	expect("server:\n  host: \"a\\nb\"\n", ":2:9", "line break");
	expect("server:\n  host: \"a\\0b\"\n", ":2:9", "control character");
	expect("http:\n  allowed_hosts: [\"a\\eb\"]\n", ":2:18",
	    "control character");
	expect(
	    "server:\n  workers: -9223372036854775808\n", ":2:12", "outside");
	expect("server:\n  drain_timeout: -9223372036854775808d\n", ":2:18",
	    "too large");
	expect("server:\n  workers: 1\n  workers: 2\n", ":3:3", "stands twice");
	expect("http:\n  allowed_hosts:\n    - a\n  max_body: 1MiB\n  "
	       "allowed_hosts: [b]\n",
	    ":5:3", "http.allowed_hosts: stands twice; the first is in line 2");
	expect("log:\n  level: info\n\nhttp:\n  max_body: 1MiB\nlog:\n  "
	       "access: false\n",
	    ":6:1", "log: stands twice; the first is in line 1");
	expect("log:\nlog:\n", ":2:1", "stands twice");
	expect("log:\n  level: loud\n", ":2:10", "is not one of debug|info");
	expect("log:\n  access: maybe\n", ":2:11", "neither true nor false");
	expect("server: 5\n", ":1:9", "must hold keys");
	expect("log:\n  level: info\n---\nlog:\n  level: warn\n", ":4:1",
	    "a second document");
	expect("log:\n  level: info\n---\nlog: [\n", ":5:1", "");
	expect("- a\n", ":1:1", "must hold sections");
	expect("server:\n  workers: [1]\n", ":2:12", "not a list");
	expect("server:\n  host: ${PIERRE_NO_SUCH}\n", ":2:9",
	    "PIERRE_NO_SUCH is not set");
	expect("security:\n  master_key: file:/no/such\n", ":2:15",
	    "cannot open /no/such");
	expect("security:\n  master_key: abc\n", ":2:15",
	    "must be 32 bytes in base64");
	expect(
	    "server:\n  listen: localhost\n", ":2:11", "is not address:port");
	expect("server:\n  public_url: ftp://x\n", ":2:15", "is not http(s)");
	expect("server:\n  public_url: https://exa mple.com\n", ":2:15",
	    "is not http(s)://host[:port]");
	expect("server:\n  public_url: https://anna@example.com\n", ":2:15",
	    "is not http(s)://host[:port]");
	expect("server:\n  public_url: https://example.com:0\n", ":2:15",
	    "is not http(s)://host[:port]");
	expect("server:\n  host: https://example.com\n", ":2:9",
	    "is not the name of a host");
	expect("server:\n  host: example.com:8081\n", ":2:9",
	    "without scheme and port");
	expect("http:\n  allowed_hosts: [a.example, b.example/]\n", ":2:18",
	    "\"b.example/\" is not the name of a host");
	expect("http:\n  allowed_origins: [\"https://a b\"]\n", ":2:20",
	    "is not an origin");
	expect("tls:\n  key: /k\n", ":2:8", "needs tls.certificate beside it");
	expect("server.port: 1\n", ":1:1",
	    "server.port: belongs into the section server, as its key port\n");
	expect("server:\n  bogus: 1\n", ":2:3", "server.bogus: unknown key\n");
	expect("a: 1\n", ":1:1", "a: unknown key\n");
	expect("server:\n\tworkers: 1\n", ":2:1", "");
	expect("server:\n  workers: 99999999999999999999\n", ":2:12",
	    "not a number");
}

static void
test_environment(void)
{
	struct conf *c;
	struct conf_listener l;

	setenv("HTTP_PORT", "9999", 1);
	setenv("RUST_LOG", "info,pierre_mcp_server=trace", 1);
	setenv("ALLOWED_ORIGINS", "https://a.example, https://b.example", 1);
	setenv("T_WORKERS", "3", 1);
	is_str(errors_of(
		   "server:\n  listen: 127.0.0.1:1\n  workers: ${T_WORKERS}\n"
		   "log:\n  level: error\n",
		   &c),
	    "", "environment over file");
	is_int(conf_listener(c, 0, &l, NULL), 0, "a listener");
	is_int(l.port, 9999, "HTTP_PORT");
	is_str(c->log_level, "debug", "RUST_LOG");
	is_int(c->workers, 3, "${T_WORKERS}");
	is_str(
	    c->allowed_origins.item[1], "https://b.example", "ALLOWED_ORIGINS");
	conf_free(&c);
	setenv("HTTP_PORT", "80a", 1);
	ok(strstr(errors_of("", NULL), "HTTP_PORT: ") != NULL,
	    "bad environment");
	unsetenv("HTTP_PORT");
	unsetenv("RUST_LOG");
}

static void
test_restart_keys(void)
{
	struct conf *old, *new;

	errors_of("server:\n  data_dir: /a\n  drain_timeout: 5s\n", &old);
	errors_of("server:\n  data_dir: /b\n  drain_timeout: 6s\n", &new);
	ok(new->waiting == NULL, "nothing waits for a restart");
	conf_keep_restart_keys(new, old);
	is_str(new->waiting, "server.data_dir", "named");
	is_str(new->data_dir, "/a", "kept");
	is_int(new->drain_timeout_us, 6000000, "the other is applied");
	conf_free(&old);
	conf_free(&new);
}

int
main(void)
{
	close(mkstemp(path));
	test_good();
	test_bad();
	test_environment();
	test_restart_keys();
	errors_of("\1", NULL);
	unlink(path);
	return tap_done();
}
