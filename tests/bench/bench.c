/* bench: pgbench as a peer, medians, ratios. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "services/common/base/clock.h"
#include "tests/bench/bench.h"

void bench_ratio(const char *name, double value, double aim)
{
	printf("ratio %s %.2f aim %.2f\n", name, value, aim);
	fflush(stdout);
}

double bench_seconds(int64_t since_us)
{
	return (double)(clock_monotonic() - since_us) / (double)CLOCK_SECOND;
}

/* MiB in the first line of that file that begins so; 0 when there is none. */
static double read_mib(pid_t pid, const char *file, const char *begins)
{
	char path[64], line[128];
	double value = 0;
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	stream = fopen(path, "re");
	while (stream && !value && fgets(line, sizeof(line), stream))
		if (!strncmp(line, begins, strlen(begins)))
			value = strtod(line + strlen(begins), NULL) / 1024;
	if (stream)
		fclose(stream);
	return value;
}

struct bench_memory bench_memory(pid_t pid)
{
	return (struct bench_memory){
		.resident = read_mib(pid, "status", "VmRSS:"),
		.anonymous = read_mib(pid, "status", "RssAnon:"),
		.share = read_mib(pid, "smaps_rollup", "Pss:"),
	};
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double bench_median(double values[], int count)
{
	qsort(values, (size_t)count, sizeof(*values), compare);
	return values[count / 2];
}

static double read_tps(FILE *output)
{
	char line[512];
	double tps = 0;

	while (fgets(line, sizeof(line), output)) {
		sscanf(line, "tps = %lf", &tps);
		if (strstr(line, "ERROR") || strstr(line, "error:"))
			fputs(line, stderr);
	}
	return tps;
}

double bench_pgbench(const char *url, const char *script, int clients,
		     int seconds)
{
	char path[] = "/tmp/bench-XXXXXX", command[1024];
	int fd = mkstemp(path);
	FILE *output;
	double tps;

	if (fd < 0 || write(fd, script, strlen(script)) < 0)
		return 0;
	close(fd);
	/* Debian keeps pgbench out of the PATH. */
	snprintf(command, sizeof(command),
		 "PATH=\"$PATH:/usr/lib/postgresql/15/bin\" pgbench -n -M "
		 "prepared -f %s -c %d -j 2 -T %d '%s' 2>&1",
		 path, clients, seconds, url);
	output = popen(command, "r");
	tps = output ? read_tps(output) : 0;
	if (output)
		pclose(output);
	unlink(path);
	return tps;
}
