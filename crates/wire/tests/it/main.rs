//! The crate as others use it.

#[cfg(test)]
mod derive;
#[cfg(test)]
mod one_of;
