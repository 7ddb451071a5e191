/* stage: processes, ports, keys. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "services/common/base/clock.h"
#include "services/common/wire/token.h"
#include "tests/support/stage.h"

#define READY_US (20 * CLOCK_SECOND)
#define SETTINGS_MAX 160

static void die(const char *what)
{
	fprintf(stderr, "stage: %s: %s\n", what, strerror(errno));
	exit(2);
}

static struct sockaddr_in loopback(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	address.sin_port = htons((uint16_t)port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

int stage_port(void)
{
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) ||
	    getsockname(fd, (struct sockaddr *)&address, &size))
		die("no free port");
	close(fd);
	return ntohs(address.sin_port);
}

static void make_keys(struct stage *stage)
{
	char secret[SEAL_KEY_TEXT], public[SEAL_KEY_TEXT];
	char client[SEAL_KEY_TEXT], client_public[SEAL_KEY_TEXT];
	char signing[TOKEN_SECRET_TEXT], checking[TOKEN_PUBLIC_TEXT];
	const char *problem;

	seal_key_pair(secret, public);
	seal_key_pair(client, client_public);
	token_key_pair(signing, checking);
	snprintf(stage->keys, sizeof(stage->keys), "a %s", secret);
	snprintf(stage->client_keys, sizeof(stage->client_keys), "a %s",
		 client);
	snprintf(stage->peers, sizeof(stage->peers), "%s a %s\nsuperhub a %s\n",
		 stage->service, public, client_public);
	snprintf(stage->credential_keys, sizeof(stage->credential_keys),
		 "a %s", checking);
	snprintf(stage->signing_keys, sizeof(stage->signing_keys), "a %s",
		 signing);
	stage->ring = seal_ring_new("superhub", stage->client_keys,
				    stage->peers, &problem);
	if (!stage->ring)
		die(problem);
}

void stage_make(struct stage *stage, const char *service, const char *program,
		const struct statement *migrations, int count)
{
	stage->service = service;
	stage->program = program;
	stage->replica_count = count;
	make_keys(stage);
	database_make(&stage->database, service, migrations);
	for (int i = 0; i < count; i++)
		stage->replicas[i] = (struct replica){ 0, stage_port(),
						       stage_port(),
						       stage_port() };
}

static const char *urls(const struct stage *stage, bool news)
{
	static char text[STAGE_REPLICAS * 40];
	size_t used = 0;

	for (int i = 0; i < stage->replica_count; i++)
		used += (size_t)snprintf(
			text + used, sizeof(text) - used,
			"%stcp://127.0.0.1:%d", i ? "," : "",
			news ? stage->replicas[i].news_port
			     : stage->replicas[i].port);
	return text;
}

/* ---- a replica's environment, made before the fork: the child of a process
 * that has threads must not allocate ---- */

struct environment {
	char *list[SETTINGS_MAX];
	int count;
};

/* The first setting of a name is the one that counts. */
static void add(struct environment *environment, const char *name,
		const char *value)
{
	size_t length = strlen(name);

	for (int i = 0; i < environment->count; i++)
		if (!strncmp(environment->list[i], name, length) &&
		    environment->list[i][length] == '=')
			return;
	if (environment->count + 1 == SETTINGS_MAX ||
	    asprintf(&environment->list[environment->count++], "%s=%s", name,
		     value) < 0)
		die(name);
}

static void add_line(struct environment *environment, const char *line)
{
	size_t length = strcspn(line, "=");
	char name[64];

	if (length >= sizeof(name) || !line[length])
		return;
	memcpy(name, line, length);
	name[length] = '\0';
	if (strcmp(name, "ECHO_TEST_POSTGRES") != 0)
		add(environment, name, line + length + 1);
}

static void add_own(struct environment *environment, const struct stage *stage,
		    const char *suffix, const char *value)
{
	char name[64] = "ECHO_";
	size_t used = strlen(name);

	for (const char *c = stage->service; *c; c++)
		name[used++] = (char)(*c - 'a' + 'A');
	snprintf(name + used, sizeof(name) - used, "%s", suffix);
	add(environment, name, value);
}

