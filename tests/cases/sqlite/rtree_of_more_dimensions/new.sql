CREATE VIRTUAL TABLE r USING rtree_i32 (id, minx, maxx, miny, maxy);
