//! Against the outside: other projects' test vectors and corpora, and their programs as oracles.
#![cfg(test)]

mod corpora;
mod modsecurity;
mod random;
mod transformation_oracle;
mod transformation_properties;
mod transformation_vectors;
