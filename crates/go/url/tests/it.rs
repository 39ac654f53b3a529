//! Every answer that Go's net/url and net/netip gave for `data/generate.go`, asked again here.
#![cfg(test)]

use std::collections::BTreeMap;
use std::fmt::Display;

use pintle_go_url::{Address, Url, Userinfo, path_escape, path_unescape};
use serde_json::{Map, Value};

/// A character of the table stands for a byte.
fn bytes(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect(text)).collect()
}

fn text(bytes: &[u8]) -> Value {
    bytes.iter().map(|byte| char::from(*byte)).collect::<String>().into()
}

fn failed(error: impl Display) -> Value {
    Map::from_iter([("err".to_owned(), text(error.to_string().as_bytes()))]).into()
}

/// As the table has it: what is empty is left out.
fn object(url: &Url) -> Value {
    let userinfo = url.user.as_ref().map(Userinfo::to_text).unwrap_or_default();
    let string = url.to_bytes();
    let texts: [(&str, &[u8]); 11] = [
        ("scheme", &url.scheme),
        ("opaque", &url.opaque),
        ("host", &url.host),
        ("path", &url.path),
        ("raw_path", &url.raw_path),
        ("raw_query", &url.raw_query),
        ("fragment", &url.fragment),
        ("raw_fragment", &url.raw_fragment),
        ("userinfo", userinfo.as_bytes()),
        ("hostname", url.hostname()),
        ("string", &string),
    ];
    let mut object = Map::new();
    for (name, bytes) in texts.into_iter().filter(|(_, bytes)| !bytes.is_empty()) {
        object.insert(name.to_owned(), text(bytes));
    }
    let username = url.user.as_ref().map(|user| &user.username);
    let password = url.user.as_ref().and_then(|user| user.password.as_ref());
    for (name, bytes) in [("user", username), ("password", password)] {
        object.extend(bytes.map(|bytes| (name.to_owned(), text(bytes))));
    }
    for (name, set) in [("force_query", url.force_query), ("omit_host", url.omit_host)] {
        object.extend(set.then(|| (name.to_owned(), true.into())));
    }
    object.into()
}

fn built(parts: &Value) -> Url {
    let optional = |name: &str| parts[name].as_str().map(bytes);
    let part = |name: &str| optional(name).unwrap_or_default();
    Url {
        scheme: part("scheme"),
        opaque: part("opaque"),
        user: optional("user")
            .map(|username| Userinfo { username, password: optional("password") }),
        host: part("host"),
        path: part("path"),
        raw_path: part("raw_path"),
        raw_query: part("raw_query"),
        force_query: parts["force_query"] == true,
        fragment: part("fragment"),
        raw_fragment: part("raw_fragment"),
        omit_host: parts["omit_host"] == true,
    }
}

fn address(input: &[u8]) -> Value {
    let address = match Address::parse(input) {
        Ok(address) => address,
        Err(error) => return failed(error),
    };
    let mut object = Map::new();
    object.extend(address.is_v4.then(|| ("v4".to_owned(), true.into())));
    object.extend((!address.zone.is_empty()).then(|| ("zone".to_owned(), text(&address.zone))));
    object.into()
}

fn answer(op: &str, input: &Value) -> Value {
    let bytes = input.as_str().map(bytes).unwrap_or_default();
    match op {
        "parse" => Url::parse(&bytes).map_or_else(failed, |url| object(&url)),
        "request" => Url::parse_request_uri(&bytes).map_or_else(failed, |url| object(&url)),
        "string" => text(&built(input).to_bytes()),
        "address" => address(&bytes),
        "escape" => path_escape(&bytes).into(),
        "unescape" => path_unescape(&bytes).map_or_else(failed, |plain| text(&plain)),
        other => panic!("unknown operation {other}"),
    }
}

#[test]
fn every_answer_is_gos() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in include_str!("data/answers.jsonl").lines() {
        let (op, input, theirs): (String, Value, Value) = serde_json::from_str(line).expect(line);
        let ours = answer(&op, &input);
        *counts.entry(op).or_default() += 1;
        if ours != theirs {
            wrong.push(format!("{line}\n    ours {ours}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {counts:?} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(counts.len() == 6 && counts["parse"] > 200, "the table is short: {counts:?}");
}
