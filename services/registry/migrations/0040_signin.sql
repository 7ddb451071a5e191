-- Signing in: wishes for a link, links, sessions, second factors, and how often
-- somebody guessed wrong. Secrets are here as hashes, or sealed with a key that
-- the database does not have.

-- A wish waits here for a moment, whoever's the address is: what the wisher
-- sees and waits for is the same. The lease is the database's.
CREATE TABLE sign_in_wish (
	address text PRIMARY KEY,
	wished_at timestamptz NOT NULL,
	due_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE sign_in_wish ENABLE ROW LEVEL SECURITY;
CREATE POLICY wish_service ON sign_in_wish USING ((SELECT authority_all()));

CREATE TABLE sign_in_link (
	link_id uuid PRIMARY KEY,
	address text NOT NULL,
	token_hash text NOT NULL UNIQUE,
	expires_at timestamptz NOT NULL,
	used_at timestamptz
);
CREATE INDEX link_of_address ON sign_in_link (address, expires_at);
ALTER TABLE sign_in_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY link_service ON sign_in_link USING ((SELECT authority_all()));

-- An address that a person no longer has opens nothing, and leaves no trace.
CREATE FUNCTION drop_links() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	DELETE FROM sign_in_link l USING old_rows o WHERE l.address = o.address;
	DELETE FROM sign_in_wish w USING old_rows o WHERE w.address = o.address;
	RETURN NULL;
END $$;
CREATE TRIGGER email_drops_links AFTER DELETE ON person_email
	REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
	EXECUTE FUNCTION drop_links();

-- seen: apart, so that being seen is neither a change of the session nor an
-- event of the audit.
CREATE TABLE sign_in_session (
	session_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	person_id uuid NOT NULL REFERENCES person ON DELETE CASCADE,
	secret_hash text NOT NULL,
	device text NOT NULL,
	begun_at timestamptz NOT NULL,
	ended_at timestamptz,
	second_factor_at timestamptz,
	CONSTRAINT session_device CHECK (is_line(device, 200)),
	CONSTRAINT session_secret_once UNIQUE (secret_hash)
);
COMMENT ON CONSTRAINT session_device ON sign_in_session IS
	'device: Name the device in one line of at most 200 characters.';
COMMENT ON CONSTRAINT session_secret_once ON sign_in_session IS
	'session_secret: Make a new secret for each session.';
CREATE INDEX session_of_person ON sign_in_session (person_id, begun_at);
CREATE TABLE sign_in_seen (
	session_id uuid PRIMARY KEY REFERENCES sign_in_session ON DELETE CASCADE,
	seen_at timestamptz NOT NULL,
	source text NOT NULL,
	wrong_codes integer NOT NULL DEFAULT 0,
	CONSTRAINT seen_source CHECK (is_line(source, 100))
);
COMMENT ON CONSTRAINT seen_source ON sign_in_seen IS
	'source: Give the network address in one line.';
ALTER TABLE sign_in_session ENABLE ROW LEVEL SECURITY;
CREATE POLICY session_own ON sign_in_session USING ((SELECT authority_all())
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[]));
ALTER TABLE sign_in_seen ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen_own ON sign_in_seen USING ((SELECT authority_all()) OR EXISTS (
	SELECT FROM sign_in_session s
	WHERE s.session_id = sign_in_seen.session_id));

-- How long a session lasts, and how long without being used; how long a second
-- factor counts.
CREATE FUNCTION session_ends_at(begun_at timestamptz, seen_at timestamptz)
RETURNS timestamptz IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT least(begun_at + interval '30 days', seen_at + interval '7 days')
$$;
CREATE FUNCTION second_factor_holds(at timestamptz, now timestamptz)
RETURNS boolean IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT coalesce(now < at + interval '12 hours', false)
$$;
-- Which roles ask for one: all that open what is not one's own.
CREATE FUNCTION asks_second_factor(role text) RETURNS boolean
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$ SELECT role <> 'speaker' $$;

