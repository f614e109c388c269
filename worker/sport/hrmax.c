/* Maximum heart rate, measured or guessed from age. */

#include "sport/hrmax.h"

#define AGE_MIN_Y 5
#define AGE_MAX_Y 110

#define HR_MIN_BPM  30
#define HR_MAX_BPM  240
#define MIN_SAMPLES 600

/* bpm = at_0 + per_year * age + per_year2 * age^2.  Standard errors: Nes
 * publishes 10.8; for the others Robergs & Landwehr 2002 find 7 to 11, of which
 * we take the wide end. */
struct formula {
	const char *name;
	const char *source;
	double at_0;
	double per_year;
	double per_year2;
	double error_bpm;
};

static const struct formula formulas[HRMAX_FORMULA_COUNT] = {
	[HRMAX_FOX] = { "fox", "Fox, Naughton & Haskell 1971", 220, -1, 0, 11 },
	[HRMAX_TANAKA] = { "tanaka", "Tanaka, Monahan & Seals 2001", 208, -0.7,
	    0, 10 },
	[HRMAX_GELLISH] = { "gellish", "Gellish et al. 2007", 207, -0.7, 0,
	    10 },
	[HRMAX_GELLISH_NONLINEAR] = { "gellish_nonlinear",
	    "Gellish et al. 2007", 192, 0, -0.007, 10 },
	[HRMAX_NES] = { "nes", "Nes et al. 2013", 211, -0.64, 0, 10.8 },
	[HRMAX_GULATI] = { "gulati", "Gulati et al. 2010", 206, -0.88, 0, 10 },
	[HRMAX_INBAR] = { "inbar", "Inbar et al. 1994", 205.8, -0.685, 0, 10 },
};

const char *
hrmax_formula_name(enum hrmax_formula f)
{
	return formulas[f].name;
}

const char *
hrmax_formula_source(enum hrmax_formula f)
{
	return formulas[f].source;
}

double
hrmax_by(enum hrmax_formula f, double age_y)
{
	const struct formula *p = &formulas[f];

	if (!(age_y >= AGE_MIN_Y && age_y <= AGE_MAX_Y))
		return VALUE_MISSING;
	return p->at_0 + p->per_year * age_y + p->per_year2 * age_y * age_y;
}

bool
hrmax_estimate(struct hrmax_estimate *out, double age_y, enum sex sex)
{
	enum hrmax_formula f = sex == SEX_FEMALE ? HRMAX_GULATI : HRMAX_TANAKA;

	*out = (struct hrmax_estimate){
		.bpm = hrmax_by(f, age_y),
		.low_bpm = hrmax_by(f, age_y) - formulas[f].error_bpm,
		.high_bpm = hrmax_by(f, age_y) + formulas[f].error_bpm,
		.formula = f,
	};
	return value_has(out->bpm);
}

double
hrmax_observed(const double *hr_bpm, size_t n)
{
	size_t at[HR_MAX_BPM + 1] = { 0 }, count = 0, above = 0, skip;
	int bpm = HR_MAX_BPM;

	for (size_t i = 0; i < n; i++)
		if (hr_bpm[i] >= HR_MIN_BPM && hr_bpm[i] <= HR_MAX_BPM) {
			at[lround(hr_bpm[i])]++;
			count++;
		}
	if (count < MIN_SAMPLES)
		return VALUE_MISSING;
	/* At least one sample lies above the percentile, however few there
	 * are, so that a single spike never is the answer. */
	skip = (count + 999) / 1000;
	while (above + at[bpm] <= skip)
		above += at[bpm--];
	return bpm;
}
