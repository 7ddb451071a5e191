-- Who was merged is who was kept: what they did and are to do is that one's. Every
-- row knows whose it was (owner_id; NULL: whose it is), so that it can go back, and
-- so that it does not matter in which order the news of several merges come.

ALTER TABLE person ADD merged_into_id uuid;
CREATE INDEX person_merged ON person (merged_into_id)
	WHERE merged_into_id IS NOT NULL;
ALTER TABLE assignment ADD owner_id uuid;
ALTER TABLE invitation ADD owner_id uuid;
ALTER TABLE attendance ADD owner_id uuid;
ALTER TABLE attendance_adjustment ADD owner_id uuid;
ALTER TABLE attendance_row ADD owner_ids uuid[]; -- NULL: person_ids

-- Of two rows about one session that are one person's by now, the better one
-- counts; the other waits here.
CREATE TABLE merged_row (
	relation text NOT NULL,
	key text NOT NULL,
	owner_id uuid NOT NULL,
	row_before jsonb NOT NULL,
	PRIMARY KEY (relation, key)
);
CREATE INDEX merged_row_owner ON merged_row (owner_id);
ALTER TABLE merged_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON merged_row USING ((SELECT authority_all()));
INSERT INTO personal_data (relation, whose, erasure, searched) VALUES
	('merged_row', 'owner_id = $1', 'delete', false);

