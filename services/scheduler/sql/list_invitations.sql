-- ListInvitations: of a session or a person.
SELECT r.request_no, i.invitation_id, i.session_id, i.person_id, i.rsvp,
	i.version
FROM request r CROSS JOIN LATERAL (
	SELECT * FROM (
		SELECT * FROM invitation x WHERE x.session_id = r.session_id
		AND (r.person_id IS NULL OR x.person_id = r.person_id)
		UNION ALL SELECT * FROM invitation x
		WHERE r.session_id IS NULL AND x.person_id = r.person_id
	) i
	WHERE r.after_invitation_id IS NULL OR i.invitation_id > r.after_invitation_id
	ORDER BY i.invitation_id
	LIMIT least(coalesce(nullif(r."limit", 0), 100), 500)
) i
ORDER BY r.request_no, i.invitation_id
