-- Two people who are one: what the one had goes to the other, and every step is
-- kept, so that it can be explained and undone. Who is merged stays as a row that
-- points to who was kept; followers see it in the feed.

CREATE TABLE person_merge (
	merge_id uuid PRIMARY KEY,
	number bigint NOT NULL GENERATED ALWAYS AS IDENTITY, -- their order
	keep_id uuid NOT NULL REFERENCES person,
	merged_id uuid NOT NULL REFERENCES person,
	reason text NOT NULL,
	merged_at timestamptz NOT NULL,
	merged_by_id uuid,   -- NULL: the operator
	undone_at timestamptz,
	undone_by_id uuid,
	undo_reason text NOT NULL DEFAULT '',
	keep_before jsonb NOT NULL, -- rows of person
	keep_after jsonb,
	merged_before jsonb NOT NULL,
	salt uuid NOT NULL DEFAULT gen_random_uuid(),
	CONSTRAINT merge_reason
		CHECK (reason ~ '\S' AND char_length(reason) <= 1000),
	CONSTRAINT merge_undo_reason CHECK (char_length(undo_reason) <= 1000
		AND (undone_at IS NULL OR undo_reason ~ '\S'))
);
COMMENT ON CONSTRAINT merge_reason ON person_merge IS
	'reason: Say how you know that they are one, in at most 1,000 characters.';
COMMENT ON CONSTRAINT merge_undo_reason ON person_merge IS
	'reason: Say how you know that they are two, in at most 1,000 characters.';
CREATE UNIQUE INDEX merge_in_force ON person_merge (merged_id)
	WHERE undone_at IS NULL;
CREATE INDEX merge_of_kept ON person_merge (keep_id);
CREATE INDEX merge_of_merged ON person_merge (merged_id);

CREATE TABLE person_merge_step (
	merge_id uuid NOT NULL REFERENCES person_merge ON DELETE CASCADE,
	number integer NOT NULL,
	entity text NOT NULL, -- the table
	key text NOT NULL,
	-- moved: is the kept one's now; dropped: was the merged one's, the kept
	-- one has the like; replaced: was the kept one's, the merged one's is
	-- better
	what text NOT NULL CHECK (what IN ('moved', 'dropped', 'replaced')),
	row_before jsonb NOT NULL,
	PRIMARY KEY (merge_id, number)
);

ALTER TABLE person_merge ENABLE ROW LEVEL SECURITY;
CREATE POLICY merge_own ON person_merge FOR SELECT USING (
	(SELECT authority_all()) OR sees_person_id(keep_id, (SELECT sight())));
ALTER TABLE person_merge_step ENABLE ROW LEVEL SECURITY;
CREATE POLICY step_own ON person_merge_step FOR SELECT USING (
	(SELECT authority_all()) OR EXISTS (SELECT FROM person_merge m
		WHERE m.merge_id = person_merge_step.merge_id));
SELECT audit_changes('person_merge', 'person_merge', 'merge_id');

-- Tables whose rows simply follow their person; a row that has no place there
-- stays. Whoever makes such a table adds it here.
CREATE TABLE merge_relation (
	relation text PRIMARY KEY,
	key_column text NOT NULL
);
ALTER TABLE merge_relation ENABLE ROW LEVEL SECURITY;
INSERT INTO merge_relation VALUES ('role_grant', 'grant_id'),
	('consent', 'consent_id'), ('data_request', 'data_request_id'),
	('training_place', 'place_id');

-- Why the caller may not merge these two; NULL: may. Staff join whom they see, if
-- nobody else's hub knows the one that goes, and neither has more rights.
CREATE FUNCTION merge_refusal(keep person, merged person) RETURNS text
STABLE LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	SELECT CASE WHEN (keep).person_id = (merged).person_id THEN 'same'
		WHEN (keep).merged_into_id IS NOT NULL THEN 'keep_merged'
		WHEN (merged).merged_into_id IS NOT NULL THEN 'merged'
		WHEN 'anonymised' IN ((keep).status, (merged).status)
			THEN 'anonymised'
		WHEN authority_all() THEN NULL
		WHEN outranks((keep).person_id) OR outranks((merged).person_id)
			THEN 'outranks'
		WHEN EXISTS (SELECT FROM membership m
			WHERE m.person_id = (merged).person_id
			AND NOT (m.hub_id = ANY (eyes.hub_ids
					|| eyes.open_hub_ids)
				OR m.network_id = ANY (eyes.network_ids)))
			OR NOT (merged).home_hub_id = ANY (eyes.hub_ids
				|| eyes.network_hub_ids || eyes.open_hub_ids)
			THEN 'elsewhere' END
	FROM sight() eyes
