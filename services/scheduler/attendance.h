/*
 * attendance: the rule of ImportZoomAttendance that SQL cannot say, run before
 * its transaction: the file's bytes become the request's rows. What a caller
 * put there itself is dropped. INVALID names record and column.
 */
#ifndef ECHO_SCHEDULER_ATTENDANCE_H
#define ECHO_SCHEDULER_ATTENDANCE_H

#include "services/common/run/service.h"

enum status read_zoom_export(struct call *call);

#endif
