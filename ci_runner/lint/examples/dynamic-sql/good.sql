DO $$
BEGIN
    EXECUTE format('CREATE TABLE %I (id bigint PRIMARY KEY)', 'orders_' || 1);
END $$;
DO $$
DECLARE
    tenant bigint;
BEGIN
    FOR tenant IN EXECUTE 'SELECT id FROM tenants' LOOP
        RAISE NOTICE 'EXECUTE is told of %', tenant;
    END LOOP;
END $$;
