-- Who people are and where they read: the primary address, or else any; one that
-- mail comes back from last. Who wants no mail has none.
WITH gone AS (
	DELETE FROM person p USING request r
	WHERE r.change_deleted AND p.person_id = r.change_key::uuid
)
INSERT INTO person (person_id, first_name, last_name, address, addresses,
	full_names, language, active, version, merged_into_id)
SELECT r.change_key::uuid,
	coalesce(nullif(r.preferred_name, ''), r.first_name), r.last_name,
	coalesce((SELECT e.address
		FROM jsonb_to_recordset(r.emails)
			AS e (address text, primary_address boolean,
				bounced boolean)
		WHERE r.contact IS DISTINCT FROM 'none'
		ORDER BY coalesce(e.bounced, false),
			e.primary_address DESC NULLS LAST, e.address LIMIT 1), ''),
	ARRAY(SELECT lower(e.address)
		FROM jsonb_to_recordset(r.emails) AS e (address text)),
	ARRAY(SELECT DISTINCT n || ' ' || r.last_name
		FROM unnest(ARRAY[r.first_name, r.preferred_name]) n
		WHERE n <> '' AND r.last_name <> ''),
	coalesce(nullif(r.language, ''), 'en'),
	coalesce(r.status IN ('provisional', 'active'), false), r.version,
	r.merged_into_id
FROM request r WHERE NOT r.change_deleted
ON CONFLICT (person_id) DO UPDATE SET first_name = excluded.first_name,
	last_name = excluded.last_name, address = excluded.address,
	addresses = excluded.addresses, full_names = excluded.full_names,
	language = excluded.language, active = excluded.active,
	version = excluded.version, merged_into_id = excluded.merged_into_id
WHERE excluded.version >= person.version
