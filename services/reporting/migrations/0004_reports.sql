-- What a report says, and in which words.

-- Every figure, defined once. The text is printed with the figure.
CREATE TABLE definition (
	key text PRIMARY KEY,
	position integer NOT NULL UNIQUE,
	label text NOT NULL,
	unit text NOT NULL,
	n_of text NOT NULL,   -- what n is the number of
	scopes text[] NOT NULL DEFAULT '{superhub,hub,network}',
	definition text NOT NULL
);
INSERT INTO definition (position, key, label, unit, n_of, definition) VALUES
(1, 'sessions', 'Sessions delivered', 'sessions', 'sessions',
	'Number of sessions. A session belongs to the period by the day of its '
	'start in Europe/London, and counts once it is reconciled or closed.'),
(2, 'attendances', 'Total attendances', 'attendances', 'attendances',
	'Number of counted attendances at these sessions; a person who came to '
	'three sessions is counted three times. An attendance counts if it '
	'reached the threshold in minutes (10 by default) or was taken by '
	'roll-call; hub team, facilitators, speakers and observers are not '
	'counted.'),
(3, 'attendees', 'Unique attendees', 'people', 'attendances',
	'Number of different people with at least one counted attendance in the '
	'period.'),
(4, 'hours', 'Hours of learning', 'hours', 'attendances',
	'Minutes attended in counted attendances, each at most the minutes that '
	'its session may credit, added up and divided by 60; not rounded to '
	'credits.'),
(5, 'organisations', 'Organisations reached', 'organisations', 'attendees',
	'Number of different employers of the unique attendees, as they are '
	'known today; attendees without a known employer add none.'),
(6, 'mean_attendance', 'Mean attendance', 'attendances per session',
	'sessions', 'Total attendances divided by sessions delivered.');
INSERT INTO definition (position, key, label, unit, n_of, scopes, definition)
VALUES
(7, 'networks', 'Networks active', 'networks', 'sessions', '{superhub,hub}',
	'Number of networks with at least one session delivered in the period.'),
(8, 'hubs', 'Hubs active', 'hubs', 'sessions', '{superhub}',
	'Number of hubs with at least one session delivered in the period, in any '
	'of their networks.');

-- The raw figures of a scope for the days [from_day, to_day).
CREATE FUNCTION figures(scope uuid, from_day date, to_day date,
	OUT sessions bigint, OUT attendances bigint, OUT minutes bigint,
	OUT attendees bigint, OUT organisations bigint, OUT networks bigint,
	OUT hubs bigint)
STABLE LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
	SELECT coalesce(sum(t.sessions), 0), coalesce(sum(t.attendances), 0),
		coalesce(sum(t.minutes), 0)
	INTO sessions, attendances, minutes
	FROM tally t
	WHERE t.scope_id = scope AND t.on_day >= from_day AND t.on_day < to_day;
	attendees := distinct_visitors(scope, 'person', from_day, to_day);
	organisations := distinct_visitors(scope, 'organisation', from_day, to_day);
	networks := distinct_visitors(scope, 'network', from_day, to_day);
	hubs := distinct_visitors(scope, 'hub', from_day, to_day);
END $$;

-- Who may see what: a service and the superhub's administrators all; a hub's
-- people their hub and its networks; a network's people their network. What is
-- about single people is for the service alone, which counts it.
CREATE FUNCTION visible_scope_ids() RETURNS uuid[] STABLE LANGUAGE sql AS $$
	SELECT authority_hub_ids() || authority_network_ids() || ARRAY(
		SELECT network_id FROM network
		WHERE hub_id = ANY (authority_hub_ids()))
$$;

ALTER TABLE tally ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON tally USING ((SELECT authority_all())
	OR scope_id = ANY ((SELECT visible_scope_ids())::uuid[]));
ALTER TABLE reach ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON reach USING ((SELECT authority_all())
	OR scope_id = ANY ((SELECT visible_scope_ids())::uuid[]));
ALTER TABLE hub ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON hub USING ((SELECT authority_all())
	OR hub_id = ANY ((SELECT authority_hub_ids())::uuid[]));
ALTER TABLE network ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON network USING ((SELECT authority_all())
	OR hub_id = ANY ((SELECT authority_hub_ids())::uuid[])
	OR network_id = ANY ((SELECT authority_network_ids())::uuid[]));

ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON person USING ((SELECT authority_all()));
ALTER TABLE membership ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON membership USING ((SELECT authority_all()));
ALTER TABLE attendance ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON attendance USING ((SELECT authority_all()));
ALTER TABLE fact ENABLE ROW LEVEL SECURITY;
CREATE POLICY service ON fact USING ((SELECT authority_all()));
