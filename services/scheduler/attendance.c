/* attendance: an export's rows into the request. */
#include "scheduler.pb-c.h"
#include "services/common/wire/digest.h"
#include "services/scheduler/attendance.h"
#include "services/scheduler/zoom/zoom.h"

/* protobuf-c's strings are not const, and nobody writes to them. */
static char *text_of(const char *text)
{
	return (char *)(uintptr_t)text;
}

static Scheduler__ZoomRow *make_row(struct arena *arena,
				    const struct zoom_row *row)
{
	Scheduler__ZoomRow *made = (Scheduler__ZoomRow *)message_new(
		arena, &scheduler__zoom_row__descriptor);

	made->number = row->number;
	made->name = text_of(row->name);
	made->n_names = row->name_count;
	made->names = arena_array(arena, row->name_count + 1,
				  sizeof(*made->names));
	for (size_t i = 0; i < row->name_count; i++)
		made->names[i] = text_of(row->names[i]);
	made->email = text_of(row->email);
	made->joined = text_of(row->joined);
	made->departed = text_of(row->departed);
	made->day_first = row->day_first;
	made->minutes = row->minutes;
	made->ignore = text_of(row->ignore);
	made->phone = row->phone;
	return made;
}

enum status read_zoom_export(struct call *call)
{
	Scheduler__ImportZoomAttendanceRequest *request =
		(Scheduler__ImportZoomAttendanceRequest *)call->request;
	struct zoom_file file = zoom_read(call->arena, request->content.data,
					  request->content.len);

	if (file.problem)
		return call_fail(call, STATUS_INVALID, file.problem, "content");
	request->file_sha256 = arena_alloc(call->arena, DIGEST_TEXT);
	digest_sha256(request->content.data, request->content.len,
		      request->file_sha256);
	request->content = (ProtobufCBinaryData){ 0 };
	request->layout = text_of(file.layout);
	request->meeting = text_of(file.meeting);
	request->n_rows = file.count;
	request->rows = arena_array(call->arena, file.count + 1,
				    sizeof(void *));
	for (size_t i = 0; i < file.count; i++)
		request->rows[i] = make_row(call->arena, &file.rows[i]);
	return STATUS_OK;
}
