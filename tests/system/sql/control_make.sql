-- The control: the same load, followed by a naive cursor over a bigserial.
CREATE TABLE control (
	control_id bigserial PRIMARY KEY
)
