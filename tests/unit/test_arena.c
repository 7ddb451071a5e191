/* arena: zeroed, aligned, apart from one another, and gone after a reset. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "services/common/base/arena.h"

Test(arena, gives_zeroed_aligned_memory_of_any_size)
{
	static const size_t sizes[] = {
		0, 1, 2, 7, 15, 16, 17, 100, 255, 256, 257, 4096, 70000,
		3 << 20
	};
	struct arena *arena = arena_new(256);

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			unsigned char *got = arena_alloc(arena, sizes[i]);

			cr_assert_not_null(got);
			cr_assert_eq((uintptr_t)got % _Alignof(max_align_t),
				     0);
			for (size_t j = 0; j < sizes[i]; j++)
				cr_assert_eq(got[j], 0, "byte %zu of %zu", j,
					     sizes[i]);
			memset(got, 0xa5, sizes[i]);
		}
		arena_reset(arena);
	}
	arena_free(arena);
}

Test(arena, keeps_allocations_apart)
{
	enum { COUNT = 5000 };
	static unsigned char *got[COUNT];
	struct arena *arena = arena_new(1);

	for (size_t i = 0; i < COUNT; i++) {
		got[i] = arena_alloc(arena, i % 97);
		memset(got[i], (int)(i % 251), i % 97);
	}
	for (size_t i = 0; i < COUNT; i++) {
		for (size_t j = 0; j < i % 97; j++)
			cr_assert_eq(got[i][j], i % 251);
	}
	arena_free(arena);
}

Test(arena, counts_what_it_handed_out)
{
	struct arena *arena = arena_new(1000);

	cr_assert_eq(arena_used(arena), 0);
	arena_alloc(arena, 10);
	arena_array(arena, 5, 8);
	cr_assert_eq(arena_used(arena), 50);
	arena_reset(arena);
	cr_assert_eq(arena_used(arena), 0);
	arena_free(arena);
	arena_free(NULL);
}

Test(arena, copies_and_prints)
{
	struct arena *arena = arena_new(16);
	char *large = arena_printf(arena, "%05000d|%s", 7, "x");

	cr_assert_str_eq(arena_strdup(arena, ""), "");
	cr_assert_str_eq(arena_strdup(arena, "héllo"), "héllo");
	cr_assert_str_eq(arena_copy(arena, "abcdef", 3), "abc");
	cr_assert_str_eq(arena_copy(arena, NULL, 0), "");
	cr_assert_eq(memcmp(arena_copy(arena, "a\0b", 3), "a\0b", 4), 0);
	cr_assert_eq(strlen(large), 5002);
	cr_assert_str_eq(large + 4999, "7|x");
	arena_free(arena);
}

Test(arena, unpacked_arrays_have_room_to_the_next_power_of_two)
{
	struct arena *arena = arena_new(256);
	ProtobufCAllocator *allocator = arena_protobuf(arena);

	for (size_t count = 1; count < 70; count++) {
		size_t room = 1;
		void **array = allocator->alloc(allocator->allocator_data,
						count * sizeof(*array));

		while (room < count)
			room *= 2;
		/* AddressSanitizer watches. */
		memset(array, 0xff, room * sizeof(*array));
		allocator->free(allocator->allocator_data, array);
	}
	cr_assert_gt(arena_used(arena), 0);
	arena_free(arena);
}

Test(arena, aborts_on_a_size_that_wraps, .signal = SIGABRT)
{
	struct arena *arena = arena_new(256);

	arena_array(arena, SIZE_MAX / 4, 8);
}

Test(arena, aborts_on_an_absurd_size, .signal = SIGABRT)
{
	struct arena *arena = arena_new(256);

	arena_alloc(arena, SIZE_MAX - 8);
}

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>

Test(arena, poisons_what_was_reset_and_what_lies_between)
{
	struct arena *arena = arena_new(4096);
	char *first = arena_alloc(arena, 24);
	char *second = arena_alloc(arena, 24);

	cr_assert_not(__asan_address_is_poisoned(first));
	cr_assert_not(__asan_address_is_poisoned(first + 23));
	cr_assert(__asan_address_is_poisoned(first + 24));
	cr_assert(__asan_address_is_poisoned(second + 24));
	arena_reset(arena);
	cr_assert(__asan_address_is_poisoned(first));
	cr_assert(__asan_address_is_poisoned(second));
	cr_assert_eq(arena_alloc(arena, 24), first);
	cr_assert_not(__asan_address_is_poisoned(first + 23));
	arena_free(arena);
}
#endif
