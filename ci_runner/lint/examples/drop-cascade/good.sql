-- schema-ci:nolint drop-object-other: no release reads them
DROP VIEW domains;

-- Nothing depends on it.
-- schema-ci:nolint drop-object-other: no release reads it
DROP VIEW alone CASCADE;
