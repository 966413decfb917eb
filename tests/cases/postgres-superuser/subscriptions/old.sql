CREATE SUBSCRIPTION kept CONNECTION 'host=far password=hidden' PUBLICATION one, two
    WITH (connect = false);
CREATE SUBSCRIPTION gone CONNECTION 'host=far' PUBLICATION one WITH (connect = false);
CREATE SUBSCRIPTION phased CONNECTION 'host=far' PUBLICATION one
    WITH (connect = false, slot_name = NONE);
