-- How many members of the file stand there whole: person, employer, address and
-- membership.
SELECT count(*) FROM person_email e
JOIN person p USING (person_id)
JOIN organisation o USING (organisation_id)
JOIN membership m USING (person_id)
JOIN network n USING (network_id)
WHERE e.address = replace(p.last_name, 'Number ', 'm')
		|| '@members.example.org'
	AND e.primary_address AND NOT e.shared
	AND o.name = 'Care Home ' || replace(p.last_name, 'Number ', '')::bigint
		% 2000
	AND n.slug = 'network-' || replace(p.last_name, 'Number ', '')::bigint
		% 50
	AND m.status = 'approved'
