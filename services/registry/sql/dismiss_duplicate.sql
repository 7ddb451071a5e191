-- They are two. Said of any two whom the caller sees, also before a timer asks.
WITH stored AS (
	INSERT INTO duplicate AS d (person_id, other_id, score, reasons,
		dismissed_at, dismissed_by_id, dismissed_reason)
	SELECT least(r.person_id, other_id), greatest(r.person_id, other_id), 0,
		'{}', now, principal_person_id, reason
	FROM request r JOIN person p ON p.person_id = r.person_id
	JOIN person o ON o.person_id = r.other_id
	WHERE p.person_id <> o.person_id
	ON CONFLICT (person_id, other_id) DO UPDATE
	SET dismissed_at = excluded.dismissed_at,
		dismissed_by_id = excluded.dismissed_by_id,
		dismissed_reason = excluded.dismissed_reason
	RETURNING *
)
SELECT request_no, s.person_id, s.other_id, s.score, s.reasons
FROM request r JOIN stored s
	ON s.person_id = least(r.person_id, r.other_id)
	AND s.other_id = greatest(r.person_id, r.other_id)
