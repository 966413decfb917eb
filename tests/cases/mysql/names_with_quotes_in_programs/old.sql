CREATE TABLE `we.ird``tab le` (`co``l` int, `a%b` int, `it's` int);
