CREATE TABLE stays (x);
