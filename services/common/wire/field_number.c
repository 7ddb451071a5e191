/*
 * field_number: the kinds of numbers, and of true and false.
 *
 * Texts are written and read by digits, or in the C locale, so that no library
 * that calls setlocale can turn a decimal point into a comma.
 */
#include <assert.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/common/wire/field_kind.h"

static const char not_a_number[] = "must be a number";
static const char not_whole[] = "must be a whole number in range";

/* ---- whole numbers ---- */

static const char *digits(struct arena *arena, uint64_t number, bool negative)
{
	char text[24];
	char *at = text + sizeof(text);

	do {
		*--at = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	if (negative)
		*--at = '-';
	return arena_copy(arena, at, (size_t)(text + sizeof(text) - at));
}

static const char *signed_text(struct arena *arena, int64_t number)
{
	return number < 0 ? digits(arena, 0 - (uint64_t)number, true) :
			    digits(arena, (uint64_t)number, false);
}

static const char *get_int32(struct arena *arena, const field_type *field,
			     const void *value)
{
	(void)field;
	return signed_text(arena, *(const int32_t *)value);
}

static const char *get_uint32(struct arena *arena, const field_type *field,
			      const void *value)
{
	(void)field;
	return digits(arena, *(const uint32_t *)value, false);
}

static const char *get_int64(struct arena *arena, const field_type *field,
			     const void *value)
{
	(void)field;
	return signed_text(arena, *(const int64_t *)value);
}

static const char *get_uint64(struct arena *arena, const field_type *field,
			      const void *value)
{
	(void)field;
	return digits(arena, *(const uint64_t *)value, false);
}

static const char *set_int32(struct arena *arena, const field_type *field,
			     void *value, const char *text)
{
	int64_t number;

	(void)arena;
	(void)field;
	if (!text_to_int64(text, &number) || number < INT32_MIN ||
	    number > INT32_MAX)
		return not_whole;
	*(int32_t *)value = (int32_t)number;
	return NULL;
}

static const char *set_uint32(struct arena *arena, const field_type *field,
			      void *value, const char *text)
{
	int64_t number;

	(void)arena;
	(void)field;
	if (!text_to_int64(text, &number) || number < 0 || number > UINT32_MAX)
		return not_whole;
	*(uint32_t *)value = (uint32_t)number;
	return NULL;
}

static const char *set_int64(struct arena *arena, const field_type *field,
			     void *value, const char *text)
{
	(void)arena;
	(void)field;
	return text_to_int64(text, value) ? NULL : not_whole;
}

static const char *set_uint64(struct arena *arena, const field_type *field,
			      void *value, const char *text)
{
	uint64_t sum = 0;

	(void)arena;
	(void)field;
	if (text[0] == '\0')
		return not_whole;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(sum, 10u, &sum) ||
		    __builtin_add_overflow(sum, (uint64_t)(*text - '0'), &sum))
			return not_whole;
	}
	*(uint64_t *)value = sum;
	return NULL;
}

/* ---- true and false ---- */

static const char *get_bool(struct arena *arena, const field_type *field,
			    const void *value)
{
	(void)arena;
	(void)field;
	return *(const protobuf_c_boolean *)value ? "true" : "false";
}

static const char *set_bool(struct arena *arena, const field_type *field,
			    void *value, const char *text)
{
	bool yes = strcmp(text, "true") == 0 || strcmp(text, "t") == 0;

	(void)arena;
	(void)field;
	if (!yes && strcmp(text, "false") != 0 && strcmp(text, "f") != 0)
		return "must be true or false";
	*(protobuf_c_boolean *)value = yes;
	return NULL;
}

/* ---- fractions ---- */

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	assert(c_locale != (locale_t)0);
}

/* For the calling thread; the former locale, for uselocale. */
static locale_t enter_c_locale(void)
{
	pthread_once(&c_locale_once, make_c_locale);
	return uselocale(c_locale);
}

