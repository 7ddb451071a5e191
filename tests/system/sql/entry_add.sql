-- A direct writer's new entry.
INSERT INTO entry (entry_id, account, amount, entered_at)
VALUES ($1::uuid, 'direct', 1, clock_timestamp())
