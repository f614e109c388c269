/* Forms with files, whole and in pieces of every size; header parameters. */

#include "http/multipart.h"

#include "base/buf.h"
#include "http/params.h"
#include "tap.h"

#define TYPE		"multipart/form-data; boundary=XYZ"
#define PART(name)	"Content-Disposition: form-data; name=\"" name "\""
#define FILE_PART(file) PART("file") "; filename=\"" file "\"\r\n\r\n"

/* What came out: "[name|file_name]data." a part, then "END" or the reason. */
static const char *
parse(const char *type, struct str body, size_t piece)
{
	static struct multipart m;
	static struct buf out;
	enum multipart_event event = MULTIPART_MORE;
	struct str in = STR_NULL, data;
	size_t at = 0;

	buf_clear(&out);
	if (multipart_init(&m, str_of(type)) < 0)
		return "no boundary";
	for (;;) {
		event = multipart_next(&m, &in, &data);
		if (event == MULTIPART_MORE && at == body.n)
			break;
		if (event == MULTIPART_MORE) {
			in = str_make(body.p + at, MIN(piece, body.n - at));
			at += in.n;
		}
		if (event == MULTIPART_PART)
			buf_printf(&out, "[%s|%s]", m.name,
			    m.is_file ? m.file_name : "(none)");
		if (event == MULTIPART_DATA)
			buf_addstr(&out, data);
		if (event == MULTIPART_PART_END)
			buf_adds(&out, ".");
		if (event == MULTIPART_BAD)
			buf_adds(&out, m.reason);
		if (event == MULTIPART_END || event == MULTIPART_BAD)
			break;
	}
	if (event == MULTIPART_END)
		buf_adds(&out, "END");
	return buf_cstr(&out);
}

static const struct {
	const char *name;
	struct str body;
	const char *want;
} bodies[] = {
	{ "one file", STR("--XYZ\r\n" FILE_PART("a.fit") "data\r\n--XYZ--\r\n"),
	    "[file|a.fit]data.END" },
	{ "two and a field",
	    STR("--XYZ\r\n" FILE_PART("a.fit") "\r\n\r\n--XYZ\r\n" PART(
		"n") "\r\n\r\nv\r\n--XYZ\r\n" FILE_PART("b.gpx") "\r\n--XYZ--"),
	    "[file|a.fit]\r\n.[n|(none)]v.[file|b.gpx].END" },
	{ "preamble and epilogue",
	    STR("hello\r\n--XY\r\n--XYZ \t\r\n" FILE_PART(
		"a") "1\r\n--XYZ--\r\nbye"),
	    "[file|a]1.END" },
	{ "what looks like a boundary",
	    STR("--XYZ\r\n" FILE_PART(
		"a") "\r\n--XY\r\r\n-\r\n--XYz--XYZ\r\n--XYZ--"),
	    "[file|a]\r\n--XY\r\r\n-\r\n--XYz--XYZ.END" },
	{ "an escaped name",
	    STR("--XYZ\r\n" FILE_PART("a\\\"b\\\\c.fit") "1\r\n--XYZ--"),
	    "[file|c.fit]1.END" },
	{ "a path", STR("--XYZ\r\n" FILE_PART("../../x/a.fit") "1\r\n--XYZ--"),
	    "[file|a.fit]1.END" },
	{ "no name chosen", STR("--XYZ\r\n" FILE_PART("") "\r\n--XYZ--"),
	    "[file|].END" },
	{ "unquoted, other case",
	    STR("--XYZ\r\ncontent-disposition:FORM-DATA; NAME=a; "
		"FileName=b.fit\r\nContent-Type: x/y\r\n\r\n1\r\n--XYZ--"),
	    "[a|b.fit]1.END" },
	{ "extended name",
	    STR("--XYZ\r\n" PART("f") "; filename=\"x\"; "
				      "filename*=UTF-8''caf%C3%A9.fit\r\n\r\n"
				      "1\r\n--XYZ--"),
	    "[f|caf\xc3\xa9.fit]1.END" },
	{ "cut off in data", STR("--XYZ\r\n" FILE_PART("a") "12\r\n--XY"),
	    "[file|a]12" },
	{ "cut off in a head", STR("--XYZ\r\n" PART("a")), "" },
	{ "nothing", STR(""), "" },
	{ "no parts", STR("--XYZ--"), "END" },
	{ "no disposition", STR("--XYZ\r\n\r\n1\r\n--XYZ--"),
	    "a part has no Content-Disposition" },
	{ "two dispositions",
	    STR("--XYZ\r\n" PART("a") "\r\n" PART("b") "\r\n\r\n1\r\n--XYZ--"),
	    "a part has two names" },
	{ "an attachment",
	    STR("--XYZ\r\nContent-Disposition: attachment\r\n\r\n1\r\n--XYZ--"),
	    "a part is no form-data" },
	{ "base64",
	    STR("--XYZ\r\n" PART(
		"a") "\r\nContent-Transfer-Encoding: base64\r\n\r\n1\r\n"),
	    "a part is encoded" },
	{ "a header without colon", STR("--XYZ\r\nhello\r\n\r\n1\r\n--XYZ--"),
	    "a part's header is malformed" },
	{ "a bare line feed",
	    STR("--XYZ\r\n" PART("a") "\nX: y\r\n\r\n1\r\n--XYZ--"),
	    "a part's header is malformed" },
	{ "an open quote",
	    STR("--XYZ\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1"),
	    "a part's name is malformed" },
	{ "two file names",
	    STR("--XYZ\r\n" PART("a") "; filename=a; filename=b\r\n\r\n1"),
	    "a part's file name is malformed" },
	{ "a name that is no UTF-8",
	    STR("--XYZ\r\n" FILE_PART("\xff\xfe") "1\r\n--XYZ--"),
	    "a part's file name is malformed" },
	{ "data after a boundary", STR("--XYZ1\r\n"),
	    "a boundary is followed by data" },
	{ "half an end", STR("--XYZ-\r\n"), "a boundary is followed by data" },
};

