-- ListAttendanceImports: the latest first.
SELECT r.request_no, i.import_id, i.session_id, i.file_name, i.file_sha256,
	i.layout, i.rows, i.matched, i.unmatched, i.ignored, i.known, i.state,
	i.reason, i.imported_at, i.imported_by_id
FROM request r JOIN attendance_import i USING (session_id)
ORDER BY r.request_no, i.imported_at DESC, i.import_id
