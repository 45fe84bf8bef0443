//! The crate as others use it.

#[cfg(test)]
mod derive;
#[cfg(test)]
mod names;
#[cfg(test)]
mod one_of;
#[cfg(test)]
mod ui;
