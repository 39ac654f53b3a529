//! Addresses and numbers as Go reads them (`netip.ParseAddr`, `strconv.Atoi`).

use pintle_go_fmt::quote;

/// An address that `netip.ParseAddr` took.
pub(super) struct Address {
    pub(super) is_v4: bool,
    pub(super) has_zone: bool,
}

/// `netip.ParseAddr`
pub(super) fn parse_address(text: &[u8]) -> Result<Address, String> {
    let failed = |why: Why<'_>| {
        let place = why.at.map(|at| format!(" (at {})", quote(at))).unwrap_or_default();
        format!("ParseAddr({}): {}{place}", quote(text), why.text)
    };
    match text.iter().find(|byte| b".:%".contains(byte)) {
        Some(b'.') => {
            parse_v4(text).map_err(failed)?;
            Ok(Address { is_v4: true, has_zone: false })
        }
        Some(b':') => {
            let has_zone = parse_v6(text).map_err(failed)?;
            Ok(Address { is_v4: false, has_zone })
        }
        Some(_) => Err(failed(Why::new("missing IPv6 address"))),
        None => Err(failed(Why::new("unable to parse IP"))),
    }
}

struct Why<'t> {
    text: &'static str,
    at: Option<&'t [u8]>,
}

impl<'t> Why<'t> {
    fn new(text: &'static str) -> Self {
        Why { text, at: None }
    }

    fn at(text: &'static str, at: &'t [u8]) -> Self {
        Why { text, at: Some(at) }
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

/// `parseIPv6`: whether there is a zone.
fn parse_v6(text: &[u8]) -> Result<bool, Why<'_>> {
    let percent = text.iter().position(|byte| *byte == b'%');
    let has_zone = percent.is_some();
    let mut rest = &text[..percent.unwrap_or(text.len())];
    if percent.is_some_and(|percent| percent + 1 == text.len()) {
        return Err(Why::new("zone must be a non-empty string"));
    }
    let mut ellipsis = false;
    if let Some(after) = rest.strip_prefix(b"::") {
        ellipsis = true;
        rest = after;
        if rest.is_empty() {
            return Ok(has_zone);
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
        _ => Ok(has_zone),
    }
}

/// How many digits there are in front.
fn field(rest: &[u8]) -> Result<usize, Why<'_>> {
    match rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count() {
        0 => Err(Why::at("each colon-separated field must have at least one digit", rest)),
        1..=4 => Ok(rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count()),
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

/// `strconv.Atoi`
pub(super) fn atoi(text: &[u8]) -> Result<i64, String> {
    let failed = |why: &str| format!("strconv.Atoi: parsing {}: {why}", quote(text));
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() {
        return Err(failed("invalid syntax"));
    }
    let mut value = 0_u64;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return Err(failed("invalid syntax"));
        }
        let next = value.checked_mul(10).and_then(|ten| ten.checked_add(u64::from(byte - b'0')));
        value = next.ok_or_else(|| failed("value out of range"))?;
    }
    let signed = if negative { 0_i64.checked_sub_unsigned(value) } else { value.try_into().ok() };
    signed.ok_or_else(|| failed("value out of range"))
}
