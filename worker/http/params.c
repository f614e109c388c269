#include "http/params.h"

#include "base/enc.h"

struct str
params_word(struct str value)
{
	struct str rest;

	return str_trim(str_cut(value, ';', &rest));
}

/* Out of its quotes; *rest becomes what follows them.  Only what has to be
 * escaped is: some clients send paths with plain backslashes. */
static bool
unquote(struct str *rest, char *out, size_t size, size_t *n_r)
{
	size_t i = 1, n = 0;

	for (; i < rest->n && rest->p[i] != '"'; i++) {
		if (rest->p[i] == '\\' && i + 1 < rest->n &&
		    (rest->p[i + 1] == '"' || rest->p[i + 1] == '\\'))
			i++;
		if (out != NULL && n + 1 < size)
			out[n] = rest->p[i];
		n++;
	}
	if (i >= rest->n || (out != NULL && n >= size))
		return false;
	*rest = str_make(rest->p + i + 1, rest->n - i - 1);
	*n_r = n;
	return true;
}

static bool
take_plain(struct str *rest, char *out, size_t size, size_t *n_r)
{
	struct str word = STR_NULL;
	size_t n = 0;

	while (n < rest->n && rest->p[n] != ';')
		n++;
	word = str_trim(str_make(rest->p, n));
	*rest = str_make(rest->p + n, rest->n - n);
	if (out != NULL && word.n >= size)
		return false;
	if (out != NULL)
		memcpy(out, word.p, word.n);
	*n_r = word.n;
	return true;
}

static void
skip_blanks(struct str *s)
{
	while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = str_make(s->p + 1, s->n - 1);
}

/* One parameter from the front of *rest; its value goes to out when it is the
 * one called name, and *found counts it. */
static bool
take_one(struct str *rest, const char *name, char *out, size_t size,
    size_t *n_r, int *found)
{
	ptrdiff_t equals = str_find(*rest, '=');
	size_t n;
	struct str key;
	bool good;

	if (equals < 0)
		return false;
	key = str_trim(str_make(rest->p, (size_t)equals));
	*rest = str_make(rest->p + equals + 1, rest->n - (size_t)equals - 1);
	skip_blanks(rest);
	if (!str_ieq(key, str_of(name)))
		out = NULL;
	good = rest->n > 0 && rest->p[0] == '"'
		   ? unquote(rest, out, size, &n)
		   : take_plain(rest, out, size, &n);
	if (!good || out == NULL)
		return good;
	out[n] = '\0';
	*n_r = n;
	return ++*found == 1;
}

int
params_get(
    struct str value, const char *name, char *out, size_t size, size_t *n_r)
{
	struct str rest;
	int found = 0;

	*n_r = 0;
	str_cut(value, ';', &rest);
	while (rest.n > 0) {
		skip_blanks(&rest);
		if (rest.n == 0)
			break;
		if (rest.p[0] != ';' &&
		    !take_one(&rest, name, out, size, n_r, &found))
			return -1;
		skip_blanks(&rest);
		if (rest.n > 0 && rest.p[0] != ';')
			return -1;
		if (rest.n > 0)
			rest = str_make(rest.p + 1, rest.n - 1);
	}
	return found;
}

/* "UTF-8''caf%C3%A9.fit" */
static int
decode_extended(char *out, size_t *n_r)
{
	struct str charset, language, raw = str_make(out, *n_r);
	struct buf plain = BUF_INIT;
	int rc = -1;

	charset = str_cut(raw, '\'', &raw);
	language = str_cut(raw, '\'', &raw);
	if (raw.p != NULL && str_ieq(charset, STR("utf-8")) &&
	    language.n <= 16 && dec_percent(&plain, raw, false)) {
		memcpy(out, plain.p != NULL ? plain.p : "", plain.n);
		out[plain.n] = '\0';
		*n_r = plain.n;
		rc = 1;
	}
	buf_free(&plain);
	return rc;
}

static int
keep_last_part(char *out, size_t *n_r)
{
	size_t n = *n_r, from = 0;

	if (!str_is_utf8(str_make(out, n)))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)out[i] < 0x20 || out[i] == 0x7f)
			return -1;
		if (out[i] == '/' || out[i] == '\\')
			from = i + 1;
	}
	memmove(out, out + from, n - from + 1);
	*n_r = n - from;
	return 1;
}

int
params_file_name(struct str value, char *out, size_t size, size_t *n_r)
{
	int rc = params_get(value, "filename*", out, size, n_r);

	if (rc > 0)
		rc = decode_extended(out, n_r);
	else if (rc == 0)
		rc = params_get(value, "filename", out, size, n_r);
	return rc > 0 ? keep_last_part(out, n_r) : rc;
}
