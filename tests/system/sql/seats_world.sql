-- A network of fifty seats, and a thousand people who will ask for them.
WITH place AS (
	INSERT INTO organisation (organisation_id, name, postcode_outward,
		nation, region, version)
	VALUES ('00000000-0000-4000-8000-0000000000a1', 'Hospice', '', '', '', 1)
	RETURNING organisation_id
), home AS (
	INSERT INTO hub (hub_id, organisation_id, status, lead_email, zone,
		version)
	SELECT '00000000-0000-4000-8000-000000000001', organisation_id,
		'enquiry', '', 'Europe/London', 1
	FROM place
	RETURNING hub_id
), fifty AS (
	INSERT INTO network (network_id, hub_id, title, slug, theme, description,
		audience, visibility, join_policy, capacity, language, status,
		version)
	SELECT '00000000-0000-4000-8000-000000000011', hub_id, 'Fifty', 'fifty',
		'', '', '', 'listed', 'anyone', 50, 'en', 'open', 1
	FROM home
), people AS (
	INSERT INTO person (person_id, first_name, last_name, preferred_name,
		role_title, postcode_outward, nation, region, phone, language,
		zone, status, version)
	SELECT ('00000000-0000-4000-8000-1' || lpad(n::text, 11, '0'))::uuid,
		'Person', n::text, '', '', '', '', '', '', 'en',
		'Europe/London', 'active', 1
	FROM generate_series(0, 999) n
	RETURNING person_id
)
SELECT count(*) FROM people
