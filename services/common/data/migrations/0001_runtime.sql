-- What every service's schema holds besides its own tables: requests that were
-- answered, change feeds, follower cursors, and who is asking.

-- A write is remembered by its request id, in the transaction of its effect, so
-- that a retry gets the recorded reply and a replay has no effect.
CREATE TABLE rpc_seen (
	request_id uuid PRIMARY KEY, -- UUIDv7: old ones are dropped as a range
	caller text NOT NULL,
	body_hash bytea NOT NULL,
	reply bytea NOT NULL
);

-- ---- Change feeds, owner's side ----

-- Staged in the transaction of the change. id is a hint of arrival, never a
-- cursor: it is taken at insert, but becomes visible at commit.
CREATE TABLE change_staged (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	feed text NOT NULL,
	key text NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
	autovacuum_vacuum_cost_delay = 0);

-- The last position of each key: compacted, in commit order.
CREATE TABLE change (
	feed text NOT NULL,
	key text NOT NULL,
	seq bigint NOT NULL,
	PRIMARY KEY (feed, key)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX change_position ON change (feed, seq);

-- A new epoch (after a restore) makes every follower start again from zero.
CREATE TABLE feed_head (
	one boolean PRIMARY KEY DEFAULT true CHECK (one),
	epoch_id uuid NOT NULL DEFAULT gen_random_uuid(),
	seq bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 10);
INSERT INTO feed_head DEFAULT VALUES;

-- One sequencer at a time: a row lock, freed by a crash. The lock and the
-- DELETE are two statements, so that the second takes a newer snapshot.
-- taken: the number of staged rows, -1 when another one is at work; feeds:
-- those that moved.
CREATE FUNCTION sequence_changes(batch integer, OUT taken integer,
	OUT feeds text[], OUT epoch_id uuid, OUT seq bigint)
LANGUAGE plpgsql AS $$
DECLARE
	head bigint;
BEGIN
	feeds := '{}';
	SELECT h.epoch_id, h.seq INTO sequence_changes.epoch_id, head
	FROM feed_head h FOR UPDATE SKIP LOCKED;
	seq := head;
	IF NOT FOUND THEN
		taken := -1;
		RETURN;
	END IF;
	WITH staged AS (
		DELETE FROM change_staged WHERE id <= (
			SELECT max(id) FROM (SELECT s.id FROM change_staged s
				ORDER BY s.id LIMIT batch) first)
		RETURNING feed, key, id
	), latest AS (
		SELECT feed, key, max(id) AS id FROM staged GROUP BY feed, key
	), placed AS (
		INSERT INTO change AS c (feed, key, seq)
		SELECT feed, key, head + row_number() OVER (ORDER BY id)
		FROM latest
		ON CONFLICT ON CONSTRAINT change_pkey
			DO UPDATE SET seq = excluded.seq
		RETURNING c.feed AS moved, c.seq AS place
	)
	SELECT (SELECT count(*) FROM staged), array_agg(DISTINCT moved),
		max(place)
	INTO taken, feeds, seq
	FROM placed;
	IF taken = 0 THEN
		seq := head;
		RETURN;
	END IF;
	UPDATE feed_head h SET seq = sequence_changes.seq;
END $$;

-- TG_ARGV: the feed and the column that holds the key.
CREATE FUNCTION stage_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	rows text := CASE TG_OP
		WHEN 'INSERT' THEN 'SELECT %1$I AS key FROM new_rows'
		WHEN 'DELETE' THEN 'SELECT %1$I AS key FROM old_rows'
		ELSE 'SELECT %1$I AS key FROM new_rows UNION SELECT %1$I FROM old_rows'
	END;
BEGIN
	EXECUTE format('INSERT INTO %I.change_staged (feed, key)
		SELECT DISTINCT %L, key::text FROM (' || format(rows, TG_ARGV[1])
		|| ') changed WHERE key IS NOT NULL', TG_TABLE_SCHEMA, TG_ARGV[0]);
	RETURN NULL;
END $$;

-- Called by migrations: from now on every change of this table is published.
CREATE FUNCTION publish_changes(changed regclass, feed text, key_column text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('CREATE TRIGGER %I AFTER INSERT ON %s
		REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT
		EXECUTE FUNCTION stage_changes(%L, %L)',
		'publish_' || feed || '_insert', changed, feed, key_column);
	EXECUTE format('CREATE TRIGGER %I AFTER UPDATE ON %s
		REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
		FOR EACH STATEMENT EXECUTE FUNCTION stage_changes(%L, %L)',
		'publish_' || feed || '_update', changed, feed, key_column);
	EXECUTE format('CREATE TRIGGER %I AFTER DELETE ON %s
		REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
		EXECUTE FUNCTION stage_changes(%L, %L)',
		'publish_' || feed || '_delete', changed, feed, key_column);
END $$;

-- ---- Change feeds, follower's side ----

CREATE TABLE follow_cursor (
	service text NOT NULL,
	feed text NOT NULL,
	epoch_id uuid,
	seq bigint NOT NULL DEFAULT 0,
	PRIMARY KEY (service, feed)
) WITH (fillfactor = 10);

-- ---- Who is asking: for row-level security ----
-- The runtime sets these for each transaction; without them nothing is seen.

-- A service, or a superhub administrator.
CREATE FUNCTION authority_all() RETURNS boolean STABLE LANGUAGE sql AS $$
	SELECT coalesce(current_setting('echo.authority', true) = 'service'
		OR (' ' || current_setting('echo.grants', true))
			LIKE '% superhub_admin:superhub:%', false)
$$;

-- The scopes of that kind which the caller's grants name.
CREATE FUNCTION authority_scope_ids(kind text) RETURNS uuid[]
STABLE LANGUAGE sql AS $$
	SELECT coalesce(array_agg(split_part(g, ':', 3)::uuid), '{}')
	FROM unnest(string_to_array(current_setting('echo.grants', true), ' ')) g
	WHERE split_part(g, ':', 2) = kind AND split_part(g, ':', 3) <> ''
$$;
CREATE FUNCTION authority_hub_ids() RETURNS uuid[] STABLE LANGUAGE sql AS
	$$ SELECT authority_scope_ids('hub') $$;
CREATE FUNCTION authority_network_ids() RETURNS uuid[] STABLE LANGUAGE sql AS
	$$ SELECT authority_scope_ids('network') $$;
CREATE FUNCTION authority_session_ids() RETURNS uuid[] STABLE LANGUAGE sql AS
	$$ SELECT authority_scope_ids('session') $$;

-- The person who asks; all of them where many ask for themselves at once.
CREATE FUNCTION authority_person_ids() RETURNS uuid[] STABLE LANGUAGE sql AS $$
	SELECT coalesce(nullif(current_setting('echo.person_ids', true), ''),
		'{}')::uuid[]
$$;
CREATE FUNCTION authority_person_id() RETURNS uuid STABLE LANGUAGE sql AS $$
	SELECT CASE WHEN cardinality(authority_person_ids()) = 1
		THEN (authority_person_ids())[1] END
$$;
