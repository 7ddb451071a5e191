-- Similar words: pg_trgm is a trusted extension, which whoever may create in the
-- database may add. It is one for all services.
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
