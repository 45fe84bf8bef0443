//! Constraints: `length = 1..=128`, `range = 0..=360`, `pattern = ".."`, `each(..)`, `key(..)`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, ExprRange, ExprUnary, Lit, LitStr, RangeLimits, Type, UnOp};

/// A bound on either side, where it was written.
struct Bounds {
    min: Option<i64>,
    max: Option<i64>,
    span: Span,
}

/// What a member must satisfy beyond its type.
#[derive(Default)]
pub(crate) struct Constraint {
    length: Option<Bounds>,
    range: Option<Bounds>,
    pattern: Option<LitStr>,
    each: Option<(Box<Constraint>, Span)>,
    key: Option<(Box<Constraint>, Span)>,
}

impl Constraint {
    /// Reads one part; false if this is not the name of one.
    pub(crate) fn read(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<bool> {
        if meta.path.is_ident("length") {
            once(meta, self.length.is_some())?;
            let bounds = Bounds::read(meta)?;
            if bounds.min.is_some_and(|min| min < 0) || bounds.max.is_some_and(|max| max < 0) {
                return Err(Error::new(bounds.span, "a length is not negative"));
            }
            self.length = Some(bounds);
        } else if meta.path.is_ident("range") {
            once(meta, self.range.is_some())?;
            self.range = Some(Bounds::read(meta)?);
        } else if meta.path.is_ident("pattern") {
            once(meta, self.pattern.is_some())?;
            self.pattern = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("each") {
            once(meta, self.each.is_some())?;
            self.each = Some((Box::new(Self::nested(meta)?), meta.path.span()));
        } else if meta.path.is_ident("key") {
            once(meta, self.key.is_some())?;
            self.key = Some((Box::new(Self::nested(meta)?), meta.path.span()));
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn nested(meta: &ParseNestedMeta<'_>) -> syn::Result<Self> {
        let mut inner = Self::default();
        meta.parse_nested_meta(|meta| {
            if inner.read(&meta)? {
                return Ok(());
            }
            Err(meta.error("unknown here: a constraint has `length`, `range`, `pattern`, `each` and `key`"))
        })?;
        Ok(inner)
    }

    /// The constraint as a constant expression.
    pub(crate) fn constant(&self) -> TokenStream {
        let length_min = bound(self.length.as_ref().and_then(|bounds| bounds.min));
        let length_max = bound(self.length.as_ref().and_then(|bounds| bounds.max));
        let range_min = bound(self.range.as_ref().and_then(|bounds| bounds.min));
        let range_max = bound(self.range.as_ref().and_then(|bounds| bounds.max));
        let pattern = option(self.pattern.as_ref().map(|pattern| quote!(#pattern)));
        let inner = |inner: &Option<(Box<Self>, Span)>| {
            option(inner.as_ref().map(|(inner, _)| {
                let inner = inner.constant();
                quote!(&#inner)
            }))
        };
        let (each, key) = (inner(&self.each), inner(&self.key));
        quote! {
            ::bartizan_wire::Constraint {
                length_min: #length_min,
                length_max: #length_max,
                range_min: #range_min,
                range_max: #range_max,
                pattern: #pattern,
                each: #each,
                key: #key,
            }
        }
    }

    /// Statements that compile only if every part applies to the type.
    pub(crate) fn applies(&self, ty: &TokenStream) -> TokenStream {
        let mut statements = TokenStream::new();
        let mut state = |part: &str, span: Span| {
            let part = syn::Ident::new(part, span);
            statements.extend(quote_spanned!(span=> ::bartizan_wire::decode::applies::#part::<#ty>();));
        };
        if let Some(length) = &self.length {
            state("length", length.span);
        }
        if let Some(range) = &self.range {
            state("range", range.span);
        }
        if let Some(pattern) = &self.pattern {
            state("pattern", pattern.span());
        }
        if let Some((_, span)) = &self.each {
            state("each", *span);
        }
        if let Some((_, span)) = &self.key {
            state("key", *span);
        }
        if let Some((inner, _)) = &self.each {
            statements.extend(inner.applies(&quote!(<#ty as ::bartizan_wire::decode::applies::Each>::Item)));
        }
        if let Some((inner, _)) = &self.key {
            statements.extend(inner.applies(&quote!(<#ty as ::bartizan_wire::decode::applies::Keyed>::Key)));
        }
        statements
    }

    pub(crate) fn applies_to(&self, ty: &Type) -> TokenStream {
        self.applies(&quote!(#ty))
    }
}

impl Bounds {
    const FORM: &'static str = "expected a range that includes its end, such as `1..=128`, `3..` or `..=10`";

    fn read(meta: &ParseNestedMeta<'_>) -> syn::Result<Self> {
        let expression: Expr = meta.value()?.parse()?;
        let span = expression.span();
        let Expr::Range(ExprRange { start, limits, end, .. }) = &expression else {
            return Err(Error::new(span, Self::FORM));
        };
        if end.is_some() && matches!(limits, RangeLimits::HalfOpen(_)) {
            return Err(Error::new(span, Self::FORM));
        }
        let min = start.as_deref().map(whole).transpose()?;
        let max = end.as_deref().map(whole).transpose()?;
        match (min, max) {
            (None, None) => Err(Error::new(span, Self::FORM)),
            (Some(min), Some(max)) if min > max => Err(Error::new(span, "the range is empty")),
            _ => Ok(Self { min, max, span }),
        }
    }
}

/// A literal, with or without a minus sign.
fn whole(expression: &Expr) -> syn::Result<i64> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse(),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => Ok(-whole(expr)?),
        other => Err(Error::new_spanned(other, "expected a whole number")),
    }
}

fn once(meta: &ParseNestedMeta<'_>, already: bool) -> syn::Result<()> {
    if already { Err(meta.error("given twice")) } else { Ok(()) }
}

fn bound(bound: Option<i64>) -> TokenStream {
    option(bound.map(|bound| {
        let bound = proc_macro2::Literal::i64_unsuffixed(bound);
        quote!(#bound)
    }))
}

fn option(value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(|| quote!(::core::option::Option::None), |value| quote!(::core::option::Option::Some(#value)))
}
