//! The web room, from outside.

mod documents;
