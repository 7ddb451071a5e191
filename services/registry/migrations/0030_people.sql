-- People, the rest of what is known of them, and who sees whom: the staff of a
-- hub or network those who belong to it and those whom they created; the superhub
-- those who belong to no hub, and those of a hub whose agreement says so.

ALTER TABLE person
	ADD pronouns text NOT NULL DEFAULT '',
	ADD grade text NOT NULL DEFAULT '',
	ADD registration_number text NOT NULL DEFAULT '',
	ADD access_needs text NOT NULL DEFAULT '',
	ADD contact text NOT NULL DEFAULT 'email',
	ADD home_hub_id uuid,
	ADD merged_into_id uuid REFERENCES person, -- never another merged one
	ADD CONSTRAINT person_pronouns CHECK (is_line(pronouns, 40)),
	ADD CONSTRAINT person_grade CHECK (is_line(grade, 100)),
	ADD CONSTRAINT person_registration_number
		CHECK (registration_number ~ '^[A-Za-z0-9/-]{0,20}$'),
	ADD CONSTRAINT person_access_needs
		CHECK (char_length(access_needs) <= 1000),
	ADD CONSTRAINT person_contact
		CHECK (contact IN ('email', 'sms', 'none')),
	ADD CONSTRAINT person_home_hub FOREIGN KEY (home_hub_id) REFERENCES hub;
COMMENT ON CONSTRAINT person_pronouns ON person IS
	'pronouns: Give them in one line of at most 40 characters.';
COMMENT ON CONSTRAINT person_grade ON person IS
	'grade: Give the grade in one line of at most 100 characters.';
COMMENT ON CONSTRAINT person_registration_number ON person IS
	'registration_number: Use letters, digits, / and -, at most 20.';
COMMENT ON CONSTRAINT person_access_needs ON person IS
	'access_needs: Use at most 1,000 characters.';
COMMENT ON CONSTRAINT person_contact ON person IS
	'contact: Choose email, sms or none.';
COMMENT ON CONSTRAINT person_home_hub ON person IS
	'home_hub_id: There is no such hub.';
CREATE INDEX person_home ON person (home_hub_id)
	WHERE home_hub_id IS NOT NULL;
CREATE INDEX person_merged ON person (merged_into_id)
	WHERE merged_into_id IS NOT NULL;

ALTER TABLE person_email ADD bounced boolean NOT NULL DEFAULT false;

-- Hubs whose agreement, in force, lets the superhub see their people.
CREATE FUNCTION open_hub_ids() RETURNS uuid[]
STABLE LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	SELECT coalesce(array_agg(DISTINCT hub_id), '{}') FROM agreement
	WHERE kind = 'data_sharing' AND names_to_superhub
		AND signed_at <= echo_now()
		AND coalesce(expires_on, 'infinity') >= echo_now()::date
		AND coalesce(ended_on, 'infinity') > echo_now()::date
$$;

-- What the caller's eyes reach, worked out once for each statement; in plpgsql,
-- which keeps the plan.
CREATE TYPE sight AS (
	person_ids uuid[],
	hub_ids uuid[],
	network_ids uuid[],
	network_hub_ids uuid[], -- hubs of these networks
	superhub boolean,
	open_hub_ids uuid[]
);
CREATE FUNCTION sight() RETURNS sight
STABLE LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
	network_ids uuid[] := granted_ids('network', 'hub_admin coordinator');
	superhub boolean := granted('superhub_admin');
BEGIN
	RETURN ROW(authority_person_ids(),
		granted_ids('hub', 'hub_admin coordinator'), network_ids,
		ARRAY(SELECT hub_id FROM network
			WHERE network_id = ANY (network_ids)),
		superhub, CASE WHEN superhub THEN open_hub_ids() ELSE '{}' END);
END $$;

-- Is a person (whoever they were merged into) of this home hub seen? Who was only
-- invited has not opened anything to a hub. A function keeps each statement's plan
-- small: a policy is part of it as often as the table is. It is reached only where
-- authority_all() says no.
CREATE FUNCTION sees_person(other_id uuid, home_id uuid, eyes sight)
RETURNS boolean STABLE LANGUAGE plpgsql SECURITY DEFINER
SET search_path FROM CURRENT SET plan_cache_mode = force_generic_plan AS $$
BEGIN
	IF other_id = ANY (eyes.person_ids) OR home_id = ANY (eyes.hub_ids) THEN
		RETURN true;
	ELSIF (eyes.hub_ids || eyes.network_ids) <> '{}' AND EXISTS (
		SELECT FROM membership m WHERE m.person_id = other_id
			AND m.status NOT IN ('invited', 'lapsed')
			AND (m.hub_id = ANY (eyes.hub_ids)
			OR m.network_id = ANY (eyes.network_ids))) THEN
		RETURN true;
	ELSIF home_id = ANY (eyes.network_hub_ids) THEN
		-- Just created, and at most invited to these networks.
		RETURN NOT EXISTS (SELECT FROM membership m
			WHERE m.person_id = other_id
			AND m.network_id <> ALL (eyes.network_ids));
	ELSIF NOT eyes.superhub THEN
		RETURN false;
	END IF;
	RETURN home_id = ANY (eyes.open_hub_ids) OR coalesce((
		SELECT bool_or(m.hub_id = ANY (eyes.open_hub_ids))
		FROM membership m WHERE m.person_id = other_id),
		home_id IS NULL);