CREATE TABLE second_factor (
	person_id uuid PRIMARY KEY REFERENCES person ON DELETE CASCADE,
	secret bytea,                    -- NULL: none yet
	pending bytea,                   -- waits for its first code
	since_at timestamptz,
	step bigint NOT NULL DEFAULT 0   -- of the last code
);
CREATE TABLE recovery_code (
	person_id uuid NOT NULL REFERENCES second_factor ON DELETE CASCADE,
	code_hash text NOT NULL,
	PRIMARY KEY (person_id, code_hash)
);
ALTER TABLE second_factor ENABLE ROW LEVEL SECURITY;
CREATE POLICY factor_service ON second_factor USING (
	(SELECT authority_all() OR granted('superhub_admin')));
ALTER TABLE recovery_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY recovery_service ON recovery_code USING (
	(SELECT authority_all() OR granted('superhub_admin')));

-- Who has no second factor any more signs in anew, everywhere.
CREATE FUNCTION factor_ends_sessions() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	UPDATE sign_in_session s SET ended_at = echo_now() FROM old_rows o
	WHERE s.person_id = o.person_id AND s.ended_at IS NULL;
	RETURN NULL;
END $$;
CREATE TRIGGER factor_ends_sessions AFTER DELETE ON second_factor
	REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT
	EXECUTE FUNCTION factor_ends_sessions();

-- Whoever takes an account over changes this, and where it reads: its owner is
-- told, at an address that they have shown to be theirs, if there is one.
CREATE FUNCTION address_guard() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	NEW.address := (SELECT e.address
		FROM notice_kind k JOIN person_email e
			ON e.person_id = NEW.person_id
		WHERE k.kind = NEW.kind AND k.guards AND NOT e.bounced
		ORDER BY e.verified DESC, e.primary_address DESC, e.address
		LIMIT 1);
	RETURN NEW;
END $$;
CREATE TRIGGER address_guard BEFORE INSERT ON notice FOR EACH ROW
	WHEN (NEW.address IS NULL) EXECUTE FUNCTION address_guard();

CREATE FUNCTION tell_factor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT tells_nobody() THEN
		PERFORM tell(OLD.person_id, CASE TG_OP WHEN 'DELETE'
			THEN 'factor_disabled' ELSE 'factor_enrolled' END, NULL);
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER tell_factor_enrolled AFTER UPDATE ON second_factor FOR EACH ROW
	WHEN (NEW.secret IS DISTINCT FROM OLD.secret)
	EXECUTE FUNCTION tell_factor();
CREATE TRIGGER tell_factor_disabled AFTER DELETE ON second_factor FOR EACH ROW
	WHEN (OLD.secret IS NOT NULL) EXECUTE FUNCTION tell_factor();

-- Another primary address: the one that was is told, and then the one that is.
CREATE FUNCTION tell_email() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	IF tells_nobody() THEN
		RETURN NULL;
	ELSIF TG_OP <> 'INSERT' AND OLD.primary_address THEN
		INSERT INTO notice (person_id, kind, address)
		SELECT person_id, 'email_changed', OLD.address FROM person
		WHERE person_id = OLD.person_id AND NOT OLD.bounced
			AND status IN ('provisional', 'active')
		ON CONFLICT DO NOTHING;
	ELSE
		INSERT INTO notice (person_id, kind, address)
		SELECT person_id, kind, NEW.address FROM notice
		WHERE person_id = NEW.person_id AND kind = 'email_changed'
			AND mailed_at IS NULL
		ON CONFLICT DO NOTHING;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER tell_email_new AFTER INSERT ON person_email FOR EACH ROW
	WHEN (NEW.primary_address) EXECUTE FUNCTION tell_email();
CREATE TRIGGER tell_email_moved AFTER UPDATE OF primary_address ON person_email
	FOR EACH ROW WHEN (NEW.primary_address <> OLD.primary_address)
	EXECUTE FUNCTION tell_email();
