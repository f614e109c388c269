/* What a client asked to hear of. */

#include "base/map.h"
#include "mcp/listener.h"
#include "mcp/mcp_impl.h"

#define MAX_NAMES 100
#define MAX_NAME  2048

void
filter_init(struct mcp_filter *f)
{
	*f = (struct mcp_filter){ .uris = map_new(), .tasks = map_new() };
}

void
filter_free(struct mcp_filter *f)
{
	map_free(&f->uris);
	map_free(&f->tasks);
}

static int
read_flag(
    const cJSON *notifications, const char *name, bool *out, struct err *e)
{
	const cJSON *item = json_get(notifications, name);

	*out = cJSON_IsTrue(item);
	if (item != NULL && !cJSON_IsBool(item))
		return err_set(e, ERR_INVALID,
		    "params.notifications.%s must be true or false", name);
	return 0;
}

static int
read_names(const cJSON *notifications, const char *name, struct map *out,
    struct err *e)
{
	const cJSON *list = json_get(notifications, name), *item;

	if (list == NULL)
		return 0;
	if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) > MAX_NAMES)
		return err_set(e, ERR_INVALID,
		    "params.notifications.%s must be a list of at most %d",
		    name, MAX_NAMES);
	cJSON_ArrayForEach (item, list) {
		if (!cJSON_IsString(item) ||
		    strlen(item->valuestring) > MAX_NAME)
			return err_set(e, ERR_INVALID,
			    "params.notifications.%s holds what is no string "
			    "of up to %d bytes",
			    name, MAX_NAME);
		map_put(out, str_of(item->valuestring), out);
	}
	return 0;
}

int
filter_read(struct mcp_filter *f, const cJSON *notifications, struct err *e)
{
	if (!cJSON_IsObject(notifications))
		return err_set(
		    e, ERR_INVALID, "params.notifications must be an object");
	if (read_flag(notifications, "toolsListChanged", &f->tools, e) < 0 ||
	    read_flag(notifications, "promptsListChanged", &f->prompts, e) <
		0 ||
	    read_flag(notifications, "resourcesListChanged", &f->resources, e) <
		0 ||
	    read_names(notifications, "resourceSubscriptions", f->uris, e) < 0)
		return -1;
	return read_names(notifications, "taskIds", f->tasks, e);
}

static void
write_names(struct jsonw *w, const char *name, const struct map *names)
{
	struct str key;
	size_t pos = 0;
	void *value;

	if (map_count(names) == 0)
		return;
	jsonw_kv_array(w, name);
	while (map_next(names, &pos, &key, &value))
		jsonw_str(w, key);
	jsonw_end_array(w);
}

void
filter_write(struct jsonw *w, const struct mcp_filter *f)
{
	jsonw_object(w);
	if (f->tools)
		jsonw_kv_bool(w, "toolsListChanged", true);
	if (f->prompts)
		jsonw_kv_bool(w, "promptsListChanged", true);
	if (f->resources)
		jsonw_kv_bool(w, "resourcesListChanged", true);
	write_names(w, "resourceSubscriptions", f->uris);
	write_names(w, "taskIds", f->tasks);
	jsonw_end_object(w);
}
