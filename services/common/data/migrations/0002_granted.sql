-- Who may do everything is a service, or the operator at the machine. A person
-- of the superhub has rights like everybody, which the policies name.

CREATE OR REPLACE FUNCTION authority_all() RETURNS boolean
STABLE LANGUAGE sql AS $$
	SELECT coalesce(current_setting('echo.authority', true) = 'service'
		OR (' ' || current_setting('echo.grants', true) || ' ')
			LIKE '% operator:superhub: %', false)
$$;

-- The scopes of that kind (hub, network, session) in which the caller holds one
-- of these roles; only grants whose role the method admits are known here.
CREATE FUNCTION granted_ids(kind text, roles text) RETURNS uuid[]
STABLE LANGUAGE sql AS $$
	SELECT coalesce(array_agg(split_part(g, ':', 3)::uuid), '{}')
	FROM unnest(string_to_array(current_setting('echo.grants', true), ' ')) g
	WHERE split_part(g, ':', 1) = ANY (string_to_array(roles, ' '))
		AND split_part(g, ':', 2) = kind AND split_part(g, ':', 3) <> ''
$$;

-- Does the caller hold one of these roles for the whole superhub?
CREATE FUNCTION granted(roles text) RETURNS boolean STABLE LANGUAGE sql AS $$
	SELECT EXISTS (
		SELECT FROM unnest(string_to_array(
			current_setting('echo.grants', true), ' ')) g
		WHERE split_part(g, ':', 1) = ANY (string_to_array(roles, ' '))
			AND split_part(g, ':', 2) = 'superhub')
$$;

-- For triggers: the domain's time, as of the transaction.
CREATE FUNCTION echo_now() RETURNS timestamptz STABLE LANGUAGE sql AS $$
	SELECT coalesce(nullif(current_setting('echo.now', true), '')::timestamptz,
		now())
$$;
