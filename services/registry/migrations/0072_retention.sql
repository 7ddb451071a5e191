-- The audit trail and the agreements are kept for six years: what an agreement
-- ended or an event happened before goes. The seals stay, so that the chain can
-- still be followed; the first batch that has its events is told to
-- `superhub audit verify --from`.

INSERT INTO retention_rule VALUES
	('audit_log', 72, 'Events of the audit trail: deleted; their seals stay.'),
	('agreement', 72, 'Agreements that ended or expired: deleted.');

-- Whole batches, the oldest first, and never one behind which an older event
-- stands. Returns how many events went.
CREATE FUNCTION audit_forget(before timestamptz) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
	WITH kept AS MATERIALIZED (
		SELECT batch_no AS least FROM audit_event
		WHERE at >= before AND batch_no IS NOT NULL
		ORDER BY batch_no LIMIT 1
	), due AS MATERIALIZED (
		SELECT DISTINCT batch_no FROM audit_event
		WHERE batch_no < coalesce((SELECT least FROM kept),
			9223372036854775807)
		ORDER BY batch_no LIMIT 100
	), gone AS (
		DELETE FROM audit_event e USING due
		WHERE e.batch_no = due.batch_no
		RETURNING 1
	)
	SELECT count(*) FROM gone
$$;
