#ifndef T_UNIT_FILES_FIT_WRITER_H
#define T_UNIT_FILES_FIT_WRITER_H

/* Writes small FIT files for the tests: definitions and messages are given as
 * bytes, header and checksums follow from them. */

#include <stdarg.h>

#include <stdio.h>

#include "base/buf.h"
#include "files/decode.h"
#include "files/fit_proto.h"

struct fit_writer {
	struct buf data;
	bool big_endian;
};

/* A definition of n fields, given as number, size, type. */
__attribute__((unused)) static void
fw_define(struct fit_writer *w, int local, int message, int n, ...)
{
	va_list ap;

	buf_addc(&w->data, (char)(0x40 | local));
	buf_addc(&w->data, 0);
	buf_addc(&w->data, w->big_endian);
	buf_addc(&w->data, (char)(w->big_endian ? message >> 8 : message));
	buf_addc(&w->data, (char)(w->big_endian ? message : message >> 8));
	buf_addc(&w->data, (char)n);
	va_start(ap, n);
	for (int i = 0; i < 3 * n; i++)
		buf_addc(&w->data, (char)va_arg(ap, int));
	va_end(ap);
}

__attribute__((unused)) static void
fw_head(struct fit_writer *w, int head)
{
	buf_addc(&w->data, (char)head);
}

__attribute__((unused)) static void
fw_uint(struct fit_writer *w, int size, uint64_t v)
{
	for (int i = 0; i < size; i++)
		buf_addc(&w->data,
		    (char)(v >> 8 * (w->big_endian ? size - 1 - i : i)));
}

/* Append a complete file to out and begin another one. */
__attribute__((unused)) static void
fw_finish(struct fit_writer *w, struct buf *out)
{
	size_t start = out->n;
	uint32_t n = (uint32_t)w->data.n;
	uint16_t crc;
	const char head[12] = { 14, 0x20, 0x54, 0x08, (char)n, (char)(n >> 8),
		(char)(n >> 16), (char)(n >> 24), '.', 'F', 'I', 'T' };

	buf_add(out, head, sizeof(head));
	crc = fit_crc(0, head, sizeof(head));
	buf_addc(out, (char)crc);
	buf_addc(out, (char)(crc >> 8));
	buf_addstr(out, buf_str(&w->data));
	crc = fit_crc(0, out->p + start, out->n - start);
	buf_addc(out, (char)crc);
	buf_addc(out, (char)(crc >> 8));
	buf_free(&w->data);
}

/* What a complete file of it holds, for a person an hour east. */
__attribute__((unused)) static int
fw_decode(struct arena *a, struct fit_writer *w, struct decoded *d)
{
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	int rc;

	fw_finish(w, &b);
	rc = file_decode(a, buf_str(&b), tz_find(STR("Etc/GMT-1"), &e), d, &e);
	if (rc < 0)
		printf("# %s\n", e.msg);
	buf_free(&b);
	return rc;
}

#endif
