-- One row of hubs.csv: an organisation and what is said about it as a hub. Decided
-- first, then written, as import_members.sql.
WITH job AS MATERIALIZED (
	-- Locked: it cannot be undone while rows of it are written.
	SELECT import_id, status FROM import_job
	WHERE import_id IN (SELECT import_id FROM request) FOR SHARE
), cell AS (
	SELECT request_no, dry_run, r.import_id, j.status AS import_status,
		btrim(r.name) AS name,
		btrim(type) AS type,
		upper(btrim(r.postcode_outward)) AS postcode_outward,
		lower(btrim(r.lead_email)) AS lead_email, r.status, r.trained_on,
		r.launched_on, r.agreement_on
	FROM request r LEFT JOIN job j USING (import_id)
), next AS (
	SELECT c.request_no, c.dry_run, c.import_id, c.name, c.type, c.postcode_outward,
		o.organisation_id IS NULL AS new_organisation,
		nullif(c.type, '') IS DISTINCT FROM o.setting AND c.type <> ''
			AS other_setting,
		coalesce(o.organisation_id, gen_random_uuid())
			AS organisation_id,
		h.hub_id IS NULL AS new_hub,
		coalesce(h.hub_id, gen_random_uuid()) AS hub_id,
		-- An old file does not take a hub back to where it was.
		CASE WHEN h.hub_id IS NULL THEN coalesce(c.status, 'enquiry')
			WHEN EXISTS (SELECT FROM status_transition t
				WHERE t.entity = 'hub'
					AND t.from_status = h.status
					AND t.to_status = c.status)
			THEN c.status
			ELSE h.status END AS status,
		coalesce(nullif(c.lead_email, ''), h.lead_email, '')
			AS lead_email,
		coalesce(c.trained_on, h.trained_on) AS trained_on,
		coalesce(c.launched_on, h.launched_on) AS launched_on,
		coalesce(c.agreement_on, h.agreement_on) AS agreement_on,
		h AS stored, o AS stored_organisation, CASE
		WHEN c.import_id IS NOT NULL
			AND c.import_status IS DISTINCT FROM 'running'
		THEN 'import_id: This import is not under way; begin one.'
		WHEN c.name = '' OR NOT is_line(c.name, 200)
		THEN 'name: Give the organisation''s name, one line of at most 200 characters.'
		WHEN type <> '' AND type NOT IN (SELECT code FROM setting)
		THEN 'type: This setting is not in the list.'
		WHEN NOT is_outward(c.postcode_outward)
		THEN 'postcode_outward: Give only the first half of the postcode, such as HR1.'
		WHEN c.lead_email <> '' AND NOT is_address(c.lead_email)
		THEN 'lead_email: Give an e-mail address such as name@example.org.'
		WHEN lag(c.request_no) OVER place IS NOT NULL
		THEN 'name: This organisation stands here twice.'
		END AS fault
	FROM cell c
	LEFT JOIN LATERAL (
		SELECT organisation_id, 0 AS place FROM organisation
		WHERE lower(name) = lower(c.name)
			AND postcode_outward = c.postcode_outward
		UNION ALL
		SELECT organisation_id, 1 FROM organisation_alias
		WHERE lower(name) = lower(c.name)
			AND postcode_outward = c.postcode_outward
		ORDER BY place LIMIT 1) called ON true
	LEFT JOIN organisation o USING (organisation_id)
	LEFT JOIN hub h USING (organisation_id)
	WINDOW place AS (PARTITION BY dry_run, lower(c.name),
		c.postcode_outward ORDER BY c.request_no)
), plan AS MATERIALIZED (
	SELECT *, fault IS NULL AND NOT dry_run AS writes, CASE
		WHEN new_organisation THEN 'created'
		WHEN other_setting THEN 'updated'
		ELSE 'unchanged' END AS organisation_outcome, CASE
		WHEN new_hub THEN 'created'
		WHEN (status, lead_email, trained_on, launched_on, agreement_on)
			IS DISTINCT FROM ((stored).status, (stored).lead_email,
			(stored).trained_on, (stored).launched_on,
			(stored).agreement_on) THEN 'updated'
		ELSE 'unchanged' END AS hub_outcome
	FROM next
), added_organisation AS (
	INSERT INTO organisation (organisation_id, name, setting,
		postcode_outward, nation, region, version)
	SELECT organisation_id, name, nullif(type, ''), postcode_outward, '',
		'', 1
	FROM plan WHERE writes AND organisation_outcome = 'created'
), changed_organisation AS (
	UPDATE organisation o SET setting = n.type, version = o.version + 1
	FROM plan n
	WHERE o.organisation_id = n.organisation_id AND n.writes
		AND organisation_outcome = 'updated'
), added_hub AS (
	INSERT INTO hub (hub_id, organisation_id, status, lead_email, zone,
		trained_on, launched_on, agreement_on, version)
	SELECT hub_id, organisation_id, status, lead_email, 'Europe/London',
		trained_on, launched_on, agreement_on, 1
	FROM plan WHERE writes AND hub_outcome = 'created'
), changed_hub AS (
	UPDATE hub h SET status = n.status, lead_email = n.lead_email,
		trained_on = n.trained_on, launched_on = n.launched_on,
		agreement_on = n.agreement_on, version = h.version + 1
	FROM plan n
	WHERE h.hub_id = n.hub_id AND n.writes AND hub_outcome = 'updated'
), image AS (
	INSERT INTO import_image AS i (import_id, entity, key, before, version)
	SELECT import_id, 'organisation', organisation_id,
		to_jsonb(stored_organisation),
		coalesce((stored_organisation).version, 0) + 1
	FROM plan WHERE writes AND organisation_outcome <> 'unchanged'
		AND import_id IS NOT NULL
	UNION ALL
	SELECT import_id, 'hub', hub_id, to_jsonb(stored),
		coalesce((stored).version, 0) + 1
	FROM plan WHERE writes AND hub_outcome <> 'unchanged'
		AND import_id IS NOT NULL
	ON CONFLICT (import_id, entity, key) DO UPDATE
	SET version = excluded.version, kept = image_kept(i, excluded)
)
SELECT request_no, organisation_outcome AS organisation, hub_outcome AS hub,
	CASE WHEN NOT (dry_run AND new_organisation) THEN organisation_id END
		AS organisation_id,
	CASE WHEN NOT (dry_run AND new_hub) THEN hub_id END AS hub_id,
	CASE WHEN fault IS NOT NULL THEN 'INVALID' END AS rpc_status,
	substr(fault, strpos(fault, ': ') + 2) AS rpc_message,
	split_part(fault, ': ', 1) AS rpc_field
FROM plan
