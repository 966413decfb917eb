-- migrate:up
ALTER TABLE gifts DROP COLUMN ribbon;

-- migrate:down
ALTER TABLE gifts ADD COLUMN ribbon text;
