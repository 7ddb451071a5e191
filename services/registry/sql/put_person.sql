-- Create a person or replace what is said about them, with all addresses. What
-- people say of themselves does not change their status, and does not share a
-- mailbox, nor does what staff say of somebody of more weight; that an address is
-- verified is for the service to say. Who is new belongs to the hub of who
-- creates them.
WITH asked AS (
	SELECT r.*, p.person_id IS NOT NULL AS is_stored,
		p.status AS stored_status, p.home_hub_id AS stored_home_id,
		principal_person_id IS NOT DISTINCT FROM person_id
			AND NOT authority_all() AS of_self, above,
		CASE WHEN p.merged_into_id IS NOT NULL THEN 'merged'
			WHEN above AND (
				SELECT array_agg(DISTINCT lower(g.address)
					ORDER BY lower(g.address))
				FROM jsonb_to_recordset(r.emails)
					AS g(address text)) IS DISTINCT FROM (
				SELECT array_agg(e.address ORDER BY e.address)
				FROM person_email e
				WHERE e.person_id = r.person_id)
			THEN 'outranks'
		END AS refusal
	FROM request r LEFT JOIN person p USING (person_id)
	CROSS JOIN LATERAL (SELECT outranks(person_id) AS above OFFSET 0) a
), home AS (
	SELECT (hub_ids || network_hub_ids)[1] AS only_id
	FROM sight()
	WHERE 1 = (SELECT count(DISTINCT id)
		FROM unnest(hub_ids || network_hub_ids) id)
), stored AS (
	INSERT INTO person AS p (person_id, first_name, last_name,
		preferred_name, profession, role_title, organisation_id,
		setting, postcode_outward, nation, region, phone, language,
		zone, status, version, pronouns, grade, registration_number,
		access_needs, contact, home_hub_id)
	SELECT person_id, first_name, last_name, preferred_name,
		nullif(profession, ''), role_title, organisation_id,
		nullif(setting, ''), postcode_outward, nation, region, phone,
		coalesce(nullif(language, ''), 'en'),
		coalesce(nullif(zone, ''), 'Europe/London'),
		CASE WHEN of_self THEN stored_status
			ELSE coalesce(status, stored_status, 'active') END,
		version + 1, pronouns, grade, registration_number, access_needs,
		coalesce(contact, 'email'), CASE
			WHEN is_stored AND NOT authority_all()
				THEN stored_home_id
			ELSE coalesce(home_hub_id, stored_home_id,
				(SELECT only_id FROM home)) END
	FROM asked
	WHERE (version = 0 OR is_stored) AND refusal IS NULL
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
		version = p.version + 1, pronouns = excluded.pronouns,
		grade = excluded.grade,
		registration_number = excluded.registration_number,
		access_needs = excluded.access_needs,
		contact = excluded.contact, home_hub_id = excluded.home_hub_id
	WHERE excluded.version IN (1, p.version + 1)
	RETURNING person_id, first_name, last_name, preferred_name, profession,
		role_title, organisation_id, setting, postcode_outward, nation,
		region, phone, language, zone, status, version, pronouns, grade,
		registration_number, access_needs, contact, home_hub_id,
		merged_into_id
), given AS (
	-- Without a mark the first address is primary.
	SELECT DISTINCT ON (s.person_id, lower(g.address)) s.person_id,
		lower(g.address) AS address,
		coalesce(g.primary_address, false) OR (place = 1 AND NOT
			emails @> '[{"primary_address": true}]')
			AS primary_address,
		coalesce(g.verified AND authority_all(), false)
			OR coalesce(e.verified, false) AS verified,
		CASE WHEN of_self OR above THEN coalesce(e.shared, false)
			ELSE coalesce(g.shared, false) END AS shared,
		coalesce(e.bounced, false) AS bounced
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
		(person_id, address, primary_address, verified, shared, bounced)
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
	p.status, p.version, p.pronouns, p.grade, p.registration_number,
	p.access_needs, p.contact, p.home_hub_id, p.merged_into_id, p.emails,
	CASE refusal WHEN 'outranks' THEN 'FORBIDDEN'
		ELSE 'CONFLICT' END,
	CASE refusal WHEN 'outranks' THEN
			'They have a role elsewhere: they change their addresses themselves.'
		WHEN 'merged' THEN
			'This person was merged into another; change that one.'
		ELSE 'It has changed since you read it; look again.' END,
	CASE refusal WHEN 'outranks' THEN 'emails' WHEN 'merged' THEN 'person_id'
		ELSE 'version' END
FROM asked JOIN person_message p USING (person_id)
WHERE person_id NOT IN (SELECT person_id FROM stored)
