#include "http/multipart.h"

#include "http/params.h"

static bool
is_boundary(struct str s)
{
	static const char marks[] = "'()+_,-./:=? ";

	if (s.n == 0 || s.n > MULTIPART_BOUNDARY_MAX || s.p[s.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
			(c >= 'A' && c <= 'Z')) &&
		    (c == '\0' || strchr(marks, c) == NULL))
			return false;
	}
	return true;
}

int
multipart_init(struct multipart *m, struct str content_type)
{
	char boundary[MULTIPART_BOUNDARY_MAX + 1];
	size_t n;

	memset(m, 0, offsetof(struct multipart, head));
	m->reason = NULL;
	if (params_get(content_type, "boundary", boundary, sizeof(boundary),
		&n) != 1 ||
	    !is_boundary(str_make(boundary, n)))
		return -1;
	memcpy(m->delimiter, "\r\n--", 4);
	memcpy(m->delimiter + 4, boundary, n);
	m->delimiter_n = n + 4;
	/* The first one may stand without a line before it. */
	m->matched = 2;
	return 0;
}

bool
multipart_is_complete(const struct multipart *m)
{
	return m->state == MULTIPART_AFTER;
}

static enum multipart_event
refuse(struct multipart *m, const char *reason)
{
	m->state = MULTIPART_BROKEN;
	m->reason = reason;
	return MULTIPART_BAD;
}

static void
advance(struct str *in, size_t n)
{
	*in = str_make(in->p + n, in->n - n);
}

/* Up to the delimiter.  What began like it and went on otherwise is data, and
 * the same bytes as the delimiter's own; a carriage return stands in it only at
 * its front, so that no other beginning is missed. */
static enum multipart_event
scan(struct multipart *m, struct str *in, struct str *data_r)
{
	const char *cr;
	size_t n;

	while (in->n > 0) {
		if (m->matched == m->delimiter_n)
			break;
		if (m->matched > 0 && in->p[0] == m->delimiter[m->matched]) {
			m->matched++;
			advance(in, 1);
			continue;
		}
		if (m->matched > 0) {
			*data_r = str_make(m->delimiter, m->matched);
			m->matched = 0;
			return MULTIPART_DATA;
		}
		cr = memchr(in->p, '\r', in->n);
		n = cr != NULL ? (size_t)(cr - in->p) : in->n;
		*data_r = str_make(in->p, n);
		m->matched = cr != NULL;
		advance(in, n + m->matched);
		if (n > 0)
			return MULTIPART_DATA;
	}
	if (m->matched < m->delimiter_n)
		return MULTIPART_MORE;
	m->matched = 0;
	return MULTIPART_PART_END;
}

/* --- the head of a part -------------------------------------------------- */

static enum multipart_event
begin_part(struct multipart *m, struct str disposition)
{
	size_t n;
	int rc;

	if (!str_ieq(params_word(disposition), STR("form-data")))
		return refuse(m, "a part is no form-data");
	if (params_get(disposition, "name", m->name, sizeof(m->name), &n) < 0)
		return refuse(m, "a part's name is malformed");
	if (n == 0)
		m->name[0] = '\0';
	rc = params_file_name(
	    disposition, m->file_name, sizeof(m->file_name), &n);
	if (rc < 0)
		return refuse(m, "a part's file name is malformed");
	if (rc == 0)
		m->file_name[0] = '\0';
	m->is_file = rc > 0;
	m->state = MULTIPART_IN_DATA;
	return MULTIPART_PART;
}

/* Transfer encodings other than none went out of use with RFC 7578. */
static bool
is_plain(struct str encoding)
{
	return str_ieq(encoding, STR("binary")) ||
	       str_ieq(encoding, STR("8bit")) || str_ieq(encoding, STR("7bit"));
}

