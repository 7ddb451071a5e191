-- ListSessionMoves: the oldest first.
SELECT r.request_no, m.session_id, m.sequence, m.start_local, m.zone,
	m.minutes, m.moved_at, m.moved_by_id, m.reason
FROM request r JOIN session_move m USING (session_id)
ORDER BY r.request_no, m.version
