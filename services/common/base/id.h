/*
 * id: UUIDs. New ones are version 7 (RFC 9562): they sort by time, so that
 * indexes grow at one end and a day's request ids can be dropped as a range.
 */
#ifndef ECHO_BASE_ID_H
#define ECHO_BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#define ID_BYTES 16
#define ID_TEXT 37

void id_new(uint8_t id[ID_BYTES]);
void id_format(const uint8_t id[ID_BYTES], char text[ID_TEXT]);
/* Only the canonical form of 36 characters, either case. */
bool id_parse(const char *text, uint8_t id[ID_BYTES]);
/* The smallest version 7 id of this moment: a bound for ranges. */
void id_floor(int64_t at_us, uint8_t id[ID_BYTES]);

#endif
