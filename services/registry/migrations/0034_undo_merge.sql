-- The way back from a merge, step by step; what somebody changed since stands.

-- Why the caller may not undo it; NULL: may.
CREATE FUNCTION undo_refusal(g person_merge) RETURNS text
STABLE LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	SELECT CASE WHEN k.merged_into_id IS NOT NULL
			OR EXISTS (SELECT FROM person_merge l
				WHERE l.keep_id = (g).keep_id
				AND l.undone_at IS NULL
				AND l.number > (g).number)
			THEN 'later'
		WHEN authority_all() THEN NULL
		WHEN outranks(k.person_id) THEN 'outranks'
		WHEN EXISTS (SELECT FROM person_merge_step s
			WHERE s.merge_id = (g).merge_id
			AND s.entity = 'membership' AND NOT (
				(s.row_before ->> 'hub_id')::uuid = ANY (
					eyes.hub_ids || eyes.open_hub_ids)
				OR (s.row_before ->> 'network_id')::uuid
					= ANY (eyes.network_ids)))
			THEN 'elsewhere' END
	FROM person k, sight() eyes WHERE k.person_id = (g).keep_id
$$;

CREATE FUNCTION step_images(of_merge_id uuid, of_entity text, whats text[])
RETURNS jsonb[] STABLE LANGUAGE sql AS $$
	SELECT coalesce(array_agg(row_before ORDER BY number), '{}')
	FROM person_merge_step
	WHERE merge_id = of_merge_id AND entity = of_entity
		AND what = ANY (whats)
$$;

-- A row that was taken away comes back newer than whoever follows may know it.
CREATE FUNCTION newer(images jsonb[]) RETURNS jsonb[] IMMUTABLE LANGUAGE sql AS $$
	SELECT coalesce(array_agg(i || jsonb_build_object('version',
		(i ->> 'version')::bigint + 2)), '{}') FROM unnest(images) i
$$;

CREATE FUNCTION undo_addresses(g person_merge) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	images jsonb[] := step_images(g.merge_id, 'person_email',
		'{moved, dropped}');
BEGIN
	DELETE FROM person_email e
	USING unnest(step_images(g.merge_id, 'person_email', '{moved}')) i
	WHERE e.person_id = g.keep_id AND e.address = i ->> 'address';
	UPDATE person_email e SET shared = true FROM unnest(images) i
	WHERE e.person_id = g.keep_id AND e.address = i ->> 'address'
		AND NOT e.shared;
	PERFORM restore_rows('person_email', images);
	UPDATE person_email SET primary_address = true
	WHERE (person_id, address) = (SELECT person_id, min(address)
		FROM person_email WHERE person_id = g.keep_id
		GROUP BY person_id HAVING NOT bool_or(primary_address));
END $$;

CREATE FUNCTION undo_memberships(g person_merge) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	UPDATE membership m SET person_id = g.merged_id, version = m.version + 1
	FROM person_merge_step s
	WHERE s.merge_id = g.merge_id AND s.entity = 'membership'
		AND s.what = 'moved' AND m.membership_id = s.key::uuid
		AND m.person_id = g.keep_id;
	PERFORM restore_rows('membership', newer(step_images(g.merge_id,
		'membership', '{dropped, replaced}')));
END $$;

CREATE FUNCTION undo_relations(g person_merge) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	s record;
BEGIN
	FOR s IN SELECT r.relation, r.key_column, t.key
		FROM person_merge_step t
		JOIN merge_relation r ON r.relation = t.entity
		WHERE t.merge_id = g.merge_id AND t.what = 'moved'
	LOOP
		EXECUTE format('UPDATE %I SET person_id = $1
			WHERE %I::text = $2 AND person_id = $3', s.relation,
			s.key_column) USING g.merged_id, s.key, g.keep_id;
	END LOOP;
END $$;

