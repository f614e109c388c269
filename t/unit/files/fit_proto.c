/* The FIT container: byte orders, base types, compressed times, chained files,
 * developer fields, and everything that can be wrong with it. */

#include "files/fit_proto.h"

#include <stdlib.h>

#include "files/fit_profile.h"
#include "files/fit_record.h"
#include "files/fit_value.h"
#include "fit_writer.h"
#include "tap.h"

static struct fit_reader reader;

/* Reads all messages of b; the number of them, or -1. */
static int
count_messages(struct str bytes, struct err *e)
{
	struct fit_message m;
	int n = 0, rc;

	fit_reader_init(&reader, bytes);
	while ((rc = fit_next(&reader, &m, e)) == 1)
		n++;
	return rc < 0 ? -1 : n;
}

static void
test_crc(void)
{
	is_int(fit_crc(0, "123456789", 9), 0xbb3d, "CRC-16/ARC check value");
}

static void
test_types(bool big_endian)
{
	static const struct {
		int type, size;
		uint64_t raw;
		double want; /* NaN: missing */
	} v[] = {
		{ 0x00, 1, 4, 4 }, { 0x00, 1, 0xff, NAN },
		{ 0x01, 1, 0xfe, -2 }, { 0x01, 1, 0x7f, NAN },
		{ 0x02, 1, 254, 254 }, { 0x83, 2, 0xfffe, -2 },
		{ 0x83, 2, 0x7fff, NAN }, { 0x84, 2, 0x1234, 0x1234 },
		{ 0x84, 2, 0xffff, NAN },
		{ 0x85, 4, 0x80000000, -2147483648.0 },
		{ 0x85, 4, 0x7fffffff, NAN },
		{ 0x86, 4, 0x12345678, 0x12345678 },
		{ 0x86, 4, 0xffffffff, NAN }, { 0x88, 4, 0x3fc00000, 1.5 },
		{ 0x88, 4, 0xffffffff, NAN },
		{ 0x89, 8, 0x3ff8000000000000, 1.5 },
		{ 0x89, 8, UINT64_MAX, NAN }, { 0x0a, 1, 0, NAN },
		{ 0x8b, 2, 0, NAN }, { 0x8c, 4, 0, NAN }, { 0x8c, 4, 7, 7 },
		{ 0x0d, 1, 0xff, NAN }, { 0x8e, 8, 0xfffffffffffffffe, -2 },
		{ 0x8f, 8, 1, 1 }, { 0x90, 8, 0, NAN },
		{ 0x06, 4, 9, 9 },   /* without bit 7 */
		{ 0x84, 3, 9, NAN }, /* a size that does not fit */
		{ 0x9e, 4, 9, NAN }, /* no such type */
		{ 0x07, 4, 9, NAN }, /* text is no number */
	};
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		struct fit_writer w = { .big_endian = big_endian };
		struct buf b = BUF_INIT;
		struct fit_message m;
		double got;

		fw_define(&w, 3, 20, 1, 9, v[i].size, v[i].type);
		fw_head(&w, 3);
		fw_uint(&w, v[i].size, v[i].raw);
		fw_finish(&w, &b);
		fit_reader_init(&reader, buf_str(&b));
		if (fit_next(&reader, &m, NULL) != 1 || m.number != 20) {
			good = false;
		} else {
			got = fit_number(&m, fit_find(&m, 9), 0);
			if (isnan(got) != isnan(v[i].want) ||
			    (!isnan(got) && got != v[i].want)) {
				printf("# type %d raw %llx: %g\n", v[i].type,
				    (unsigned long long)v[i].raw, got);
				good = false;
			}
		}
		buf_free(&b);
	}
	ok(good, "base types, %s", big_endian ? "big endian" : "little endian");
}

static void
test_compressed_times(void)
{
	static const struct {
		uint8_t low;
		uint32_t want;
	} v[] = { { 1, 1000000001 }, { 31, 1000000031 }, { 0, 1000000032 },
		{ 0, 1000000032 }, { 30, 1000000062 } };
	struct fit_writer w = { 0 };
	struct buf b = BUF_INIT;
	struct fit_message m;

	fw_define(&w, 0, 21, 1, 253, 4, 0x86);
	fw_define(&w, 2, 20, 1, 3, 1, 2);
	fw_head(&w, 0x80 | 2 << 5 | 5);
	fw_uint(&w, 1, 60);
	fw_head(&w, 0);
	fw_uint(&w, 4, 1000000000);
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		fw_head(&w, 0x80 | 2 << 5 | v[i].low);
		fw_uint(&w, 1, 60 + i);
	}
	fw_finish(&w, &b);
	fit_reader_init(&reader, buf_str(&b));
	is_int(fit_next(&reader, &m, NULL), 1, "first");
	is_int(m.time, FIT_TIME_MISSING, "no time to count from");
	is_int(fit_next(&reader, &m, NULL), 1, "second");
	is_int(m.time, 1000000000, "a time in full");
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		is_int(fit_next(&reader, &m, NULL), 1, "next");
		is_int(m.time, v[i].want, "five bits of time");
	}
	buf_free(&b);
}