static enum multipart_event
read_head(struct multipart *m)
{
	struct str rest = str_make(m->head, m->head_n), line, value, name;
	struct str disposition = STR_NULL;

	while (rest.n > 0) {
		line = str_cut(rest, '\n', &rest);
		if (line.n == 0 || line.p[line.n - 1] != '\r')
			return refuse(m, "a part's header is malformed");
		line.n--;
		if (line.n == 0)
			break;
		name = str_cut(line, ':', &value);
		if (value.p == NULL || memchr(line.p, '\0', line.n) != NULL ||
		    memchr(line.p, '\r', line.n) != NULL)
			return refuse(m, "a part's header is malformed");
		value = str_trim(value);
		if (str_ieq(name, STR("content-transfer-encoding")) &&
		    !is_plain(value))
			return refuse(m, "a part is encoded");
		if (!str_ieq(name, STR("content-disposition")))
			continue;
		if (disposition.p != NULL)
			return refuse(m, "a part has two names");
		disposition = value;
	}
	if (disposition.p == NULL)
		return refuse(m, "a part has no Content-Disposition");
	return begin_part(m, disposition);
}

static bool
head_is_complete(const struct multipart *m)
{
	const char *end = m->head + m->head_n;

	return (m->head_n == 2 && memcmp(m->head, "\r\n", 2) == 0) ||
	       (m->head_n >= 4 && memcmp(end - 4, "\r\n\r\n", 4) == 0);
}

static enum multipart_event
collect_head(struct multipart *m, struct str *in)
{
	while (in->n > 0) {
		if (m->head_n == sizeof(m->head))
			return refuse(m, "a part's headers are too large");
		m->head[m->head_n++] = in->p[0];
		advance(in, 1);
		if (m->head[m->head_n - 1] == '\n' && head_is_complete(m))
			return read_head(m);
	}
	return MULTIPART_MORE;
}

/* --- after a delimiter --------------------------------------------------- */

static enum multipart_event
follow_delimiter(struct multipart *m, char c)
{
	bool padding = c == ' ' || c == '\t';

	switch (m->state) {
	case MULTIPART_AT_DELIMITER:
	case MULTIPART_IN_PADDING:
		if (c == '-' && m->state == MULTIPART_AT_DELIMITER)
			m->state = MULTIPART_AT_DASH;
		else if (padding || c == '\r')
			m->state =
			    padding ? MULTIPART_IN_PADDING : MULTIPART_AT_LF;
		else
			return refuse(m, "a boundary is followed by data");
		return MULTIPART_MORE;
	case MULTIPART_AT_LF:
		if (c != '\n')
			return refuse(m, "a boundary is followed by data");
		m->state = MULTIPART_IN_HEAD;
		m->head_n = 0;
		return MULTIPART_MORE;
	default:
		if (c != '-')
			return refuse(m, "a boundary is followed by data");
		m->state = MULTIPART_AFTER;
		return MULTIPART_END;
	}
}

static enum multipart_event
after_scan(struct multipart *m, enum multipart_event event)
{
	if (event == MULTIPART_PART_END)
		m->state = MULTIPART_AT_DELIMITER;
	return event;
}

/* One step; MULTIPART_MORE with input left means: go on. */
static enum multipart_event
step(struct multipart *m, struct str *in, struct str *data_r)
{
	enum multipart_event event;

	switch (m->state) {
	case MULTIPART_IN_PREAMBLE:
		event = after_scan(m, scan(m, in, data_r));
		return event == MULTIPART_DATA || event == MULTIPART_PART_END
			   ? MULTIPART_MORE
			   : event;
	case MULTIPART_IN_DATA:
		return after_scan(m, scan(m, in, data_r));
	case MULTIPART_IN_HEAD:
		return collect_head(m, in);
	case MULTIPART_AFTER:
		return MULTIPART_END;
	case MULTIPART_BROKEN:
		return MULTIPART_BAD;
	case MULTIPART_AT_DELIMITER:
	case MULTIPART_IN_PADDING:
	case MULTIPART_AT_LF:
	case MULTIPART_AT_DASH:
		event = follow_delimiter(m, in->p[0]);
		advance(in, 1);
		return event;
	}
	return MULTIPART_BAD;
}

enum multipart_event
multipart_next(struct multipart *m, struct str *in, struct str *data_r)
{
	enum multipart_event event = MULTIPART_MORE;

	while (event == MULTIPART_MORE && in->n > 0)
		event = step(m, in, data_r);
	return event;
}
