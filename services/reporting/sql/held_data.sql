-- Everything held here about a person, with the names of what the ids name.
SELECT request_no, h.entity, (h.content || jsonb_strip_nulls(
		jsonb_build_object('network', n.title, 'organisation', o.name)))
	::text AS json
FROM request r CROSS JOIN LATERAL held_data(r.person_id) h
LEFT JOIN network n ON n.network_id = (h.content ->> 'network_id')::uuid
LEFT JOIN organisation o
	ON o.organisation_id = (h.content ->> 'organisation_id')::uuid
ORDER BY request_no, h.entity, h.content