static void
test_chain(void)
{
	struct fit_writer w = { 0 };
	struct buf b = BUF_INIT;
	struct fit_message m;
	struct err e = ERR_INIT;

	fw_define(&w, 0, 20, 1, 3, 1, 2);
	fw_head(&w, 0);
	fw_uint(&w, 1, 60);
	fw_finish(&w, &b);
	fw_define(&w, 0, 20, 1, 3, 1, 2);
	fw_head(&w, 0);
	fw_uint(&w, 1, 61);
	fw_finish(&w, &b);
	fit_reader_init(&reader, buf_str(&b));
	is_int(fit_next(&reader, &m, &e), 1, "first file");
	is_int(m.file, 0, "is number 0");
	is_int(fit_next(&reader, &m, &e), 1, "second file");
	is_int(m.file, 1, "is number 1");
	is_int(fit_next(&reader, &m, &e), 0, "the end");
	is_int(fit_next(&reader, &m, &e), 0, "and again");
	/* A definition does not hold in the next file. */
	fw_head(&w, 0);
	fw_uint(&w, 1, 62);
	fw_finish(&w, &b);
	is_int(count_messages(buf_str(&b), &e), -1, "undefined");
	ok(strstr(e.msg, "byte 68: a message of local type 0") != NULL,
	    "says where: %s", e.msg);
	buf_free(&b);
}

static void
test_damage(void)
{
	struct fit_writer w = { 0 };
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;
	bool refused = true, told = true;

	fw_define(&w, 0, 20, 2, 253, 4, 0x86, 3, 1, 2);
	fw_head(&w, 0);
	fw_uint(&w, 4, 1000000000);
	fw_uint(&w, 1, 60);
	fw_finish(&w, &b);
	is_int(count_messages(buf_str(&b), &e), 1, "sound");
	for (size_t n = 0; n < b.n; n++) {
		char *copy = malloc(n + 1);

		memcpy(copy, b.p, n);
		refused =
		    refused && count_messages(str_make(copy, n), &e) == -1;
		told = told && strncmp(e.msg, "FIT, byte ", 10) == 0;
		free(copy);
	}
	ok(refused && told, "every prefix is refused with its place");
	for (size_t i = 0; i < b.n * 8; i++) {
		b.p[i / 8] ^= (char)(1 << i % 8);
		refused = refused && count_messages(buf_str(&b), &e) == -1;
		b.p[i / 8] ^= (char)(1 << i % 8);
	}
	ok(refused, "every flipped bit is refused");
	buf_adds(&b, "tail");
	is_int(count_messages(buf_str(&b), &e), -1, "trailing bytes");
	buf_free(&b);
}

/* A file around the given bytes of data is refused with this message. */
static void
refuses(const char *data, size_t n, const char *want)
{
	struct fit_writer w = { 0 };
	struct buf b = BUF_INIT;
	struct err e = ERR_INIT;

	buf_add(&w.data, data, n);
	fw_finish(&w, &b);
	is_int(count_messages(buf_str(&b), &e), -1, "refused");
	is_str(e.msg, want, "says why");
	buf_free(&b);
}

static void
test_bad_data(void)
{
	refuses("\x40\0\2\0\0\0", 6,
	    "FIT, byte 16: byte order 2 is neither 0 nor 1");
	refuses("\x40\0\0\0", 4,
	    "FIT, byte 14: a definition goes past the end "
	    "of the data at byte 18");
	refuses("\x40\0\0\0\0\2\0\1\2", 9,
	    "FIT, byte 14: a definition goes "
	    "past the end of the data at byte 23");
	refuses("\x60\0\0\0\0\0", 6,
	    "FIT, byte 14: a definition goes past the "
	    "end of the data at byte 20");
	refuses("\x40\0\0\0\0\1\0\2\2\0\1", 11,
	    "FIT, byte 23: a message goes "
	    "past the end of the data at byte 25");
	refuses("\x05", 1,
	    "FIT, byte 14: a message of local type 5, which was "
	    "never defined");
	refuses("\x40\0\0\xcf\0\1\3\1\2\0\0", 11,
	    "FIT, byte 23: developer data without an application id");
}

