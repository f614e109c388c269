#include "store/job_questions.h"

#include "store/driver.h"

static void
bind_job(struct db_query *q, const struct owner *o, const struct uuid *job)
{
	owner_bind(q, o);
	db_bind_uuid(q, 3, job);
}

int
job_questions(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *job, struct job_question **list_r, size_t *n_r,
    size_t *waiting_r, struct err *e)
{
	struct db_query q;
	struct job_question *item;
	size_t waiting = 0;

	db_query_init(&q, db, a, Q_job_question_list);
	bind_job(&q, o, job);
	if (db_run(&q, e) < 0)
		return -1;
	*n_r = q.n_rows;
	item = *list_r = arena_many(a, q.n_rows + 1, struct job_question);
	for (; db_next(&q); item++) {
		item->name = db_get_text(&q, 0);
		item->question = db_get_text(&q, 1);
		item->answer = db_get_text(&q, 2);
		waiting += item->answer[0] == '\0';
	}
	if (waiting_r != NULL)
		*waiting_r = waiting;
	return 0;
}

struct adding {
	struct arena *arena;
	const struct owner *owner;
	const struct uuid *job;
	const struct job_question *list;
	size_t n;
};

static int
add(struct db *tx, void *arg, struct err *e)
{
	const struct adding *ad = arg;
	struct db_query q;

	for (size_t i = 0; i < ad->n; i++) {
		const struct job_question *item = &ad->list[i];

		db_query_init(&q, tx, ad->arena, Q_job_question_insert);
		bind_job(&q, ad->owner, ad->job);
		db_bind_text(&q, 4, item->name);
		db_bind_int(&q, 5, (int64_t)i);
		db_bind_text(&q, 6, item->question);
		db_bind_text(
		    &q, 7, item->answer[0] != '\0' ? item->answer : NULL);
		if (db_run(&q, e) < 0)
			return -1;
	}
	return 0;
}

int
job_questions_add(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *job, const struct job_question *list, size_t n,
    struct err *e)
{
	struct adding ad = { a, o, job, list, n };

	return db_atomically(db, add, &ad, e);
}

int
job_question_answer(struct db *db, struct arena *a, const struct owner *o,
    const struct uuid *job, const char *name, const char *answer, struct err *e)
{
	struct db_query q;

	db_query_init(&q, db, a, Q_job_question_answer);
	bind_job(&q, o, job);
	db_bind_text(&q, 4, name);
	db_bind_text(&q, 5, answer);
	if (db_run(&q, e) < 0)
		return -1;
	return q.changed > 0;
}
