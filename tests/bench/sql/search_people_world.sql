-- 100 hubs with a network each, and 100,000 people, each of one hub.
INSERT INTO hub (hub_id, organisation_id, status, lead_email, zone, version)
SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(row_number() OVER
		(ORDER BY organisation_id)), 12, '0'))::uuid, organisation_id,
	'active', 'lead@example.org', 'Europe/London', 1
FROM (SELECT organisation_id FROM organisation
	ORDER BY organisation_id LIMIT 100) o;
INSERT INTO network (network_id, hub_id, title, slug, theme, description,
	audience, visibility, join_policy, capacity, language, status, version)
SELECT hub_id, hub_id, 'Network', 'n-' || hub_id, '', '', '', 'listed',
	'approval', 0, 'en', 'open', 1
FROM hub;
INSERT INTO person (person_id, first_name, last_name, preferred_name, role_title,
	organisation_id, postcode_outward, nation, region, phone, language, zone,
	status, version)
SELECT ('00000000-0000-4000-8002-' || lpad(to_hex(n), 12, '0'))::uuid,
	(string_to_array('Ann Bob Cai Dee Eve Fay Gwen Hugh Ian Jane Kate Liam'
		' Mair Neil Owen Pia Quinn Rhys Sian Tom Una Vera Will Yusuf Zoe'
		' Aisha Bryn Carys Dylan Elin Fiona Gareth Heledd Ifan Joan Kofi'
		' Lowri Megan Nia Oliver', ' '))[1 + n % 40],
	(string_to_array('Ash Birch Cedar Derw Elm Fir Gorse Hazel Ivy Juniper'
		' Kelp Larch Maple Nettle Oak Pine Quince Rowan Sorrel Thorn Vine'
		' Willow Yew Alder Beech', ' '))[1 + n / 40 % 25]
		|| (string_to_array('wood ton ford ley worth by dale field more son',
			' '))[1 + n / 1000 % 10]
		|| CASE WHEN n >= 10000 THEN '-' || (string_to_array('Jones Smith'
			' Evans Brown Khan Patel Singh Hughes Reid Boyle', ' '))
			[1 + n / 10000 % 10] ELSE '' END,
	'', 'Nurse',
	('00000000-0000-4000-8001-' || lpad(to_hex(n % 5000), 12, '0'))::uuid, '',
	'', '', '', 'en', 'Europe/London', 'active', 1
FROM generate_series(0, 99999) n;
INSERT INTO person_email (person_id, address, primary_address, verified, shared)
SELECT person_id, lower(first_name || '.' || last_name) || n || '@example.org',
	true, true, false
FROM (SELECT *, row_number() OVER (ORDER BY person_id) AS n FROM person) p;
INSERT INTO membership (membership_id, person_id, network_id, hub_id, status,
	source, marketing_opt_in, requested_at, version)
SELECT p.person_id, p.person_id, h.hub_id, h.hub_id, 'approved', 'import', false,
	'2021-01-01', 1
FROM (SELECT person_id, row_number() OVER (ORDER BY person_id) AS n
	FROM person) p
JOIN (SELECT hub_id, row_number() OVER (ORDER BY hub_id) AS n
	FROM hub) h ON h.n = 1 + p.n % 100;
ANALYZE;
