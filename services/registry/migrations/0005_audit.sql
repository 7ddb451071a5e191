-- The audit trail: who did what to which entity, and how it looked before and
-- after, as digests. One event is what one statement did to one table, so an
-- import of a thousand rows is one event with a thousand keys. Events are
-- sealed in batches that chain (services/registry/audit.c): what is altered or
-- removed afterwards is found by `superhub audit verify`.

CREATE TABLE audit_event (
	event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	at timestamptz NOT NULL,      -- the domain's time
	person_id uuid,               -- who; NULL: a service, or the operator
	authority text NOT NULL,      -- self: each subject for themselves
	caller text NOT NULL,         -- from where: the service that asked
	method text NOT NULL,
	action text NOT NULL,         -- insert, update, delete, look
	entity text NOT NULL,
	keys text[] NOT NULL,
	subject_ids uuid[] NOT NULL,  -- the people concerned
	before_digests bytea NOT NULL, -- 32 bytes for each key; zeros: nothing
	after_digests bytea NOT NULL,
	reason text NOT NULL,         -- of a look; erased with the person
	origin text NOT NULL DEFAULT '', -- where the caller's user sits; likewise
	salt uuid NOT NULL DEFAULT gen_random_uuid(),
	words_digest bytea NOT NULL,  -- of salt and both, which is what is sealed
	batch_no bigint,              -- NULL: not yet sealed
	CONSTRAINT audit_action CHECK (action IN ('insert', 'update', 'delete',
		'look'))
);
CREATE INDEX audit_unsealed ON audit_event (event_id) WHERE batch_no IS NULL;
CREATE INDEX audit_of_batch ON audit_event (batch_no, event_id);
CREATE INDEX audit_of_person ON audit_event (person_id) WHERE origin <> '';
CREATE INDEX audit_of_key ON audit_event USING gin (keys);
CREATE INDEX audit_of_subject ON audit_event USING gin (subject_ids);

CREATE TABLE audit_batch (
	batch_no bigint PRIMARY KEY,
	sealed_at timestamptz NOT NULL DEFAULT now(),
	events integer NOT NULL,
	hash bytea NOT NULL,
	signature bytea NOT NULL
);
-- The last batch, and the lock of who seals.
CREATE TABLE audit_head (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	batch_no bigint NOT NULL DEFAULT 0,
	hash bytea NOT NULL DEFAULT ''
) WITH (fillfactor = 10);
INSERT INTO audit_head DEFAULT VALUES;

-- Append-only for the service's own role: there is no policy to change or to
-- remove; the functions below write as the owner.
ALTER TABLE audit_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_read ON audit_event FOR SELECT USING (
	(SELECT authority_all() OR granted('superhub_admin')));
ALTER TABLE audit_batch ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_read ON audit_batch FOR SELECT USING (
	(SELECT authority_all() OR granted('superhub_admin')));
ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY;

