-- +goose Up
ALTER TABLE couriers DROP COLUMN phone;

-- +goose Down
ALTER TABLE couriers ADD COLUMN phone text;
