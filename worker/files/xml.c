/* XML through expat. */

#include "files/xml.h"

#include <expat.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "base/xalloc.h"

#define PIECE (1u << 20) /* that expat takes at a time */

struct xml {
	XML_Parser parser;
	struct xml_handler handler;
	const char *what;
	struct err *e;
	bool failed;
	bool begun;	     /* something but blanks was seen */
	size_t lines_before; /* before what the parser sees */
	const char **attributes;
	size_t depth;
	struct {
		char name[XML_MAX_NAME];
		size_t text; /* where its text begins */
	} stack[XML_MAX_DEPTH];
	size_t text_n;
	char text[XML_MAX_TEXT];
};

static const char *
without_prefix(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon != NULL ? colon + 1 : name;
}

static void
fail_at_place(struct xml *x, enum err_code code, const char *message)
{
	if (x->failed)
		return;
	x->failed = true;
	err_set(x->e, code, "%s, line %zu, column %zu: %s", x->what,
	    (size_t)XML_GetCurrentLineNumber(x->parser) + x->lines_before,
	    (size_t)XML_GetCurrentColumnNumber(x->parser) + 1, message);
}

void
xml_fail(struct xml *x, enum err_code code, const char *fmt, ...)
{
	char message[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	fail_at_place(x, code, message);
	XML_StopParser(x->parser, XML_FALSE);
}

struct str
xml_attribute(const struct xml *x, const char *name)
{
	for (const char **a = x->attributes; a != NULL && *a != NULL; a += 2)
		if (strcmp(without_prefix(a[0]), name) == 0)
			return str_of(a[1]);
	return STR_NULL;
}

const char *
xml_above(const struct xml *x, size_t up)
{
	return up < x->depth ? x->stack[x->depth - 1 - up].name : "";
}

static void
on_open(void *arg, const char *name, const char **attributes)
{
	struct xml *x = arg;

	if (x->failed)
		return;
	if (x->depth == XML_MAX_DEPTH) {
		xml_fail(x, ERR_CORRUPT, "elements nest deeper than %d",
		    XML_MAX_DEPTH);
		return;
	}
	snprintf(
	    x->stack[x->depth].name, XML_MAX_NAME, "%s", without_prefix(name));
	x->stack[x->depth++].text = x->text_n;
	x->attributes = attributes;
	x->handler.open(x->handler.arg, x, xml_above(x, 0));
	x->attributes = NULL;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct str
trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = str_make(s.p + 1, s.n - 1);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

static void
on_close(void *arg, const char *name UNUSED)
{
	struct xml *x = arg;
	size_t from;

	if (x->failed)
		return;
	CHECK(x->depth > 0);
	from = x->stack[x->depth - 1].text;
	x->handler.close(x->handler.arg, x, xml_above(x, 0),
	    trim(str_make(x->text + from, x->text_n - from)));
	x->text_n = from;
	x->depth--;
}

/* What is too long is cut; no number or name of use is that long. */
static void
on_text(void *arg, const char *p, int n)
{
	struct xml *x = arg;
	size_t take = MIN((size_t)n, sizeof(x->text) - x->text_n);

	memcpy(x->text + x->text_n, p, take);
	x->text_n += take;
}

static void
on_doctype(void *arg, const char *name UNUSED, const char *sysid UNUSED,
    const char *pubid UNUSED, int internal UNUSED)
{
	const struct xml *x = arg;

	if (!x->handler.doctype)
		xml_fail(arg, ERR_UNSUPPORTED,
		    "document type declarations are refused");
}

static void
on_entity(void *arg, const char *name UNUSED, int is_parameter UNUSED,
    const char *value UNUSED, int n UNUSED, const char *base UNUSED,
    const char *sysid UNUSED, const char *pubid UNUSED,
    const char *notation UNUSED)
{
	xml_fail(arg, ERR_UNSUPPORTED, "entities are refused");
}

/* Some exports have blanks before the declaration, which XML forbids. */
static struct str
skip_blanks(struct xml *x, struct str s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		x->lines_before += s.p[0] == '\n';
		s = str_make(s.p + 1, s.n - 1);
	}
	return s;
}

struct xml *
xml_new(const char *what, const struct xml_handler *h, struct err *e)
{
	struct xml *x = xcalloc(1, sizeof(*x));

	x->handler = *h;
	x->what = what;
	x->e = e;
	x->parser = XML_ParserCreate(NULL);
	CHECK(x->parser != NULL);
	XML_SetUserData(x->parser, x);
	XML_SetElementHandler(x->parser, on_open, on_close);
	XML_SetCharacterDataHandler(x->parser, on_text);
	XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
	XML_SetEntityDeclHandler(x->parser, on_entity);
	return x;
}

void
xml_free(struct xml **x)
{
	if (*x == NULL)
		return;
	XML_ParserFree((*x)->parser);
	free(*x);
	*x = NULL;
}

static int
parse(struct xml *x, struct str bytes, int is_final)
{
	CHECK(bytes.n <= INT_MAX);
	if (XML_Parse(x->parser, bytes.p, (int)bytes.n, is_final) ==
	    XML_STATUS_OK)
		return 0;
	fail_at_place(
	    x, ERR_CORRUPT, XML_ErrorString(XML_GetErrorCode(x->parser)));
	return -1;
}

int
xml_feed(struct xml *x, struct str bytes)
{
	if (!x->begun)
		bytes = skip_blanks(x, bytes);
	x->begun = x->begun || bytes.n > 0;
	while (bytes.n > 0) {
		size_t n = MIN(bytes.n, (size_t)PIECE);

		if (parse(x, str_make(bytes.p, n), XML_FALSE) < 0)
			return -1;
		bytes = str_make(bytes.p + n, bytes.n - n);
	}
	return 0;
}

int
xml_end(struct xml *x)
{
	return parse(x, STR_NULL, XML_TRUE);
}

int
xml_read(struct str bytes, const char *what, const struct xml_handler *h,
    struct err *e)
{
	struct xml *x = xml_new(what, h, e);
	int rc;

	/* All in one piece: a token that is split over many is scanned anew
	 * with each. */
	rc = parse(x, skip_blanks(x, bytes), XML_TRUE);
	xml_free(&x);
	return rc;
}
