-- A superhub of as many hubs, networks and people as relation size says (the
-- test puts it in front). Every fifth network has no limit, one in three lets
-- everybody in, one in three asks its hub.
place AS (
	INSERT INTO organisation (organisation_id, name, postcode_outward,
		nation, region, version)
	SELECT ('00000000-0000-4000-8000-7' || lpad(n::text, 11, '0'))::uuid,
		'Hospice ' || n, '', 'england', '', 1
	FROM size, generate_series(0, hubs - 1) n
	RETURNING organisation_id
), home AS (
	INSERT INTO hub (hub_id, organisation_id, status, lead_email, zone,
		version)
	SELECT ('00000000-0000-4000-8000-8'
			|| right(organisation_id::text, 11))::uuid,
		organisation_id, 'enquiry', '', 'Europe/London', 1
	FROM place
	RETURNING hub_id
), theme AS (
	INSERT INTO network (network_id, hub_id, title, slug, theme, description,
		audience, visibility, join_policy, capacity, language, status,
		version)
	SELECT ('00000000-0000-4000-8000-9' || lpad(n::text, 11, '0'))::uuid,
		('00000000-0000-4000-8000-8'
			|| lpad((n % hubs)::text, 11, '0'))::uuid,
		'Network ' || n, 'network-' || n, '', '', '', 'listed',
		(ARRAY['anyone', 'approval', 'invite'])[1 + n % 3],
		CASE n % 5 WHEN 0 THEN 0 ELSE people / networks END,
		'en', 'open', 1
	FROM size, generate_series(0, networks - 1) n
	RETURNING hub_id
), people AS (
	INSERT INTO person (person_id, first_name, last_name, preferred_name,
		role_title, postcode_outward, nation, region, phone, language,
		zone, status, version)
	SELECT ('00000000-0000-4000-8000-1' || lpad(n::text, 11, '0'))::uuid,
		'Person', n::text, '', '', '', '', '', '', 'en',
		'Europe/London', 'active', 1
	FROM size, generate_series(0, people - 1) n
	RETURNING person_id
)
SELECT (SELECT count(*) FROM people)
	+ (SELECT count(*) FROM theme JOIN home ON theme.hub_id IS NULL)
