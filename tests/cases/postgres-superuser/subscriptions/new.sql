CREATE SUBSCRIPTION kept CONNECTION 'host=near password=other' PUBLICATION three
    WITH (connect = false, slot_name = 'own', binary = true, synchronous_commit = 'local');
CREATE SUBSCRIPTION phased CONNECTION 'host=far' PUBLICATION one
    WITH (connect = false, slot_name = NONE, two_phase = true, streaming = true);
COMMENT ON SUBSCRIPTION kept IS 'why';
