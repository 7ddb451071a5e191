/*
 * arena: memory with one lifetime.
 *
 * An arena belongs to a worker and holds what one group of requests needs.
 * Everything in it goes at once with arena_reset, so nobody frees field by
 * field and no function needs a clean-up ladder. Allocation never returns
 * NULL: inputs are bounded before they get here (message size, LIMIT, result
 * cap), and a process that is out of memory all the same aborts.
 *
 * Memory is zeroed and aligned for any type. An arena is used by one thread
 * at a time. Under AddressSanitizer, memory that was reset is poisoned.
 */
#ifndef ECHO_BASE_ARENA_H
#define ECHO_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include <protobuf-c/protobuf-c.h>

struct arena;

/* A new empty arena; first_bytes is the size of its first block. */
struct arena *arena_new(size_t first_bytes);
void arena_free(struct arena *arena);

/* Forget everything; keep the first block, return the others. */
void arena_reset(struct arena *arena);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *arena);

void *arena_alloc(struct arena *arena, size_t bytes);
void *arena_array(struct arena *arena, size_t count, size_t element_bytes);
/* A copy, with a terminating NUL that is not counted. */
void *arena_copy(struct arena *arena, const void *bytes, size_t length);
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args);

/* An allocator for protobuf-c: unpacked messages live and die here. */
ProtobufCAllocator *arena_protobuf(struct arena *arena);

#endif
