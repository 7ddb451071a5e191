-- Who answered what.
WITH gone AS (
	DELETE FROM invitation i USING request r
	WHERE r.change_deleted AND i.invitation_id = r.change_key::uuid
)
INSERT INTO invitation (invitation_id, session_id, person_id, rsvp, version)
SELECT change_key::uuid, session_id, person_id, rsvp, version
FROM request WHERE NOT change_deleted
ON CONFLICT (invitation_id) DO UPDATE SET session_id = excluded.session_id,
	person_id = excluded.person_id, rsvp = excluded.rsvp,
	version = excluded.version
WHERE excluded.version >= invitation.version
