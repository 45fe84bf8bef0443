//! Against the outside: other projects' test vectors and corpora, and their programs as oracles.
#![cfg(test)]

mod core_rule_set;
mod corpora;
mod libinjection;
mod modsecurity;
mod operator_vectors;
mod patterns_properties;
mod random;
mod sqli_corpora;
mod sqli_oracle;
mod transformation_oracle;
mod transformation_properties;
mod transformation_vectors;
mod xss_corpora;
mod xss_oracle;
