-- One member as an importer adds it that goes row by row: for pgbench. Network
-- and employer cost it no round trip, as if it remembered them.
\set n random(1, 900000000000000000)
\set k random(0, 49)
\set o random(0, 1999)
BEGIN;
SELECT count(*) AS known FROM person_email e JOIN person p USING (person_id)
WHERE e.address = 'm' || :n || '@rows.example.org'
	AND lower(p.first_name || ' ' || p.last_name) = 'member number ' || :n
\gset
\if :known = 0
INSERT INTO person (person_id, first_name, last_name, preferred_name,
	profession, role_title, organisation_id, setting, postcode_outward,
	nation, region, phone, language, zone, status, version)
SELECT gen_random_uuid(), 'Member', 'Number ' || :n, '', 'registered_nurse',
	'Ward nurse', organisation_id, 'care_home_nursing', 'HR1', 'england',
	'', '01432 000000', 'en', 'Europe/London', 'active', 1
FROM organisation
WHERE lower(name) = 'care home ' || :o AND postcode_outward = 'HR1'
RETURNING person_id
\gset
INSERT INTO person_email (person_id, address, primary_address, verified,
	shared)
VALUES (:person_id, 'm' || :n || '@rows.example.org', true, false, false);
INSERT INTO membership (membership_id, person_id, network_id, hub_id, status,
	source, joined_on, marketing_opt_in, requested_at, version)
SELECT gen_random_uuid(), :person_id, network_id, hub_id, 'approved', 'import',
	'2021-04-09', true, now(), 1
FROM network WHERE slug = 'network-' || :k;
\endif
COMMIT;