/* The shortest text that reads back the same, of at most digits_max. */
static const char *fraction_text(struct arena *arena, double number,
				 int digits_min, int digits_max)
{
	char text[40];
	locale_t before;

	if (isnan(number))
		return "NaN";
	if (isinf(number))
		return number < 0 ? "-Infinity" : "Infinity";
	before = enter_c_locale();
	for (int digit = digits_min; digit <= digits_max; digit++) {
		double again;

		snprintf(text, sizeof(text), "%.*g", digit, number);
		again = strtod(text, NULL);
		if (digits_max < 10)
			again = (double)(float)again;
		if (again <= number && again >= number)
			break;
	}
	uselocale(before);
	return arena_strdup(arena, text);
}

static const char *get_double(struct arena *arena, const field_type *field,
			      const void *value)
{
	(void)field;
	return fraction_text(arena, *(const double *)value, 15, 17);
}

static const char *get_float(struct arena *arena, const field_type *field,
			     const void *value)
{
	(void)field;
	return fraction_text(arena, (double)*(const float *)value, 6, 9);
}

const char *number_parse(const char *text, double *number)
{
	static const struct {
		const char *name;
		double number;
	} names[] = {
		{ "NaN", NAN },
		{ "Infinity", INFINITY },
		{ "-Infinity", -INFINITY },
	};
	const char *first = text + (text[0] == '-');
	locale_t before;
	char *end;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(text, names[i].name) == 0) {
			*number = names[i].number;
			return NULL;
		}
	}
	/* strtod would take spaces, hexadecimal and its own names too. */
	if (*first < '0' || *first > '9' ||
	    text[strspn(text, "0123456789+-.eE")] != '\0')
		return not_a_number;
	before = enter_c_locale();
	*number = strtod(text, &end);
	uselocale(before);
	return *end != '\0' || isinf(*number) ? not_a_number : NULL;
}

static const char *set_double(struct arena *arena, const field_type *field,
			      void *value, const char *text)
{
	(void)arena;
	(void)field;
	return number_parse(text, value);
}

static const char *set_float(struct arena *arena, const field_type *field,
			     void *value, const char *text)
{
	double number;
	const char *problem = number_parse(text, &number);

	(void)arena;
	(void)field;
	if (problem != NULL)
		return problem;
	*(float *)value = (float)number;
	return isinf(*(float *)value) && !isinf(number) ? not_a_number : NULL;
}

/* ---- the table ---- */

#define INTEGER(type, name, sql, is_bare)                                   \
	{                                                                   \
		.size = sizeof(type), .sql_type = sql,                      \
		.sql_array = sql "[]", .json = JSON_NUMBER | JSON_TEXT,     \
		.json_bare = is_bare, .get = get_##name, .set = set_##name, \
	}
#define INT32 INTEGER(int32_t, int32, "integer", true)
#define UINT32 INTEGER(uint32_t, uint32, "bigint", true)
#define INT64 INTEGER(int64_t, int64, "bigint", false)
#define UINT64 INTEGER(uint64_t, uint64, "numeric", false)
#define FRACTION(type, sql) INTEGER(type, type, sql, true)

static const struct kind kinds[] = {
	[PROTOBUF_C_TYPE_INT32] = INT32,
	[PROTOBUF_C_TYPE_SINT32] = INT32,
	[PROTOBUF_C_TYPE_SFIXED32] = INT32,
	[PROTOBUF_C_TYPE_INT64] = INT64,
	[PROTOBUF_C_TYPE_SINT64] = INT64,
	[PROTOBUF_C_TYPE_SFIXED64] = INT64,
	[PROTOBUF_C_TYPE_UINT32] = UINT32,
	[PROTOBUF_C_TYPE_FIXED32] = UINT32,
	[PROTOBUF_C_TYPE_UINT64] = UINT64,
	[PROTOBUF_C_TYPE_FIXED64] = UINT64,
	[PROTOBUF_C_TYPE_FLOAT] = FRACTION(float, "real"),
	[PROTOBUF_C_TYPE_DOUBLE] = FRACTION(double, "double precision"),
	[PROTOBUF_C_TYPE_BOOL] = {
		.size = sizeof(protobuf_c_boolean), .sql_type = "boolean",
		.sql_array = "boolean[]", .json = JSON_BOOL,
		.json_bare = true, .get = get_bool, .set = set_bool,
	},
};

const struct kind *kind_of_number(const field_type *field)
{
	size_t type = (size_t)field->type;

	assert(type < sizeof(kinds) / sizeof(kinds[0]));
	assert(kinds[type].get != NULL);
	return &kinds[type];
}
