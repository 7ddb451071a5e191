/*
 * arena: a chain of blocks, handed out from the newest by moving a mark.
 *
 * The first block survives arena_reset, sized so that an ordinary group of
 * requests never leaves it: then a request costs no call of malloc at all.
 */
#include "services/common/base/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang tells by __has_feature what gcc tells by __SANITIZE_ADDRESS__. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
/* Poisoned bytes between two allocations, so that an overrun is seen. */
#define GAP 16
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes) ((void)(address))
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes) ((void)(address))
#define GAP 0
#endif

#define ALIGNMENT _Alignof(max_align_t)
#define BLOCK_BYTES_MIN 256
/* Blocks double up to this; a larger single allocation gets its own size. */
#define BLOCK_BYTES_MAX ((size_t)1 << 20)
/* Nothing we do needs more at once; catches sizes that have wrapped. */
#define ALLOC_BYTES_MAX ((size_t)1 << 31)

struct block {
	struct block *older;
	size_t size;
	size_t used;
	_Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct block *newest;
	size_t used;
	ProtobufCAllocator protobuf;
};

static void die(const char *why)
{
	fprintf(stderr, "arena: %s\n", why);
	abort();
}

static struct block *block_new(struct block *older, size_t size)
{
	struct block *block = malloc(sizeof(*block) + size);

	if (block == NULL)
		die("out of memory");
	block->older = older;
	block->size = size;
	block->used = 0;
	ASAN_POISON_MEMORY_REGION(block->bytes, size);
	return block;
}

static void block_free(struct block *block)
{
	ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->size);
	free(block);
}

/*
 * Sizes are rounded up to a power of two: field_append relies on an unpacked
 * array having room up to the next power of two of its length.
 */
static void *protobuf_alloc(void *arena, size_t bytes)
{
	size_t room = 16;

	if (bytes > ALLOC_BYTES_MAX)
		die("allocation too large");
	while (room < bytes)
		room *= 2;
	return arena_alloc(arena, room);
}

static void protobuf_free(void *arena, void *bytes)
{
	(void)arena;
	(void)bytes;
}

struct arena *arena_new(size_t first_bytes)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena == NULL)
		die("out of memory");
	if (first_bytes < BLOCK_BYTES_MIN)
		first_bytes = BLOCK_BYTES_MIN;
	arena->newest = block_new(NULL, first_bytes);
	arena->protobuf = (ProtobufCAllocator){
		.alloc = protobuf_alloc,
		.free = protobuf_free,
		.allocator_data = arena,
	};
	return arena;
}

static void free_newer_blocks(struct arena *arena)
{
	while (arena->newest->older != NULL) {
		struct block *block = arena->newest;

		arena->newest = block->older;
		block_free(block);
	}
}

void arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	free_newer_blocks(arena);
	block_free(arena->newest);
	free(arena);
}

void arena_reset(struct arena *arena)
{
	free_newer_blocks(arena);
	arena->newest->used = 0;
	arena->used = 0;
	ASAN_POISON_MEMORY_REGION(arena->newest->bytes, arena->newest->size);
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}

static void add_block(struct arena *arena, size_t room)
{
	size_t size = arena->newest->size * 2;

	if (size > BLOCK_BYTES_MAX)
		size = BLOCK_BYTES_MAX;
	if (size < room)
		size = room;
	arena->newest = block_new(arena->newest, size);
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	struct block *block = arena->newest;
	size_t room;
	void *found;

	if (bytes > ALLOC_BYTES_MAX)
		die("allocation too large");
	if (bytes == 0)
		bytes = 1; /* every allocation has its own address */
	room = (bytes + GAP + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (block->size - block->used < room) {
		add_block(arena, room);
		block = arena->newest;
	}
	found = block->bytes + block->used;
	block->used += room;
	arena->used += bytes;
	assert(block->used <= block->size);
	ASAN_UNPOISON_MEMORY_REGION(found, bytes);
	return memset(found, 0, bytes);
}

void *arena_array(struct arena *arena, size_t count, size_t element_bytes)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, element_bytes, &bytes))
		die("allocation too large");
	return arena_alloc(arena, bytes);
}

void *arena_copy(struct arena *arena, const void *bytes, size_t length)
{
	char *copy;

	if (length >= ALLOC_BYTES_MAX)
		die("allocation too large");
	copy = arena_alloc(arena, length + 1);
	if (length > 0)
		memcpy(copy, bytes, length);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_copy(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	int length;
	char *text;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	if (length < 0)
		die("bad format");
	text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

ProtobufCAllocator *arena_protobuf(struct arena *arena)
{
	return &arena->protobuf;
}
