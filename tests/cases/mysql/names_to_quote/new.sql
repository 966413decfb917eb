CREATE TABLE `or``der` (`a b` bigint PRIMARY KEY, `Select` int, `größe` int, KEY `k-1` (`select`, `größe`));
CREATE TABLE `TABLE` (`x` int, CONSTRAINT `c!` CHECK (`x` <> 3));
