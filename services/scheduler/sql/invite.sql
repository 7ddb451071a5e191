-- Timer: a publication and an approval that did not see each other.
INSERT INTO invitation
SELECT gen_random_uuid(), s.session_id, s.hub_id, m.person_id, 'no_reply', 1
FROM request r, session s JOIN membership m USING (network_id)
WHERE s.status = 'published' AND s.start_at > r.now AND m.status = 'approved'
AND NOT EXISTS (SELECT FROM invitation i
	WHERE (i.session_id, i.person_id) = (s.session_id, m.person_id))
ON CONFLICT (session_id, person_id) DO NOTHING
RETURNING invitation_id
