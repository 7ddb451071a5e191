-- Seal these events as a batch.
SELECT audit_seal(batch_no, event_numbers, hash, signature) FROM request
