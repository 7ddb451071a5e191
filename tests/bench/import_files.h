/*
 * import_files: the files of bench_import, row n of each, from 0: members, of
 * whom one in DIRT rows is dirty, and attendance. Rows are made in the arena.
 */
#ifndef TESTS_BENCH_IMPORT_FILES_H
#define TESTS_BENCH_IMPORT_FILES_H

#include <protobuf-c/protobuf-c.h>

#include "services/common/base/arena.h"

/* The import that the members name, and their dirt: one row of so many. */
#define IMPORT_ID "01900000-0000-7000-8000-000000000001"
#define DIRT 50

ProtobufCMessage *import_member(struct arena *arena, long n);
ProtobufCMessage *import_attendance(struct arena *arena, long n);
/* The column at fault in a member's row, "" for a good one. */
const char *import_member_fault(long n);

#endif
