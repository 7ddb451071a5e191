-- Everything held here about a person, with the names of what the ids name.
SELECT request_no, h.entity, w.content::text AS json,
	held_fields(w.content) AS fields
FROM request r CROSS JOIN LATERAL held_data(r.person_id) h
LEFT JOIN network n ON n.network_id = (h.content ->> 'network_id')::uuid
LEFT JOIN hub ON hub.hub_id = (h.content ->> 'hub_id')::uuid
LEFT JOIN organisation ho ON ho.organisation_id = hub.organisation_id
LEFT JOIN organisation o
	ON o.organisation_id = (h.content ->> 'organisation_id')::uuid
CROSS JOIN LATERAL (SELECT h.content || jsonb_strip_nulls(
	jsonb_build_object('network', n.title, 'hub', ho.name,
		'organisation', o.name)) AS content) w
ORDER BY request_no, h.entity, h.content