-- What was filled is empty again, unless it says something else by now.
CREATE FUNCTION unfill_person(g person_merge) RETURNS void
LANGUAGE sql AS $$
	UPDATE person k SET version = k.version + 1, (preferred_name, profession,
		role_title, organisation_id, setting, postcode_outward, nation,
		region, phone, pronouns, grade, registration_number,
		access_needs, home_hub_id) = (
		SELECT r.preferred_name, r.profession, r.role_title,
			r.organisation_id, r.setting, r.postcode_outward,
			r.nation, r.region, r.phone, r.pronouns, r.grade,
			r.registration_number, r.access_needs, r.home_hub_id
		FROM jsonb_populate_record(NULL::person, to_jsonb(k) || (
			SELECT coalesce(jsonb_object_agg(key, value), '{}')
			FROM jsonb_each((g).keep_before)
			WHERE value <> (g).keep_after -> key
				AND to_jsonb(k) -> key = (g).keep_after -> key)) r)
	WHERE k.person_id = (g).keep_id
$$;

CREATE FUNCTION undo_merge(of_merge_id uuid, why text, at timestamptz,
	by_id uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	g person_merge;
	refusal text;
BEGIN
	PERFORM pg_advisory_xact_lock(hashtext('registry.merge'));
	SELECT * INTO g FROM person_merge WHERE merge_id = of_merge_id FOR UPDATE;
	PERFORM FROM person WHERE person_id IN (g.keep_id, g.merged_id)
	ORDER BY person_id FOR UPDATE;
	refusal := undo_refusal(g);
	IF g.undone_at IS NOT NULL OR refusal IS NOT NULL THEN
		RETURN refusal;
	END IF;
	UPDATE person_merge SET undone_at = at, undone_by_id = by_id,
		undo_reason = why
	WHERE merge_id = of_merge_id;
	UPDATE person SET status = g.merged_before ->> 'status',
		merged_into_id = NULL, version = version + 1,
		home_hub_id = (g.merged_before ->> 'home_hub_id')::uuid
	WHERE person_id = g.merged_id;
	PERFORM point_merged(g.merged_id, g.merged_id);
	PERFORM unfill_person(g);
	PERFORM undo_relations(g);
	PERFORM undo_memberships(g);
	PERFORM undo_addresses(g);
	INSERT INTO duplicate (person_id, other_id, score, reasons, dismissed_at,
		dismissed_by_id, dismissed_reason)
	VALUES (least(g.keep_id, g.merged_id), greatest(g.keep_id, g.merged_id),
		0, '{}', at, by_id, why)
	ON CONFLICT (person_id, other_id) DO NOTHING;
	PERFORM refresh_search(ARRAY[g.keep_id, g.merged_id]);
	RETURN NULL;
END $$;

-- A merge as its message shows it.
CREATE FUNCTION merge_shown(g person_merge) RETURNS TABLE (merge_id uuid,
	keep_id uuid, merged_id uuid, merged_name text, reason text,
	merged_at timestamptz, merged_by_id uuid, undone_at timestamptz,
	undone_by_id uuid, undo_reason text, steps jsonb)
STABLE LANGUAGE sql AS $$
	SELECT g.merge_id, g.keep_id, g.merged_id, coalesce(btrim(
			(g.merged_before ->> 'first_name') || ' '
			|| (g.merged_before ->> 'last_name')), ''),
		g.reason, g.merged_at, g.merged_by_id, g.undone_at,
		g.undone_by_id, g.undo_reason, (
		SELECT coalesce(jsonb_agg(jsonb_build_object('entity', entity,
			'key', key, 'what', what) ORDER BY place, number), '[]')
		FROM (SELECT 1 AS place, number, entity, key, what
			FROM person_merge_step s WHERE s.merge_id = g.merge_id
			UNION ALL
			SELECT 2, 0, 'person', b.key, 'filled'
			FROM jsonb_each(g.keep_before) b
			WHERE b.value <> g.keep_after -> b.key
				AND b.key <> 'version') step)
$$;

-- Erasure of either takes the images and the reasons along; then there is no way
-- back.
INSERT INTO personal_data (relation, whose, erasure, searched) VALUES
	('duplicate', 'person_id = $1 OR other_id = $1', 'delete', false),
	('person_merge', 'keep_id = $1 OR merged_id = $1', 'delete', true),
	('person_merge_step', 'merge_id IN (SELECT merge_id FROM person_merge
		WHERE keep_id = $1 OR merged_id = $1)', 'delete', true),
	('merge_relation', 'false', 'keep', false);