static void
test_header(void)
{
	static const char old[] = "\x0c\x30\0\0\0\0\0\0.FIT\0\0";
	struct err e = ERR_INIT;

	is_int(count_messages(str_make(old, 14), &e), -1, "protocol 3");
	is_int(e.code, ERR_UNSUPPORTED, "is not supported");
	is_str(e.msg, "FIT, byte 1: protocol version 3.0", "and says so");
}

/* The message that its field is of may be left out (0xffff). */
static void
test_developer(uint16_t message)
{
	struct fit_writer w = { 0 };
	struct buf b = BUF_INIT;
	struct fit_message m;
	struct fit_accumulator acc = { 0 };
	struct fit_sample s;

	fw_define(&w, 0, 207, 2, 1, 1, 0x0d, 3, 1, 2);
	fw_head(&w, 0);
	fw_uint(&w, 1, 1);
	fw_uint(&w, 1, 0);
	/* Developer field 4, uint16, takes the place of record's power. */
	fw_define(
	    &w, 1, 206, 5, 0, 1, 2, 1, 1, 2, 2, 1, 2, 14, 2, 0x84, 15, 1, 2);
	fw_head(&w, 1);
	fw_uint(&w, 1, 0);
	fw_uint(&w, 1, 4);
	fw_uint(&w, 1, 0x84);
	fw_uint(&w, 2, message);
	fw_uint(&w, 1, 7);
	fw_define(&w, 2, 20, 2, 3, 1, 2, 7, 2, 0x84);
	w.data.p[w.data.n - 12] |= 0x20;
	buf_add(&w.data, "\1\4\2\0", 4);
	fw_head(&w, 2);
	fw_uint(&w, 1, 150);
	fw_uint(&w, 2, 100);
	fw_uint(&w, 2, 260);
	fw_head(&w, 2);
	fw_uint(&w, 1, 151);
	fw_uint(&w, 2, 101);
	fw_uint(&w, 2, 0xffff);
	fw_finish(&w, &b);
	fit_reader_init(&reader, buf_str(&b));
	for (int i = 0; i < 3; i++)
		is_int(fit_next(&reader, &m, NULL), 1, "message");
	fit_sample_of(&s, &acc, &m);
	is_near(s.v[STREAM_POWER], 260, 0, "the developer's power goes first");
	is_near(s.v[STREAM_HR], 150, 0, "other fields stay");
	is_int(fit_next(&reader, &m, NULL), 1, "message");
	fit_sample_of(&s, &acc, &m);
	is_near(s.v[STREAM_POWER], 101, 0, "unless it is missing");
	buf_free(&b);
}

static void
test_packed_distance(void)
{
	/* Speed in 1/100 m/s, distance in 1/16 m: 3.54 m/s and 255.5 m, then
	 * 0.5 m later beyond the 12 bits. */
	static const uint8_t first[3] = { 0x62, 0x81, 0xff };
	static const uint8_t second[3] = { 0x62, 0x01, 0x00 };
	struct fit_writer w = { 0 };
	struct buf b = BUF_INIT;
	struct fit_message m;
	struct fit_accumulator acc = { 0 };
	struct fit_sample s;

	fw_define(&w, 0, 20, 1, 8, 3, 0x0d);
	fw_head(&w, 0);
	buf_add(&w.data, first, 3);
	fw_head(&w, 0);
	buf_add(&w.data, second, 3);
	fw_head(&w, 0);
	buf_add(&w.data, "\xff\xff\xff", 3);
	fw_finish(&w, &b);
	fit_reader_init(&reader, buf_str(&b));
	is_int(fit_next(&reader, &m, NULL), 1, "message");
	fit_sample_of(&s, &acc, &m);
	is_near(s.v[STREAM_SPEED], 3.54, 1e-9, "speed");
	is_near(s.v[STREAM_DISTANCE], 255.5, 1e-9, "distance");
	is_int(fit_next(&reader, &m, NULL), 1, "message");
	fit_sample_of(&s, &acc, &m);
	is_near(s.v[STREAM_DISTANCE], 256, 1e-9, "goes on past 12 bits");
	is_int(fit_next(&reader, &m, NULL), 1, "message");
	fit_sample_of(&s, &acc, &m);
	ok(isnan(s.v[STREAM_DISTANCE]), "missing");
	buf_free(&b);
}

int
main(void)
{
	test_crc();
	test_types(false);
	test_types(true);
	test_compressed_times();
	test_chain();
	test_damage();
	test_bad_data();
	test_header();
	test_developer(20);
	test_developer(0xffff);
	test_packed_distance();
	return tap_done();
}
