"""Chemical formulas and equations as pupils write them."""
