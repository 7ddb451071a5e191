-- Imports: which file was read by whom, and how each thing stood before, so that
-- a whole import can be undone. Images go after 30 days (forget_images.sql).

CREATE TABLE import_job (
	import_id uuid PRIMARY KEY, -- version 7: in the order they began
	kind text NOT NULL,
	file_name text NOT NULL,
	file_hash text NOT NULL,
	status text NOT NULL,
	rows integer NOT NULL,
	rejected integer NOT NULL,
	begun_at timestamptz NOT NULL,
	ended_at timestamptz,
	by_person_id uuid, -- NULL: the operator
	-- Whose staff began it: all of them may have had members in it. Empty: the
	-- superhub's.
	hub_ids uuid[] NOT NULL DEFAULT '{}',
	undone_at timestamptz,
	undo_reason text NOT NULL DEFAULT '',
	CONSTRAINT import_kind CHECK (kind <> '' AND is_line(kind, 40)),
	CONSTRAINT import_file_name CHECK (is_line(file_name, 255)),
	CONSTRAINT import_file_hash CHECK (file_hash ~ '^[0-9a-f]{64}$'),
	CONSTRAINT import_status
		CHECK (status IN ('running', 'done', 'undoing', 'undone')),
	CONSTRAINT import_rows CHECK (rows >= rejected AND rejected >= 0),
	CONSTRAINT import_undo_reason CHECK (is_line(undo_reason, 1000))
);
COMMENT ON TABLE import_job IS 'The files that were imported.';
COMMENT ON COLUMN import_job.hub_ids IS
	'The hubs whose staff began it; empty for the superhub.';
COMMENT ON CONSTRAINT import_kind ON import_job IS
	'kind: Say what the file holds, such as members.';
COMMENT ON CONSTRAINT import_file_name ON import_job IS
	'file_name: Give the file''s name without its folder, in one line.';
COMMENT ON CONSTRAINT import_file_hash ON import_job IS
	'file_hash: Give the file''s SHA-256 in 64 small hexadecimal digits.';
COMMENT ON CONSTRAINT import_rows ON import_job IS
	'rejected: No more rows can be rejected than there are.';
COMMENT ON CONSTRAINT import_undo_reason ON import_job IS
	'reason: Give the reason in one line of at most 1,000 characters.';
CREATE INDEX import_of_file ON import_job (file_hash);

-- One for each thing that an import made or changed. A person's image holds the
-- addresses too. version is what the import left behind: who finds another one
-- knows that somebody changed it since.
CREATE TABLE import_image (
	import_id uuid NOT NULL,
	entity text NOT NULL,
	key uuid NOT NULL,
	before jsonb, -- NULL: it was not there
	version bigint NOT NULL,
	kept text NOT NULL DEFAULT '', -- why the undo left it alone
	-- Who refers comes before what is referred to, what goes before what
	-- comes back.
	step integer NOT NULL GENERATED ALWAYS AS (2 * array_position(ARRAY[
		'membership', 'person', 'network', 'hub', 'organisation'],
		entity) + (before IS NOT NULL)::integer) STORED,
	PRIMARY KEY (import_id, entity, key)
);
CREATE INDEX image_step ON import_image (import_id, step) WHERE kept = '';
CREATE INDEX image_of ON import_image (key);

-- An import as its message shows it.
CREATE VIEW import_job_message WITH (security_invoker) AS
SELECT j.import_id, j.kind, j.file_name, j.file_hash, j.status, j.rows,
	j.rejected, j.begun_at, j.ended_at, j.by_person_id, j.undone_at,
	j.undo_reason, i.remaining, i.kept, NULL::uuid AS same_import_id
FROM import_job j CROSS JOIN LATERAL (
	SELECT (count(*) FILTER (WHERE kept = ''))::integer AS remaining,
		(count(*) FILTER (WHERE kept <> ''))::integer AS kept
	FROM import_image
	WHERE import_id = j.import_id AND j.status IN ('undoing', 'undone')) i;

-- A hub's staff have their hub's imports; staff of a network their own ones.
ALTER TABLE import_job ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_job_own ON import_job USING (
	(SELECT authority_all()) OR CASE hub_ids WHEN '{}'
		THEN kind IN ('hubs', 'networks')
			AND (SELECT granted('superhub_admin'))
		ELSE hub_ids <@ (SELECT hub_ids FROM sight())
			OR (hub_ids <@ (SELECT hub_ids || network_hub_ids
				FROM sight())
			AND by_person_id = ANY (
				(SELECT authority_person_ids())::uuid[])) END);
SELECT audit_changes('import_job', 'import', 'import_id');
ALTER TABLE import_image ENABLE ROW LEVEL SECURITY;
CREATE POLICY import_image_own ON import_image USING (
	(SELECT authority_all()) OR import_id IN (
		SELECT import_id FROM import_job WHERE hub_ids <> '{}')
	OR (entity NOT IN ('person', 'membership')
		AND (SELECT granted('superhub_admin'))));

