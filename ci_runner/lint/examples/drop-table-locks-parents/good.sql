-- schema-ci:nolint drop-constraint: the table goes next
ALTER TABLE posts DROP CONSTRAINT posts_author_fkey;
