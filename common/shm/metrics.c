#include "shm/metrics.h"

#include "base/check.h"
#include "base/log.h"
#include "base/mdoc.h"
#include "shm/metric_block.h"

enum kind { KIND_COUNTER, KIND_HISTOGRAM, KIND_GAUGE };

struct family {
	const char *name;
	const char *help;
	enum kind kind;
	size_t offset; /* in struct metric_block */
	const char *label[2];
	unsigned n[2];
	size_t names[2]; /* offsets in struct metric_names */
};

#define NAMES_OF(field) offsetof(struct metric_names, field)

static const struct family families[METRIC_COUNT] = {
#define COUNTER(name, help, label1, n1, label2, n2)                            \
	{ #name, help, KIND_COUNTER, offsetof(struct metric_block, name),      \
		{ label1, label2 }, { n1, n2 },                                \
		{ NAMES_OF(name##_1), NAMES_OF(name##_2) } },
#define HISTOGRAM(name, help, label, n)                                        \
	{ #name, help, KIND_HISTOGRAM, offsetof(struct metric_block, name),    \
		{ label, "" }, { n, 1 }, { NAMES_OF(name##_1), 0 } },
#define GAUGE(name, help)                                                      \
	{ #name, help, KIND_GAUGE, offsetof(struct metric_block, name),        \
		{ "", "" }, { 1, 1 }, { 0, 0 } },
#include "shm/metrics.def"
#undef COUNTER
#undef HISTOGRAM
#undef GAUGE
};

static const int64_t bounds_us[METRIC_BUCKETS] = { 1000, 2500, 5000, 10000,
	25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000,
	10000000 };
static const char *const bounds_text[METRIC_BUCKETS + 1] = { "0.001", "0.0025",
	"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1.0", "2.5",
	"5.0", "10.0", "+Inf" };

static struct metric_block *own;
static struct metric_names *own_names;

static _Atomic uint64_t *
words_of(const struct metric_block *b, const struct family *f)
{
	return (_Atomic uint64_t *)(uintptr_t)((const char *)b + f->offset);
}

void
metric_block_clear_gauges(struct metric_block *b)
{
	for (size_t i = 0; i < METRIC_COUNT; i++) {
		if (families[i].kind == KIND_GAUGE)
			*words_of(b, &families[i]) = 0;
	}
}

void
metrics_attach(struct shm *s, unsigned slot)
{
	own = shm_metrics(s, slot);
	own_names = shm_metric_names(s);
	log_count_dropped(words_of(own, &families[M_log_dropped_total]));
}

void
metrics_detach(void)
{
	log_count_dropped(NULL);
	own = NULL;
	own_names = NULL;
}

static void
add_word(_Atomic uint64_t *word, uint64_t n)
{
	atomic_fetch_add_explicit(word, n, memory_order_relaxed);
}

void
metric_add(enum metric m, unsigned d1, unsigned d2, uint64_t n)
{
	const struct family *f = &families[m];

	if (own == NULL)
		return;
	d1 = MIN(d1, f->n[0] - 1);
	d2 = MIN(d2, f->n[1] - 1);
	add_word(words_of(own, f) + d1 * f->n[1] + d2, n);
}

void
metric_observe(enum metric m, unsigned d1, int64_t us)
{
	const struct family *f = &families[m];
	_Atomic uint64_t *w;
	size_t i = 0;

	if (own == NULL)
		return;
	w = words_of(own, f) + MIN(d1, f->n[0] - 1) * METRIC_HISTOGRAM_WORDS;
	while (i < METRIC_BUCKETS && us > bounds_us[i])
		i++;
	add_word(&w[i], 1);
	add_word(&w[METRIC_BUCKETS + 1], us > 0 ? (uint64_t)us : 0);
}

void
metric_gauge(enum metric m, int64_t v)
{
	if (own != NULL)
		*words_of(own, &families[m]) = (uint64_t)v;
}

void
metric_gauge_add(enum metric m, int64_t delta)
{
	if (own != NULL)
		add_word(words_of(own, &families[m]), (uint64_t)delta);
}

int64_t
metric_read(
    struct shm *s, unsigned slot, enum metric m, unsigned d1, unsigned d2)
{
	const struct family *f = &families[m];

	d1 = MIN(d1, f->n[0] - 1);
	d2 = MIN(d2, f->n[1] - 1);
	return (int64_t)atomic_load_explicit(
	    words_of(shm_metrics(s, slot), f) + d1 * f->n[1] + d2,
	    memory_order_relaxed);
}

static struct label_names *
names_of(const struct metric_names *all, enum metric m, unsigned label)
{
	return (struct label_names *)(uintptr_t)((const char *)all +
						 families[m].names[label]);
}

void
metrics_label(enum metric m, unsigned label, const char *const *names, size_t n)
{
	struct label_names *known;

	CHECK(label < 2 && n <= families[m].n[label]);
	if (own_names == NULL)
		return;
	known = names_of(own_names, m, label);
	for (size_t i = 0; i < n; i++) {
		CHECK(strlen(names[i]) < METRIC_NAME_BYTES);
		/* The same as before, but in a program that took over. */
		if (strcmp(known->text[i], names[i]) != 0)
			strncpy(known->text[i], names[i], METRIC_NAME_BYTES);
	}
	known->n = (uint32_t)n;
}

/* --- rendering ----------------------------------------------------------- */

/* While a rendering is under way: the slots that have words, and the names. */
static unsigned slots_used;
static const struct metric_names *rendered;

/* Sum of a word over all slots. */
static uint64_t
total(struct shm *s, const struct family *f, size_t index)
{
	uint64_t sum = 0;

	for (unsigned slot = 0; slot < slots_used; slot++)
		sum += atomic_load_explicit(
		    words_of(shm_metrics(s, slot), f) + index,
		    memory_order_relaxed);
	return sum;
}

void
metrics_render_head(struct buf *out, enum metrics_format format,
    const char *name, const char *help, const char *kind)
{
	struct str family = str_of(name);

	if (format == METRICS_OPEN && str_ends(family, STR("_total")))
		family.n -= strlen("_total");
	else if (format == METRICS_OPEN && str_ends(family, STR("_info")))
		family.n -= strlen("_info");
	else if (str_is(str_of(kind), "info"))
		kind = "gauge"; /* the older format has no such kind */
	buf_printf(out, "# HELP pierre_%.*s %s\n# TYPE pierre_%.*s %s\n",
	    STR_ARG(family), help, STR_ARG(family), kind);
}

static const char *
value_name(enum metric m, unsigned label, unsigned i)
{
	const struct label_names *known = names_of(rendered, m, label);

	return i < known->n ? known->text[i] : "";
}

static unsigned
value_count(enum metric m, unsigned label)
{
	return families[m].label[label][0] == '\0'
		   ? 1
		   : MIN(names_of(rendered, m, label)->n, families[m].n[label]);
}

static void
write_counter(struct buf *out, struct shm *s, enum metric m)
{
	const struct family *f = &families[m];

	for (unsigned i = 0; i < value_count(m, 0); i++) {
		for (unsigned k = 0; k < value_count(m, 1); k++) {
			uint64_t v = total(s, f, i * f->n[1] + k);

			if (v == 0 && f->n[0] * f->n[1] > 1)
				continue;
			buf_printf(out, "pierre_%s", f->name);
			if (f->n[0] > 1)
				buf_printf(out, "{%s=\"%s\"", f->label[0],
				    value_name(m, 0, i));
			if (f->n[1] > 1)
				buf_printf(out, ",%s=\"%s\"", f->label[1],
				    value_name(m, 1, k));
			buf_adds(out, f->n[0] > 1 ? "} " : " ");
			buf_addu(out, v);
			buf_addc(out, '\n');
		}
	}
}

static void
write_histogram(struct buf *out, struct shm *s, enum metric m)
{
	const struct family *f = &families[m];

	for (unsigned i = 0; i < value_count(m, 0); i++) {
		size_t base = i * METRIC_HISTOGRAM_WORDS;
		const char *value = value_name(m, 0, i);
		uint64_t count = 0;

		for (size_t b = 0; b <= METRIC_BUCKETS; b++)
			count += total(s, f, base + b);
		if (count == 0)
			continue;
		count = 0;
		for (size_t b = 0; b <= METRIC_BUCKETS; b++) {
			count += total(s, f, base + b);
			buf_printf(out,
			    "pierre_%s_bucket{%s=\"%s\",le=\"%s\"} %llu\n",
			    f->name, f->label[0], value, bounds_text[b],
			    (unsigned long long)count);
		}
		buf_printf(out, "pierre_%s_sum{%s=\"%s\"} %.6f\n", f->name,
		    f->label[0], value,
		    (double)total(s, f, base + METRIC_BUCKETS + 1) / 1e6);
		buf_printf(out, "pierre_%s_count{%s=\"%s\"} %llu\n", f->name,
		    f->label[0], value, (unsigned long long)count);
	}
}

void
metrics_render(struct buf *out, enum metrics_format format, struct shm *s)
{
	static const char *const kinds[] = { "counter", "histogram", "gauge" };

	slots_used = shm_slots_used(s);
	rendered = shm_metric_names(s);
	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		const struct family *f = &families[m];

		metrics_render_head(
		    out, format, f->name, f->help, kinds[f->kind]);
		if (f->kind == KIND_COUNTER)
			write_counter(out, s, m);
		else if (f->kind == KIND_HISTOGRAM)
			write_histogram(out, s, m);
		else
			buf_printf(out, "pierre_%s %lld\n", f->name,
			    (long long)total(s, f, 0));
	}
}

void
metrics_render_one(struct buf *out, enum metrics_format format,
    const char *name, const char *help, const char *kind, double value)
{
	metrics_render_head(out, format, name, help, kind);
	buf_printf(out, "pierre_%s %.15g\n", name, value);
}

void
metrics_render_end(struct buf *out, enum metrics_format format)
{
	if (format == METRICS_OPEN)
		buf_adds(out, "# EOF\n");
}

void
metrics_print_mdoc(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		fprintf(out, ".It Li pierre_%s\n", families[m].name);
		mdoc_text(out, families[m].help);
		if (families[m].label[0][0] != '\0')
			fprintf(out, "By %s%s%s.\n", families[m].label[0],
			    families[m].label[1][0] != '\0' ? " and " : "",
			    families[m].label[1]);
	}
	fputs(".El\n", out);
}
