//! The attributes: serde's as far as they name things, and `#[shape(..)]`.

use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, DeriveInput, Expr, Field, Ident, LitStr, Token, Type, Variant};

use crate::constraint::Constraint;
use crate::names::Rename;

/// What stands on the type.
pub(crate) struct Container {
    /// The vendor's name of the shape.
    pub(crate) name: String,
    pub(crate) rename_all: Rename,
}

impl Container {
    pub(crate) fn read(input: &DeriveInput) -> syn::Result<Self> {
        let mut container = Self { name: input.ident.unraw().to_string(), rename_all: Rename::None };
        for_each(&input.attrs, "serde", |meta| {
            refuse(meta, &["tag", "untagged", "content", "transparent", "rename_all_fields"])?;
            if meta.path.is_ident("rename_all") {
                container.rename_all = Rename::read(&text(meta)?)?;
                return Ok(());
            }
            skip(meta)
        })?;
        for_each(&input.attrs, "shape", |meta| {
            if meta.path.is_ident("name") {
                container.name = text(meta)?.value();
                return Ok(());
            }
            Err(meta.error("unknown here: a shape has `name = \"..\"`"))
        })?;
        Ok(container)
    }
}

/// The wire name of an enum's variant.
pub(crate) fn variant_name(variant: &Variant, rename_all: Rename) -> syn::Result<String> {
    for_each(&variant.attrs, "shape", |meta| Err(meta.error("unknown here: variants have serde's `rename`")))?;
    let given = serde_name(&variant.attrs)?;
    Ok(given.unwrap_or_else(|| rename_all.variant(&variant.ident.unraw().to_string())))
}

/// What happens when a member is absent.
pub(crate) enum Absence {
    /// It must not be.
    Refused,
    /// The field is `None`.
    None,
    /// The field has this value; no expression stands for the type's own default.
    Default(Option<Box<Expr>>),
}

/// A member of a structure.
pub(crate) struct MemberField<'input> {
    pub(crate) ident: &'input Ident,
    pub(crate) ty: &'input Type,
    /// On the wire.
    pub(crate) name: String,
    pub(crate) absence: Absence,
    /// The field is an `Option`.
    pub(crate) optional: bool,
    pub(crate) sensitive: bool,
    pub(crate) constraint: Constraint,
}

impl<'input> MemberField<'input> {
    pub(crate) fn read(field: &'input Field, rename_all: Rename) -> syn::Result<Self> {
        let Some(ident) = &field.ident else {
            return Err(syn::Error::new_spanned(field, "a shape needs named fields: write `{ .. }`"));
        };
        let name = serde_name(&field.attrs)?.unwrap_or_else(|| rename_all.field(&ident.unraw().to_string()));
        let optional = is_option(&field.ty);
        let mut default = None;
        let (mut required, mut sensitive) = (false, false);
        let mut constraint = Constraint::default();
        for_each(&field.attrs, "shape", |meta| {
            if meta.path.is_ident("default") {
                let given = if meta.input.peek(Token![=]) { Some(meta.value()?.parse()?) } else { None };
                default = Some(given.map(Box::new));
            } else if meta.path.is_ident("required") {
                if !optional {
                    return Err(meta.error("needless: only an `Option` or a member with a default may be absent"));
                }
                required = true;
            } else if meta.path.is_ident("sensitive") {
                sensitive = true;
            } else if !constraint.read(meta)? {
                return Err(meta.error(
                    "unknown here: a member has `length`, `range`, `pattern`, `each`, `key`, `default`, `required` \
                     and `sensitive`",
                ));
            }
            Ok(())
        })?;
        if required && default.is_some() {
            return Err(syn::Error::new_spanned(field, "`required` and `default` exclude each other"));
        }
        let absence = match default {
            Some(default) => Absence::Default(default),
            None if optional && !required => Absence::None,
            None => Absence::Refused,
        };
        Ok(Self { ident, ty: &field.ty, name, absence, optional, sensitive, constraint })
    }
}

/// The name that serde's `rename` gives. Attributes that would make serde write something else are refused.
fn serde_name(attributes: &[Attribute]) -> syn::Result<Option<String>> {
    let mut name = None;
    for_each(attributes, "serde", |meta| {
        refuse(meta, &["flatten", "skip", "skip_serializing", "skip_deserializing", "other", "alias"])?;
        if meta.path.is_ident("rename") {
            name = Some(text(meta)?.value());
            return Ok(());
        }
        skip(meta)
    })?;
    Ok(name)
}

fn for_each(
    attributes: &[Attribute],
    name: &str,
    mut read: impl FnMut(&ParseNestedMeta<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        attribute.parse_nested_meta(|meta| read(&meta))?;
    }
    Ok(())
}

fn refuse(meta: &ParseNestedMeta<'_>, names: &[&str]) -> syn::Result<()> {
    if names.iter().any(|name| meta.path.is_ident(name)) {
        return Err(meta.error("a shape cannot follow this serde attribute"));
    }
    Ok(())
}

/// Reads over an attribute that does not concern us.
fn skip(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let inside;
        syn::parenthesized!(inside in meta.input);
        inside.parse::<proc_macro2::TokenStream>()?;
    }
    Ok(())
}

/// The string behind `name =`. serde's form with two names, `rename(serialize = .., ..)`, is not a string.
fn text(meta: &ParseNestedMeta<'_>) -> syn::Result<LitStr> {
    meta.value()?.parse()
}

/// By its spelling, as serde does it.
fn is_option(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.qself.is_none() && path.path.segments.last().is_some_and(|segment| segment.ident == "Option")
}
