/* id: version 7's layout, its order, and one text form. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/base/clock.h"
#include "services/common/base/id.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

Test(id, has_the_layout_of_version_7)
{
	int64_t before_ms = clock_wall() / 1000;

	for (int i = 0; i < 1000; i++) {
		uint8_t id[ID_BYTES];
		int64_t ms = 0;

		id_new(id);
		cr_assert_eq(id[6] >> 4, 7);
		cr_assert_eq(id[8] >> 6, 2);
		for (int j = 0; j < 6; j++)
			ms = ms << 8 | id[j];
		cr_assert_geq(ms, before_ms);
		cr_assert_leq(ms, clock_wall() / 1000);
	}
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, ID_BYTES);
}

Test(id, does_not_repeat)
{
	enum { NUMBER = 20000 };
	static uint8_t ids[NUMBER][ID_BYTES];

	for (int i = 0; i < NUMBER; i++)
		id_new(ids[i]);
	qsort(ids, NUMBER, ID_BYTES, compare);
	for (int i = 1; i < NUMBER; i++)
		cr_assert_neq(memcmp(ids[i - 1], ids[i], ID_BYTES), 0);
}

/* The example of RFC 9562, appendix A.6: 2022-02-22T19:22:22.000Z. */
Test(id, floor_is_the_smallest_of_its_moment)
{
	char text[ID_TEXT];
	uint8_t id[ID_BYTES], example[ID_BYTES];

	id_floor(INT64_C(1645557742000999), id);
	id_format(id, text);
	cr_assert_str_eq(text, "017f22e2-79b0-7000-8000-000000000000");
	cr_assert(id_parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F", example));
	cr_assert_lt(memcmp(id, example, ID_BYTES), 0);
	id_floor(INT64_C(1645557742001000), id);
	cr_assert_gt(memcmp(id, example, ID_BYTES), 0);
	id_floor(-1, id);
	id_format(id, text);
	cr_assert_str_eq(text, "00000000-0000-7000-8000-000000000000");
	id_floor(clock_wall(), id);
	id_new(example);
	cr_assert_leq(memcmp(id, example, ID_BYTES), 0);
}

Test(id, formats_what_it_parses)
{
	static const char *const rows[] = {
		"00000000-0000-0000-0000-000000000000",
		"ffffffff-ffff-ffff-ffff-ffffffffffff",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
		"01234567-89ab-4def-8123-456789abcdef",
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t id[ID_BYTES];
		char text[ID_TEXT], upper[ID_TEXT];

		cr_assert(id_parse(rows[i], id));
		id_format(id, text);
		cr_assert_str_eq(text, rows[i]);
		for (int j = 0; j < ID_TEXT; j++)
			upper[j] = rows[i][j] >= 'a' && rows[i][j] <= 'f' ?
					   (char)(rows[i][j] - 32) :
					   rows[i][j];
		cr_assert(id_parse(upper, id));
		id_format(id, text);
		cr_assert_str_eq(text, rows[i]);
	}
}

Test(id, refuses_every_other_form)
{
	static const char *const rows[] = {
		"", "-", "0",
		"017f22e279b07cc398c4dc0c0c07398f",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
		"{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
		" 017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398f ",
		"017f22e2-79b0-7cc3-98c4_dc0c0c07398f",
		"017f22e279b0--7cc3-98c4-dc0c0c07398f",
		"017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n",
		"urn:uuid:017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
		"017f22e2-79b0-7cc3-98c4-",
		"0x7f22e2-79b0-7cc3-98c4-dc0c0c07398f",
		"+17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		/* Exactly as long as the text: AddressSanitizer watches. */
		char *text = strdup(rows[i]);
		uint8_t id[ID_BYTES];

		cr_expect_not(id_parse(text, id), "%s", rows[i]);
		free(text);
	}
}
