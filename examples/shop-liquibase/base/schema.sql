CREATE TABLE vouchers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL UNIQUE,
  worth numeric(10,2) NOT NULL,
  note text
);

CREATE FUNCTION upper_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.code := upper(NEW.code);
  RETURN NEW;
END $$;

CREATE TRIGGER upper_code BEFORE INSERT ON vouchers
  FOR EACH ROW EXECUTE FUNCTION upper_code();
