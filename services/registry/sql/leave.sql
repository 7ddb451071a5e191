-- End a membership, or withdraw the wish for one. The seat goes to who waits
-- longest: see give_seats.sql.
WITH stored AS (
	UPDATE membership m SET status = 'left', version = m.version + 1,
		decided_by = r.principal_person_id, decided_at = r.now
	FROM request r
	WHERE m.person_id = r.person_id AND m.network_id = r.network_id
		AND m.status IN ('requested', 'invited', 'waitlisted',
			'approved', 'paused')
	RETURNING m.*
), standing AS (
	SELECT membership_id, person_id, network_id, hub_id, status, source,
		joined_on, marketing_opt_in, version
	FROM stored
	UNION ALL
	SELECT m.*
	FROM request JOIN membership_message m USING (person_id, network_id)
	WHERE m.membership_id NOT IN (SELECT membership_id FROM stored)
)
SELECT request_no, s.* FROM request JOIN standing s USING (person_id, network_id)
