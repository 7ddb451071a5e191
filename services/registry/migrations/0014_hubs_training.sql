-- Training by the superhub: events of one or more days, who has a place, and who
-- was there on which day. The hubs book for their people.

CREATE TABLE training_event (
	training_event_id uuid PRIMARY KEY,
	kind text NOT NULL,
	title text NOT NULL,
	capacity integer NOT NULL,
	version bigint NOT NULL,
	CONSTRAINT training_kind CHECK (kind IN ('orientation', 'partner_launch',
		'facilitator', 'coordinator')),
	CONSTRAINT training_title CHECK (title <> '' AND is_line(title, 200)),
	CONSTRAINT training_capacity CHECK (capacity BETWEEN 0 AND 10000)
);
COMMENT ON CONSTRAINT training_kind ON training_event IS
	'kind: Choose orientation, partner_launch, facilitator or coordinator.';
COMMENT ON CONSTRAINT training_title ON training_event IS
	'title: Give the title, one line of at most 200 characters.';
COMMENT ON CONSTRAINT training_capacity ON training_event IS
	'capacity: Give a number of places up to 10,000; 0 for no limit.';

CREATE TABLE training_day (
	training_event_id uuid NOT NULL REFERENCES training_event,
	day_on date NOT NULL,
	CONSTRAINT training_day_once PRIMARY KEY (training_event_id, day_on)
);

CREATE TABLE training_place (
	place_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
	training_event_id uuid NOT NULL,
	person_id uuid NOT NULL,
	hub_id uuid NOT NULL,
	booked_at timestamptz NOT NULL,
	completed_on date, -- the last day, once every day is attended
	CONSTRAINT place_once PRIMARY KEY (training_event_id, person_id),
	CONSTRAINT place_event FOREIGN KEY (training_event_id)
		REFERENCES training_event,
	CONSTRAINT place_person FOREIGN KEY (person_id)
		REFERENCES person ON DELETE CASCADE,
	CONSTRAINT place_hub FOREIGN KEY (hub_id) REFERENCES hub
);
COMMENT ON CONSTRAINT place_event ON training_place IS
	'training_event_id: There is no such training.';
COMMENT ON CONSTRAINT place_person ON training_place IS
	'person_id: There is no such person.';
COMMENT ON CONSTRAINT place_hub ON training_place IS
	'hub_id: There is no such hub.';
CREATE INDEX place_of_person ON training_place (person_id);
CREATE INDEX place_of_hub ON training_place (hub_id);

CREATE TABLE training_attendance (
	training_event_id uuid NOT NULL,
	person_id uuid NOT NULL,
	day_on date NOT NULL,
	PRIMARY KEY (training_event_id, person_id, day_on),
	CONSTRAINT attendance_place FOREIGN KEY (training_event_id, person_id)
		REFERENCES training_place ON DELETE CASCADE ON UPDATE CASCADE,
	CONSTRAINT attendance_day FOREIGN KEY (training_event_id, day_on)
		REFERENCES training_day
);
COMMENT ON CONSTRAINT attendance_day ON training_attendance IS
	'days: Somebody attended on a day that you leave out; correct that first.';

SELECT audit_changes('training_event', 'training_event', 'training_event_id');
SELECT audit_changes('training_day', 'training_day', 'training_event_id');
SELECT audit_changes('training_place', 'training_place', 'person_id');
SELECT audit_changes('training_attendance', 'training_attendance', 'person_id');

ALTER TABLE training_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY event_read ON training_event FOR SELECT USING (true);
CREATE POLICY event_superhub ON training_event USING (
	(SELECT authority_all() OR granted('superhub_admin')));
ALTER TABLE training_day ENABLE ROW LEVEL SECURITY;
CREATE POLICY day_read ON training_day FOR SELECT USING (true);
CREATE POLICY day_superhub ON training_day USING (
	(SELECT authority_all() OR granted('superhub_admin')));
ALTER TABLE training_place ENABLE ROW LEVEL SECURITY;
CREATE POLICY place_superhub ON training_place USING (
	(SELECT authority_all() OR granted('superhub_admin')));
