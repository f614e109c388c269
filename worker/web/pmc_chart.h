#ifndef WEB_PMC_CHART_H
#define WEB_PMC_CHART_H

/* Fitness, fatigue and form of the last weeks as a drawing in the page, in its
 * colours.  What it shows is said in words beside it. */

#include "sport/pmc.h"
#include "web/html.h"

/* The last `days` of it. */
void pmc_chart(struct html *h, const struct pmc *pmc, size_t days);

#endif