-- Which of these addresses somebody reads alone who is none of the caller's
-- people: to be invited, for an import must not open them to a hub.
CREATE FUNCTION strangers(addresses text[], eyes sight)
RETURNS TABLE (address text, person_id uuid)
STABLE SECURITY DEFINER SET search_path FROM CURRENT LANGUAGE sql AS $$
	SELECT * FROM (
		SELECT e.address, (array_agg(e.person_id))[1] AS person_id
		FROM person_email e JOIN person p USING (person_id)
		WHERE e.address = ANY (addresses) AND p.status <> 'anonymised'
		GROUP BY e.address HAVING count(*) = 1) alone
	WHERE NOT sees_person_id(alone.person_id, eyes)
$$;

-- Which of them somebody reads whom the caller sees, but whose role weighs more:
-- what they sign in with is not shared by a file. With their names.
CREATE FUNCTION guarded(addresses text[], eyes sight)
RETURNS TABLE (address text, names text[])
STABLE SECURITY DEFINER SET search_path FROM CURRENT LANGUAGE sql AS $$
	SELECT e.address, ARRAY(SELECT lower(p.first_name || ' ' || p.last_name)
		FROM person p
		WHERE p.person_id = e.person_id
			OR p.merged_into_id = e.person_id)
	FROM person_email e
	WHERE e.address = ANY (addresses)
		AND EXISTS (SELECT FROM role_grant g
			WHERE g.person_id = e.person_id)
		AND outranks(e.person_id) AND sees_person_id(e.person_id, eyes)
$$;

-- Has this been mailed, as far back as notices are kept?
CREATE FUNCTION was_mailed(whom uuid, about uuid) RETURNS boolean
STABLE SECURITY DEFINER SET search_path FROM CURRENT LANGUAGE sql AS $$
	SELECT EXISTS (SELECT FROM notice WHERE person_id = whom
		AND about_id = about AND mailed_at IS NOT NULL)
$$;

-- The same import touches a thing again: was it still as the import left it?
CREATE FUNCTION image_kept(stored import_image, again import_image)
RETURNS text IMMUTABLE LANGUAGE sql AS $$
	SELECT CASE WHEN (again.before ->> 'version')::bigint = stored.version
		THEN stored.kept ELSE 'Somebody changed it in between.' END
$$;

-- A person as an image holds them.
CREATE FUNCTION person_image(p person) RETURNS jsonb
STABLE LANGUAGE sql AS $$
	SELECT to_jsonb(p) || jsonb_build_object('emails', coalesce(
		(SELECT jsonb_agg(to_jsonb(e)) FROM person_email e
		WHERE e.person_id = p.person_id), '[]'))
$$;

-- Which of these rows others refer to: by any foreign key, or by having attended. A
-- person's addresses and consents, and what is reckoned about a person, are part of
-- the person.
CREATE FUNCTION referred_ids(entity text, ids uuid[]) RETURNS uuid[]
STABLE LANGUAGE plpgsql AS $$
DECLARE
	child record;
	these uuid[];
	found_ids uuid[] := '{}';