CREATE POLICY place_read ON training_place FOR SELECT USING (
	hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin'))::uuid[])
	OR person_id = ANY ((SELECT authority_person_ids())::uuid[]));
CREATE POLICY place_book ON training_place FOR INSERT WITH CHECK (
	completed_on IS NULL
	AND hub_id = ANY ((SELECT granted_ids('hub', 'hub_admin'))::uuid[])
	-- whom they see
	AND EXISTS (SELECT FROM person p
		WHERE p.person_id = training_place.person_id));
ALTER TABLE training_attendance ENABLE ROW LEVEL SECURITY;
CREATE POLICY attendance_superhub ON training_attendance USING (
	(SELECT authority_all() OR granted('superhub_admin')));
CREATE POLICY attendance_read ON training_attendance FOR SELECT USING (EXISTS (
	SELECT FROM training_place p
	WHERE p.training_event_id = training_attendance.training_event_id
		AND p.person_id = training_attendance.person_id));

-- Places that are free, whoever asks; locked until the transaction ends, as
-- seats() of a network.
CREATE FUNCTION training_free(of_event_id uuid) RETURNS bigint
VOLATILE LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	places integer;
BEGIN
	SELECT nullif(capacity, 0) INTO places FROM training_event
	WHERE training_event_id = of_event_id FOR NO KEY UPDATE;
	RETURN coalesce(places - (SELECT count(*) FROM training_place
		WHERE training_event_id = of_event_id), 2147483647);
END $$;

CREATE FUNCTION place_advances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF 'partner_launch' = (SELECT kind FROM training_event
		WHERE training_event_id = NEW.training_event_id) THEN
		PERFORM advance_hub(NEW.hub_id, 'signed', 'training_booked',
			'Launch training booked.');
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER place_advances AFTER INSERT ON training_place
	FOR EACH ROW EXECUTE FUNCTION place_advances();

-- Whoever has attended every day has completed the training, and moves the hub.
CREATE FUNCTION attendance_completes() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	event_id uuid := coalesce(NEW.training_event_id, OLD.training_event_id);
	who_id uuid := coalesce(NEW.person_id, OLD.person_id);
	done training_place;
BEGIN
	UPDATE training_place p SET completed_on = (
		SELECT max(d.day_on) FROM training_day d
		LEFT JOIN training_attendance a ON a.person_id = who_id
			AND a.training_event_id = event_id
			AND a.day_on = d.day_on
		WHERE d.training_event_id = event_id
		HAVING count(*) = count(a.day_on))
	WHERE p.training_event_id = event_id AND p.person_id = who_id
	RETURNING * INTO done;
	IF done.completed_on IS NOT NULL THEN
		CASE (SELECT kind FROM training_event
			WHERE training_event_id = event_id)
		WHEN 'orientation' THEN
			PERFORM advance_hub(done.hub_id, 'enquiry',
				'orientation_attended', 'Orientation attended.');
		WHEN 'partner_launch' THEN
			PERFORM advance_hub(done.hub_id, 'training_booked',
				'trained', 'Launch training completed.');
		ELSE
		END CASE;
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER attendance_completes AFTER INSERT OR DELETE
	ON training_attendance
	FOR EACH ROW EXECUTE FUNCTION attendance_completes();

CREATE VIEW training_event_message WITH (security_invoker) AS
SELECT e.training_event_id, e.kind, e.title,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('day_on', d.day_on)
			ORDER BY d.day_on), '[]')
		FROM training_day d
		WHERE d.training_event_id = e.training_event_id) AS days,
	e.capacity, e.version
FROM training_event e;

-- The name is there for whoever sees the person.
CREATE VIEW training_place_message WITH (security_invoker) AS
SELECT t.training_event_id, t.person_id, t.hub_id, t.booked_at, t.completed_on,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('day_on', a.day_on)
			ORDER BY a.day_on), '[]')
		FROM training_attendance a
		WHERE a.training_event_id = t.training_event_id
			AND a.person_id = t.person_id) AS days,
	p.first_name, p.last_name
FROM training_place t LEFT JOIN person p USING (person_id);
