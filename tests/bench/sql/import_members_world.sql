-- What stands in the registry before members come: a hub, its 50 networks, 2,000
-- employers, and 1,000 people whom the file names too.
SELECT set_config('echo.authority', 'service', true);
INSERT INTO organisation (organisation_id, name, setting,
	postcode_outward, nation, region, version)
SELECT gen_random_uuid(), 'Care Home ' || i, 'care_home_nursing', 'HR1',
	'england', '', 1
FROM generate_series(0, 1999) i;
INSERT INTO hub (hub_id, organisation_id, status, lead_email, zone, version)
SELECT gen_random_uuid(), organisation_id, 'active', 'lead@example.org',
	'Europe/London', 1
FROM organisation LIMIT 1;
INSERT INTO network (network_id, hub_id, title, slug, theme, description,
	audience, visibility, join_policy, capacity, language, status, version)
SELECT gen_random_uuid(), hub_id, 'Network ' || i, 'network-' || i, '', '', '',
	'listed', 'approval', 0, 'en', 'open', 1
FROM hub, generate_series(0, 49) i;
INSERT INTO person (person_id, first_name, last_name, preferred_name,
	profession, role_title, organisation_id, setting, postcode_outward,
	nation, region, phone, language, zone, status, version)
SELECT gen_random_uuid(), translate(lpad((i * 100::bigint * 987654321
		% 999999999989)::text, 12, '0'), '0123456789', 'abcdefghij'),
	'Number ' || i * 100, '', 'manager',
	'Manager', NULL, NULL, '', '', '', '', 'en', 'Europe/London', 'active',
	1
FROM generate_series(0, 999) i;
INSERT INTO person_email (person_id, address, primary_address, verified,
	shared)
SELECT person_id, replace(last_name, 'Number ', 'm') || '@members.example.org',
	true, false, false
FROM person;
ANALYZE;
