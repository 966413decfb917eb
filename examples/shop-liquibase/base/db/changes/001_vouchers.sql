--liquibase formatted sql

--changeset ana:vouchers
CREATE TABLE vouchers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL UNIQUE,
  worth ${money} NOT NULL,
  note text
);
--rollback DROP TABLE vouchers;

--changeset ana:upper-code splitStatements:false
CREATE FUNCTION upper_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.code := upper(NEW.code);
  RETURN NEW;
END $$;
--rollback DROP FUNCTION upper_code();

--changeset ana:upper-code-trigger
--preconditions onFail:MARK_RAN
--precondition-table-exists table:vouchers
CREATE TRIGGER upper_code BEFORE INSERT ON vouchers
  FOR EACH ROW EXECUTE FUNCTION upper_code();
--rollback DROP TRIGGER upper_code ON vouchers;
