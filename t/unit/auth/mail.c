/* Mail as it is written, and as it waits. */

#include "auth/mail.h"

#include "store/jobs.h"
#include "store/temp_db.h"
#include "tap.h"

static struct temp_db t;

static void
test_addresses(void)
{
	static const char *const good[] = { "a@b.c", "x.y+z@example.com",
		"o'neil@mail.example.org" };
	static const char *const bad[] = { "", "a", "@b.c", "a@", "a@b", "a@.c",
		"a@b.", "a@b..c", "a@b@c.d", "a b@c.d", "a\r\nRCPT@b.c",
		"<a@b.c>", "a@b.c,d@e.f", "\"a\"@b.c", "\xc3\xa4@b.c" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		ok(mail_is_address(str_of(good[i])), "%s", good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		ok(!mail_is_address(str_of(bad[i])), "bad %zu", i);
	ok(strcmp(mail_masked(t.arena, "ada@x.example"), "a***@x.example") == 0,
	    "masked: %s", mail_masked(t.arena, "ada@x.example"));
	ok(strcmp(mail_masked(t.arena, ""), "***") == 0, "nothing too");
}

static void
test_texts(void)
{
	struct buf out = BUF_INIT;

	t.conf.public_url = "https://fit.example:8443";
	t.conf.mail_from = "Fit <fit@x.example>";
	ok(strcmp(mail_site_host(t.arena, &t.conf), "fit.example") == 0,
	    "the host of the site");
	for (int k = 0; k < MAIL_KIND_COUNT; k++) {
		enum link_kind link;
		bool has = mail_has_link((enum mail_kind)k, &link);

		buf_clear(&out);
		mail_compose(&t.conf, (enum mail_kind)k, "ada@x.example",
		    has ? "https://fit.example/x?token=T" : "",
		    INT64_C(784111777000000), &out);
		ok(strstr(buf_cstr(&out),
		       "Date: Sun, 06 Nov 1994 08:49:37 +0000\r\n") != NULL,
		    "%s: its date", mail_name((enum mail_kind)k));
		ok(strstr(out.p, "@x.example>\r\nAuto-Submitted") != NULL,
		    "an id of the sender's domain");
		ok((strstr(out.p,
			"\r\n\r\nhttps://fit.example/x?token=T\r\n") != NULL) ==
			has,
		    "the link in a line of its own, if it has one");
		ok(strchr(out.p, '{') == NULL && strchr(out.p, '}') == NULL,
		    "nothing is left open");
		ok(out.cap >= 4096 && out.n < 4096, "it has not moved");
	}
	buf_wipe(&out);
}

static void
test_queue(const struct owner *o)
{
	struct job *list;
	struct job_claim c = { .node = "n",
		.worker = "n/1",
		.now_us = INT64_MAX,
		.lease_us = INT64_MAX,
		.max_on_node = 1,
		.max_of_user = 1,
		.max_attempts = 3 };
	struct job j = { .owner = *o, .kind = "import", .node = "" }, got;
	enum mail_kind kind;
	const char *to;
	size_t n;

	t.conf.mail_url = "";
	is_int(mail_queue(&t.conf, t.db, t.arena, o, MAIL_RESET, "a@b.c", &t.e),
	    0, "where no mail is sent");
	is_int(jobs_claim(t.db, t.arena, &c, &got, &t.e), 0, "none waits");
	t.conf.mail_url = "smtps://mail.example";
	t.conf.mail_max_attempts = 8;
	is_int(mail_queue(&t.conf, t.db, t.arena, o, MAIL_RESET, "", &t.e), 0,
	    "to nobody");
	is_int(jobs_claim(t.db, t.arena, &c, &got, &t.e), 0, "none either");
	is_int(
	    jobs_insert(t.db, t.arena, &j, NULL, 0, 1, &t.e), 0, "an import");
	c.now_us = j.created_us;
	c.lease_us = j.created_us + 1000000000;
	is_int(jobs_claim(t.db, t.arena, &c, &got, &t.e), 1, "runs");
	is_int(mail_queue(&t.conf, t.db, t.arena, o, MAIL_RESET, "a@b.c", &t.e),
	    0, "a mail");
	c.now_us += 60000000;
	is_int(jobs_claim(t.db, t.arena, &c, &got, &t.e), 1,
	    "does not wait for its end");
	is_int(mail_read(t.arena, got.input, &kind, &to, &t.e), 0, "it says");
	ok(kind == MAIL_RESET && strcmp(to, "a@b.c") == 0, "which it is");
	is_int(mail_queue(&t.conf, t.db, t.arena, o, MAIL_TEST, "a@b.c", &t.e),
	    0, "another");
	is_int(jobs_claim(t.db, t.arena, &c, &got, &t.e), 0,
	    "waits for the place of mail");
	is_int(
	    jobs_list(t.db, t.arena, o, NULL, 9, &list, &n, &t.e), 0, "jobs");
	is_int(n, 1, "of the person do not count mail");
	ok(mail_read(t.arena, "{\"mail\":\"x\",\"to\":\"y\"}", &kind, &to,
	       &t.e) < 0 &&
		t.e.code == ERR_INVALID,
	    "no such mail");
	ok(mail_read(t.arena, "[", &kind, &to, &t.e) < 0, "nor what is none");
}

int
main(void)
{
	struct user u = { .athlete = { .username = "ada",
			      .display_name = "Ada",
			      .email = "a@b.c",
			      .timezone = "UTC",
			      .birth_day = INT32_MIN,
			      .height_m = VALUE_MISSING,
			      .weight_kg = VALUE_MISSING } };
	struct owner o;

	temp_open(&t);
	is_int(users_create(t.db, t.arena, &u, &t.e), 0, "a person");
	o = owner_of(&u.athlete);
	t.conf.reset_lifetime_us = 900000000;
	test_addresses();
	test_texts();
	test_queue(&o);
	temp_close(&t);
	return tap_done();
}
