#include "http/form.h"

#include "base/enc.h"
#include "http/http.h"
#include "http/params.h"

static int
decode(struct arena *a, struct str raw, struct str *out, struct err *e)
{
	struct buf plain = BUF_INIT;
	bool good = dec_percent(&plain, raw, true) &&
		    str_is_utf8(buf_str(&plain)) &&
		    memchr(raw.p, '\0', raw.n) == NULL;

	if (good)
		*out = str_make(
		    arena_strndup(a, plain.n > 0 ? plain.p : "", plain.n),
		    plain.n);
	buf_wipe(&plain);
	return good ? 0 : err_set(e, ERR_INVALID, "the form is badly encoded");
}

int
form_parse(struct arena *a, struct str text, struct form *out, struct err *e)
{
	struct str rest = text, pair, raw;
	struct form_field *field;

	out->n = 0;
	while (rest.p != NULL) {
		pair = str_cut(rest, '&', &rest);
		if (pair.n == 0)
			continue;
		if (out->n == FORM_FIELDS_MAX)
			return err_set(e, ERR_INVALID,
			    "the form has more than %d fields",
			    FORM_FIELDS_MAX);
		field = &out->field[out->n++];
		pair = str_cut(pair, '=', &raw);
		if (raw.p == NULL)
			raw = STR("");
		if (decode(a, pair, &field->name, e) < 0 ||
		    decode(a, raw, &field->value, e) < 0)
			return -1;
	}
	return 0;
}

int
form_read(struct http_req *req, struct form *out, struct err *e)
{
	struct str type = params_word(http_header(req, "Content-Type"));

	out->n = 0;
	if (!str_ieq(type, STR("application/x-www-form-urlencoded")))
		return err_set(e, ERR_UNSUPPORTED,
		    "Content-Type: a form as application/x-www-form-urlencoded "
		    "is taken here");
	return form_parse(http_arena(req), http_body(req), out, e);
}

int
form_get(const struct form *f, const char *name, struct str *out, struct err *e)
{
	int found = 0;

	*out = STR("");
	for (size_t i = 0; i < f->n; i++) {
		if (!str_is(f->field[i].name, name))
			continue;
		if (found++ != 0) {
			*out = STR("");
			return err_set(e, ERR_INVALID,
			    "%s stands more than once in the form", name);
		}
		*out = f->field[i].value;
	}
	return found;
}

struct str
form_str(const struct form *f, const char *name)
{
	struct str value;
	int rc = form_get(f, name, &value, NULL);

	return rc > 0 ? value : STR("");
}
