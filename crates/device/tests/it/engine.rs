//! The engine against the vendor's rules, one case each, and against a second implementation of them.

mod columns;
mod examples;
mod learning;
mod made;
mod nab;
mod naive;
mod properties;
