-- State machines: which transitions there are, and what happened. The table
-- refuses what is not in it, and the diagrams of the documentation are drawn
-- from it.

-- from_status '' is the beginning: an entity may be created in to_status.
CREATE TABLE status_transition (
	entity text,
	from_status text,
	to_status text,
	about text NOT NULL,
	PRIMARY KEY (entity, from_status, to_status)
);

CREATE TABLE status_change (
	change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	entity text NOT NULL,
	key text NOT NULL,
	from_status text NOT NULL,
	to_status text NOT NULL,
	at timestamptz NOT NULL,
	by_person_id uuid,   -- NULL: a service, or the operator
	reason text NOT NULL,
	hub_id uuid,         -- of the entity, if it has one
	person_id uuid       -- likewise
);
CREATE INDEX status_change_of ON status_change (entity, key, at);
CREATE INDEX status_change_about ON status_change (person_id);

ALTER TABLE status_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY status_read ON status_change FOR SELECT USING (
	(SELECT authority_all())
	OR (entity = 'hub' AND (SELECT granted('superhub_admin superhub_viewer')))
	OR hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin coordinator'))::uuid[])
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[]));

CREATE FUNCTION refuse_status(of_entity text, before text, after text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	ways text;
BEGIN
	SELECT string_agg(to_status, ', ' ORDER BY to_status) INTO ways
	FROM status_transition
	WHERE entity = of_entity AND from_status = before;
	RAISE 'A % cannot become % %; choose %.', of_entity, after,
		CASE before WHEN '' THEN 'at once' ELSE 'from ' || before END,
		coalesce(ways, 'nothing: this state is final')
		USING ERRCODE = 'check_violation', COLUMN = 'status';
END $$;

-- Called by migrations for a table with status and status_reason. A service, the
-- operator and an import record what is, so there any state may be the first one;
-- changes go the way of the table for everybody. Only undoing goes back
-- whichever way it came: set_config('echo.undo', 'on', true).
CREATE FUNCTION track_status(tracked regclass, entity text, key_column text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	added text := 'SELECT n.%1$I::text AS key, '''' AS from_status,
		n.status AS to_status, n.status_reason AS reason,
		to_jsonb(n) AS entity FROM new_rows n';
	moved text := 'SELECT n.%1$I::text AS key, o.status AS from_status,
		n.status AS to_status, n.status_reason AS reason,
		to_jsonb(n) AS entity
		FROM new_rows n JOIN old_rows o USING (%1$I)
		WHERE n.status <> o.status';
	action text;
	rows text;
	name text;
BEGIN
	FOR action, rows IN VALUES ('insert', added), ('update', moved) LOOP
		name := 'status_' || tracked || '_' || action;
		EXECUTE format($body$
			CREATE FUNCTION %1$I() RETURNS trigger LANGUAGE plpgsql
			SECURITY DEFINER SET search_path FROM CURRENT
			SET plan_cache_mode = force_generic_plan AS $f$
			DECLARE
				wrong record;
			BEGIN
				SELECT from_status, to_status INTO wrong
				FROM (%3$s) m
				WHERE (from_status <> '' OR NOT (authority_all()
						OR coalesce(current_setting(
						'echo.method', true), '')
						LIKE 'Import%%'))
					AND coalesce(current_setting('echo.undo',
						true), '') = ''
					AND NOT EXISTS (
					SELECT FROM status_transition t
					WHERE t.entity = %2$L
						AND t.from_status = m.from_status
						AND t.to_status = m.to_status)
				LIMIT 1;
				IF FOUND THEN
					PERFORM refuse_status(%2$L,
						wrong.from_status, wrong.to_status);
				END IF;
				INSERT INTO status_change (entity, key,
					from_status, to_status, at,
					by_person_id, reason, hub_id, person_id)
				SELECT %2$L, key, from_status, to_status,
					echo_now(), coalesce(
						authority_person_id(), CASE
						current_setting('echo.authority',
							true) WHEN 'self' THEN
						(m.entity ->> 'person_id')::uuid
						END), coalesce(reason, ''),
					(m.entity ->> 'hub_id')::uuid,
					(m.entity ->> 'person_id')::uuid
				FROM (%3$s) m;
				RETURN NULL;
			END $f$ $body$, name, entity, format(rows, key_column));
		EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s
			REFERENCING %s FOR EACH STATEMENT
			EXECUTE FUNCTION %I()', name, action, tracked,
			CASE action WHEN 'insert' THEN 'NEW TABLE AS new_rows'
				ELSE 'NEW TABLE AS new_rows OLD TABLE AS old_rows'
			END, name);
	END LOOP;
END $$;
