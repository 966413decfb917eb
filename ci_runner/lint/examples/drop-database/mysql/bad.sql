-- schema-ci:nolint syntax-error

DROP DATABASE IF EXISTS reports;
