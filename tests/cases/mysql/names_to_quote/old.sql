CREATE TABLE `or``der` (`a b` int PRIMARY KEY, `select` int, KEY `k-1` (`select`));
