-- One row of members.csv: employer, person, addresses and membership in one.
--
-- Everything is decided first (cell to plan), for all rows of the envelope
-- together and from what is stored; then it is written. A dry run does not write,
-- nor look at who is somebody else's. Rows that name one person are one statement
-- about it: for each column the last cell that is not empty counts, and the first
-- row reports what became of the person. Likewise for a membership. Unique keys
-- are inserted in their order, so that two files do not wait for each other.
--
-- A hub's staff import into their own networks. Who is not of their people is
-- invited if the row says so, and nothing else becomes of it; who has a role
-- elsewhere keeps their addresses for themselves.
WITH job AS MATERIALIZED (
	-- Locked: it cannot be undone while rows of it are written.
	SELECT import_id, status FROM import_job
	WHERE import_id IN (SELECT import_id FROM request) FOR SHARE
), place AS MATERIALIZED (
	SELECT slug, network_id, hub_id, status IN ('closed', 'archived')
			AS ended, (SELECT authority_all())
		OR hub_id = ANY (hub_ids) OR network_id = ANY (network_ids)
		AS own
	FROM network CROSS JOIN sight()
	WHERE slug IN (SELECT btrim(network) FROM request)
), cell AS MATERIALIZED (
	SELECT request_no, dry_run, now, lower(btrim(email)) AS email,
		lower(regexp_replace(other_emails, '\s', '', 'g')) AS others,
		btrim(first_name) AS first_name, btrim(last_name) AS last_name,
		lower(btrim(first_name) || ' ' || btrim(last_name)) AS who,
		btrim(profession) AS profession,
		btrim(role_title) AS role_title,
		btrim(organisation) AS employer, btrim(r.setting) AS setting,
		upper(btrim(postcode_outward)) AS postcode_outward,
		btrim(nation) AS nation, btrim(phone) AS phone,
		btrim(r.language) AS language, r.status, joined_on,
		lower(btrim(marketing_opt_in)) AS opt_in,
		btrim(source) AS source, n.network_id, n.hub_id, n.own, n.ended,
		r.import_id, j.status AS import_status,
		principal_person_id
	FROM request r LEFT JOIN place n ON n.slug = btrim(r.network)
	LEFT JOIN job j USING (import_id)
), asked AS MATERIALIZED (
	SELECT array_agg(address) FILTER (WHERE NOT dry_run) AS addresses,
		array_agg(address) AS all_addresses
	FROM cell, unnest(string_to_array(email || ';' || others, ';')) address
	WHERE own AND address <> '' AND NOT (SELECT authority_all())
), stranger AS MATERIALIZED (
	SELECT s.* FROM asked, strangers(addresses, (SELECT sight())) s
), guarded AS MATERIALIZED (
	SELECT g.* FROM asked, guarded(all_addresses, (SELECT sight())) g
), looked AS MATERIALIZED (
	SELECT audit_look(array_agg(DISTINCT person_id), 'import')
	FROM stranger
), checked AS MATERIALIZED (
	-- The tables' rules by the file's columns, and before anything is written.
	SELECT cell.*, stranger.person_id AS stranger_id, CASE
		WHEN import_id IS NOT NULL
			AND import_status IS DISTINCT FROM 'running'
		THEN 'import_id: This import is not under way; begin one.'
		WHEN NOT is_address(email)
		THEN 'email: Give an e-mail address such as name@example.org.'
		WHEN others <> '' AND EXISTS (
			SELECT FROM unnest(string_to_array(others, ';')) a
			WHERE a <> '' AND NOT is_address(a))
		THEN 'other_emails: Give e-mail addresses, separated by semicolons.'
		WHEN who = ' ' OR NOT is_line(first_name, 100)
		THEN 'first_name: Give a name, one line of at most 100 characters.'
		WHEN NOT is_line(last_name, 100)
		THEN 'last_name: Give the name in one line of at most 100 characters.'
		WHEN profession <> ''
			AND profession NOT IN (SELECT code FROM profession)
		THEN 'profession: This profession is not in the list.'
		WHEN NOT is_line(role_title, 200)
		THEN 'role_title: Give the role in one line of at most 200 characters.'
		WHEN NOT is_line(employer, 200)
		THEN 'organisation: Give the name in one line of at most 200 characters.'
		WHEN setting <> '' AND setting NOT IN (SELECT code FROM setting)
		THEN 'setting: This setting is not in the list.'
		WHEN NOT is_outward(postcode_outward)
		THEN 'postcode_outward: Give only the first half of the postcode, such as HR1.'
		WHEN NOT is_nation(nation)
		THEN 'nation: This nation is not in the list.'
		WHEN NOT is_phone(phone)
		THEN 'phone: Use digits, blanks and + ( ) -, at most 30.'
		WHEN language NOT IN ('', 'en', 'cy')
		THEN 'language: Choose en or cy.'
		WHEN network_id IS NULL
		THEN 'network: There is no network with this short name.'
		WHEN NOT own
		THEN 'network: This is for the staff of its hub.'
		WHEN EXISTS (SELECT FROM guarded g WHERE g.address = cell.email
			AND who <> ALL (g.names))
		THEN 'email: Somebody with a role elsewhere reads this address; give another.'
		WHEN EXISTS (SELECT FROM guarded g WHERE who <> ALL (g.names)
			AND g.address = ANY (string_to_array(others, ';')))
		THEN 'other_emails: Somebody with a role elsewhere reads one; give others.'
		WHEN NOT dry_run AND EXISTS (SELECT FROM stranger s
			WHERE s.address = ANY (string_to_array(others, ';')))
		THEN 'other_emails: Somebody else reads one of these addresses.'
		WHEN ended AND stranger.person_id IS NOT NULL
			AND coalesce(status, 'invited') IN ('invited', 'approved')
		THEN 'network: This network has ended; nobody is invited to it.'
		WHEN opt_in NOT IN ('', 'yes', 'no', 'true', 'false')
		THEN 'marketing_opt_in: Say yes or no.'
		WHEN source NOT IN ('', 'self', 'invite', 'import', 'guest_upgrade')
		THEN 'source: Choose self, invite, import or guest_upgrade.'
		END AS fault,
		-- For whatever this row creates: employer, person, membership.
		gen_random_uuid() AS fresh_id
	FROM cell LEFT JOIN stranger ON stranger.address = cell.email
		AND NOT dry_run
), listed AS (
	-- Every address of every row, and who of that name has it already.
	SELECT request_no, dry_run, who, fresh_id, a.address, a.place,
		known.person_id AS known_id
	FROM checked
	CROSS JOIN LATERAL (
		SELECT email AS address, 0::bigint AS place
		UNION ALL
		SELECT address, min(place)
		FROM unnest(string_to_array(nullif(others, ''), ';'))
			WITH ORDINALITY AS other(address, place)
		WHERE address NOT IN ('', email)
		GROUP BY address) a
	LEFT JOIN LATERAL (
		SELECT p.person_id
		FROM person_email e JOIN person p USING (person_id)
		WHERE e.address = a.address
			AND (lower(p.first_name || ' ' || p.last_name) = who
			OR EXISTS (SELECT FROM person q -- or was called so
				WHERE q.merged_into_id = p.person_id
				AND lower(q.first_name || ' ' || q.last_name)
					= who))
		ORDER BY p.person_id LIMIT 1) known ON true
	WHERE fault IS NULL AND stranger_id IS NULL
), linked AS (
	-- Rows of one name that share an address, be it through a third row, are
	-- one person: head is the first of them.
	SELECT *, min(via) OVER (PARTITION BY request_no) AS head
	FROM (SELECT *, min(near) OVER (PARTITION BY dry_run, who, address) AS via
	FROM (SELECT *, min(same) OVER (PARTITION BY request_no) AS near
	FROM (SELECT *, min(request_no)
			OVER (PARTITION BY dry_run, who, address) AS same
	FROM listed) a) b) c
), owned AS (
	SELECT *, coalesce(stored_id, new_id) AS person_id,
		stored_id IS NULL AS is_new
	FROM (SELECT *,
		first_value(known_id) OVER (PARTITION BY head
			ORDER BY known_id IS NULL, request_no, place) AS stored_id,
		first_value(fresh_id) OVER (PARTITION BY head
			ORDER BY request_no, place) AS new_id
	FROM linked) a
), mailbox AS MATERIALIZED (
	-- A mailbox is shared when another person has it too, stored or here.
	SELECT o.*, e.stored,
		coalesce(e.stored, false) OR e.elsewhere
			OR (NOT o.dry_run AND NOT (SELECT authority_all())
				AND mailbox_shared(o.address))
			OR min(person_id::text) OVER box <> max(person_id::text)
				OVER box AS shared,
		is_new AND row_number() OVER (PARTITION BY dry_run, person_id
			ORDER BY request_no, place) = 1 AS primary_address,
		e.stored IS NULL AND NOT is_new AND outranks(o.person_id)
			AS barred,
		row_number() OVER (PARTITION BY dry_run, person_id, address
			ORDER BY request_no) AS nth
	FROM owned o CROSS JOIN LATERAL (
		SELECT bool_or(shared) FILTER (WHERE e.person_id = o.person_id)
				AS stored,
			coalesce(bool_or(e.person_id <> o.person_id), false)
				AS elsewhere
		FROM person_email e WHERE e.address = o.address) e
	WINDOW box AS (PARTITION BY dry_run, address)
), employed AS (
	SELECT c.*, o.person_id, o.is_new, o.shared, o.mail_changes,
		employer <> '' AND stored.organisation_id IS NULL
			AS new_employer,
		row_number() OVER place = 1 AS first_of_employer,
		CASE WHEN employer <> '' THEN coalesce(stored.organisation_id,
			first_value(c.fresh_id) OVER place) END
			AS organisation_id
	FROM (SELECT *, bool_or(stored IS DISTINCT FROM shared AND NOT barred)
			OVER (PARTITION BY dry_run, person_id) AS mail_changes
		FROM mailbox) o
	JOIN checked c USING (request_no)
	LEFT JOIN LATERAL organisation_called(employer, c.postcode_outward)
		stored ON true
	WHERE o.place = 0
	WINDOW place AS (PARTITION BY c.dry_run, lower(employer),
		c.postcode_outward ORDER BY c.request_no)
), said AS (
	-- The windows run backwards: the first of an array is said last.
	SELECT *, lead(request_no) OVER human IS NULL AS first_of_person,
		lead(request_no) OVER member IS NULL AS first_of_membership,
		last_value(fresh_id) OVER member AS new_membership_id,
		(array_agg(profession) FILTER (WHERE profession <> '')
			OVER human)[1] AS says_profession,
		(array_agg(role_title) FILTER (WHERE role_title <> '')
			OVER human)[1] AS says_role_title,
		(array_agg(organisation_id) FILTER (WHERE employer <> '')
			OVER human)[1] AS says_organisation_id,
		(array_agg(setting) FILTER (WHERE setting <> '')
			OVER human)[1] AS says_setting,
		(array_agg(postcode_outward) FILTER (WHERE postcode_outward <> '')
			OVER human)[1] AS says_postcode_outward,
		(array_agg(nation) FILTER (WHERE nation <> '')
			OVER human)[1] AS says_nation,
		(array_agg(phone) FILTER (WHERE phone <> '')
			OVER human)[1] AS says_phone,
		(array_agg(language) FILTER (WHERE language <> '')
			OVER human)[1] AS says_language,
		(array_agg(status) FILTER (WHERE status IS NOT NULL)
			OVER member)[1] AS says_status,
		(array_agg(joined_on) FILTER (WHERE joined_on IS NOT NULL)
			OVER member)[1] AS says_joined_on,
		(array_agg(opt_in IN ('yes', 'true')) FILTER (WHERE opt_in <> '')
			OVER member)[1] AS says_opt_in,
		(array_agg(source) FILTER (WHERE source <> '')
			OVER member)[1] AS says_source
	FROM employed
	WINDOW human AS (PARTITION BY dry_run, person_id
			ORDER BY request_no DESC
			ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING),
		member AS (PARTITION BY dry_run, person_id, network_id
			ORDER BY request_no DESC
			ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
), next AS (
	-- What will stand: what is said, else what is stored, else the default.
	SELECT s.request_no, s.dry_run, s.import_id, s.now, s.person_id, s.is_new,
		s.first_name, s.last_name, s.network_id, s.hub_id, s.shared,
		s.mail_changes, s.first_of_person, s.first_of_membership,
		s.employer, s.new_employer, s.first_of_employer,
		s.organisation_id AS row_organisation_id,
		s.setting AS row_setting, s.nation AS row_nation,
		s.postcode_outward AS row_postcode_outward,
		coalesce(says_profession, p.profession) AS profession,
		coalesce(says_role_title, p.role_title, '') AS role_title,
		coalesce(says_organisation_id, p.organisation_id)
			AS organisation_id,
		coalesce(says_setting, p.setting) AS setting,
		coalesce(says_postcode_outward, p.postcode_outward, '')
			AS postcode_outward,
		coalesce(says_nation, p.nation, '') AS nation,
		coalesce(says_phone, p.phone, '') AS phone,
		coalesce(says_language, p.language, 'en') AS language,
		p AS stored, m AS stored_membership,
		coalesce(m.membership_id, s.new_membership_id)
			AS membership_id,
		-- What was decided since the file was written stands; who
		-- only asked or waits in the file may have a seat by now; and
		-- nobody goes where there is no way.
		CASE WHEN m.status IN ('left', 'removed', 'declined')
			OR says_status IN ('requested', 'invited', 'waitlisted')
				AND m.status IS NOT NULL
			OR (m.status, says_status) NOT IN (
				SELECT from_status, to_status
				FROM status_transition
				WHERE entity = 'membership')
			THEN m.status
			ELSE coalesce(says_status, m.status, 'approved')
		END AS status,
		coalesce(says_joined_on, m.joined_on) AS joined_on,
		coalesce(says_opt_in, m.marketing_opt_in, false) AS opt_in,
		coalesce(says_source, m.source, 'import') AS source
	FROM said s
	LEFT JOIN person p USING (person_id)
	LEFT JOIN membership m USING (person_id, network_id)
), plan AS MATERIALIZED (
	SELECT *, CASE
		WHEN NOT first_of_person THEN 'unchanged'
		WHEN is_new THEN 'created'
		WHEN mail_changes OR (profession, role_title, organisation_id,
			setting, postcode_outward, nation, phone, language)
			IS DISTINCT FROM ((stored).profession,
			(stored).role_title, (stored).organisation_id,
			(stored).setting, (stored).postcode_outward,
			(stored).nation, (stored).phone, (stored).language)
		THEN 'updated'
		ELSE 'unchanged' END AS person_outcome, CASE
		WHEN NOT first_of_membership THEN 'unchanged'
		WHEN (stored_membership).membership_id IS NULL THEN 'created'
		WHEN (status, joined_on, opt_in, source) IS DISTINCT FROM (
			(stored_membership).status,
			(stored_membership).joined_on,
			(stored_membership).marketing_opt_in,
			(stored_membership).source)
		THEN 'updated'
		ELSE 'unchanged' END AS membership_outcome
	FROM next
), new_organisation AS (
	INSERT INTO organisation (organisation_id, name, setting,
		postcode_outward, nation, region, version)
	SELECT row_organisation_id, employer, nullif(row_setting, ''),
		row_postcode_outward, row_nation, '', 1
	FROM plan WHERE new_employer AND first_of_employer AND NOT dry_run
	ORDER BY lower(employer), row_postcode_outward
), new_person AS (
	INSERT INTO person (person_id, first_name, last_name, preferred_name,
		profession, role_title, organisation_id, setting,
		postcode_outward, nation, region, phone, language, zone,
		status, version, home_hub_id)
	SELECT person_id, first_name, last_name, '', profession, role_title,
		organisation_id, setting, postcode_outward, nation, '', phone,
		language, 'Europe/London', 'active', 1,
		CASE WHEN NOT (SELECT authority_all()) THEN hub_id END
	FROM plan WHERE person_outcome = 'created' AND NOT dry_run
	RETURNING 1
), changed_person AS (
	UPDATE person p SET profession = n.profession,
		role_title = n.role_title, organisation_id = n.organisation_id,
		setting = n.setting, postcode_outward = n.postcode_outward,
		nation = n.nation, phone = n.phone, language = n.language,
		version = p.version + 1
	FROM plan n
	WHERE p.person_id = n.person_id AND n.person_outcome = 'updated'
		AND NOT n.dry_run
), new_email AS (
	INSERT INTO person_email (person_id, address, primary_address,
		verified, shared)
	-- After new_person: whose address it is, is looked at.
	SELECT person_id, address, primary_address, false, shared
	FROM mailbox CROSS JOIN (SELECT count(*) FROM new_person) first
	WHERE stored IS NULL AND NOT barred AND nth = 1 AND NOT dry_run
	ORDER BY address, person_id
), newly_shared AS (
	UPDATE person_email e SET shared = true
	FROM mailbox b
	WHERE e.address = b.address AND NOT e.shared AND b.shared
		AND NOT b.dry_run
	RETURNING e.person_id, e.address
), other_reader AS (
	UPDATE person SET version = version + 1
	WHERE person_id IN (SELECT person_id FROM newly_shared)
		AND person_id NOT IN (SELECT person_id FROM plan
			WHERE person_outcome = 'updated' AND NOT dry_run)
), new_membership AS (
	INSERT INTO membership (membership_id, person_id, network_id, hub_id,
		status, source, joined_on, marketing_opt_in, requested_at,
		version, invited_until)
	SELECT membership_id, person_id, network_id, hub_id, status, source,
		joined_on, opt_in, now + request_no * interval '1 microsecond',
		1, CASE status WHEN 'invited' THEN now + interval '30 days' END
	FROM plan WHERE membership_outcome = 'created' AND NOT dry_run
	ORDER BY person_id, network_id
), invited AS MATERIALIZED (
	-- Always by the same id: whoever was told is not told again when this
	-- was undone and comes again.
	SELECT DISTINCT ON (stranger_id, network_id) *,
		md5(stranger_id || ' in ' || network_id)::uuid AS invitation_id
	FROM checked
	WHERE stranger_id IS NOT NULL AND fault IS NULL
		AND coalesce(status, 'invited') IN ('invited', 'approved')
	ORDER BY stranger_id, network_id, request_no
), invitation AS (
	INSERT INTO membership (membership_id, person_id, network_id, hub_id,
		status, source, marketing_opt_in, requested_at, decided_by,
		decided_at, invited_until, version)
	SELECT invitation_id, stranger_id, network_id, hub_id, 'invited',
		'invite', false, now, principal_person_id, now,
		now + interval '30 days', 1
	FROM invited
	ON CONFLICT DO NOTHING
	RETURNING membership_id, person_id
), told AS MATERIALIZED (
	-- A file tells nobody; but this was not in the file.
	SELECT tell(person_id, 'membership_invited', membership_id)
	FROM invitation WHERE NOT was_mailed(person_id, membership_id)
), changed_membership AS (
	UPDATE membership m SET status = n.status, joined_on = n.joined_on,
		status_reason = CASE WHEN m.status = n.status
			THEN m.status_reason ELSE '' END,
		invited_until = CASE n.status WHEN 'invited'
			THEN m.invited_until END,
		marketing_opt_in = n.opt_in, source = n.source,
		version = m.version + 1
	FROM plan n
	WHERE m.membership_id = n.membership_id
		AND n.membership_outcome = 'updated' AND NOT n.dry_run
), image AS (
	INSERT INTO import_image AS i (import_id, entity, key, before, version)
	SELECT import_id, 'organisation', row_organisation_id, NULL::jsonb, 1
	FROM plan WHERE new_employer AND first_of_employer AND NOT dry_run
		AND import_id IS NOT NULL
	UNION ALL
	SELECT import_id, 'person', person_id,
		CASE WHEN NOT is_new THEN person_image(stored) END,
		coalesce((stored).version, 0) + 1
	FROM plan WHERE person_outcome <> 'unchanged' AND NOT dry_run
		AND import_id IS NOT NULL
	UNION ALL
	SELECT DISTINCT ON (p.person_id) c.import_id, 'person', p.person_id,
		person_image(p), p.version + 1
	FROM newly_shared n
	JOIN mailbox b ON b.address = n.address AND NOT b.dry_run
	JOIN checked c USING (request_no)
	JOIN person p ON p.person_id = n.person_id
	WHERE c.import_id IS NOT NULL AND p.person_id NOT IN (
		SELECT person_id FROM plan
		WHERE person_outcome = 'updated' AND NOT dry_run)
	UNION ALL
	SELECT import_id, 'membership', membership_id,
		to_jsonb(stored_membership),
		coalesce((stored_membership).version, 0) + 1
	FROM plan WHERE membership_outcome <> 'unchanged' AND NOT dry_run
		AND import_id IS NOT NULL
	UNION ALL
	SELECT import_id, 'membership', membership_id, NULL, 1
	FROM invited JOIN invitation ON membership_id = invitation_id
	WHERE import_id IS NOT NULL
	ON CONFLICT (import_id, entity, key) DO UPDATE
	SET version = excluded.version, kept = image_kept(i, excluded)
)
SELECT request_no, CASE WHEN new_employer AND first_of_employer THEN 'created'
		WHEN employer <> '' THEN 'unchanged' END AS organisation,
	person_outcome AS person, membership_outcome AS membership,
	shared AS mailbox_shared,
	CASE WHEN NOT (dry_run AND new_employer) THEN row_organisation_id END
		AS organisation_id,
	CASE WHEN NOT (dry_run AND is_new) THEN person_id END AS person_id,
	CASE WHEN dry_run THEN (stored_membership).membership_id
		ELSE membership_id END AS membership_id,
	NULL AS rpc_status, NULL AS rpc_message, NULL AS rpc_field
FROM plan
UNION ALL
SELECT request_no, NULL, NULL, NULL, false, NULL, NULL, NULL, 'INVALID',
	substr(fault, strpos(fault, ': ') + 2), split_part(fault, ': ', 1)
FROM checked WHERE fault IS NOT NULL
UNION ALL
SELECT c.request_no, NULL, 'unchanged', CASE WHEN membership_id IS NOT NULL
		THEN 'created' ELSE 'unchanged' END, false, NULL, NULL,
	membership_id, NULL, NULL, NULL
FROM checked c LEFT JOIN invited i USING (request_no)
LEFT JOIN invitation ON membership_id = invitation_id
WHERE c.stranger_id IS NOT NULL AND c.fault IS NULL
	AND (SELECT count(*) FROM looked, told) >= 0
