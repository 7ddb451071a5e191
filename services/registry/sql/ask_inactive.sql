-- Timer: members not seen for years get a notice; two months to answer.
INSERT INTO retention_notice (person_id, last_on, asked_at, answer_by_on)
SELECT a.person_id, a.last_on, r.now, (r.now + interval '2 months')::date
FROM request r, quiet_person a
WHERE a.own_last_on < retention_limit('inactive_member', r.now)::date
	AND a.last_on < retention_limit('inactive_member', r.now)::date
	AND EXISTS (SELECT FROM membership m
		WHERE m.person_id = a.person_id)
	AND NOT EXISTS (SELECT FROM membership m
		WHERE m.person_id = a.person_id AND m.requested_at
			>= retention_limit('inactive_member', r.now))
	AND NOT holds_role(a.person_id, r.now)
	AND NOT EXISTS (SELECT FROM retention_notice n
		WHERE n.person_id = a.person_id)
ORDER BY a.own_last_on LIMIT 500
ON CONFLICT DO NOTHING
RETURNING person_id
