CREATE INDEX stock_shelf_id ON stock (shelf_id);