-- Who does what, as the runtime has set it for this transaction. In plpgsql, which
-- keeps the plan: there is hardly a write without.
CREATE FUNCTION audit_note(action text, entity text, keys text[],
	subject_ids uuid[], before_digests bytea, after_digests bytea,
	reason text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	INSERT INTO audit_event (at, person_id, authority, caller, method,
		action, entity, keys, subject_ids, before_digests,
		after_digests, reason, origin, salt, words_digest)
	SELECT echo_now(), authority_person_id(),
		coalesce(current_setting('echo.authority', true), ''),
		split_part(asked, ' ', 1),
		coalesce(current_setting('echo.method', true), ''),
		$1, $2, $3, $4, $5, $6, $7, origin, salt,
		CASE $7 || origin WHEN '' THEN '' ELSE sha256(convert_to(
			salt || $7 || E'\n' || origin, 'UTF8')) END
	FROM gen_random_uuid() salt,
		coalesce(current_setting('echo.caller', true), '') asked,
		substr(asked, strpos(asked || ' ', ' ') + 1) origin;
END $$;

-- Called by migrations: from now on every change of this table is an event (of
-- at most 2,000 keys, so that each fits into a message). Its triggers are written
-- out for the table, so that their plans can be kept.
CREATE FUNCTION audit_changes(changed regclass, entity text, key_column text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	subject text := CASE WHEN EXISTS (SELECT FROM pg_attribute
			WHERE attrelid = changed AND attname = 'person_id')
		THEN 'min(r.person_id::text)::uuid' ELSE 'NULL::uuid' END;
	-- Several rows of one key (a person's addresses) count as one.
	rows text := format('SELECT %I::text AS key, %s AS subject_id,
			sha256(convert_to(string_agg(to_jsonb(r)::text, E''\n''
				ORDER BY to_jsonb(r)::text), ''UTF8'')) AS digest
		FROM %%s r GROUP BY 1', key_column, subject);
	nothing text := 'SELECT NULL AS key, NULL::uuid AS subject_id,
		NULL::bytea AS digest WHERE false';
	action text;
	before_rows text;
	after_rows text;
	name text;
BEGIN
	FOR action, before_rows, after_rows IN VALUES
		('insert', nothing, format(rows, 'new_rows')),
		('update', format(rows, 'old_rows'), format(rows, 'new_rows')),
		('delete', format(rows, 'old_rows'), nothing)
	LOOP
		name := 'audit_' || changed || '_' || action;
		EXECUTE format($body$
			CREATE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql
			SET plan_cache_mode = force_generic_plan AS $f$
			BEGIN
				PERFORM audit_note(%L, %L, array_agg(key ORDER BY key),
					coalesce(array_agg(DISTINCT subject_id)
						FILTER (WHERE subject_id
						IS NOT NULL), '{}'),
					string_agg(before, '' ORDER BY key),
					string_agg(after, '' ORDER BY key), '')
				FROM (SELECT key, coalesce(a.subject_id,
						b.subject_id) AS subject_id,
					coalesce(b.digest, audit_nothing())
						AS before,
					coalesce(a.digest, audit_nothing())
						AS after,
					row_number() OVER (ORDER BY key) / 2000
						AS part
					FROM (%s) b FULL JOIN (%s) a USING (key)
					WHERE a.digest IS DISTINCT FROM b.digest
				) changed GROUP BY part;
				RETURN NULL;
			END $f$ $body$, name, action, entity, before_rows,
			after_rows);
		EXECUTE format('CREATE TRIGGER %I AFTER %s ON %s
			REFERENCING %s FOR EACH STATEMENT
			EXECUTE FUNCTION %I()', name, action, changed,
			CASE action WHEN 'insert' THEN 'NEW TABLE AS new_rows'
				WHEN 'delete' THEN 'OLD TABLE AS old_rows'
				ELSE 'NEW TABLE AS new_rows OLD TABLE AS old_rows'
			END, name);
	END LOOP;
END $$;

CREATE FUNCTION audit_nothing() RETURNS bytea IMMUTABLE PARALLEL SAFE
LANGUAGE sql AS $$ SELECT decode(repeat('00', 32), 'hex') $$;

-- Somebody outside these people's hub sees how to reach them.
CREATE FUNCTION audit_look(person_ids uuid[], reason text) RETURNS void
VOLATILE LANGUAGE sql AS $$
	SELECT audit_note('look', 'person', person_ids::text[], person_ids,
		string_agg(audit_nothing(), ''), string_agg(audit_nothing(), ''),
		coalesce($2, ''))
	FROM unnest(person_ids)
	HAVING count(*) > 0
$$;

-- ---- Sealing: the statements are sql/audit_unsealed.sql and audit_seal.sql ----

-- The events of the next batch, for whoever holds the head's lock; their keys
-- bound its size. Lock and look are two statements: the second sees what the
-- one before us sealed.
CREATE FUNCTION audit_next(OUT batch_no bigint, OUT previous bytea,
	OUT event_ids bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	SELECT h.batch_no + 1, h.hash INTO audit_next.batch_no, previous
	FROM audit_head h FOR UPDATE SKIP LOCKED;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	SELECT array_agg(event_id ORDER BY event_id) INTO event_ids
	FROM (SELECT event_id,
			sum(cardinality(keys)) OVER (ORDER BY event_id)
				- cardinality(keys) AS keys_before
		FROM (SELECT event_id, keys FROM audit_event e
			WHERE e.batch_no IS NULL
			ORDER BY event_id LIMIT 256) next) next
	WHERE keys_before < 8192;
END $$;

CREATE FUNCTION audit_seal(no bigint, event_ids bigint[], hash bytea,
	signature bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	UPDATE audit_event e SET batch_no = no
	WHERE e.event_id = ANY (event_ids) AND e.batch_no IS NULL;
	INSERT INTO audit_batch (batch_no, events, hash, signature)
	VALUES (no, cardinality(event_ids), hash, signature);
	UPDATE audit_head h SET batch_no = no, hash = audit_seal.hash;
END $$;

-- A row with what identifies a person carries a salt: when erasure has replaced
-- it, nobody can guess the row that a digest of yesterday stands for.
ALTER TABLE person ADD salt uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE person_email ADD salt uuid NOT NULL DEFAULT gen_random_uuid();

SELECT audit_changes('organisation', 'organisation', 'organisation_id');
SELECT audit_changes('hub', 'hub', 'hub_id');
SELECT audit_changes('network', 'network', 'network_id');
SELECT audit_changes('person', 'person', 'person_id');
SELECT audit_changes('person_email', 'person_email', 'person_id');
SELECT audit_changes('membership', 'membership', 'membership_id');
SELECT audit_changes('role_grant', 'role_grant', 'grant_id');

-- ---- The superhub's own people have rights like everybody ----

ALTER TABLE organisation ENABLE ROW LEVEL SECURITY;
CREATE POLICY organisation_read ON organisation FOR SELECT USING (true);
CREATE POLICY organisation_superhub ON organisation USING (
	(SELECT authority_all() OR granted('superhub_admin')));
ALTER TABLE hub ENABLE ROW LEVEL SECURITY;
CREATE POLICY hub_read ON hub FOR SELECT USING (true);
CREATE POLICY hub_superhub ON hub USING (
	(SELECT authority_all() OR granted('superhub_admin')));

DROP POLICY grant_own ON role_grant;
CREATE POLICY grant_read ON role_grant FOR SELECT USING (
	(SELECT authority_all() OR granted('superhub_admin'))
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[]));
CREATE POLICY grant_superhub ON role_grant USING (
	(SELECT authority_all() OR granted('superhub_admin')));
