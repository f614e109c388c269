#include "mcp/chart_show.h"

#include "loop/fiber.h"
#include "mcp/client.h"

struct drawing {
	chart_draw *draw;
	void *arg;
	struct buf png;
	int rc;
	struct err *e;
};

static void
draw_in_thread(void *arg)
{
	struct drawing *d = arg;

	d->rc = d->draw(d->arg, &d->png, d->e);
}

static bool
is_wanted(const struct mcp_call *call)
{
	if (call_given(call, "image"))
		return call_bool(call, "image");
	return (call->rpc->client & CLIENT_UI) == 0;
}

int
chart_add_picture(
    struct mcp_call *call, chart_draw *draw, void *arg, struct err *e)
{
	struct drawing d = { .draw = draw, .arg = arg, .e = e };
	int rc;

	if (!is_wanted(call))
		return 0;
	rc = fiber_offload(draw_in_thread, &d, e);
	if (rc == 0)
		rc = d.rc;
	if (rc == 0)
		call_image(call, "image/png", buf_str(&d.png));
	buf_free(&d.png);
	return rc;
}

void
chart_numbers(
    struct jsonw *w, const char *key, const double *v, size_t n, int digits)
{
	jsonw_kv_array(w, key);
	for (size_t i = 0; i < n; i++)
		jsonw_fixed(w, v[i], digits);
	jsonw_end_array(w);
}
