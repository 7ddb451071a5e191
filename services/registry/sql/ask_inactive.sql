-- Timer: members not seen for years get a notice; two months to answer.
INSERT INTO notice (person_id, kind, due_at, expires_at)
SELECT a.person_id, 'stay', after_quiet_hours(r.now, p.zone),
	(r.now + interval '2 months')::date
FROM request r, quiet_person a JOIN person p USING (person_id)
WHERE a.own_last_on < retention_limit('inactive_member', r.now)::date
	AND a.last_on < retention_limit('inactive_member', r.now)::date
	AND EXISTS (SELECT FROM membership m
		WHERE m.person_id = a.person_id)
	AND NOT EXISTS (SELECT FROM membership m
		WHERE m.person_id = a.person_id AND m.requested_at
			>= retention_limit('inactive_member', r.now))
	AND NOT holds_role(a.person_id, r.now)
	AND NOT EXISTS (SELECT FROM notice n
		WHERE n.person_id = a.person_id AND n.kind = 'stay')
ORDER BY a.own_last_on LIMIT 500
ON CONFLICT DO NOTHING
RETURNING person_id
