#include "command/tables.h"

#include "auth/scope.h"
#include "config/conf.h"
#include "mcp/mcp.h"
#include "model/athlete.h"
#include "model/daily.h"
#include "shm/metrics.h"
#include "store/audit_log.h"

static void
print_thresholds(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (int k = 0; k < THRESHOLD_KIND_COUNT; k++) {
		double low, high;

		threshold_bounds(k, &low, &high);
		fprintf(out, ".It Cm %s\nFrom %g to %g.\n", threshold_name(k),
		    low, high);
	}
	fputs(".El\n", out);
}

static void
print_scopes(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (int i = 0; i < SCOPE_COUNT; i++)
		fprintf(out, ".It Cm %s\n%s.\n", scope_name(i), scope_words(i));
	fputs(".El\n", out);
}

static void
print_routes(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
#define ROUTE(method, pattern, handler, access, scopes, waits, body, limit)    \
	fputs(".It Li \"" #method " " pattern "\"\nAccess: " #access ".\n",    \
	    out);
#include "routes.def"
#undef ROUTE
	fputs(".El\n", out);
}

static void
print_audit_actions(FILE *out)
{
	for (int a = 0; a < AUDIT_ACTION_COUNT; a++)
		fprintf(out, ".Li %s%s\n", audit_action_name(a),
		    a + 1 < AUDIT_ACTION_COUNT ? " ," : " .");
}

int
tables_print(const char *table)
{
	static const struct {
		const char *name;
		void (*print)(FILE *out);
	} tables[] = {
		{ "keys", conf_print_mdoc },
		{ "commands", command_print_mdoc },
		{ "metrics", metrics_print_mdoc },
		{ "thresholds", print_thresholds },
		{ "scopes", print_scopes },
		{ "audit-actions", print_audit_actions },
		{ "routes", print_routes },
	};

	for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
		if (str_is(str_of(table), tables[i].name)) {
			tables[i].print(stdout);
			return 0;
		}
	}
	if (mcp_print_mdoc(stdout, table))
		return 0;
	fprintf(stderr, "pierrectl: --man %s: no such table\n", table);
	return 64;
}
