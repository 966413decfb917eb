-- The base type is only a change of the catalogue, and so is a check that is not validated yet.
ALTER TABLE readings ADD COLUMN quality integer;
ALTER TABLE readings
  ADD CONSTRAINT readings_quality_check CHECK (quality BETWEEN 0 AND 100) NOT VALID;
