//! All functions of this crate in one place.

use std::marker::PhantomData;

use pintle_go_template::Func;

use crate::Generator;

/// Where the families hang their tables; `H` is the host of the templates.
pub(crate) struct Table<H: ?Sized>(PhantomData<fn(&H)>);

/// The tables of all families, for [`FuncMap::new`](pintle_go_template::FuncMap::new); whoever adds
/// functions puts its tables behind these.
#[must_use]
pub fn tables<H: Generator + ?Sized + 'static>() -> Vec<&'static [Func<H>]> {
    vec![
        Table::<H>::STRINGS,
        Table::<H>::MATH,
        Table::<H>::LISTS,
        Table::<H>::DICTS,
        Table::<H>::FLOW,
        Table::<H>::REFLECTION,
        Table::<H>::PATHS,
        Table::<H>::ENCODING,
        Table::<H>::DATA,
        Table::<H>::REGEX,
        Table::<H>::SEMVER,
        Table::<H>::URL,
        Table::<H>::DATES,
        Table::<H>::RANDOM,
        Table::<H>::CRYPTO,
        Table::<H>::CERTIFICATES,
    ]
}
