-- Be seen by the other members, or no longer.
WITH stored AS (
	UPDATE membership m SET directory_opt_in = r.directory_opt_in,
		version = m.version + 1
	FROM request r
	WHERE m.person_id = r.person_id AND m.network_id = r.network_id
		AND m.directory_opt_in <> r.directory_opt_in
	RETURNING m AS membership, m.membership_id
), standing AS (
	SELECT membership FROM stored
	UNION ALL
	SELECT m FROM request JOIN membership m USING (person_id, network_id)
	WHERE m.membership_id NOT IN (SELECT membership_id FROM stored)
)
SELECT request_no, shown.*
FROM standing CROSS JOIN LATERAL membership_shown(membership) shown
JOIN request USING (person_id, network_id)
