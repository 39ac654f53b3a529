//! URLs taken apart and put together (sprig `url.go`).

use pintle_go_template::{CallError, Func, func};
use pintle_go_url::{Url, Userinfo};
use pintle_go_value::{Heap, Map, Value};

use crate::Generator;
use crate::reflect::{NIL_DEREFERENCE, is_nil, kind_of};
use crate::table::Table;

fn url_parse<'h>(heap: &'h Heap, text: &[u8]) -> Result<Value<'h>, CallError> {
    let failed = |why| CallError::panic(format!("unable to parse url: {why}"));
    let url = Url::parse(text).map_err(failed)?;
    let map = heap.map();
    let user = url.user.as_ref().map(Userinfo::to_text).unwrap_or_default();
    let entries: [(&str, &[u8]); 8] = [
        ("scheme", &url.scheme),
        ("host", &url.host),
        ("hostname", url.hostname()),
        ("path", &url.path),
        ("query", &url.raw_query),
        ("opaque", &url.opaque),
        ("fragment", &url.fragment),
        ("userinfo", user.as_bytes()),
    ];
    for (key, value) in entries {
        map.insert(key.as_bytes(), heap.string(value));
    }
    Ok(Value::Map(map))
}

/// `dictGetOrEmpty`
fn entry<'h>(dict: Option<&'h Map<'h>>, key: &str) -> Result<&'h [u8], CallError> {
    match dict.and_then(|dict| dict.get(key.as_bytes())) {
        None => Ok(b""),
        Some(Value::String(text)) => Ok(text),
        Some(value) if is_nil(&value) => Err(CallError::panic(NIL_DEREFERENCE)),
        Some(value) => {
            let kind = kind_of(&value);
            Err(CallError::panic(format!(
                "unable to parse {key} key, must be of type string, but {kind} found"
            )))
        }
    }
}

fn url_join<'h>(dict: Option<&'h Map<'h>>) -> Result<Vec<u8>, CallError> {
    let text = |key: &str| entry(dict, key).map(<[u8]>::to_vec);
    let mut url = Url {
        scheme: text("scheme")?,
        host: text("host")?,
        path: text("path")?,
        raw_query: text("query")?,
        opaque: text("opaque")?,
        fragment: text("fragment")?,
        ..Url::default()
    };
    let user_info = text("userinfo")?;
    if !user_info.is_empty() {
        let whole = [b"proto://", &user_info[..], b"@host"].concat();
        let failed = |why| CallError::panic(format!("unable to parse userinfo in dict: {why}"));
        url.user = Url::parse(&whole).map_err(failed)?.user;
    }
    Ok(url.to_bytes())
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// URLs.
    pub(crate) const URL: &'static [Func<H>] = &[
        func!("urlParse", url_parse, heap, (&[u8])),
        func!("urlJoin", url_join, (Option<&Map<'_>>)),
    ];
}
