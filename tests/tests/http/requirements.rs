//! Requirements of a resource server that have no test in this binary.
