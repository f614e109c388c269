#ifndef STORE_JOB_QUESTIONS_H
#define STORE_JOB_QUESTIONS_H

/* What a job wants to know of the person it is for.  It waits, and is run anew
 * when everything is answered; a name stands for one question for good. */

#include "store/jobs.h"

struct job_question {
	const char *name;
	const char *question; /* JSON */
	const char *answer;   /* JSON; "": not answered yet */
};

/* All of a job's, in the order they came up; *waiting_r: how many are not
 * answered (may be NULL). */
NODISCARD int job_questions(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *job, struct job_question **list_r,
    size_t *n_r, size_t *waiting_r, struct err *e);
/* Add those that the job does not have yet. */
NODISCARD int job_questions_add(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *job,
    const struct job_question *list, size_t n, struct err *e);
/* 1; 0 there is no such question, or it is answered; -1. */
NODISCARD int job_question_answer(struct db *db, struct arena *a,
    const struct owner *o, const struct uuid *job, const char *name,
    const char *answer, struct err *e);

#endif
