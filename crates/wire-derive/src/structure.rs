//! Structures.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::FieldsNamed;
use syn::spanned::Spanned;

use crate::attributes::{Absence, Container, MemberField};

pub(crate) fn expand(ident: &Ident, container: &Container, fields: &FieldsNamed) -> syn::Result<TokenStream> {
    let members = fields
        .named
        .iter()
        .map(|field| MemberField::read(field, container.rename_all))
        .collect::<syn::Result<Vec<_>>>()?;
    for (position, member) in members.iter().enumerate() {
        if members.iter().take(position).any(|other| other.name == member.name) {
            let text = format!("`{}` is the name of two members", member.name);
            return Err(syn::Error::new(member.ident.span(), text));
        }
    }

    let shape_name = &container.name;
    let idents: Vec<_> = members.iter().map(|member| member.ident).collect();
    let locals: Vec<_> = members.iter().map(|member| local(member.ident)).collect();
    let constants: Vec<_> = (0..members.len()).map(|index| format_ident!("MEMBER_{index}")).collect();
    let definitions = members.iter().zip(&constants).map(|(member, constant)| definition(member, constant));
    let applies = members.iter().map(|member| member.constraint.applies_to(member.ty));
    let decodes = members.iter().zip(&constants).map(|(member, constant)| decode(member, constant));
    let checks = members.iter().zip(&constants).map(|(member, constant)| check(member, constant));
    let shows = members.iter().zip(&constants).map(|(member, constant)| show(member, constant));

    Ok(quote! {
        #[automatically_derived]
        const _: () = {
            #(#definitions)*
            #(#applies)*

            impl ::bartizan_wire::Shape for #ident {
                const SCHEMA: &'static ::bartizan_wire::Schema = &::bartizan_wire::Schema {
                    name: #shape_name,
                    kind: ::bartizan_wire::SchemaKind::Structure(&[#(#constants),*]),
                };

                fn decode(
                    json: &::bartizan_wire::Json,
                    at: &mut ::bartizan_wire::Path,
                    out: &mut ::bartizan_wire::Violations,
                ) -> ::core::option::Option<Self> {
                    let members = ::bartizan_wire::decode::structure(json, at, out)?;
                    let _ = members;
                    // Every member is read before the first that failed ends it, so that all violations are told.
                    #(#decodes)*
                    ::core::option::Option::Some(Self { #(#idents: #locals?),* })
                }

                fn check(&self, at: &mut ::bartizan_wire::Path, out: &mut ::bartizan_wire::Violations) {
                    let _ = (&at, &out);
                    #(#checks)*
                }

                fn render(&self) -> ::std::string::String {
                    let mut text = ::std::vec::Vec::<::std::string::String>::new();
                    let _ = &mut text;
                    #(#shows)*
                    ::std::format!("{}({})", #shape_name, text.join(", "))
                }
            }
        };
    })
}

fn definition(member: &MemberField<'_>, constant: &Ident) -> TokenStream {
    let MemberField { name, ty, sensitive, .. } = member;
    let required = matches!(member.absence, Absence::Refused);
    let constraint = member.constraint.constant();
    let schema = quote_spanned!(ty.span()=> ::bartizan_wire::decode::schema::<#ty>);
    quote! {
        const #constant: ::bartizan_wire::Member = ::bartizan_wire::Member {
            name: #name,
            required: #required,
            sensitive: #sensitive,
            constraint: #constraint,
            schema: #schema,
        };
    }
}

fn decode(member: &MemberField<'_>, constant: &Ident) -> TokenStream {
    let MemberField { ty, .. } = member;
    let local = local(member.ident);
    match &member.absence {
        Absence::Refused => quote! {
            let #local: ::core::option::Option<#ty> =
                ::bartizan_wire::decode::required(members, &#constant, at, out);
        },
        Absence::None => quote! {
            let #local: ::core::option::Option<#ty> =
                ::bartizan_wire::decode::optional(members, &#constant, at, out);
        },
        Absence::Default(default) => {
            let default = match default {
                Some(expression) => quote!(|| #expression),
                None => quote!(::core::default::Default::default),
            };
            quote! {
                let #local: ::core::option::Option<#ty> =
                    ::bartizan_wire::decode::defaulted(members, &#constant, #default, at, out);
            }
        }
    }
}

fn check(member: &MemberField<'_>, constant: &Ident) -> TokenStream {
    let ident = member.ident;
    if member.optional && matches!(member.absence, Absence::Refused) {
        return quote!(::bartizan_wire::decode::check_required(self.#ident.as_ref(), &#constant, at, out););
    }
    quote!(::bartizan_wire::decode::check(&self.#ident, &#constant, at, out);)
}

fn show(member: &MemberField<'_>, constant: &Ident) -> TokenStream {
    let ident = member.ident;
    if member.optional {
        return quote! {
            if let ::core::option::Option::Some(value) = &self.#ident {
                ::bartizan_wire::decode::show(value, &#constant, &mut text);
            }
        };
    }
    quote!(::bartizan_wire::decode::show(&self.#ident, &#constant, &mut text);)
}

/// A member may be named like a parameter of `decode`, such as `at`.
fn local(ident: &Ident) -> Ident {
    format_ident!("member_{}", ident)
}
