-- Organisations by what somebody types, best first.
WITH asked AS MATERIALIZED (
	SELECT request_no, search_key(left(text, 200)) AS key, setting, nation,
		least(coalesce(nullif(greatest("limit", 0), 0), 20), 100)
			AS most
	FROM request
)
SELECT request_no, o.*
FROM asked
CROSS JOIN LATERAL unnest(search_organisations(key, setting, nation, most))
	WITH ORDINALITY AS found(organisation_id, place)
JOIN organisation_message o USING (organisation_id)
WHERE key <> ''
ORDER BY request_no, place
