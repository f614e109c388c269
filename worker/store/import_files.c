#include "store/import_files.h"

#include <zlib.h>

#include "base/check.h"
#include "loop/fiber.h"
#include "store/driver.h"

static const char deflated[] = "deflate", plain[] = "none";

void
import_file_pack(struct import_file *f, struct str bytes)
{
	uLongf n = compressBound(bytes.n);

	*f = (struct import_file){ .packing = deflated };
	buf_reserve(&f->bytes, n);
	CHECK(compress2((Bytef *)f->bytes.p, &n, (const Bytef *)bytes.p,
		  bytes.n, Z_DEFAULT_COMPRESSION) == Z_OK);
	f->bytes.n = n;
	if (n < bytes.n)
		return;
	buf_clear(&f->bytes);
	buf_addstr(&f->bytes, bytes);
	f->packing = plain;
}

int
import_file_unpack(struct arena *a, const struct import_file *f, int64_t size,
    struct str *out, struct err *e)
{
	uLongf n = (uLongf)size;
	char *p = arena_alloc(a, (size_t)size + 1);

	*out = str_make(p, (size_t)size);
	if (strcmp(f->packing, plain) == 0 && f->bytes.n == (size_t)size) {
		memcpy(p, f->bytes.p, f->bytes.n);
		return 0;
	}
	if (strcmp(f->packing, deflated) == 0 &&
	    uncompress((Bytef *)p, &n, (const Bytef *)f->bytes.p, f->bytes.n) ==
		Z_OK &&
	    n == (uLongf)size)
		return 0;
	return err_set(e, ERR_INTERNAL,
	    "a kept file of %lld bytes cannot be unpacked", (long long)size);
}

void
import_file_free(struct import_file *f)
{
	buf_free(&f->bytes);
}

int
import_files_put(struct db *tx, struct arena *a, const struct owner *o,
    const struct uuid *import_id, const struct import_file *f, struct err *e)
{
	struct db_query q;

	db_query_init(&q, tx, a, Q_import_file_put);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, import_id);
	db_bind_text(&q, 4, f->packing);
	db_bind_bytes(&q, 5, buf_str(&f->bytes));
	return db_run(&q, e);
}

struct unpacking {
	struct arena *arena;
	struct import_file file;
	int64_t size;
	struct str out;
	int rc;
	struct err *e;
};

static void
unpack_in_thread(void *arg)
{
	struct unpacking *u = arg;

	u->rc = import_file_unpack(u->arena, &u->file, u->size, &u->out, u->e);
}

int
import_files_get(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *import_id, struct str *out, struct err *e)
{
	struct unpacking u = { .arena = a, .e = e };
	struct db_query q;
	struct str packed;

	db_query_init(&q, db, a, Q_import_file_get);
	owner_bind(&q, o);
	db_bind_uuid(&q, 3, import_id);
	if (db_run(&q, e) < 0)
		return -1;
	if (!db_next(&q))
		return 0;
	u.size = db_get_int(&q, 0);
	u.file.packing = db_get_text(&q, 1);
	packed = db_get_bytes(&q, 2);
	/* Borrowed from the row. */
	u.file.bytes.p = (char *)(uintptr_t)packed.p;
	u.file.bytes.n = packed.n;
	if (fiber_offload(unpack_in_thread, &u, e) < 0 || u.rc < 0)
		return -1;
	*out = u.out;
	return 1;
}
