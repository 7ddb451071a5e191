/* plan: rows against descriptors, statements against the schema. */
#include <stdlib.h>
#include <string.h>

#include "services/common/data/runtime.h"
#include "services/common/run/builtin.h"
#include "services/common/run/dispatch.h"
#include "services/common/run/plan.h"

static const ProtobufCMethodDescriptor *
find_rpc(const ProtobufCServiceDescriptor *descriptor, const char *name)
{
	return protobuf_c_service_descriptor_get_method_by_name(descriptor,
								name);
}

static const char *find_field(const struct plan *plan, const char *name,
			      const char *what, struct arena *arena,
			      const field_type **field)
{
	*field = name ? field_find(plan->input, name) : NULL;
	if (!name || *field)
		return NULL;
	return arena_printf(arena, "method %s: %s %s is not a field of %s",
			    plan->method->name, what, name, plan->input->name);
}

static void fill_group(struct plan *plan)
{
	const struct method *method = plan->method;
	int count = 0;

	plan->group.write = method->write;
	plan->group.run = method->run ? dispatch_code : NULL;
	while (count < GROUP_STATEMENTS && method->sql[count])
		count++;
	for (int i = 0; i < count; i++)
		plan->group.bindings[i] = (struct binding){
			method->sql[i], plan->input,
			i == count - 1 ? plan->output : NULL, false };
}

static const char *make_plan(struct plan *plan, const struct method *method,
			     const message_type *input,
			     const message_type *output, struct arena *arena)
{
	const char *problem;

	plan->method = method;
	plan->input = input;
	plan->output = output;
	fill_group(plan);
	if (!method->sql[0] == !method->run)
		return arena_printf(arena, "method %s: its row needs either "
					   "sql or run", method->name);
	problem = find_field(plan, method->key, "key", arena,
			     &plan->group.key);
	if (problem)
		return problem;
	return find_field(plan, method->self, "self", arena, &plan->self);
}

static const char *make_own(struct plans *plans, const struct service *service,
			    struct arena *arena)
{
	const struct method *method = service->methods;

	for (; method && method->name; method++) {
		const ProtobufCMethodDescriptor *rpc =
			find_rpc(service->descriptor, method->name);
		const char *problem;

		if (!rpc)
			return arena_printf(arena,
					    "method %s: not an rpc of %s",
					    method->name,
					    service->descriptor->name);
		problem = make_plan(&plans->list[plans->count++], method,
				    rpc->input, rpc->output, arena);
		if (problem)
			return problem;
	}
	for (unsigned i = 0; i < service->descriptor->n_methods; i++)
		if (!plans_find(plans, service->descriptor->methods[i].name))
			return arena_printf(arena, "rpc %s has no row",
					    service->descriptor->methods[i].name);
	return NULL;
}

const char *plans_make(struct plans *plans, const struct service *service,
		       struct arena *arena)
{
	size_t count = service->descriptor->n_methods + BUILTINS;
	const char *problem;

	plans->list = calloc(count, sizeof(*plans->list));
	plans->count = 0;
	if (!plans->list)
		return "out of memory";
	problem = make_own(plans, service, arena);
	for (size_t i = 0; !problem && i < BUILTINS; i++)
		problem = make_plan(&plans->list[plans->count++],
				    &builtins[i].method, builtins[i].input,
				    builtins[i].output, arena);
	return problem;
}

struct plan *plans_find(const struct plans *plans, const char *name)
{
	for (size_t i = 0; i < plans->count; i++)
		if (!strcmp(plans->list[i].method->name, name))
			return &plans->list[i];
	return NULL;
}

static const char *check_bindings(const struct binding *bindings,
				  struct sql *sql, struct arena *arena)
{
	const char *problem = NULL;

	for (; bindings && bindings->statement; bindings++)
		if (!sql_check(sql, bindings, arena, &problem))
			return problem;
	return NULL;
}

static const char *check_feeds(const struct service *service, struct sql *sql,
			       struct arena *arena)
{
	const struct feed *feed = service->feeds;
	const struct follow *follow = service->follows;
	const char *problem = NULL;

	for (; feed && feed->name; feed++) {
		struct binding binding = feed_binding(feed);

		if (!sql_check(sql, &binding, arena, &problem))
			return problem;
	}
	for (; follow && follow->service; follow++)
		for (int i = 0; i < FOLLOW_STATEMENTS && follow->sql[i]; i++) {
			struct binding binding = follow_binding(follow, i);

			if (!sql_check(sql, &binding, arena, &problem))
				return problem;
		}
	return NULL;
}

static const char *check_timers(const struct service *service, struct sql *sql,
				struct arena *arena)
{
	const struct timer *timer = service->timers;
	const char *problem = NULL;

	for (; timer && timer->name; timer++) {
		struct binding binding = { timer->sql, NULL, NULL, false };

		if (timer->sql && !sql_check(sql, &binding, arena, &problem))
			return problem;
	}
	return NULL;
}

const char *plans_check(const struct plans *plans,
			const struct service *service, struct sql *sql,
			struct arena *arena)
{
	const char *problem = check_bindings(runtime_bindings, sql, arena);

	for (size_t i = 0; !problem && i < plans->count; i++)
		problem = check_bindings(plans->list[i].group.bindings, sql,
					 arena);
	if (!problem)
		problem = check_bindings(service->statements, sql, arena);
	if (!problem)
		problem = check_feeds(service, sql, arena);
	if (!problem)
		problem = check_timers(service, sql, arena);
	return problem;
}

void plan_count(struct plan *plan, bool failed, int64_t duration_us)
{
	int bucket = 0;

	while (bucket < HISTOGRAM - 1 &&
	       duration_us >= (INT64_C(1) << (bucket + 5)))
		bucket++;
	atomic_fetch_add(&plan->stats.calls, 1);
	atomic_fetch_add(&plan->stats.errors, failed);
	atomic_fetch_add(&plan->stats.duration_us, duration_us);
	atomic_fetch_add(&plan->stats.histogram[bucket], 1);
}

int64_t plan_quantile_us(const struct plan *plan, double share)
{
	long long calls = atomic_load(&plan->stats.calls), seen = 0;

	for (int i = 0; i < HISTOGRAM; i++) {
		seen += atomic_load(&plan->stats.histogram[i]);
		if (calls && (double)seen >= share * (double)calls)
			return INT64_C(1) << (i + 5);
	}
	return 0;
}