BEGIN
	FOR child IN
		SELECT c.conrelid::regclass AS name, a.attname AS key
		FROM pg_constraint c
		JOIN pg_attribute k ON k.attrelid = c.confrelid
			AND k.attname = entity || '_id'
		JOIN pg_attribute a ON a.attrelid = c.conrelid
			AND a.attnum = c.conkey[array_position(c.confkey, k.attnum)]
		WHERE c.contype = 'f' AND c.confrelid = entity::regclass
			AND c.conrelid <> ALL ('{person_email,person_search,
				consent,duplicate,notice}'::regclass[])
	LOOP
		EXECUTE format('SELECT array_agg(DISTINCT %2$I) FROM %1$s
			WHERE %2$I = ANY ($1)', child.name, child.key)
			INTO these USING ids;
		found_ids := found_ids || these;
	END LOOP;
	RETURN found_ids || ARRAY(SELECT person_id FROM person_activity
		WHERE entity = 'person' AND attended AND person_id = ANY (ids));
END $$;

-- Rows as their images show them, one version up. The images of earlier imports
-- learn the version, so that these can be undone next.
CREATE FUNCTION restore_images(of_import_id uuid, of_entity text, ids uuid[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	names text;
BEGIN
	SELECT string_agg(quote_ident(attname), ', ') INTO names
	FROM pg_attribute
	WHERE attrelid = of_entity::regclass AND attnum > 0
		AND NOT attisdropped AND attgenerated = '';
	EXECUTE format('UPDATE %1$I t SET (%2$s) = (
			SELECT %2$s FROM jsonb_populate_record(t, i.before
				|| jsonb_build_object(''version'', t.version + 1)))
		FROM import_image i
		WHERE i.import_id = $1 AND i.entity = $2 AND i.key = t.%3$I
			AND t.%3$I = ANY ($3)', of_entity, names, of_entity || '_id')
		USING of_import_id, of_entity, ids;
	UPDATE import_image o SET version = i.version + 1
	FROM import_image i
	WHERE i.import_id = of_import_id AND i.entity = of_entity
		AND i.key = ANY (ids) AND o.key = i.key AND o.entity = i.entity
		AND o.import_id <> i.import_id
		AND o.version = (i.before ->> 'version')::bigint;
	IF of_entity <> 'person' THEN
		RETURN;
	END IF;
	DELETE FROM person_email WHERE person_id = ANY (ids);
	INSERT INTO person_email
	SELECT e.* FROM import_image i
	CROSS JOIN jsonb_array_elements(i.before -> 'emails') was
	CROSS JOIN jsonb_populate_record(NULL::person_email, was || jsonb_build_object(
		'shared', (was ->> 'shared')::boolean OR EXISTS (
			SELECT FROM person_email other
			WHERE other.address = was ->> 'address'
				AND other.person_id <> ALL (ids)))) e
	WHERE i.import_id = of_import_id AND i.entity = 'person'
		AND i.key = ANY (ids);
END $$;

-- Undo one step of an import, at most so many things. What somebody changed
-- since, or what others refer to, stays and says why. A consent that came with a
-- membership goes with it: nobody gave it. Whoever may undo an import undoes all
-- of it: what is still as it left it was theirs to change.
CREATE FUNCTION undo_images(of_import_id uuid, most integer)
RETURNS void SECURITY DEFINER SET search_path FROM CURRENT
LANGUAGE plpgsql AS $$
DECLARE
	next import_image;
	batch uuid[];
	same uuid[];
	referred uuid[] := '{}';
BEGIN
	SELECT * INTO next FROM import_image
	WHERE import_id = of_import_id AND kept = '' ORDER BY step LIMIT 1;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	batch := ARRAY(SELECT key FROM import_image
		WHERE import_id = of_import_id AND step = next.step AND kept = ''
		LIMIT most);
	EXECUTE format('SELECT coalesce(array_agg(key), ''{}'') FROM (
		SELECT i.key FROM import_image i JOIN %1$I t ON t.%2$I = i.key
		WHERE i.import_id = $1 AND i.entity = $2 AND i.key = ANY ($3)
			AND t.version = i.version
		FOR UPDATE OF t) same', next.entity, next.entity || '_id')
		INTO same USING of_import_id, next.entity, batch;
	IF next.entity = 'membership' THEN
		DELETE FROM consent c USING membership m, import_job j
		WHERE m.membership_id = ANY (same) AND j.import_id = of_import_id
			AND c.person_id = m.person_id AND c.source = 'import'
			AND c.given_at >= j.begun_at
			AND (c.given_at <= j.ended_at) IS NOT false;
	END IF;
	IF next.before IS NULL THEN
		referred := referred_ids(next.entity, same);
		same := ARRAY(SELECT unnest(same) EXCEPT SELECT unnest(referred));
		IF next.entity = 'person' THEN -- at once, not by cascade
			DELETE FROM person_email WHERE person_id = ANY (same);
			DELETE FROM person_activity WHERE person_id = ANY (same);
			DELETE FROM duplicate WHERE person_id = ANY (same)
				OR other_id = ANY (same);
		END IF;
		EXECUTE format('DELETE FROM %I WHERE %I = ANY ($1)', next.entity,
			next.entity || '_id') USING same;
	ELSE
		PERFORM set_config('echo.undo', 'on', true);
		PERFORM restore_images(of_import_id, next.entity, same);
	END IF;
	DELETE FROM import_image WHERE import_id = of_import_id
		AND entity = next.entity AND key = ANY (same);
	UPDATE import_image SET kept = CASE WHEN key = ANY (referred)
		THEN 'Others refer to it by now.'
		ELSE 'Somebody changed it since.' END
	WHERE import_id = of_import_id AND entity = next.entity
		AND key = ANY (batch) AND key <> ALL (same);
END $$;

-- Undo the next things of an import; it is undone when there are no more. For 30
-- days: then its images are gone.
CREATE FUNCTION undo_import(of_import_id uuid, reason text, at timestamptz)
RETURNS SETOF import_job_message LANGUAGE plpgsql AS $$
DECLARE
	job import_job;
BEGIN
	SELECT * INTO job FROM import_job
	WHERE import_id = of_import_id FOR UPDATE;
	IF job.begun_at > at - interval '30 days' THEN
		UPDATE import_job SET status = 'undoing', undone_at = at,
			undo_reason = reason
		WHERE import_id = of_import_id AND status IN ('running', 'done');
		PERFORM undo_images(of_import_id, 2000);
		UPDATE import_job SET status = 'undone'
		WHERE import_id = of_import_id AND status = 'undoing'
			AND NOT EXISTS (SELECT FROM import_image
				WHERE import_id = of_import_id AND kept = '');
	END IF;
	RETURN QUERY SELECT * FROM import_job_message
	WHERE import_id = of_import_id;
END $$;
