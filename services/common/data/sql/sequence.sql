-- Give staged changes their positions; where the feeds then stand.
SELECT request_no, s.taken, s.feeds, s.epoch_id, s.seq
FROM request, sequence_changes(5000) s
