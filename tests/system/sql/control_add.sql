-- Takes its place in the transaction of the change, as an outbox would.
INSERT INTO control DEFAULT VALUES
