-- +goose Up
CREATE TABLE couriers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  phone text
);

-- +goose Down
DROP TABLE couriers;
