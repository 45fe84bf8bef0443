//! Enums of unit variants: closed sets of strings.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{DataEnum, Error, Fields};

use crate::attributes::{Container, variant_name};

pub(crate) fn expand(ident: &Ident, container: &Container, data: &DataEnum) -> syn::Result<TokenStream> {
    let mut names: Vec<String> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new_spanned(
                variant,
                "a variant with data: objects with exactly one member are written with `one_of!`",
            ));
        }
        let name = variant_name(variant, container.rename_all)?;
        if names.contains(&name) {
            return Err(Error::new_spanned(variant, format!("`{name}` is the name of two variants")));
        }
        names.push(name);
    }
    if names.is_empty() {
        return Err(Error::new_spanned(ident, "an enum without variants has no values"));
    }

    let shape_name = &container.name;
    let variants: Vec<_> = data.variants.iter().map(|variant| &variant.ident).collect();
    Ok(quote! {
        #[automatically_derived]
        impl #ident {
            /// The value as it is spelled on the wire.
            #[must_use]
            pub const fn as_wire(&self) -> &'static str {
                match self {
                    #(Self::#variants => #names),*
                }
            }

            /// The value that is spelled like this on the wire.
            #[must_use]
            pub fn from_wire(text: &str) -> ::core::option::Option<Self> {
                match text {
                    #(#names => ::core::option::Option::Some(Self::#variants),)*
                    _ => ::core::option::Option::None,
                }
            }
        }

        #[automatically_derived]
        impl ::bartizan_wire::Shape for #ident {
            const SCHEMA: &'static ::bartizan_wire::Schema = &::bartizan_wire::Schema {
                name: #shape_name,
                kind: ::bartizan_wire::SchemaKind::Enum(&[#(#names),*]),
            };

            fn decode(
                json: &::bartizan_wire::Json,
                at: &mut ::bartizan_wire::Path,
                out: &mut ::bartizan_wire::Violations,
            ) -> ::core::option::Option<Self> {
                ::bartizan_wire::decode::one_of_set(json, Self::from_wire, &[#(#names),*], at, out)
            }

            fn check(&self, _at: &mut ::bartizan_wire::Path, _out: &mut ::bartizan_wire::Violations) {}

            fn render(&self) -> ::std::string::String {
                self.as_wire().to_owned()
            }
        }
    })
}
