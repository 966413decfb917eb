CREATE TABLE stock (
  sku TEXT PRIMARY KEY,
  shelf_id INTEGER NOT NULL REFERENCES shelves (id),
  pieces INTEGER NOT NULL CHECK (pieces >= 0)
);
