/* superhub status: every service, how it fares and how far it follows. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "services/common/base/clock.h"
#include "services/common/base/text.h"
#include "tools/client.h"
#include "tools/command.h"
#include "tools/output.h"

struct input {
	int64_t wait_s;
	bool quiet;
	const char *feed; /* only this one; NULL: all */
};

struct grid {
	const char *cells[128 * 5];
	size_t count;
};

static void add(struct grid *grid, const char *cell)
{
	if (grid->count < sizeof(grid->cells) / sizeof(grid->cells[0]))
		grid->cells[grid->count++] = cell;
}

static const char *integer(int64_t value)
{
	return arena_printf(memory, "%lld", (long long)value);
}

/* What every service said of itself; NULL where it did not answer. */
struct answers {
	const Rpc__HealthReply *health[8];
	const char *why[8];
	size_t count;
};

/* How far the owner of a feed is; -1 while that is not known, or moving. */
static int64_t owner_seq(const struct answers *answers,
			 const Rpc__FollowHealth *follow)
{
	for (size_t i = 0; i < answers->count; i++) {
		const Rpc__HealthReply *owner = answers->health[i];

		if (owner == NULL || strcmp(owner->service, follow->service))
			continue;
		for (size_t j = 0; !owner->sequencing && j < owner->n_feeds;
		     j++)
			if (!strcmp(owner->feeds[j]->feed, follow->feed))
				return owner->feeds[j]->seq;
	}
	return -1;
}

static bool add_feeds(struct grid *grid, const Rpc__HealthReply *health,
		      const struct answers *answers, const struct input *input)
{
	bool level = true;

	for (size_t i = 0; i < health->n_follows; i++) {
		const Rpc__FollowHealth *follow = health->follows[i];
		const char *feed = arena_printf(memory, "%s.%s",
						follow->service, follow->feed);
		int64_t seq = owner_seq(answers, follow);

		if (input->feed != NULL && strcmp(input->feed, feed) != 0)
			continue;
		add(grid, health->service);
		add(grid, feed);
		add(grid, seq < 0		? "moving"
			  : seq > follow->seq ? integer(seq - follow->seq)
					      : "0");
		add(grid, follow->age_ms < 0
				  ? "never"
				  : arena_printf(memory, "%lld ms",
						 (long long)follow->age_ms));
		add(grid, follow->problem);
		level = level && seq >= 0 && seq <= follow->seq;
	}
	return level;
}

static const Rpc__HealthReply *ask(const char *name, const char **why)
{
	struct client_method method;
	ProtobufCMessage *reply = NULL;
	struct error error = { STATUS_OK, "", "" };

	*why = "no such service";
	if (!client_find(name, "Health", &method))
		return NULL;
	if (client_call_quietly(&method, message_new(memory, method.input),
				memory, &reply, &error) == STATUS_OK)
		return (const Rpc__HealthReply *)reply;
	*why = error.message;
	return NULL;
}

/* Followers first: what an owner says later is at least what they have seen. */
static void ask_all(struct answers *answers)
{
	while (client_services[answers->count].name != NULL)
		answers->count++;
	for (size_t i = answers->count; i-- > 0;)
		answers->health[i] = ask(client_services[i].name,
					 &answers->why[i]);
}

/* A row for a service and for each feed it follows. True: ready and level. */
static bool add_service(struct grid *services, struct grid *feeds,
			const struct answers *answers, size_t place,
			const struct input *input)
{
	const Rpc__HealthReply *health = answers->health[place];

	add(services, client_services[place].name);
	if (health == NULL) {
		add(services, "no answer");
		add(services, "");
		add(services, "");
		add(services, answers->why[place]);
		return false;
	}
	add(services, health->ready ? "ready" : "not ready");
	add(services, integer(health->queue));
	add(services, arena_printf(memory, "%lld s",
				   (long long)health->uptime_s));
	add(services, health->reason);
	return add_feeds(feeds, health, answers, input) && health->ready;
}

static bool look(struct grid *services, struct grid *feeds,
		 const struct input *input)
{
	static const char *const service_head[] = { "service", "state",
						    "queue", "up", "" };
	static const char *const feed_head[] = { "follower", "feed", "lag",
						 "asked", "" };
	struct answers answers = { .count = 0 };
	bool good = true;

	ask_all(&answers);
	services->count = feeds->count = 0;
	for (size_t i = 0; i < 5; i++) {
		add(services, service_head[i]);
		add(feeds, feed_head[i]);
	}
	for (size_t i = 0; i < answers.count; i++)
		if (!add_service(services, feeds, &answers, i, input))
			good = false;
	return good;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
	struct input *input = state->input;

	if (key == 'q') {
		input->quiet = true;
		return 0;
	}
	if (key == 'f') {
		input->feed = argument;
		return 0;
	}
	if (key != 'w')
		return ARGP_ERR_UNKNOWN;
	if (!text_to_int64(argument, &input->wait_s) || input->wait_s < 1)
		argp_error(state, "--wait takes seconds");
	return 0;
}

static int run(const struct command *command, int argc, char **argv)
{
	static const bool service_right[] = { false, false, true, true, false };
	static const bool feed_right[] = { false, false, true, true, false };
	static const struct timespec pause = { .tv_nsec = 30000000 };
	static struct grid services, feeds;
	struct input input = { 0 };
	int64_t until_us;
	bool good;

	command_parse(command, argc, argv, &input);
	until_us = clock_monotonic() + input.wait_s * CLOCK_SECOND;
	while (!(good = look(&services, &feeds, &input)) &&
	       clock_monotonic() < until_us)
		nanosleep(&pause, NULL);
	if (!input.quiet) {
		output_grid(stdout, services.count / 5, 5, services.cells,
			    service_right);
		putchar('\n');
		output_grid(stdout, feeds.count / 5, 5, feeds.cells,
			    feed_right);
	}
	if (good)
		return EXIT_OK;
	return complain("not everything is ready and level; the log of the "
			"service says more%s.",
			input.wait_s == 0 ? ", --wait SECONDS waits" : "");
}

static const struct argp_option options[] = {
	{ "wait", 'w', "SECONDS", 0,
	  "Wait until all are ready and follow what was done so far" },
	{ "feed", 'f', "FEED", 0, "Only this feed: scheduler.attendance" },
	{ "quiet", 'q', NULL, 0, "Only the exit code" },
	{ 0 },
};

const struct command status_command = {
	.name = "status",
	.about = "Show every service: health, queue, how far it follows",
	.details = "It exits with 1 when a service is not ready or a feed lags "
		   "behind.",
	.calls = true,
	.options = options,
	.parser = parse,
	.run = run,
};
