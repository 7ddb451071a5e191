-- Rsvp: nobody answers an invitation that was not made.
WITH answered AS (
	UPDATE invitation i SET rsvp = r.rsvp,
		version = i.version + (i.rsvp <> r.rsvp)::int
	FROM request r JOIN session s USING (session_id)
	WHERE i.session_id = r.session_id AND i.person_id = r.person_id
	AND r.rsvp IN ('accepted', 'tentative', 'declined')
	AND s.status IN ('published', 'live')
	RETURNING r.request_no, i AS after
)
SELECT r.request_no,
	CASE WHEN d.request_no IS NOT NULL THEN NULL
	WHEN r.rsvp IN ('accepted', 'tentative', 'declined') THEN 'CONFLICT'
	ELSE 'INVALID' END AS rpc_status,
	CASE WHEN r.rsvp IN ('accepted', 'tentative', 'declined')
	THEN 'session_id' ELSE 'rsvp' END AS rpc_field,
	CASE WHEN r.rsvp IN ('accepted', 'tentative', 'declined')
	THEN 'The session is over or cancelled.'
	ELSE 'Answer accepted, tentative or declined.' END AS rpc_message,
	i.invitation_id, i.session_id, i.person_id,
	coalesce((d.after).rsvp, i.rsvp) AS rsvp,
	coalesce((d.after).version, i.version) AS version
FROM request r JOIN invitation i USING (session_id, person_id)
LEFT JOIN answered d USING (request_no)
