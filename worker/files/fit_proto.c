/* The FIT container.  One reader for the whole input; chained files begin
 * afresh with no definitions. */

#include "files/fit_proto.h"

#include "files/fit_value.h"

#define HEADER_MIN	   12
#define HEADER_CRC_AT	   12 /* in headers of 14 bytes and more */
#define CRC_SIZE	   2
#define PROTOCOL_MAJOR_MAX 2
#define UNWRITTEN	   64 /* zeros */

/* Bits of a record's first byte. */
#define COMPRESSED	    0x80
#define COMPRESSED_LOCAL(b) ((b) >> 5 & 3)
#define COMPRESSED_TIME	    0x1f
#define DEFINITION	    0x40
#define DEVELOPER	    0x20
#define LOCAL		    0x0f

uint16_t
fit_crc(uint16_t crc, const void *p, size_t n)
{
	static const uint16_t table[16] = { 0x0000, 0xcc01, 0xd801, 0x1400,
		0xf001, 0x3c00, 0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401,
		0x5000, 0x9c01, 0x8801, 0x4400 };
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++) {
		crc = (uint16_t)(crc >> 4 ^ table[(crc ^ b[i]) & 15]);
		crc = (uint16_t)(crc >> 4 ^ table[(crc ^ b[i] >> 4) & 15]);
	}
	return crc;
}

