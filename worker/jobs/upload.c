#include "jobs/upload.h"

#include "http/params.h"

/* Types that say "a file"; what curl sends when it is told nothing is a form
 * of another kind, and so refused by name. */
static bool
is_file_type(struct str type)
{
	static const char *const types[] = { "application/octet-stream",
		"application/vnd.ant.fit", "application/fit",
		"application/gpx+xml", "application/gpx",
		"application/vnd.garmin.tcx+xml", "application/tcx+xml",
		"application/xml", "text/xml", "application/gzip",
		"application/x-gzip", "application/zip",
		"application/x-zip-compressed", "application/x-tar" };

	if (type.n == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (str_ieq(type, str_of(types[i])))
			return true;
	}
	return false;
}

int
upload_init(struct upload *u, struct arena *a, struct str content_type,
    int64_t max_files, struct err *e)
{
	struct str type = params_word(content_type);

	*u = (struct upload){
		.arena = a,
		.spool = { .dir_fd = -1, .fd = -1 },
		.max_files = max_files,
		.is_form = str_ieq(type, STR("multipart/form-data")),
	};
	if (u->is_form && multipart_init(&u->form, content_type) < 0)
		return err_set(e, ERR_INVALID,
		    "Content-Type: multipart/form-data has no valid boundary");
	if (!u->is_form && !is_file_type(type))
		return err_set(e, ERR_UNSUPPORTED,
		    "Content-Type: %.*s is not taken; send files as "
		    "multipart/form-data, or one as application/octet-stream",
		    (int)MIN(type.n, (size_t)80), type.p);
	return 0;
}

static int
begin_file(struct upload *u, struct str name, struct err *e)
{
	struct job_item item = { .name = "" };

	if (u->items.n == 0 && u->admit != NULL &&
	    u->admit(u->req, buf_str(&u->said), e) < 0)
		return -1;
	if (u->items.n / sizeof(item) >= (size_t)u->max_files)
		return err_set(e, ERR_TOO_LARGE,
		    "more than %lld files in one request",
		    (long long)u->max_files);
	item.position = (int)(u->items.n / sizeof(item));
	item.name = arena_strndup(u->arena, name.p, name.n);
	buf_add(&u->items, &item, sizeof(item));
	return spool_begin(&u->spool, e);
}

static struct job_item *
last_file(struct upload *u)
{
	return (struct job_item *)(void *)(u->items.p + u->items.n) - 1;
}

static int
write_file(struct upload *u, struct str bytes, struct err *e)
{
	if (u->spool.fd < 0)
		return 0;
	last_file(u)->size += (int64_t)bytes.n;
	return spool_write(&u->spool, bytes, e);
}

int
upload_name(struct upload *u, struct str name, struct err *e)
{
	char part[MULTIPART_NAME_MAX + 1];
	size_t from = 0;

	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] < 0x20 || name.p[i] == 0x7f)
			return err_set(e, ERR_INVALID,
			    "the file's name has control characters");
		if (name.p[i] == '/' || name.p[i] == '\\')
			from = i + 1;
	}
	if (name.n - from >= sizeof(part))
		return err_set(e, ERR_INVALID,
		    "the file's name is longer than %d bytes",
		    MULTIPART_NAME_MAX);
	return begin_file(u, str_make(name.p + from, name.n - from), e);
}

/* A form's field without a file, and a file that was not chosen, are read
 * past; but for the field that says who sends it. */
static int
follow(struct upload *u, enum multipart_event event, struct str data,
    struct err *e)
{
	switch (event) {
	case MULTIPART_PART:
		u->in_said =
		    !u->form.is_file && strcmp(u->form.name, "csrf") == 0;
		if (!u->form.is_file || u->form.file_name[0] == '\0')
			return 0;
		return begin_file(u, str_of(u->form.file_name), e);
	case MULTIPART_DATA:
		if (u->in_said && u->said.n + data.n <= UPLOAD_SAID_MAX)
			buf_addstr(&u->said, data);
		return write_file(u, data, e);
	case MULTIPART_PART_END:
		return u->spool.fd >= 0 ? spool_end(&u->spool, e) : 0;
	case MULTIPART_BAD:
		return err_set(e, ERR_INVALID, "the form: %s", u->form.reason);
	case MULTIPART_MORE:
	case MULTIPART_END:
		break;
	}
	return 0;
}

int
upload_feed(struct upload *u, struct str bytes, struct err *e)
{
	enum multipart_event event = MULTIPART_PART_END;
	struct str data;

	if (!u->is_form)
		return write_file(u, bytes, e);
	while (event != MULTIPART_MORE && event != MULTIPART_END) {
		event = multipart_next(&u->form, &bytes, &data);
		if (follow(u, event, data, e) < 0)
			return -1;
	}
	return 0;
}

int
upload_end(struct upload *u, struct err *e)
{
	if (u->is_form && !multipart_is_complete(&u->form))
		return err_set(e, ERR_INVALID,
		    "the form ends before its closing boundary");
	if (u->spool.fd >= 0 && spool_end(&u->spool, e) < 0)
		return -1;
	if (u->items.n == 0)
		return err_set(e, ERR_INVALID, "the form has no file in it");
	if (!u->is_form && last_file(u)->size == 0)
		return err_set(e, ERR_INVALID, "the body is empty");
	return spool_sync(&u->spool, e);
}

const struct job_item *
upload_items(const struct upload *u, size_t *n_r)
{
	*n_r = u->items.n / sizeof(struct job_item);
	return (const struct job_item *)(const void *)u->items.p;
}

void
upload_free(struct upload *u)
{
	buf_free(&u->items);
	buf_free(&u->said);
}
