-- What somebody agreed to, and no longer agrees to; the latest first.
SELECT request_no, c.* FROM request JOIN consent c USING (person_id)
ORDER BY request_no, c.given_at DESC, c.consent_id