static void make_environment(struct environment *environment,
			     const struct stage *stage, int i)
{
	const struct replica *replica = &stage->replicas[i];
	char url[64];

	for (int n = 0; stage->settings && stage->settings[n]; n++)
		add_line(environment, stage->settings[n]);
	snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", replica->port);
	add(environment, "ECHO_LISTEN", url);
	snprintf(url, sizeof(url), "tcp://127.0.0.1:%d", replica->news_port);
	add(environment, "ECHO_PUBLISH", url);
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", replica->http_port);
	add(environment, "ECHO_HTTP_LISTEN", url);
	add(environment, "ECHO_DATABASE_URL", stage->database.url);
	add(environment, "ECHO_KEYS", stage->keys);
	add(environment, "ECHO_PEERS", stage->peers);
	add(environment, "ECHO_CREDENTIAL_KEYS", stage->credential_keys);
	add(environment, "ECHO_DRAIN_SECONDS", "0");
	add(environment, "ECHO_LOG_LEVEL", stage->loud ? "info" : "error");
	if (!stage->stranger) {
		add_own(environment, stage, "_URL", urls(stage, false));
		add_own(environment, stage, "_NEWS_URL", urls(stage, true));
	}
	for (char **line = environ; *line; line++)
		add_line(environment, *line);
}

int64_t stage_spawn(struct stage *stage, int i)
{
	struct environment environment = { .count = 0 };
	int64_t now = clock_monotonic();
	pid_t parent = getpid(), pid;

	make_environment(&environment, stage, i);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		execle(stage->program, stage->program, (char *)NULL,
		       environment.list);
		_exit(127);
	}
	for (int n = 0; n < environment.count; n++)
		free(environment.list[n]);
	stage->replicas[i].pid = pid;
	return now;
}

/* One HTTP request; the whole answer. */
static bool http_get(int port, const char *path, char *answer, size_t size)
{
	struct sockaddr_in address = loopback(port);
	struct timeval limit = { 2, 0 };
	char request[128];
	size_t used = 0;
	ssize_t got = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	snprintf(request, sizeof(request),
		 "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
		 path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    write(fd, request, strlen(request)) < 0)
		got = 0;
	while (got > 0 && used + 1 < size) {
		got = read(fd, answer + used, size - used - 1);
		used += got > 0 ? (size_t)got : 0;
	}
	answer[used] = '\0';
	close(fd);
	return used > 0;
}

bool stage_ready(const struct stage *stage, int i)
{
	char answer[1024];

	return http_get(stage->replicas[i].http_port, "/readyz", answer,
			sizeof(answer)) &&
	       !strncmp(answer, "HTTP/1.1 200", 12);
}

void stage_start(struct stage *stage, int i)
{
	const struct timespec pause = { 0, 5 * 1000 * 1000 };
	int64_t until = stage_spawn(stage, i) + READY_US;

	while (!stage_ready(stage, i)) {
		if (waitpid(stage->replicas[i].pid, NULL, WNOHANG) > 0 ||
		    clock_monotonic() > until) {
			stage->replicas[i].pid = 0;
			die("a replica did not become ready");
		}
		nanosleep(&pause, NULL);
	}
}

int stage_signal(struct stage *stage, int i, int signal_number)
{
	struct replica *replica = &stage->replicas[i];
	int status = 0;

	if (!replica->pid)
		return 0;
	kill(replica->pid, signal_number);
	if (signal_number != SIGKILL && signal_number != SIGTERM)
		return 0;
	waitpid(replica->pid, &status, 0);
	replica->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

struct rpc_peer *stage_peer(const struct stage *stage)
{
	return rpc_peer_new(stage->ring, stage->service, urls(stage, false));
}

long long stage_metric(const struct stage *stage, int i, const char *name)
{
	static char answer[1 << 16];
	char line[128];
	const char *found;

	if (!http_get(stage->replicas[i].http_port, "/metrics", answer,
		      sizeof(answer)))
		return -1;
	snprintf(line, sizeof(line), "\n%s ", name);
	found = strstr(answer, line);
	return found ? strtoll(found + strlen(line), NULL, 10) : -1;
}

static void take_number(void *context, int columns, const char *const values[])
{
	(void)columns;
	*(long long *)context = values[0] ? strtoll(values[0], NULL, 10) : -1;
}

long long stage_query(const struct stage *stage, const char *query)
{
	struct sql *sql = sql_open(stage->database.owner_url, "stage");
	struct error error = { STATUS_OK, "", "" };
	long long number = -1;

	sql_schema(sql, stage->service);
	if (!sql_ready(sql) || sql_text(sql, query, 0, NULL, take_number,
					&number, &error) != STATUS_OK)
		fprintf(stderr, "stage: %s: %s\n", query, error.message);
	sql_close(sql);
	return number;
}

void stage_end(struct stage *stage)
{
	for (int i = 0; i < stage->replica_count; i++) {
		stage_signal(stage, i, SIGCONT);
		stage_signal(stage, i, SIGKILL);
	}
	seal_ring_free(stage->ring);
	database_drop(&stage->database);
}
