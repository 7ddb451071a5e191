-- Organisations by what somebody types, best first.
WITH asked AS MATERIALIZED (
	SELECT request_no, search_key(text) AS key, setting, nation,
		page("limit") AS most
	FROM request
)
SELECT request_no, o.*
FROM asked CROSS JOIN LATERAL search_organisations(key, setting, nation, most) s
JOIN organisation_message o USING (organisation_id)
WHERE key <> ''
ORDER BY request_no, s.place
