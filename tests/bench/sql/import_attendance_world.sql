-- What stands in the scheduler before attendance comes: 50 networks of 2,000
-- members each, with 200 sessions that are over. Sessions 1 to 100 are the
-- file's, the others pgbench's.
INSERT INTO hub VALUES (gen_random_uuid(), 'St Nobody''s', 'Europe/London', 1);
INSERT INTO network
SELECT gen_random_uuid(), hub_id, 'network-' || i, 'Network ' || i, 'open', 1
FROM hub, generate_series(0, 49) i;
INSERT INTO programme
SELECT gen_random_uuid(), network_id, hub_id, 'Cohort', 'running', 1
FROM network;
INSERT INTO session
SELECT gen_random_uuid(), programme_id, network_id, hub_id, number,
	'Session ' || number, '', '', at, 'Europe/London', 90, '', 20, at, at,
	'', '', 'ended', gen_random_uuid() || '@echo', 0, '', 90, 1
FROM programme, generate_series(1, 200) number,
	LATERAL (SELECT timestamp '2016-01-01 14:00'
		+ number * interval '7 days') t(at);
INSERT INTO person
SELECT gen_random_uuid(), 'Member', 'Number ' || i, '', 'en',
	'Europe/London', 'active', 1
FROM generate_series(0, 99999) i;
INSERT INTO person_key
SELECT 'address', replace(last_name, 'Number ', 'm') || '@example.org',
	person_id
FROM person
UNION ALL
SELECT 'name', name_key(first_name || ' ' || last_name), person_id
FROM person;
INSERT INTO membership
SELECT gen_random_uuid(), person_id, network_id, hub_id, 'approved',
	'2015-01-01', 1
FROM person JOIN network
	ON slug = 'network-' || replace(last_name, 'Number ', '')::int % 50;
ANALYZE;
