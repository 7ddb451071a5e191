/*
 * stage: real processes of one service on a real database, for system tests,
 * fault tests and benchmarks. Ports are free ones of the loopback; processes
 * die with the test (PR_SET_PDEATHSIG) and are ended by pid.
 */
#ifndef ECHO_TESTS_STAGE_H
#define ECHO_TESTS_STAGE_H

#include <sys/types.h>

#include "services/common/wire/rpc.h"
#include "tests/support/database.h"

#define STAGE_REPLICAS 4

struct replica {
	pid_t pid; /* 0: not running */
	int port, news_port, http_port;
};

struct stage {
	const char *service;
	const char *program;   /* path of the service's binary */
	struct database database;
	struct replica replicas[STAGE_REPLICAS];
	int replica_count;
	char keys[128], client_keys[128], peers[512], credential_keys[128];
	char signing_keys[160];
	struct seal_ring *ring; /* of the client, named superhub */
	/* More settings as NAME=VALUE, ended by NULL; the stage does not copy */
	const char *const *settings;
	bool loud; /* the processes' log is shown */
	bool stranger; /* the service has no settings for its own address */
};

/* Database, keys and ports for count replicas; nothing runs yet. */
void stage_make(struct stage *stage, const char *service, const char *program,
		const struct statement *migrations, int count);
/* Start replica i and wait until it is ready; dies when it is not in 20 s. */
void stage_start(struct stage *stage, int i);
/* The same without waiting; returns the time of exec, monotonic. */
int64_t stage_spawn(struct stage *stage, int i);
bool stage_ready(const struct stage *stage, int i);
/* Signal a replica; after SIGKILL and SIGTERM wait for its end. Returns its
 * exit status, -signal when it died of one, 0 for other signals. */
int stage_signal(struct stage *stage, int i, int signal_number);
/* A client of all replicas. */
struct rpc_peer *stage_peer(const struct stage *stage);
/* One value of one metric of a replica, -1 when absent. */
long long stage_metric(const struct stage *stage, int i, const char *name);
/* One value of the database, as owner. */
long long stage_query(const struct stage *stage, const char *query);
/* Stop everything and drop the database. */
void stage_end(struct stage *stage);

/* A free port of the loopback. */
int stage_port(void);

#endif
