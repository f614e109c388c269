/* /account/data: take everything along, or have everything forgotten. */

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"
#include "auth/accounts.h"
#include "config/conf.h"
#include "provider/person_export.h"
#include "web/page.h"
#include "web/session_cookie.h"
#include "web/web.h"

#define PATH "/account/data"

static const struct field password_field = {
	.name = "password",
	.id = "delete-password",
	.label = "Your password",
	.type = "password",
	.autocomplete = "current-password",
	.max_length = PASSWORD_MAX,
	.required = true,
};

static void
show(struct http_req *req, int status, const struct field *f)
{
	struct page p;

	page_begin_account(&p, req, PATH);
	page_section(&p, "export", "Take it with you",
	    "Everything that this server keeps of you, as a ZIP archive: your "
	    "files as you sent them, and the rest as JSON.");
	page_action(
	    &p, PATH, "do", "export", TONE_GOOD, "Download everything", NULL);
	page_section_end(&p);
	page_section(&p, "delete", "Delete the account",
	    "Your activities, files, measurements, tokens and connected "
	    "assistants are deleted at once, and nobody can bring them back.");
	page_form(&p, NULL, PATH);
	page_hidden(&p, "do", "delete");
	page_fields(&p, f, 1);
	html_box(&p.h, "div", "buttons");
	page_button(&p, TONE_BAD, "Delete my account");
	html_close(&p.h, "div");
	page_form_end(&p);
	page_section_end(&p);
	page_end(&p, status);
}

void
web_data(struct http_req *req)
{
	show(req, 200, &password_field);
}

/* --- export -------------------------------------------------------------- */

struct draft {
	const char *dir;
	int fd;
	int64_t size; /* -1: it cannot be told */
};

/* A file without a name: it goes with its descriptor, whatever happens. */
static void
open_draft(void *arg)
{
	struct draft *d = arg;

	d->fd = open(d->dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

static void
measure_draft(void *arg)
{
	struct draft *d = arg;
	struct stat st;

	d->size = fstat(d->fd, &st) == 0 ? st.st_size : -1;
}

static int export(struct http_req *req, struct draft *d, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct owner o = page_owner(req);

	d->dir = app->conf->data_dir;
	if (fiber_offload(open_draft, d, e) < 0)
		return -1;
	if (d->fd < 0)
		return err_sys(e, ERR_IO, "a file in %s", d->dir);
	if (accounts_note_export(app->accounts, http_arena(req), &from, &o, e) <
		0 ||
	    person_export(app->db, &o, d->fd, e) < 0 ||
	    fiber_offload(measure_draft, d, e) < 0)
		return -1;
	if (d->size < 0)
		return err_set(e, ERR_IO, "the size of the export");
	http_add_header(req, "Content-Disposition",
	    "attachment; filename=\"pierre-export.zip\"");
	http_reply_file(req, "application/zip", d->fd, d->size);
	return 0;
}

static void
send_export(struct http_req *req)
{
	struct draft d = { .fd = -1 };
	struct err e = ERR_INIT;

	if (export(req, &d, &e) < 0)
		http_reply_error(req, &e);
	if (d.fd >= 0)
		close(d.fd);
}

/* --- deleting ------------------------------------------------------------ */

/* 1 it is theirs, 0 it is not (the field says so), -1. */
static int
prove_password(
    struct http_req *req, const struct user *u, struct field *f, struct err *e)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	int64_t retry_s = 0;
	struct user proven;

	if (accounts_sign_in(app->accounts, http_arena(req), &from,
		str_of(u->athlete.username), field_str(f), &proven, &retry_s,
		e) == 0)
		return 1;
	if (e->code != ERR_UNAUTHENTICATED && e->code != ERR_LIMITED)
		return -1;
	f->error = e->code == ERR_LIMITED
		       ? page_sentence(http_arena(req), str_of(e->msg))
		       : "That is not your password.";
	return 0;
}

static void
delete_account(struct http_req *req, const struct form *form)
{
	const struct app *app = http_app_state(req);
	struct origin from = origin_of(req);
	struct field f = password_field;
	struct owner o = page_owner(req);
	struct err e = ERR_INIT;
	struct user u;
	int rc = 0;

	if (page_find_user(req, &u, &e) < 0) {
		http_reply_error(req, &e);
		return;
	}
	if (fields_read(http_arena(req), &f, 1, form) == 0)
		rc = prove_password(req, &u, &f, &e);
	if (rc > 0)
		rc = accounts_delete(
			 app->accounts, http_arena(req), &from, &o, &e) < 0
			 ? -1
			 : 1;
	if (rc < 0) {
		http_reply_error(req, &e);
	} else if (rc == 0) {
		show(req, 422, &f);
	} else {
		session_cookie_drop(req);
		page_redirect(req, "/", NOTE_ACCOUNT_DELETED);
	}
}

void
web_data_post(struct http_req *req)
{
	struct err e = ERR_INIT;
	struct form form;

	if (page_form_read(req, &form, &e) < 0)
		http_reply_error(req, &e);
	else if (str_is(form_str(&form, "do"), "export"))
		send_export(req);
	else if (str_is(form_str(&form, "do"), "delete"))
		delete_account(req, &form);
	else
		show(req, 422, &password_field);
}
