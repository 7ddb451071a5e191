-- Rows of a table as text, by its key. What the operator sees of people is noted.
WITH page AS MATERIALIZED (
	SELECT request_no, r.relation, x.*
	FROM request r
	CROSS JOIN LATERAL export_rows(r.relation, r.after_key, r."limit") x
), look AS MATERIALIZED (
	SELECT audit_look(array_agg(DISTINCT person_id), 'export')
	FROM page
	WHERE relation IN ('person', 'person_email', 'members')
		AND authority_all()
)
SELECT request_no, key, cells
FROM page LEFT JOIN look ON true
