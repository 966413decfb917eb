-- The release that goes with this file stops using `phone`. A later file drops it.
ALTER TABLE users ADD COLUMN mobile text;
