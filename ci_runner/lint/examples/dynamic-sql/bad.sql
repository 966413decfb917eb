DO $$
DECLARE
    tenant bigint;
BEGIN
    FOR tenant IN SELECT id FROM tenants LOOP
        EXECUTE format('ALTER TABLE %I DROP COLUMN note', 'orders_' || tenant);
    END LOOP;
END $$;
