//! The engine against the vendor's rules, one case each.

mod examples;
mod made;
