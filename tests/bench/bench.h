/*
 * bench: what the benchmarks share. A benchmark compares with a peer in the
 * same run and ends with lines "ratio NAME VALUE aim AIM"; it never fails for
 * its timing.
 */
#ifndef ECHO_TESTS_BENCH_H
#define ECHO_TESTS_BENCH_H

#include <stdint.h>
#include <sys/types.h>

/* Print the line by which runs are compared. */
void bench_ratio(const char *name, double value, double aim);
/* Transactions per second of pgbench: script on this database, prepared, with
 * this many clients and seconds; 0 when it failed. */
double bench_pgbench(const char *url, const char *script, int clients,
		     int seconds);
double bench_seconds(int64_t since_us);
/* MiB of a process: all its pages in memory, those that no file backs, and
 * what it adds to the machine, where a page of several processes is divided
 * among them. */
struct bench_memory {
	double resident, anonymous, share;
};
struct bench_memory bench_memory(pid_t pid);
/* The middle one of count values; sorts them. */
double bench_median(double values[], int count);

#endif
