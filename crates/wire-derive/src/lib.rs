//! `#[derive(Shape)]` and nothing else.
//!
//! The names on the wire come from serde's own attributes, so that a name is written once and what is read agrees with
//! what serde writes. What serde does not know stands in `#[shape(..)]`, see the attribute modules.

mod attributes;
mod constraint;
mod enumeration;
mod names;
mod structure;

use proc_macro::TokenStream;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, parse_macro_input};

/// Derives `Shape` for a structure with named fields, or for an enum of unit variants (which also gets `as_wire` and
/// `from_wire`).
///
/// On the container: `#[shape(name = "VendorName")]`. On a field: `length = 1..=128`, `range = 0..=360`,
/// `pattern = ".."`, `each(..)`, `key(..)`, `default`, `default = expr`, `required` and `sensitive`.
#[proc_macro_derive(Shape, attributes(shape, serde))]
pub fn derive_shape(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(input: &DeriveInput) -> syn::Result<proc_macro2::TokenStream> {
    if !input.generics.params.is_empty() {
        return Err(Error::new(input.generics.span(), "a shape cannot be generic"));
    }
    let container = attributes::Container::read(input)?;
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => structure::expand(&input.ident, &container, fields),
            other => {
                let place = if other.is_empty() { input.ident.span() } else { other.span() };
                Err(Error::new(place, "a shape needs named fields: write `{ .. }`"))
            }
        },
        Data::Enum(data) => enumeration::expand(&input.ident, &container, data),
        Data::Union(_) => Err(Error::new(input.ident.span(), "a union cannot be a shape")),
    }
}
