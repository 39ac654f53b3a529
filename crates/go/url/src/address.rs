//! Which texts are IP addresses to Go: `netip.ParseAddr`.

use pintle_go_fmt::quote;

/// What `netip.ParseAddr` took, as far as anybody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `Addr.Is4`: of version 4, and not such a one written as version 6.
    pub is_v4: bool,
    /// `Addr.Zone`: what follows `%`; empty where there is none.
    pub zone: Vec<u8>,
}

/// `netip.parseAddrError`: `ParseAddr("1.2.3"): IPv4 address too short`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("ParseAddr({}): {why}{}", quote(.input), place(.at))]
pub struct AddressError {
    input: Vec<u8>,
    why: &'static str,
    at: Vec<u8>,
}

fn place(at: &[u8]) -> String {
    if at.is_empty() { String::new() } else { format!(" (at {})", quote(at)) }
}

impl Address {
    /// `netip.ParseAddr`
    pub fn parse(text: &[u8]) -> Result<Self, AddressError> {
        let parsed = match text.iter().find(|byte| b".:%".contains(byte)) {
            Some(b'.') => parse_v4(text).map(|()| Address { is_v4: true, zone: Vec::new() }),
            Some(b':') => parse_v6(text),
            // A zone without an address.
            Some(_) => Err(Why::new("missing IPv6 address")),
            None => Err(Why::new("unable to parse IP")),
        };
        parsed.map_err(|why| AddressError {
            input: text.to_vec(),
            why: why.text,
            at: why.at.to_vec(),
        })
    }
}

struct Why<'t> {
    text: &'static str,
    /// The rest of the address, from the place of the error; empty where Go names none.
    at: &'t [u8],
}

impl<'t> Why<'t> {
    fn new(text: &'static str) -> Self {
        Why { text, at: b"" }
    }

    fn at(text: &'static str, at: &'t [u8]) -> Self {
        Why { text, at }
    }
}

/// `parseIPv4Fields`
fn parse_v4(text: &[u8]) -> Result<(), Why<'_>> {
    let (mut value, mut dots, mut digits) = (0, 0, 0);
    for (at, byte) in text.iter().enumerate() {
        let rest = &text[at..];
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return Err(Why::new("IPv4 field has octet with leading zero"));
                }
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return Err(Why::new("IPv4 field has value >255"));
                }
            }
            b'.' => {
                if digits == 0 || rest.len() == 1 {
                    return Err(Why::at("IPv4 field must have at least one digit", rest));
                }
                if dots == 3 {
                    return Err(Why::new("IPv4 address too long"));
                }
                dots += 1;
                (value, digits) = (0, 0);
            }
            _ => return Err(Why::at("unexpected character", rest)),
        }
    }
    if dots < 3 {
        return Err(Why::new("IPv4 address too short"));
    }
    Ok(())
}

/// Bytes of an address of version 6.
const BYTES: usize = 16;

/// `parseIPv6`
fn parse_v6(text: &[u8]) -> Result<Address, Why<'_>> {
    let percent = text.iter().position(|byte| *byte == b'%');
    let (fields, zone) = match percent {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &b""[..]),
    };
    if percent.is_some() && zone.is_empty() {
        return Err(Why::new("zone must be a non-empty string"));
    }
    parse_fields(fields)?;
    Ok(Address { is_v4: false, zone: zone.to_vec() })
}

/// `parseIPv6`, behind the zone.
fn parse_fields(mut rest: &[u8]) -> Result<(), Why<'_>> {
    let mut ellipsis = false;
    if let Some(after) = rest.strip_prefix(b"::") {
        ellipsis = true;
        rest = after;
        if rest.is_empty() {
            return Ok(());
        }
    }
    let mut filled = 0;
    while filled < BYTES {
        let digits = field(rest)?;
        if rest.get(digits) == Some(&b'.') {
            embedded_v4(rest, filled, ellipsis)?;
            rest = b"";
            filled += 4;
            break;
        }
        filled += 2;
        rest = &rest[digits..];
        match rest {
            [] => break,
            [b':'] => return Err(Why::at("colon must be followed by more characters", rest)),
            [b':', after @ ..] => rest = after,
            _ => return Err(Why::at("unexpected character, want colon", rest)),
        }
        if let Some(after) = rest.strip_prefix(b":") {
            if ellipsis {
                return Err(Why::at("multiple :: in address", rest));
            }
            ellipsis = true;
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        return Err(Why::at("trailing garbage after address", rest));
    }
    match (filled < BYTES, ellipsis) {
        (true, false) => Err(Why::new("address string too short")),
        (false, true) => Err(Why::new("the :: must expand to at least one field of zeros")),
        _ => Ok(()),
    }
}

/// How many digits there are in front. Four can't be over 65535, so Go's check of that is left out.
fn field(rest: &[u8]) -> Result<usize, Why<'_>> {
    match rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count() {
        0 => Err(Why::at("each colon-separated field must have at least one digit", rest)),
        digits @ 1..=4 => Ok(digits),
        _ => Err(Why::at("each group must have 4 or less digits", rest)),
    }
}

fn embedded_v4(rest: &[u8], filled: usize, ellipsis: bool) -> Result<(), Why<'_>> {
    if !ellipsis && filled != BYTES - 4 {
        let text = "embedded IPv4 address must replace the final 2 fields of the address";
        return Err(Why::at(text, rest));
    }
    if filled + 4 > BYTES {
        let text = "too many hex fields to fit an embedded IPv4 at the end of the address";
        return Err(Why::at(text, rest));
    }
    parse_v4(rest)
}
