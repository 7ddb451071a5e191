-- Who fits, best first; the rows themselves are read under row-level security.
SELECT request_no, p.person_id, p.first_name, p.last_name, p.preferred_name,
	p.profession, p.role_title, p.organisation_id, o.name AS employer,
	found.score
FROM request r
CROSS JOIN LATERAL search_people(r.query,
	least(coalesce(nullif(greatest(r.limit, 0), 0), 20), 100)) found
JOIN person p USING (person_id)
LEFT JOIN organisation o USING (organisation_id)
ORDER BY request_no, found.score DESC, p.last_name, p.first_name, p.person_id
