-- Figures beside those of a scope: a person's own, the median of the hubs, and
-- what the superhub publishes.

UPDATE definition SET scopes = scopes || '{person}'
WHERE key IN ('attendances', 'hours');

-- Who learnt sees it.
CREATE POLICY own ON fact FOR SELECT USING (
	person_id = ANY ((SELECT authority_person_ids())::uuid[]));

-- The figures of a scope for the days [from_day, to_day), one row for each that
-- its kind of scope has.
CREATE FUNCTION top_line(of_scope text, scope_id uuid, from_day date, to_day date)
RETURNS TABLE ("position" integer, key text, label text,
	value double precision, unit text, n bigint, n_of text, definition text)
STABLE LANGUAGE sql AS $$
	SELECT d.position, d.key, d.label, v.value, d.unit, v.n, d.n_of,
		d.definition
	FROM (
		SELECT * FROM figures($2, from_day, to_day)
		WHERE of_scope <> 'person'
		UNION ALL
		SELECT NULL, coalesce(sum(f.attendances), 0),
			coalesce(sum(f.minutes), 0), NULL, NULL, NULL, NULL
		FROM fact f
		WHERE f.person_id = $2 AND f.on_day >= from_day
			AND f.on_day < to_day
		HAVING of_scope = 'person'
	) f CROSS JOIN LATERAL (VALUES
		('sessions', f.sessions::double precision, f.sessions),
		('attendances', f.attendances, f.attendances),
		('attendees', f.attendees, f.attendances),
		('hours', f.minutes / 60.0, f.attendances),
		('organisations', f.organisations, f.attendees),
		('mean_attendance', coalesce(f.attendances
			/ nullif(f.sessions, 0)::numeric, 0), f.sessions),
		('networks', f.networks, f.sessions),
		('hubs', f.hubs, f.sessions)) v (key, value, n)
	JOIN definition d ON d.key = v.key AND of_scope = ANY (d.scopes)
$$;

-- What is wrong with the days that were given; no row: nothing.
CREATE FUNCTION period_wrong(from_on date, to_on date)
RETURNS TABLE (rpc_message text, rpc_field text)
IMMUTABLE LANGUAGE sql AS $$
	SELECT CASE WHEN from_on > to_on AND isfinite(from_on) AND isfinite(to_on)
			THEN 'The last day is before the first.'
			ELSE 'Give the first and the last day.' END,
		CASE WHEN isfinite(from_on) THEN 'to_on' ELSE 'from_on' END
	WHERE (isfinite(from_on) AND isfinite(to_on) AND from_on <= to_on)
		IS NOT TRUE
$$;

-- The median of each figure over the hubs that were active, for a hub to see
-- where it stands; it sees past the policies, so it says for whom it is. Of
-- fewer than five it would tell of single ones.
CREATE FUNCTION hub_medians(from_day date, to_day date)
RETURNS TABLE (key text, value double precision, hubs bigint)
STABLE LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	SELECT l.key, percentile_cont(0.5) WITHIN GROUP (ORDER BY l.value),
		count(*)
	FROM hub h CROSS JOIN LATERAL top_line('hub', h.hub_id, from_day, to_day) l
	WHERE EXISTS (SELECT FROM tally t WHERE t.scope_id = h.hub_id
		AND t.on_day >= from_day AND t.on_day < to_day AND t.sessions > 0)
		AND (authority_all()
			OR granted('superhub_admin superhub_viewer')
			OR granted_ids('hub', 'hub_admin') <> '{}')
	GROUP BY l.key
	HAVING count(*) >= 5
$$;

-- What everybody may see, as it was when it was published.
CREATE TABLE figure_snapshot (
	snapshot_id uuid PRIMARY KEY,
	from_on date NOT NULL,
	to_on date NOT NULL,
	published_at timestamptz NOT NULL,
	published_by_id uuid, -- NULL: a service
	figures jsonb NOT NULL
);
CREATE INDEX figure_snapshot_newest ON figure_snapshot (published_at);
INSERT INTO personal_data (relation, whose, erasure, searched)
VALUES ('figure_snapshot', 'published_by_id = $1', 'keep', false);
ALTER TABLE figure_snapshot ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON figure_snapshot FOR SELECT USING (true);
CREATE POLICY superhub ON figure_snapshot USING (
	(SELECT authority_all() OR granted('superhub_admin')));
