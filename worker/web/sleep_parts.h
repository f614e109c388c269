#ifndef WEB_SLEEP_PARTS_H
#define WEB_SLEEP_PARTS_H

/* Sleep on pages: in words, and drawn. */

#include "model/sleep.h"
#include "web/page.h"

/* "/sleep/{id}" */
const char *sleep_path(struct arena *a, const struct uuid *id);
/* "7 h 12 min", or NULL where there is no value. */
const char *sleep_span(struct arena *a, double s);
/* "62 ms (RMSSD)", whichever kind there is, both with a comma; or NULL. */
const char *sleep_variability(struct arena *a, const struct sleep *s);
/* "deep 1 h 20 min, light 4 h, REM 1 h 40 min, awake 16 min"; "" unknown. */
const char *sleep_stages_words(struct arena *a, const struct sleep *s);
/* The kinds of stages in the order in which they are told and drawn. */
#define SLEEP_STAGES_TOLD 4
extern const enum sleep_stage_kind sleep_stages_told[SLEEP_STAGES_TOLD];
/* All that was slept in a kind of stage, in seconds. */
double sleep_stage_sum(const struct sleep *s, enum sleep_stage_kind k);
/* What a stage is called, and the class of what is drawn of it. */
const char *sleep_stage_title(enum sleep_stage_kind k);
const char *sleep_stage_class(enum sleep_stage_kind k);
/* "23:05" */
const char *sleep_clock(struct arena *a, const struct sleep *s, int64_t us);

/* One line of blocks as long as the stages were, or, where only their sums are
 * known, as these; who cannot see it has the words. */
void sleep_strip(struct html *h, const struct sleep *s);
/* Hours asleep on each day of a list that is newest first, by stages. */
void sleep_chart(struct page *p, const struct sleep *list, size_t n);
/* One sleep: a row for each kind of stage, along the hours. */
void sleep_course(struct page *p, const struct sleep *s);
/* Which colour is which. */
void sleep_legend(struct page *p);

#endif
