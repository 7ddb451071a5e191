/* builtin: Health, Stats, Changes. */
#include <string.h>

#include "services/common/base/text.h"
#include "services/common/run/builtin.h"
#include "services/common/run/private.h"

static const struct feed *find_feed(const struct service *service,
				    const char *name)
{
	for (const struct feed *feed = service->feeds; feed && feed->name;
	     feed++)
		if (!strcmp(feed->name, name))
			return feed;
	return NULL;
}

static enum status changes(struct call *call)
{
	const Rpc__ChangesRequest *request =
		(const Rpc__ChangesRequest *)call->request;
	const struct feed *feed =
		find_feed(call->run->service, request->feed);
	Rpc__ChangesReply *reply;

	if (!feed)
		return call_fail(call, STATUS_NOT_FOUND,
				 "This service has no such feed.", "feed");
	if (!text_in_list(feed->followers, call->caller))
		return call_fail(call, STATUS_FORBIDDEN,
				 "This service may not follow this feed.",
				 "feed");
	if (feed_changes(call->sql, feed, request, call->arena, &reply,
			 &call->error) != STATUS_OK)
		return call->error.status;
	call->reply = &reply->base;
	return STATUS_OK;
}

/* Health and Stats are answered by the listener and never get here. */
static enum status not_queued(struct call *call)
{
	return call_fail(call, STATUS_INTERNAL, "Not a queued method.", "");
}

const struct builtin builtins[BUILTINS] = {
	{ { .name = "Health", .run = not_queued },
	  &rpc__health_request__descriptor, &rpc__health_reply__descriptor,
	  true },
	{ { .name = "Stats", .run = not_queued },
	  &rpc__stats_request__descriptor, &rpc__stats_reply__descriptor,
	  true },
	{ { .name = "Changes", .run = changes },
	  &rpc__changes_request__descriptor, &rpc__changes_reply__descriptor,
	  false },
};

bool builtin_is_immediate(const struct method *method)
{
	for (size_t i = 0; i < BUILTINS; i++)
		if (&builtins[i].method == method)
			return builtins[i].immediate;
	return false;
}

static void add_follows(struct service_run *run, Rpc__HealthReply *reply,
			struct arena *arena)
{
	const struct follow *follow = run->service->follows;
	const field_type *field =
		field_find(&rpc__health_reply__descriptor, "follows");

	for (int i = 0; follow && follow[i].service; i++) {
		struct follow_state *state = &run->follow_states[i];
		Rpc__FollowHealth *health = (Rpc__FollowHealth *)field_append(
			arena, &reply->base, field);
		long long seq = atomic_load(&state->seq);
		long long rung = atomic_load(&state->rung_seq);
		long long head = atomic_load(&state->head_seq);
		long long at = atomic_load(&state->succeeded_at_us);

		health->service = arena_strdup(arena, follow[i].service);
		health->feed = arena_strdup(arena, follow[i].feed);
		health->seq = seq;
		health->head_seq = rung > head ? rung : head;
		health->age_ms = at ? (clock_monotonic() - at) / 1000 : -1;
		health->problem =
			arena_strdup(arena, atomic_load(&state->problem));
	}
}

static void add_feeds(struct service_run *run, Rpc__HealthReply *reply,
		      struct arena *arena)
{
	const struct feed *feed = run->service->feeds;
	const field_type *field =
		field_find(&rpc__health_reply__descriptor, "feeds");

	if (!run->publisher)
		return;
	reply->sequencing = !publisher_settled(run->publisher);
	for (int i = 0; i < FEEDS_MAX && feed[i].name; i++) {
		Rpc__FeedHealth *health = (Rpc__FeedHealth *)field_append(
			arena, &reply->base, field);

		health->feed = arena_strdup(arena, feed[i].name);
		health->seq = publisher_seq(run->publisher, i);
	}
}

Rpc__HealthReply *health_now(struct service_run *run, struct arena *arena)
{
	Rpc__HealthReply *reply = (Rpc__HealthReply *)message_new(
		arena, &rpc__health_reply__descriptor);
	int64_t now = clock_now();
	Google__Protobuf__Timestamp *at = (Google__Protobuf__Timestamp *)
		message_new(arena, &google__protobuf__timestamp__descriptor);

	at->seconds = now / CLOCK_SECOND;
	at->nanos = (int32_t)(now % CLOCK_SECOND) * 1000;
	reply->now = at;
	reply->service = arena_strdup(arena, run->service->name);
	reply->version = arena_strdup(arena, run->service->version);
	reply->ready = atomic_load(&run->ready);
	reply->reason = reply->ready
				? arena_strdup(arena, "")
				: arena_strdup(arena,
					       atomic_load(&run->unready));
	reply->queue = (int32_t)(queue_length(run->writes) +
				 queue_length(run->reads));
	reply->queue_max = (int32_t)run->settings.queue_max;
	reply->uptime_s = (clock_monotonic() - run->started_us) / CLOCK_SECOND;
	add_feeds(run, reply, arena);
	add_follows(run, reply, arena);
	return reply;
}

Rpc__StatsReply *stats_now(struct service_run *run, struct arena *arena)
{
	Rpc__StatsReply *reply = (Rpc__StatsReply *)message_new(
		arena, &rpc__stats_reply__descriptor);
	const field_type *field =
		field_find(&rpc__stats_reply__descriptor, "methods");

	for (size_t i = 0; i < run->plans.count; i++) {
		struct plan *plan = &run->plans.list[i];
		Rpc__MethodStats *stats = (Rpc__MethodStats *)field_append(
			arena, &reply->base, field);

		stats->method = arena_strdup(arena, plan->method->name);
		stats->calls = atomic_load(&plan->stats.calls);
		stats->errors = atomic_load(&plan->stats.errors);
		stats->groups = atomic_load(&plan->stats.groups);
		stats->duration_us = atomic_load(&plan->stats.duration_us);
		stats->p99_us = plan_quantile_us(plan, 0.99);
	}
	return reply;
}