-- Bring the rows of these owners to who they are now. better: what orders rows t
-- of one session, the best first.
CREATE FUNCTION regroup_rows(relation text, key_column text, part text,
	better text, owner_ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	r record;
	placed jsonb[] := '{}';
	columns text := (SELECT string_agg(quote_ident(attname), ', ')
		FROM pg_attribute WHERE attrelid = relation::regclass
			AND attnum > 0 AND NOT attisdropped
			AND attgenerated = '');
BEGIN
	FOR r IN EXECUTE format($q$
		WITH who AS (
			SELECT o.id AS owner_id,
				coalesce(p.merged_into_id, o.id) AS target_id
			FROM unnest($1) o(id) LEFT JOIN person p
				ON p.person_id = o.id
		), mine AS (
			SELECT coalesce(t.owner_id, t.person_id) AS owner_id,
				t.person_id, to_jsonb(t) AS image, true AS live
			FROM %1$I t
			WHERE t.person_id = ANY ($1) AND coalesce(t.owner_id,
				t.person_id) = ANY ($1)
			UNION ALL
			SELECT owner_id, NULL, row_before, false
			FROM merged_row
			WHERE relation = %1$L AND owner_id = ANY ($1)
		)
		SELECT m.*, w.target_id, image ->> %2$L AS key, row_number()
			OVER (PARTITION BY w.target_id, image ->> 'session_id',
				%3$s ORDER BY %4$s, w.target_id <> m.owner_id,
				image ->> %2$L) AS place
		FROM mine m JOIN who w ON w.owner_id = m.owner_id
		CROSS JOIN LATERAL jsonb_populate_record(NULL::%1$I, image) t
		$q$, relation, key_column, part, better)
		USING owner_ids
	LOOP
		CONTINUE WHEN r.place = 1 AND r.person_id = r.target_id
			OR r.place > 1 AND NOT r.live;
		-- What moves makes room first.
		EXECUTE format('DELETE FROM %I WHERE %I::text = $1', relation,
			key_column) USING r.key;
		DELETE FROM merged_row m
		WHERE m.relation = regroup_rows.relation AND m.key = r.key;
		IF r.place = 1 THEN
			placed := placed || (r.image || jsonb_build_object(
				'person_id', r.target_id,
				'owner_id', nullif(r.owner_id, r.target_id),
				'version', (r.image ->> 'version')::bigint + 2));
		ELSIF coalesce(r.image ->> 'rsvp', '') <> 'no_reply' THEN
			INSERT INTO merged_row
			VALUES (relation, r.key, r.owner_id, r.image);
		END IF; -- an invitation that nobody answered comes by itself
	END LOOP;
	EXECUTE format('INSERT INTO %1$I (%2$s) SELECT %2$s
		FROM unnest($1) image, jsonb_populate_record(NULL::%1$I, image)',
		relation, columns) USING placed;
END $$;

CREATE FUNCTION regroup(ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	owners uuid[] := ARRAY(SELECT id FROM unnest(ids) id
		UNION SELECT person_id FROM person
		WHERE merged_into_id = ANY (ids));
BEGIN
	PERFORM regroup_rows('attendance', 'attendance_id', 'NULL',
		't.adjusted DESC, t.counted DESC, t.minutes DESC', owners);
	PERFORM regroup_rows('assignment', 'assignment_id', 't.role',
		$q$array_position('{delivered, confirmed, invited, proposed}'
			::text[], t.status)$q$, owners);
	PERFORM regroup_rows('invitation', 'invitation_id', 'NULL',
		$q$t.rsvp = 'no_reply', t.version DESC$q$, owners);
	UPDATE attendance_adjustment a SET person_id = w.target_id,
		owner_id = nullif(w.owner_id, w.target_id)
	FROM (SELECT o.id AS owner_id, coalesce(p.merged_into_id, o.id)
			AS target_id
		FROM unnest(owners) o(id)
		LEFT JOIN person p ON p.person_id = o.id) w
	WHERE a.person_id = ANY (owners)
		AND coalesce(a.owner_id, a.person_id) = w.owner_id
		AND a.person_id <> w.target_id;
	UPDATE attendance_row a SET person_ids = w.target_ids,
		owner_ids = nullif(w.owner_ids, w.target_ids)
	FROM (SELECT row_id, coalesce(owner_ids, person_ids) AS owner_ids,
			ARRAY(SELECT DISTINCT coalesce(p.merged_into_id, o.id)
			FROM unnest(coalesce(owner_ids, person_ids)) o(id)
			LEFT JOIN person p ON p.person_id = o.id) AS target_ids
		FROM attendance_row WHERE person_ids && owners) w
	WHERE a.row_id = w.row_id AND a.person_ids <> w.target_ids;
	-- the membership may be the other's
	UPDATE attendance a SET member = true, version = a.version + 1
	FROM session s JOIN membership m USING (network_id)
	WHERE a.person_id = ANY (ids) AND NOT a.member
		AND s.session_id = a.session_id AND m.person_id = a.person_id
		AND m.status = 'approved' AND (m.joined_on IS NULL
			OR m.joined_on <= s.start_local::date);
END $$;

-- An undone merge concerns whom it was, too: ids are old and new ones.
CREATE FUNCTION person_merges() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	ids uuid[];
BEGIN
	IF TG_OP = 'INSERT' THEN
		ids := ARRAY(SELECT unnest(ARRAY[person_id, merged_into_id])
			FROM new_rows WHERE merged_into_id IS NOT NULL);
	ELSE
		ids := ARRAY(SELECT DISTINCT unnest(array_remove(ARRAY[
				n.person_id, n.merged_into_id,
				o.merged_into_id], NULL))
			FROM new_rows n JOIN old_rows o USING (person_id)
			WHERE n.merged_into_id IS DISTINCT FROM o.merged_into_id);
	END IF;
	IF ids <> '{}' THEN
		PERFORM regroup(ids);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER person_merges_new AFTER INSERT ON person
	REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
	EXECUTE FUNCTION person_merges();
CREATE TRIGGER person_merges AFTER UPDATE ON person
	REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION person_merges();

-- A membership that changes hands takes unanswered invitations back from whom it
-- was (answered ones follow the person).
CREATE FUNCTION membership_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM invitation i
	USING old_rows o JOIN new_rows n USING (membership_id)
	JOIN session s ON s.network_id = o.network_id
	WHERE o.person_id <> n.person_id AND s.status = 'published'
		AND i.session_id = s.session_id AND i.person_id = o.person_id
		AND i.owner_id IS NULL AND i.rsvp = 'no_reply'
		AND NOT EXISTS (SELECT FROM membership m
			WHERE m.network_id = o.network_id
			AND m.person_id = o.person_id
			AND m.status = 'approved');
	RETURN NULL;
END $$;
CREATE TRIGGER membership_moves AFTER UPDATE ON membership
	REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
	FOR EACH STATEMENT EXECUTE FUNCTION membership_moves();