static void
test_bodies(void)
{
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		bool same = true;

		is_str(parse(TYPE, bodies[i].body, bodies[i].body.n + 1),
		    bodies[i].want, "%s", bodies[i].name);
		for (size_t piece = 1; piece < bodies[i].body.n; piece++)
			same =
			    same && strcmp(parse(TYPE, bodies[i].body, piece),
					bodies[i].want) == 0;
		ok(same, "the same in pieces");
	}
}

static void
test_limits(void)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "--XYZ\r\n" PART("a") "\r\nX: ");
	for (int i = 0; i < MULTIPART_HEAD_MAX; i++)
		buf_addc(&b, 'x');
	is_str(parse(TYPE, buf_str(&b), b.n), "a part's headers are too large",
	    "a head is bounded");
	buf_clear(&b);
	buf_adds(&b, "--XYZ\r\n" PART("a") "; filename=");
	for (int i = 0; i <= MULTIPART_NAME_MAX; i++)
		buf_addc(&b, 'x');
	buf_adds(&b, "\r\n\r\n");
	is_str(parse(TYPE, buf_str(&b), b.n), "a part's file name is malformed",
	    "and a name");
	buf_free(&b);
}

static void
test_boundaries(void)
{
	static const char *const bad[] = { "multipart/form-data",
		"multipart/form-data; boundary=",
		"multipart/form-data; boundary=\"",
		"multipart/form-data; boundary=a;boundary=b",
		"multipart/form-data; boundary=a\"b",
		"multipart/form-data; boundary=\"a \"",
		"multipart/form-data; boundary="
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aa"
		"aaaaaaa" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_str(parse(bad[i], STR(""), 1), "no boundary", "%s", bad[i]);
	is_str(parse("multipart/form-data; charset=utf-8 ; boundary=\"a b'?\"",
		   STR("--a b'?--"), 1),
	    "END", "in quotes");
}

static void
test_params(void)
{
	char out[16];
	size_t n;

	is_int(params_get(STR("attachment; filename=\"a;b.fit\""), "filename",
		   out, sizeof(out), &n),
	    1, "a semicolon in quotes");
	is_str(out, "a;b.fit", "is a part of it");
	is_int(
	    params_get(STR("x; a=1; b = 2 ;; c=3"), "b", out, sizeof(out), &n),
	    1, "blanks");
	is_str(out, "2", "are left out");
	is_int(params_get(STR("x"), "b", out, sizeof(out), &n), 0, "none");
	is_int(
	    params_get(STR("x; b"), "b", out, sizeof(out), &n), -1, "no value");
	is_int(params_get(STR("x; b=\"1\"2"), "b", out, sizeof(out), &n), -1,
	    "data after quotes");
	is_int(
	    params_get(STR("x; b=0123456789abcdef"), "b", out, sizeof(out), &n),
	    -1, "too long");
	is_int(params_file_name(
		   STR("x; filename*=latin1''a"), out, sizeof(out), &n),
	    -1, "another charset");
	is_int(
	    params_file_name(STR("x; filename=\"a\tb\""), out, sizeof(out), &n),
	    -1, "a control character");
}

int
main(void)
{
	test_bodies();
	test_limits();
	test_boundaries();
	test_params();
	return tap_done();
}
