CREATE TABLE couriers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  phone text
);

CREATE TABLE tours (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  courier_id bigint NOT NULL REFERENCES couriers (id),
  started_at timestamptz NOT NULL
);
CREATE INDEX tours_courier_id_idx ON tours (courier_id);

CREATE FUNCTION tours_of(who bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT count(*) FROM tours WHERE courier_id = who);
END $$;