$$;

-- The better of two memberships of one network comes first.
CREATE FUNCTION membership_rank(status text) RETURNS integer
IMMUTABLE LANGUAGE sql AS $$
	SELECT coalesce(array_position('{approved, paused, waitlisted, invited,
		requested}'::text[], status), 9)
$$;

-- Note steps; number continues.
CREATE FUNCTION note_steps(of_merge_id uuid, entity text, what text,
	key_column text, images jsonb[]) RETURNS void LANGUAGE sql AS $$
	INSERT INTO person_merge_step
	SELECT of_merge_id, coalesce((SELECT max(number)
			FROM person_merge_step WHERE merge_id = of_merge_id), 0)
			+ place, $2, CASE entity WHEN 'person_email'
			THEN place::text ELSE image ->> key_column END, $3, image
	FROM unnest(images) WITH ORDINALITY i(image, place)
$$;

-- What is recorded here is what was: as an import, it may begin in any state.
CREATE FUNCTION restore_rows(entity text, images jsonb[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	authority text := current_setting('echo.authority', true);
BEGIN
	PERFORM set_config('echo.authority', 'service', true);
	EXECUTE format('INSERT INTO %1$I SELECT r.* FROM unnest($1) image,
		jsonb_populate_record(NULL::%1$I, image) r
		ON CONFLICT DO NOTHING', entity) USING images;
	PERFORM set_config('echo.authority', coalesce(authority, ''), true);
END $$;

CREATE FUNCTION merge_addresses(of_merge_id uuid, keep uuid, merged uuid)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	images jsonb[];
BEGIN
	SELECT array_agg(to_jsonb(e) ORDER BY e.address) INTO images
	FROM person_email e WHERE e.person_id = merged;
	PERFORM note_steps(of_merge_id, 'person_email', 'dropped', 'address',
		ARRAY(SELECT i FROM unnest(images) i WHERE i ->> 'address' IN (
			SELECT address FROM person_email
			WHERE person_id = keep)));
	PERFORM note_steps(of_merge_id, 'person_email', 'moved', 'address',
		ARRAY(SELECT i FROM unnest(images) i WHERE i ->> 'address' NOT IN (
			SELECT address FROM person_email
			WHERE person_id = keep)));
	DELETE FROM person_email WHERE person_id = merged;
	INSERT INTO person_email
	SELECT (jsonb_populate_record(NULL::person_email, i
		|| jsonb_build_object('person_id', keep, 'primary_address',
			i -> 'primary_address' = 'true' AND NOT EXISTS (
			SELECT FROM person_email WHERE person_id = keep)))).*
	FROM unnest(images) i
	ON CONFLICT (person_id, address) DO NOTHING;
	-- A mailbox that only these two shared is the one's now.
	UPDATE person_email e SET shared = false
	FROM unnest(images) i
	WHERE e.person_id = keep AND e.address = i ->> 'address' AND e.shared
		AND NOT EXISTS (SELECT FROM person_email o
			WHERE o.address = e.address AND o.person_id <> keep);
END $$;

CREATE FUNCTION merge_memberships(of_merge_id uuid, keep uuid, merged uuid)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	worse uuid[];
BEGIN
	SELECT array_agg(CASE WHEN membership_rank(m.status)
			< membership_rank(k.status)
		THEN k.membership_id ELSE m.membership_id END) INTO worse
	FROM membership m JOIN membership k USING (network_id)
	WHERE m.person_id = merged AND k.person_id = keep;
	PERFORM note_steps(of_merge_id, 'membership', what, 'membership_id',
		ARRAY(SELECT to_jsonb(m) FROM membership m
			WHERE m.membership_id = ANY (worse)
			AND m.person_id = whose ORDER BY m.membership_id))
	FROM (VALUES ('dropped', merged), ('replaced', keep)) w(what, whose);
	DELETE FROM membership WHERE membership_id = ANY (worse);
	PERFORM note_steps(of_merge_id, 'membership', 'moved', 'membership_id',
		ARRAY(SELECT to_jsonb(m) FROM membership m
			WHERE m.person_id = merged ORDER BY m.membership_id));
	UPDATE membership SET person_id = keep, version = version + 1
	WHERE person_id = merged;
END $$;

CREATE FUNCTION merge_relations(of_merge_id uuid, keep uuid, merged uuid)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	r record;
	image jsonb;
BEGIN
	FOR r IN SELECT * FROM merge_relation ORDER BY relation LOOP
		FOR image IN EXECUTE format('SELECT to_jsonb(t) FROM %I t
			WHERE person_id = $1 ORDER BY %I', r.relation,
			r.key_column) USING merged
		LOOP
			BEGIN
				EXECUTE format('UPDATE %I SET person_id = $1
					WHERE %I::text = $2', r.relation,
					r.key_column)
				USING keep, image ->> r.key_column;
				PERFORM note_steps(of_merge_id, r.relation,
					'moved', r.key_column, ARRAY[image]);
			EXCEPTION WHEN unique_violation THEN NULL; -- stays
			END;
		END LOOP;
	END LOOP;
END $$;

-- Empty fields of the kept one are filled; what they say of themselves stands.
CREATE FUNCTION fill_person(keep uuid, merged uuid) RETURNS void
LANGUAGE sql AS $$
	UPDATE person k SET version = k.version + 1,
		preferred_name = coalesce(nullif(k.preferred_name, ''),
			m.preferred_name),
		profession = coalesce(k.profession, m.profession),
		role_title = coalesce(nullif(k.role_title, ''), m.role_title),
		organisation_id = coalesce(k.organisation_id, m.organisation_id),
		setting = coalesce(k.setting, m.setting),
		postcode_outward = coalesce(nullif(k.postcode_outward, ''),
			m.postcode_outward),
		nation = coalesce(nullif(k.nation, ''), m.nation),
		region = coalesce(nullif(k.region, ''), m.region),
		phone = coalesce(nullif(k.phone, ''), m.phone),
		pronouns = coalesce(nullif(k.pronouns, ''), m.pronouns),
		grade = coalesce(nullif(k.grade, ''), m.grade),
		registration_number = coalesce(nullif(k.registration_number, ''),
			m.registration_number),
		access_needs = coalesce(nullif(k.access_needs, ''),
			m.access_needs),
		home_hub_id = coalesce(k.home_hub_id, m.home_hub_id)
	FROM person m WHERE k.person_id = keep AND m.person_id = merged
$$;

-- Followers find whom they were told about by one step: a chain is never longer.
CREATE FUNCTION point_merged(below uuid, target uuid) RETURNS void
LANGUAGE sql AS $$
	WITH RECURSIVE under AS (
		SELECT merged_id FROM person_merge
		WHERE keep_id = below AND undone_at IS NULL
		UNION ALL
		SELECT m.merged_id FROM person_merge m
		JOIN under u ON m.keep_id = u.merged_id
		WHERE m.undone_at IS NULL
	)
	UPDATE person p SET merged_into_id = target, version = p.version + 1
	FROM under u WHERE p.person_id = u.merged_id
$$;

-- Returns why not, or NULL. Callers see both, which only they can know.
CREATE FUNCTION merge_people(new_merge_id uuid, keep uuid, merged uuid,
	why text, at timestamptz, by_id uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	k person;
	m person;
	refusal text;
BEGIN
	-- One at a time: they are rare, and concern whoever shares a mailbox.
	PERFORM pg_advisory_xact_lock(hashtext('registry.merge'));
	PERFORM FROM person WHERE person_id IN (keep, merged)
	ORDER BY person_id FOR UPDATE;
	SELECT * INTO k FROM person WHERE person_id = keep;
	SELECT * INTO m FROM person WHERE person_id = merged;
	refusal := merge_refusal(k, m);
	IF refusal IS NOT NULL THEN
		RETURN refusal;
	END IF;
	INSERT INTO person_merge (merge_id, keep_id, merged_id, reason, merged_at,
		merged_by_id, keep_before, merged_before)
	VALUES (new_merge_id, keep, merged, why, at, by_id, to_jsonb(k),
		to_jsonb(m));
	PERFORM merge_addresses(new_merge_id, keep, merged);
	PERFORM merge_memberships(new_merge_id, keep, merged);
	PERFORM merge_relations(new_merge_id, keep, merged);
	PERFORM fill_person(keep, merged);
	UPDATE person SET status = 'inactive', merged_into_id = keep,
		home_hub_id = coalesce(m.home_hub_id, k.home_hub_id),
		version = version + 1
	WHERE person_id = merged;
	PERFORM point_merged(merged, keep);
	UPDATE person_merge g SET keep_after = to_jsonb(p) FROM person p
	WHERE g.merge_id = new_merge_id AND p.person_id = keep;
	DELETE FROM duplicate WHERE person_id = merged OR other_id = merged;
	PERFORM refresh_search(ARRAY[keep, merged]);
	RETURN NULL;
END $$;
