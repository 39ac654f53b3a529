//! Just enough ASN.1 DER and PEM to write certificates as Go's `crypto/x509` does, and to read what
//! signing needs of one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// `[n]`, holding other values.
pub(crate) fn context(number: u8) -> u8 {
    0xa0 | number
}

/// `[n]`, in place of another tag.
pub(crate) fn context_primitive(number: u8) -> u8 {
    0x80 | number
}

/// One value.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes: Vec<u8> =
            length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        out.push(0x80 | bytes.len() as u8);
        out.extend(bytes);
    }
    out.extend_from_slice(content);
    out
}

/// A value of several.
pub(crate) fn constructed(tag: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

pub(crate) fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    constructed(SEQUENCE, parts)
}

/// A non-negative integer.
pub(crate) fn integer(bytes: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = bytes.iter().copied().skip_while(|byte| *byte == 0).collect();
    let sign = digits.first().is_none_or(|first| *first >= 0x80);
    tlv(INTEGER, &if sign { [&[0], &digits[..]].concat() } else { digits })
}

/// Whole bytes as a bit string.
pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], bytes].concat())
}

/// An object identifier of the given arcs.
pub(crate) fn oid(arcs: &[u32]) -> Vec<u8> {
    let mut content = Vec::new();
    let first = arcs.first().copied().unwrap_or(0) * 40 + arcs.get(1).copied().unwrap_or(0);
    for arc in std::iter::once(first).chain(arcs.iter().skip(2).copied()) {
        let groups = (32 - arc.leading_zeros()).div_ceil(7).max(1);
        for group in (0..groups).rev() {
            let more = if group > 0 { 0x80 } else { 0 };
            content.push((arc >> (7 * group)) as u8 & 0x7f | more);
        }
    }
    tlv(OID, &content)
}

/// A value that was read: tag, content, and the whole of it.
#[derive(Clone, Copy)]
pub(crate) struct Element<'d> {
    pub(crate) tag: u8,
    pub(crate) content: &'d [u8],
    pub(crate) whole: &'d [u8],
}

/// Cuts one value off the front.
pub(crate) fn read<'d>(data: &mut &'d [u8]) -> Option<Element<'d>> {
    let start = *data;
    let (&tag, rest) = start.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        let (bytes, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
        // Longer lengths than this are no certificates.
        if bytes.is_empty() || bytes.len() > 4 {
            return None;
        }
        length = bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        rest = after;
    }
    let (content, after) = rest.split_at_checked(length)?;
    *data = after;
    Some(Element { tag, content, whole: &start[..start.len() - after.len()] })
}

/// As [`read`], of a value that must have the tag.
pub(crate) fn expect<'d>(data: &mut &'d [u8], tag: u8) -> Option<Element<'d>> {
    read(data).filter(|element| element.tag == tag)
}

/// A PEM block.
pub(crate) struct Pem {
    pub(crate) label: String,
    pub(crate) data: Vec<u8>,
}

/// `pem.EncodeToMemory`
pub(crate) fn pem(label: &str, data: &[u8]) -> String {
    const LINE: usize = 64;
    let text = STANDARD.encode(data);
    let mut out = format!("-----BEGIN {label}-----\n");
    for at in (0..text.len()).step_by(LINE) {
        out.push_str(&text[at..text.len().min(at + LINE)]);
        out.push('\n');
    }
    out + "-----END " + label + "-----\n"
}

/// The first PEM block of a text (`pem.Decode`); headers before the data are skipped.
pub(crate) fn read_pem(text: &[u8]) -> Option<Pem> {
    let text = String::from_utf8_lossy(text);
    let mut rest = &*text;
    while let Some(start) = rest.find("-----BEGIN ") {
        let at_line_start = start == 0 || rest[..start].ends_with('\n');
        rest = &rest[start + "-----BEGIN ".len()..];
        if !at_line_start {
            continue;
        }
        let Some((label, body)) = rest.split_once("-----") else { break };
        let end = format!("-----END {label}-----");
        let Some((body, _)) = body.split_once(&end) else { continue };
        let body = body.rsplit_once("\n\n").map_or(body, |(_, data)| data);
        let digits: String = body.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        if let Ok(data) = STANDARD.decode(digits) {
            return Some(Pem { label: label.to_owned(), data });
        }
    }
    None
}
