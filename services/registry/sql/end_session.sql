-- Sign out, here or everywhere; twice is once. The credential that was issued
-- last still holds for what is left of its ten minutes.
WITH ended AS (
	UPDATE sign_in_session s SET ended_at = r.now
	FROM request r
	WHERE s.person_id = r.person_id AND s.ended_at IS NULL
		AND (r.session_id IS NULL OR s.session_id = r.session_id)
)
SELECT request_no FROM request
