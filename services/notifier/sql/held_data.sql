-- Everything held here about a person, with the names of what the ids name.
SELECT request_no, h.entity, w.content::text AS json,
	held_fields(w.content) AS fields
FROM request r CROSS JOIN LATERAL held_data(r.person_id) h
LEFT JOIN session s ON s.session_id = (h.content ->> 'session_id')::uuid
LEFT JOIN network n ON n.network_id = coalesce(s.network_id,
	(h.content ->> 'network_id')::uuid)
CROSS JOIN LATERAL (SELECT h.content || jsonb_strip_nulls(
	jsonb_build_object('network', n.title, 'session', s.title)) AS content) w
ORDER BY request_no, h.entity, h.content
