#include "rest/rest.h"
#include "tap.h"

static double
weight(const char *accept, const char *version)
{
	return rest_media_weight(str_of(accept),
	    STR("application/openmetrics-text"), str_of(version));
}

int
main(void)
{
	static const char *const prometheus =
	    "application/openmetrics-text;version=1.0.0,"
	    "application/openmetrics-text;version=0.0.1;q=0.75,"
	    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

	is_near(
	    weight(prometheus, "1.0.0"), 1, 1e-9, "Prometheus, first choice");
	is_near(weight(prometheus, "0.0.1"), 0.75, 1e-9, "second choice");
	is_near(weight(prometheus, "2.0.0"), 0, 1e-9, "not asked for");
	is_near(weight(prometheus, NULL), 1, 1e-9, "any version");
	is_near(weight("application/openmetrics-text", "1.0.0"), 1, 0,
	    "no version");
	is_near(weight("text/html , Application/OpenMetrics-Text ; Q=0.25 ; "
		       "Version=1.0.0",
		    "1.0.0"),
	    0.25, 1e-9, "spaces and cases");
	is_near(weight("application/openmetrics-text;q=0", "1.0.0"), 0, 0,
	    "not wanted");
	is_near(weight("application/openmetrics-text;q=x", "1.0.0"), 0, 0,
	    "no number");
	is_near(weight("application/openmetrics-text-2", "1.0.0"), 0, 0,
	    "another type");
	is_near(weight("", NULL), 0, 1e-9, "nothing");
	is_near(weight(NULL, NULL), 0, 1e-9, "no header");
	is_near(weight(",;,=;q", NULL), 0, 1e-9, "rubbish");
	return tap_done();
}