static uint16_t
get16(const uint8_t *p, bool big_endian)
{
	return (uint16_t)(big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
}

void
fit_reader_init(struct fit_reader *r, struct str bytes)
{
	memset(r, 0, sizeof(*r));
	r->p = (const uint8_t *)bytes.p;
	r->n = bytes.n;
	r->time = FIT_TIME_MISSING;
}

void
fit_reader_be_lenient(struct fit_reader *r)
{
	r->lenient = true;
}

/* The header's own words: who wrote it, and how much follows. */
static int
check_header(const struct fit_reader *r, size_t *size_r, struct err *e)
{
	const uint8_t *h = r->p + r->at;
	size_t left = r->n - r->at, size;

	if (left < HEADER_MIN)
		return err_set(e, ERR_CORRUPT,
		    "FIT, byte %zu: %zu bytes are "
		    "left, a header takes %d",
		    r->at, left, HEADER_MIN);
	size = h[0];
	if (memcmp(h + 8, ".FIT", 4) != 0)
		return err_set(e, ERR_CORRUPT,
		    "FIT, byte %zu: the header "
		    "does not say .FIT",
		    r->at + 8);
	if (size < HEADER_MIN || size > left)
		return err_set(e, ERR_CORRUPT,
		    "FIT, byte %zu: a header of "
		    "%zu bytes, %zu are left",
		    r->at, size, left);
	if (h[1] >> 4 > PROTOCOL_MAJOR_MAX)
		return err_set(e, ERR_UNSUPPORTED,
		    "FIT, byte %zu: protocol "
		    "version %d.%d",
		    r->at + 1, h[1] >> 4, h[1] & 15);
	if (size >= HEADER_CRC_AT + CRC_SIZE &&
	    get16(h + HEADER_CRC_AT, false) != 0 &&
	    get16(h + HEADER_CRC_AT, false) != fit_crc(0, h, HEADER_CRC_AT))
		return err_set(e, ERR_CORRUPT,
		    "FIT, byte %zu: the header's "
		    "checksum is wrong",
		    r->at + HEADER_CRC_AT);
	*size_r = size;
	return 0;
}

static void
begin_messages(struct fit_reader *r, size_t header, size_t data)
{
	r->at += header;
	r->data_end = r->at + data;
	r->file++;
	fit_dev_clear(&r->dev);
	r->time = FIT_TIME_MISSING;
	for (int i = 0; i < FIT_LOCAL_TYPES; i++)
		r->defs[i].is_set = false;
}

/* Less is there than announced; or nothing was announced, since the device
 * does that last. */
static bool
breaks_off(size_t data, size_t left)
{
	return left < CRC_SIZE || data > left - CRC_SIZE ||
	       (data == 0 && left > CRC_SIZE);
}

/* Space that a device had laid claim to, and not written yet, is zeros.  A few
 * are of the last message. */
static size_t
written(const uint8_t *p, size_t n)
{
	size_t end = n;

	while (end > 0 && p[end - 1] == 0)
		end--;
	return end > 0 && n - end < UNWRITTEN ? n : end;
}

static int
begin_file(struct fit_reader *r, struct err *e)
{
	const uint8_t *h = r->p + r->at;
	size_t header = 0, left, data;
	uint16_t crc;

	if (check_header(r, &header, e) < 0)
		return -1;
	left = r->n - r->at - header;
	data = (size_t)h[4] | (size_t)h[5] << 8 | (size_t)h[6] << 16 |
	       (size_t)h[7] << 24;
	if (r->lenient && breaks_off(data, left)) {
		r->cut = true;
		begin_messages(r, header, written(h + header, left));
		return 0;
	}
	if (left < CRC_SIZE || data > left - CRC_SIZE)
		return err_set(e, ERR_CORRUPT,
		    "FIT, byte %zu: the end of the "
		    "input; %zu bytes of data and a checksum were announced at "
		    "byte %zu, %zu bytes are there",
		    r->n, data, r->at + 4, left);
	crc = fit_crc(0, h, header + data);
	if (crc != get16(h + header + data, false))
		return err_set(e, ERR_CORRUPT,
		    "FIT, byte %zu: the checksum "
		    "is %04x, the data's is %04x",
		    r->at + header + data, get16(h + header + data, false),
		    crc);
	begin_messages(r, header, data);
	return 0;
}

static int
cut_short(const struct fit_reader *r, const char *what, struct err *e)
{
	return err_set(e, ERR_CORRUPT,
	    "FIT, byte %zu: %s goes past the end "
	    "of the data at byte %zu",
	    r->at, what, r->data_end);
}

/* The tables are emptied entry by entry: definitions are many, and short. */
static void
clear_definition(struct fit_definition *def)
{
	for (size_t i = 0; i < def->n_fields; i++) {
		def->native[def->fields[i].number] = 0;
		def->override[def->fields[i].replaces] = 0;
	}
	def->is_set = false;
	def->n_fields = 0;
	def->size = 0;
}

/* p has number, size and base type. */
static void
add_native(struct fit_definition *def, const uint8_t *p)
{
	def->fields[def->n_fields++] = (struct fit_field){
		.offset = def->size,
		.number = p[0],
		.size = p[1],
		.type = p[2],
	};
	def->size += p[1];
	if (def->native[p[0]] == 0)
		def->native[p[0]] = (uint16_t)def->n_fields;
}

/* p has number, size and developer. */
static void
add_developer(
    struct fit_definition *def, const uint8_t *p, const struct fit_dev *dev)
{
	struct fit_field *f = &def->fields[def->n_fields++];
	const struct fit_dev_field *d = fit_dev_find(dev, p[2], p[0]);

	*f = (struct fit_field){
		.offset = def->size,
		.number = p[0],
		.size = p[1],
		.type = FIT_BYTE,
		.is_developer = true,
	};
	def->size += p[1];
	if (d == NULL ||
	    (d->message != FIT_DEV_ANY && d->message != def->message))
		return;
	f->type = d->type;
	f->replaces = d->native;
	f->dev = d;
	def->override[d->native] = (uint16_t)def->n_fields;
}

/* A count and as many triples. */
static int
read_fields(struct fit_reader *r, size_t *at, struct fit_definition *def,
    bool developer, struct err *e)
{
	size_t count;

	if (*at >= r->data_end)
		return cut_short(r, "a definition", e);
	count = r->p[(*at)++];
	if (count * 3 > r->data_end - *at)
		return cut_short(r, "a definition", e);
	for (size_t i = 0; i < count; i++, *at += 3) {
		if (developer)
			add_developer(def, r->p + *at, &r->dev);
		else
			add_native(def, r->p + *at);
	}
	return 0;
}

static int
read_definition(struct fit_reader *r, uint8_t head, struct err *e)
{
	struct fit_definition *def = &r->defs[head & LOCAL];
	size_t at = r->at + 1;

	clear_definition(def);
	if (r->data_end - at < 4)
		return cut_short(r, "a definition", e);
	if (r->p[at + 1] > 1)
		return err_set(e, ERR_CORRUPT,
		    "FIT, byte %zu: byte order %d "
		    "is neither 0 nor 1",
		    at + 1, r->p[at + 1]);
	def->big_endian = r->p[at + 1] == 1;
	def->message = get16(r->p + at + 2, def->big_endian);
	at += 4;
	if (read_fields(r, &at, def, false, e) < 0)
		return -1;
	if ((head & DEVELOPER) != 0 && read_fields(r, &at, def, true, e) < 0)
		return -1;
	def->is_set = true;
	r->at = at;
	return 0;
}

/* A message's own time, which later compressed headers count from. */
static uint32_t
take_time(struct fit_reader *r, const struct fit_message *m)
{
	const struct fit_field *f = fit_find(m, FIT_TIME_FIELD);
	double t = f != NULL ? fit_number(m, f, 0) : NAN;

	if (isnan(t) || t < 0 || t >= FIT_TIME_MISSING)
		return FIT_TIME_MISSING;
	r->time = (uint32_t)t;
	return r->time;
}

/* The last five bits of a time, at or after the last one seen. */
static uint32_t
expand_time(struct fit_reader *r, uint8_t low)
{
	if (r->time == FIT_TIME_MISSING)
		return FIT_TIME_MISSING;
	r->time += (uint32_t)(low - r->time) & COMPRESSED_TIME;
	return r->time;
}

static int
read_data(
    struct fit_reader *r, uint8_t head, struct fit_message *m, struct err *e)
{
	bool compressed = (head & COMPRESSED) != 0;
	unsigned local = compressed ? COMPRESSED_LOCAL(head) : head & LOCAL;
	const struct fit_definition *def = &r->defs[local];

	if (!def->is_set)
		return err_set(e, ERR_CORRUPT,
		    "FIT, byte %zu: a message of "
		    "local type %u, which was never defined",
		    r->at, local);
	if (def->size > r->data_end - r->at - 1)
		return cut_short(r, "a message", e);
	*m = (struct fit_message){
		.offset = r->at,
		.file = r->file - 1,
		.number = def->message,
		.data = r->p + r->at + 1,
		.def = def,
	};
	m->time = take_time(r, m);
	if (compressed)
		m->time = expand_time(r, head & COMPRESSED_TIME);
	r->at += 1 + (size_t)def->size;
	return fit_dev_learn(&r->dev, m, e) < 0 ? -1 : 1;
}

/* Behind a file, in front of what may be another one. */
static bool
is_end(struct fit_reader *r)
{
	size_t left = r->n - r->at;

	if (r->lenient &&
	    (left < HEADER_MIN || written(r->p + r->at, left) == 0))
		r->behind = left;
	return r->behind == left;
}

/* At the end of a file: 1 another one begins, 0 there is none, -1. */
static int
go_to_next_file(struct fit_reader *r, struct err *e)
{
	if (r->file > 0) {
		if (r->cut)
			return 0;
		r->at += CRC_SIZE;
		if (is_end(r)) {
			/* Stay at the end when asked again. */
			r->at -= CRC_SIZE;
			return 0;
		}
	}
	return begin_file(r, e) < 0 ? -1 : 1;
}

/* The next message, or definition, as it stands. */
static int
read_next(struct fit_reader *r, struct fit_message *m, struct err *e)
{
	uint8_t head;
	int rc;

	for (;;) {
		if (r->at == r->data_end) {
			rc = go_to_next_file(r, e);
			if (rc <= 0)
				return rc;
			continue;
		}
		head = r->p[r->at];
		if ((head & COMPRESSED) != 0 || (head & DEFINITION) == 0)
			return read_data(r, head, m, e);
		if (read_definition(r, head, e) < 0)
			return -1;
	}
}

int
fit_next(struct fit_reader *r, struct fit_message *m, struct err *e)
{
	int rc = read_next(r, m, e);

	if (rc >= 0 || !r->cut)
		return rc;
	/* The last message is not whole. */
	r->at = r->data_end;
	return 0;
}
