-- People with an address each, for the question whether an address is known.
WITH people AS (
	INSERT INTO person (person_id, first_name, last_name,
		preferred_name, role_title, postcode_outward, nation, region,
		phone, language, zone, status, version)
	SELECT gen_random_uuid(), 'First', 'Last' || n, '', '', '', '', '', '',
		'en', 'Europe/London', 'active', 1
	FROM generate_series(1, 20000) n
	RETURNING person_id, last_name
), addresses AS (
	INSERT INTO person_email (person_id, address, primary_address,
		verified, shared)
	SELECT person_id, lower(last_name) || '@known.example.org', true,
		false, false
	FROM people RETURNING 1
)
SELECT count(*) FROM addresses
