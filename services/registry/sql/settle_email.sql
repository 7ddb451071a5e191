-- ChangeEmail, second: the primary address is the one that was asked for, or
-- where there is none any more, the soundest; and everybody concerned has changed.
WITH asked AS MATERIALIZED (
	SELECT r.*, lower(btrim(r.address)) AS wanted
	FROM request r JOIN person USING (person_id)
	WHERE email_refusal(person_id, action, principal_person_id) IS NULL
), best AS (
	SELECT DISTINCT ON (e.person_id) e.person_id, e.address
	FROM asked a JOIN person_email e USING (person_id)
	WHERE NOT EXISTS (SELECT FROM person_email m
		WHERE m.person_id = a.person_id AND m.primary_address)
	ORDER BY e.person_id, a.action = 'make_primary'
		AND e.address = a.wanted DESC, e.bounced, e.verified DESC,
		e.address
), marked AS (
	UPDATE person_email e SET primary_address = true FROM best b
	WHERE (e.person_id, e.address) = (b.person_id, b.address)
)
UPDATE person SET version = version + 1
WHERE person_id IN (SELECT person_id FROM asked
	UNION SELECT e.person_id FROM asked a
	JOIN person_email own ON own.person_id = a.person_id
		AND own.address = a.wanted
	JOIN person_email e ON e.address = a.wanted
	WHERE a.action IN ('share', 'unshare'))
