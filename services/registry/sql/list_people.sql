-- People by name, of a network or of a hub: two ways, each with its own index, of
-- which a request goes one.
WITH page AS MATERIALIZED (
	SELECT request_no, p.*
	FROM request r CROSS JOIN LATERAL (
		SELECT person_id FROM (
			SELECT person_id, last_name, first_name FROM person
			WHERE person_id IN (SELECT m.person_id FROM membership m
				WHERE m.network_id = r.network_id)
			UNION ALL
			SELECT person_id, last_name, first_name FROM person
			WHERE r.network_id IS NULL
				AND person_id IN (SELECT m.person_id
				FROM network n JOIN membership m USING (network_id)
				WHERE n.hub_id = r.hub_id
				UNION ALL
				SELECT h.person_id FROM person h
				WHERE h.home_hub_id = r.hub_id
					AND h.merged_into_id IS NULL)) person
		WHERE r.after_person_id IS NULL
			OR (last_name, first_name, person_id) > (r.after_last_name,
				r.after_first_name, r.after_person_id)
		ORDER BY last_name, first_name, person_id
		LIMIT page(r.limit)
	) found JOIN person_message p USING (person_id)
), seen AS MATERIALIZED (
	SELECT look(array_agg(person_id), '') AS noted FROM page
)
SELECT page.*, NULL AS rpc_status, NULL AS rpc_message, NULL AS rpc_field
FROM page, seen WHERE noted
UNION ALL
SELECT request_no, (NULL::person_message).*, 'INVALID',
	'Name a network or a hub.', 'network_id'
FROM request WHERE network_id IS NULL AND hub_id IS NULL
ORDER BY request_no, last_name, first_name, person_id
