/* The audit trail. */

#include "auth/audit.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

#include "auth/seal.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/xalloc.h"

#define KEY_LABEL  "audit chain v1"
#define WALK_LIMIT 500

struct audit {
	uint8_t key[SECRET_BYTES];
};

struct audit *
audit_new(struct keyring *k, struct err *e)
{
	struct audit *au = xcalloc(1, sizeof(*au));

	if (keyring_secret(k, KEY_LABEL, au->key, e) < 0)
		audit_free(&au);
	return au;
}

void
audit_free(struct audit **au)
{
	if (*au == NULL)
		return;
	wipe((*au)->key, sizeof((*au)->key));
	free(*au);
	*au = NULL;
}

/* --- the chain ----------------------------------------------------------- */

static void
add_number(struct buf *b, uint64_t n)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_addc(b, (char)(n >> shift));
}

/* With its length, so that no two rows read alike. */
static void
add_text(struct buf *b, const char *s)
{
	size_t n = strlen(s);

	add_number(b, n);
	buf_add(b, s, n);
}

static void
chain(const struct audit *au, const uint8_t before[AUDIT_CHAIN_BYTES],
    const struct audit_row *r, uint8_t out[AUDIT_CHAIN_BYTES])
{
	const char *const texts[] = { r->actor, r->action, r->result, r->object,
		r->detail, r->address, r->user_agent, r->request_id };
	struct buf b = BUF_INIT;
	unsigned n = 0;

	buf_add(&b, before, AUDIT_CHAIN_BYTES);
	add_number(&b, (uint64_t)r->seq);
	add_number(&b, (uint64_t)r->noted_us);
	buf_add(&b, &r->subject.tenant_id, sizeof(struct uuid));
	buf_add(&b, &r->subject.user_id, sizeof(struct uuid));
	buf_add(&b, &r->actor_id, sizeof(struct uuid));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		add_text(&b, texts[i]);
	CHECK(HMAC(EVP_sha256(), au->key, sizeof(au->key),
		  (const unsigned char *)b.p, b.n, out, &n) != NULL &&
	      n == AUDIT_CHAIN_BYTES);
	buf_free(&b);
}

/* --- writing ------------------------------------------------------------- */

int
audit_note(const struct audit *au, struct db *tx, struct arena *a,
    const struct origin *from, const struct audit_note *n, struct err *e)
{
	struct audit_row r = {
		.noted_us = clock_wall_us(),
		.subject = n->subject,
		.actor_id = from->actor_id,
		.actor = from->actor,
		.action = audit_action_name(n->action),
		.result = n->refused ? "refused" : "ok",
		.object = n->object != NULL ? n->object : "",
		.detail = n->detail != NULL ? n->detail : "",
		.address = from->address,
		.user_agent = from->user_agent,
		.request_id = from->request_id,
	};
	uint8_t before[AUDIT_CHAIN_BYTES];

	if (audit_take_number(tx, a, &r.seq, before, e) < 0)
		return -1;
	chain(au, before, &r, r.chain);
	return audit_insert(tx, a, &r, e);
}

struct alone {
	const struct audit *audit;
	struct arena *arena;
	const struct origin *from;
	const struct audit_note *note;
};

static int
note_in_tx(struct db *tx, void *arg, struct err *e)
{
	struct alone *s = arg;

	return audit_note(s->audit, tx, s->arena, s->from, s->note, e);
}

int
audit_note_alone(const struct audit *au, struct db *db, struct arena *a,
    const struct origin *from, const struct audit_note *n, struct err *e)
{
	struct alone s = { au, a, from, n };

	return db_write(db, note_in_tx, &s, e);
}

/* --- checking ------------------------------------------------------------ */

struct walk {
	int64_t next;
	uint8_t chain[AUDIT_CHAIN_BYTES];
};

/* 1 good so far, 0 broken at w->next. */
static int
check_rows(const struct audit *au, struct walk *w, const struct audit_row *rows,
    size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t wanted[AUDIT_CHAIN_BYTES];

		chain(au, w->chain, &rows[i], wanted);
		if (rows[i].seq != w->next ||
		    memcmp(wanted, rows[i].chain, sizeof(wanted)) != 0)
			return 0;
		memcpy(w->chain, wanted, sizeof(wanted));
		w->next++;
	}
	return 1;
}

int
audit_verify(
    const struct audit *au, struct db *db, int64_t *seq_r, struct err *e)
{
	struct walk w = { .next = 1 };
	struct arena *a = arena_new();
	uint8_t head[AUDIT_CHAIN_BYTES];
	struct audit_row *rows;
	int64_t last = 0;
	size_t n = 0;
	int rc;

	rc = audit_last(db, a, &last, head, e) < 0 ? -1 : 1;
	while (rc > 0 && w.next <= last) {
		rc = audit_walk(db, a, w.next, WALK_LIMIT, &rows, &n, e);
		if (rc == 0)
			rc = n > 0 ? check_rows(au, &w, rows, n) : 0;
		arena_reset(a);
	}
	/* What was noted since `last` was read is past the head. */
	if (rc > 0 && w.next == last + 1 &&
	    memcmp(head, w.chain, sizeof(head)) != 0)
		rc = 0;
	*seq_r = rc > 0 ? w.next - 1 : w.next;
	arena_free(&a);
	return rc;
}
