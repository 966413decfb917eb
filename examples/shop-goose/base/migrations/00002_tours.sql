-- +goose Up
CREATE TABLE tours (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  courier_id bigint NOT NULL REFERENCES couriers (id),
  started_at timestamptz NOT NULL
);
CREATE INDEX tours_courier_id_idx ON tours (courier_id);

-- +goose StatementBegin
CREATE FUNCTION tours_of(who bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT count(*) FROM tours WHERE courier_id = who);
END $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION tours_of(bigint);
DROP TABLE tours;
