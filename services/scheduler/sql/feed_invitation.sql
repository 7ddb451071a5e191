-- Feed invitation.
SELECT r.request_no, e.invitation_id, e.session_id, e.person_id, e.rsvp,
	e.version
FROM request r JOIN invitation e ON e.invitation_id = r.entity_id::uuid