CREATE TRIGGER tell_email_gone AFTER DELETE ON person_email FOR EACH ROW
	WHEN (OLD.primary_address) EXECUTE FUNCTION tell_email();

-- Who is not there any more is signed in nowhere.
CREATE FUNCTION end_sessions() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
	DELETE FROM sign_in_session WHERE person_id = NEW.person_id;
	DELETE FROM second_factor WHERE person_id = NEW.person_id;
	RETURN NULL;
END $$;
CREATE TRIGGER person_ends_sessions AFTER UPDATE OF status ON person
	FOR EACH ROW WHEN (NEW.status NOT IN ('provisional', 'active')
		AND NEW.status <> OLD.status) EXECUTE FUNCTION end_sessions();

-- How often somebody tried: wish (links from a source), token (wrong ones from a
-- source), code (wrong ones of a person), a method (by strangers, from an origin and
-- in all). The subject is a hash.
CREATE TABLE sign_in_attempt (
	kind text NOT NULL,
	subject bytea NOT NULL,
	tries integer NOT NULL,
	since_at timestamptz NOT NULL,
	last_at timestamptz NOT NULL,
	PRIMARY KEY (kind, subject)
);
ALTER TABLE sign_in_attempt ENABLE ROW LEVEL SECURITY;
CREATE POLICY attempt_service ON sign_in_attempt USING ((SELECT authority_all()));
CREATE FUNCTION attempt_subject(who text) RETURNS bytea
IMMUTABLE PARALLEL SAFE LANGUAGE sql AS
	$$ SELECT sha256(convert_to(who, 'UTF8')) $$;

-- How many of so many more are let in, of what anybody on the web may ask for: at
-- most 20 within an hour from where they sit, if the gateway says so, and 500 in
-- all, so that one who asks without end shuts nobody else out. Who signed in, and
-- what does not come by the gateway, is let in.
CREATE FUNCTION count_tries(method text, who text, more bigint, most integer,
	at timestamptz)
RETURNS bigint VOLATILE LANGUAGE sql AS $$
	INSERT INTO sign_in_attempt AS a (kind, subject, tries, since_at, last_at)
	SELECT method, attempt_subject(who), more, at, at WHERE more > 0
	ON CONFLICT (kind, subject) DO UPDATE SET
		tries = excluded.tries + CASE WHEN a.since_at
			> excluded.last_at - interval '1 hour'
			THEN least(a.tries, most) ELSE 0 END,
		since_at = CASE WHEN a.since_at
			> excluded.last_at - interval '1 hour'
			THEN a.since_at ELSE excluded.since_at END,
		last_at = excluded.last_at
	RETURNING more - greatest(tries - most, 0)
$$;
CREATE FUNCTION let_in(method text, more bigint, at timestamptz)
RETURNS bigint VOLATILE LANGUAGE plpgsql AS $$
DECLARE
	caller text := current_setting('echo.caller', true);
	origin text := split_part(caller, ' ', 2);
BEGIN
	IF current_setting('echo.authority', true) <> 'service'
			OR split_part(caller, ' ', 1) <> 'gateway' THEN
		RETURN more;
	END IF;
	IF origin <> '' THEN
		more := coalesce(count_tries(method, origin, more, 20, at), 0);
	END IF;
	RETURN coalesce(count_tries(method, '', more, 500, at), 0);
END $$;

-- Until when to wait: nothing for the first tries, then half a minute, and
-- twice as long each time, up to an hour.
CREATE FUNCTION wait_until(last_at timestamptz, tries integer, free integer)
RETURNS timestamptz IMMUTABLE PARALLEL SAFE LANGUAGE sql AS $$
	SELECT last_at + CASE WHEN tries < free THEN interval '0'
		ELSE least(3600, 30 * 2 ^ least(tries - free, 7))
			* interval '1 second' END
$$;

SELECT audit_changes('sign_in_session', 'sign_in_session', 'session_id');
SELECT audit_changes('second_factor', 'second_factor', 'person_id');
SELECT audit_changes('recovery_code', 'recovery_code', 'person_id');
