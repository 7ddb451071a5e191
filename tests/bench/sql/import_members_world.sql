-- What stands in the registry before members come: a hub, its 50 networks, and
-- 2,000 employers.
INSERT INTO organisation
SELECT gen_random_uuid(), 'Care Home ' || i, 'care_home_nursing', 'HR1',
	'england', '', 1
FROM generate_series(0, 1999) i;
INSERT INTO hub (hub_id, organisation_id, status, lead_email, zone, version)
SELECT gen_random_uuid(), organisation_id, 'active', 'lead@example.org',
	'Europe/London', 1
FROM organisation LIMIT 1;
INSERT INTO network
SELECT gen_random_uuid(), hub_id, 'Network ' || i, 'network-' || i, '', '', '',
	'listed', 'approval', 0, 'en', 'open', 1
FROM hub, generate_series(0, 49) i;
ANALYZE;
