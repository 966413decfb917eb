-- schema-ci:nolint drop-table: no release reads it
DROP TABLE posts;