END $$;

-- The same by the key alone.
CREATE FUNCTION sees_person_id(other_id uuid, eyes sight)
RETURNS boolean STABLE LANGUAGE sql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
	SELECT sees_person(coalesce(merged_into_id, person_id), home_hub_id,
		eyes)
	FROM person WHERE person_id = other_id
$$;
-- The same of a person who is new in this statement: looks anew, but says to the
-- planner that it is stable. A view whose columns call a volatile function is
-- worked out as a whole before anything is joined to it, and person_message
-- calls it through the policy of addresses.
CREATE FUNCTION sees_person_anew(other_id uuid, eyes sight) RETURNS boolean
VOLATILE LANGUAGE plpgsql AS $$
BEGIN
	RETURN (SELECT sees_person_id(other_id, eyes));
END $$;
CREATE FUNCTION sees_person_now(other_id uuid, eyes sight) RETURNS boolean
STABLE LANGUAGE plpgsql AS $$
BEGIN
	RETURN sees_person_anew(other_id, eyes);
END $$;

DROP POLICY person_own ON person;
DROP POLICY email_own ON person_email;
DROP FUNCTION sees_person(uuid);
CREATE POLICY person_own ON person USING (
	(SELECT authority_all()) OR sees_person(
		coalesce(merged_into_id, person_id), home_hub_id,
		(SELECT sight())));
CREATE POLICY email_own ON person_email USING (
	(SELECT authority_all()) OR coalesce(
		sees_person_id(person_id, (SELECT sight())),
		sees_person_now(person_id, (SELECT sight()))));

-- Whose address opens more than the caller holds: staff of elsewhere. Only they
-- themselves and the operator change what they sign in with.
CREATE FUNCTION outranks(other_id uuid) RETURNS boolean
STABLE LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	SELECT NOT authority_all()
		AND other_id <> ALL (authority_person_ids())
		AND EXISTS (SELECT FROM role_grant g
			LEFT JOIN network n ON g.scope = 'network'
				AND n.network_id = g.scope_id
			WHERE g.person_id = other_id
				AND (g.to_at IS NULL OR g.to_at > echo_now())
				AND NOT coalesce(CASE g.scope
					WHEN 'hub' THEN g.scope_id
					ELSE n.hub_id END = ANY (
					granted_ids('hub', 'hub_admin')), false))
$$;

-- A look at people's contact details from outside their hub leaves a trace.
CREATE FUNCTION look(other_ids uuid[], reason text) RETURNS boolean
VOLATILE LANGUAGE plpgsql AS $$
BEGIN
	IF granted('operator superhub_admin') AND other_ids IS NOT NULL
		AND NOT other_ids <@ authority_person_ids() THEN
		PERFORM audit_look(other_ids, reason);
	END IF;
	RETURN true;
END $$;

CREATE OR REPLACE VIEW person_message WITH (security_invoker) AS
SELECT p.person_id, p.first_name, p.last_name, p.preferred_name, p.profession,
	p.role_title, p.organisation_id, p.setting, p.postcode_outward,
	p.nation, p.region, p.phone, p.language, p.zone, p.status,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('address', e.address,
			'primary_address', e.primary_address, 'verified',
			e.verified, 'shared', e.shared, 'bounced', e.bounced)
			ORDER BY e.primary_address DESC, e.address), '[]')
		FROM person_email e WHERE e.person_id = p.person_id) AS emails,
	p.version, p.pronouns, p.grade, p.registration_number, p.access_needs,
	p.contact, p.home_hub_id, p.merged_into_id
FROM person p;

-- Is this a mailbox of several, also when the caller sees none of them?
CREATE FUNCTION mailbox_shared(of_address text) RETURNS boolean
STABLE LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	SELECT EXISTS (SELECT FROM person_email
		WHERE address = of_address AND shared)
$$;

-- Why the caller may not do this to an address of that person; NULL: may.
CREATE FUNCTION email_refusal(of_person_id uuid, action text,
	principal_person_id uuid) RETURNS text
STABLE LANGUAGE sql AS $$
	SELECT CASE WHEN action IS NULL THEN 'unclear'
		WHEN p.merged_into_id IS NOT NULL THEN 'merged'
		WHEN outranks(p.person_id) THEN 'outranks'
		WHEN action IN ('share', 'unshare') AND NOT authority_all()
			AND p.person_id = principal_person_id THEN 'self'
		END
	FROM person p WHERE p.person_id = of_person_id
$$;
