-- Create a person or replace what is said about them, with all addresses. What
-- people say of themselves does not change their status, and does not share a
-- mailbox; that an address is verified is for the service to say.
WITH asked AS (
	SELECT r.*, p.person_id IS NOT NULL AS is_stored,
		p.status AS stored_status,
		principal_person_id IS NOT DISTINCT FROM person_id
			AND NOT authority_all() AS of_self
	FROM request r LEFT JOIN person p USING (person_id)
), stored AS (
	INSERT INTO person AS p (person_id, first_name, last_name,
		preferred_name, profession, role_title, organisation_id,
		setting, postcode_outward, nation, region, phone, language,
		zone, status, version)
	SELECT person_id, first_name, last_name, preferred_name,
		nullif(profession, ''), role_title, organisation_id,
		nullif(setting, ''), postcode_outward, nation, region, phone,
		coalesce(nullif(language, ''), 'en'),
		coalesce(nullif(zone, ''), 'Europe/London'),
		CASE WHEN of_self THEN stored_status
			ELSE coalesce(status, stored_status, 'active') END,
		version + 1
	FROM asked
	WHERE version = 0 OR is_stored
	ON CONFLICT (person_id) DO UPDATE SET first_name = excluded.first_name,
		last_name = excluded.last_name,
		preferred_name = excluded.preferred_name,
		profession = excluded.profession,
		role_title = excluded.role_title,
		organisation_id = excluded.organisation_id,
		setting = excluded.setting,
		postcode_outward = excluded.postcode_outward,
		nation = excluded.nation, region = excluded.region,
		phone = excluded.phone, language = excluded.language,
		zone = excluded.zone, status = excluded.status,
		version = p.version + 1
	WHERE excluded.version IN (1, p.version + 1)
	RETURNING person_id, first_name, last_name, preferred_name, profession,
		role_title, organisation_id, setting, postcode_outward, nation,
		region, phone, language, zone, status, version
), given AS (
	-- Without a mark the first address is primary.
	SELECT DISTINCT ON (s.person_id, lower(g.address)) s.person_id,
		lower(g.address) AS address,
		coalesce(g.primary_address, false) OR (place = 1 AND NOT
			emails @> '[{"primary_address": true}]')
			AS primary_address,
		coalesce(g.verified AND authority_all(), false)
			OR coalesce(e.verified, false) AS verified,
		CASE WHEN of_self THEN coalesce(e.shared, false)
			ELSE coalesce(g.shared, false) END AS shared
	FROM asked JOIN stored s USING (person_id)
	CROSS JOIN ROWS FROM (jsonb_to_recordset(emails) AS (address text,
		primary_address boolean, verified boolean, shared boolean))
		WITH ORDINALITY
		AS g(address, primary_address, verified, shared, place)
	LEFT JOIN person_email e ON e.person_id = s.person_id
		AND e.address = lower(g.address)
	ORDER BY s.person_id, lower(g.address),
		g.primary_address DESC NULLS LAST
), dropped AS (
	DELETE FROM person_email e USING stored
	WHERE e.person_id = stored.person_id AND NOT EXISTS (
		SELECT FROM given
		WHERE given.person_id = e.person_id
			AND given.address = e.address)
	RETURNING 1
), kept AS (
	-- After dropped, and the primary one last: there is never a second one.
	INSERT INTO person_email AS e
		(person_id, address, primary_address, verified, shared)
	SELECT given.*
	FROM given CROSS JOIN (SELECT count(*) FROM dropped) first
	ORDER BY primary_address
	ON CONFLICT (person_id, address) DO UPDATE SET
		primary_address = excluded.primary_address,
		verified = excluded.verified, shared = excluded.shared
)
SELECT request_no, s.*,
	(SELECT coalesce(jsonb_agg(to_jsonb(g) - 'person_id'
			ORDER BY g.primary_address DESC, g.address), '[]')
		FROM given g WHERE g.person_id = s.person_id) AS emails,
	NULL AS rpc_status, '' AS rpc_message, '' AS rpc_field
FROM request JOIN stored s USING (person_id)
UNION ALL
SELECT request_no, p.person_id, p.first_name, p.last_name, p.preferred_name,
	p.profession, p.role_title, p.organisation_id, p.setting,
	p.postcode_outward, p.nation, p.region, p.phone, p.language, p.zone,
	p.status, p.version, p.emails, 'CONFLICT',
	'It has changed since you read it; look again.', 'version'
FROM request JOIN person_message p USING (person_id)
WHERE person_id NOT IN (SELECT person_id FROM stored)
