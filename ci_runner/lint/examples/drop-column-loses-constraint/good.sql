-- schema-ci:nolint drop-column: no release reads it
ALTER TABLE members DROP COLUMN note;
