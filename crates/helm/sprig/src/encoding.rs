//! Base64 and base32 with Go's error offsets, and checksums.

use pintle_go_template::{Func, func};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::Generator;
use crate::table::Table;

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Writes groups of `bytes` bytes as `digits` digits, padded.
fn encode(alphabet: &[u8], bytes: usize, digits: usize, data: &[u8]) -> Vec<u8> {
    let bits = alphabet.len().ilog2() as usize;
    let mut out = Vec::with_capacity(data.len().div_ceil(bytes) * digits);
    for group in data.chunks(bytes) {
        let mut number: u64 = 0;
        for at in 0..bytes {
            number = number << 8 | u64::from(group.get(at).copied().unwrap_or(0));
        }
        let used = (group.len() * 8).div_ceil(bits);
        for at in 0..digits {
            let shift = bits * (digits - 1 - at);
            let digit = (number >> shift) as usize & (alphabet.len() - 1);
            out.push(if at < used { alphabet[digit] } else { b'=' });
        }
    }
    out
}

/// `base64.StdEncoding.EncodeToString`
pub(crate) fn base64_encode(data: &[u8]) -> Vec<u8> {
    encode(BASE64, 3, 4, data)
}

fn base32_encode(data: &[u8]) -> Vec<u8> {
    encode(BASE32, 5, 8, data)
}

fn digit(alphabet: &[u8], byte: u8) -> Option<u64> {
    alphabet.iter().position(|digit| *digit == byte).map(|value| value as u64)
}

/// Where in the input Go says the damage is.
struct Corrupt(usize);

fn skip_newlines(text: &[u8], at: &mut usize) {
    while matches!(text.get(*at), Some(b'\r' | b'\n')) {
        *at += 1;
    }
}

/// `base64.StdEncoding.DecodeString`; its error is the text that sprig answers with.
pub(crate) fn base64_decode(text: &[u8]) -> Result<Vec<u8>, String> {
    decode64(text).map_err(|Corrupt(at)| format!("illegal base64 data at input byte {at}"))
}

/// Go's `decodeQuantum`, again and again.
fn decode64(text: &[u8]) -> Result<Vec<u8>, Corrupt> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut at = 0;
    loop {
        let mut number: u64 = 0;
        let mut digits = 0;
        let mut end = false;
        while digits < 4 {
            skip_newlines(text, &mut at);
            let Some(byte) = text.get(at).copied() else {
                if digits == 0 {
                    return Ok(out);
                }
                return Err(Corrupt(at - digits));
            };
            at += 1;
            if let Some(value) = digit(BASE64, byte) {
                number = number << 6 | value;
                digits += 1;
                continue;
            }
            if byte != b'=' {
                return Err(Corrupt(at - 1));
            }
            padding64(text, &mut at, digits)?;
            end = true;
            break;
        }
        number <<= 6 * (4 - digits);
        let bytes = [(number >> 16) as u8, (number >> 8) as u8, number as u8];
        out.extend_from_slice(&bytes[..digits.saturating_sub(1)]);
        if end {
            return Ok(out);
        }
    }
}

/// The rest of the padding, whose first sign is read already.
fn padding64(text: &[u8], at: &mut usize, digits: usize) -> Result<(), Corrupt> {
    match digits {
        0 | 1 => return Err(Corrupt(*at - 1)),
        2 => {
            skip_newlines(text, at);
            match text.get(*at) {
                None => return Err(Corrupt(text.len())),
                Some(b'=') => *at += 1,
                Some(_) => return Err(Corrupt(*at - 1)),
            }
        }
        _ => {}
    }
    skip_newlines(text, at);
    if *at < text.len() { Err(Corrupt(*at)) } else { Ok(()) }
}

fn base32_decode(text: &[u8]) -> Result<Vec<u8>, String> {
    decode32(text).map_err(|Corrupt(at)| format!("illegal base32 data at input byte {at}"))
}

/// Go's `base32` decoder; line ends are taken out first and do not count.
fn decode32(text: &[u8]) -> Result<Vec<u8>, Corrupt> {
    let text: Vec<u8> =
        text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let mut out = Vec::with_capacity(text.len() / 8 * 5);
    let mut at = 0;
    let mut end = false;
    while at < text.len() && !end {
        let mut number: u64 = 0;
        let mut digits = 0;
        while digits < 8 {
            let Some(byte) = text.get(at).copied() else { return Err(Corrupt(at - digits)) };
            at += 1;
            let left = text.len() - at;
            if byte == b'=' && digits >= 2 && left < 8 {
                if left + digits < 7 {
                    return Err(Corrupt(text.len()));
                }
                for ahead in 0..7 - digits {
                    if left > ahead && text[at + ahead] != b'=' {
                        return Err(Corrupt((at + ahead).saturating_sub(1)));
                    }
                }
                if matches!(digits, 1 | 3 | 6) {
                    return Err(Corrupt(at - 1));
                }
                end = true;
                break;
            }
            number = number << 5 | digit(BASE32, byte).ok_or(Corrupt(at - 1))?;
            digits += 1;
        }
        number <<= 5 * (8 - digits);
        let bytes: Vec<u8> = (0..5).map(|byte| (number >> (32 - 8 * byte)) as u8).collect();
        out.extend_from_slice(&bytes[..digits * 5 / 8]);
    }
    Ok(out)
}

/// Sprig answers with the error's text.
fn b64dec(text: &[u8]) -> Vec<u8> {
    base64_decode(text).unwrap_or_else(String::into_bytes)
}

fn b32dec(text: &[u8]) -> Vec<u8> {
    base32_decode(text).unwrap_or_else(String::into_bytes)
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

fn sha1sum(text: &[u8]) -> String {
    hex(&Sha1::digest(text))
}

fn sha256sum(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}

fn sha512sum(text: &[u8]) -> String {
    hex(&Sha512::digest(text))
}

fn adler32sum(text: &[u8]) -> String {
    const MODULUS: u32 = 65_521;
    let (mut a, mut b) = (1, 0);
    for byte in text {
        a = (a + u32::from(*byte)) % MODULUS;
        b = (b + a) % MODULUS;
    }
    (b << 16 | a).to_string()
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Encodings and checksums.
    pub(crate) const ENCODING: &'static [Func<H>] = &[
        func!("b64enc", base64_encode, (&[u8])),
        func!("b64dec", b64dec, (&[u8])),
        func!("b32enc", base32_encode, (&[u8])),
        func!("b32dec", b32dec, (&[u8])),
        func!("sha1sum", sha1sum, (&[u8])),
        func!("sha256sum", sha256sum, (&[u8])),
        func!("sha512sum", sha512sum, (&[u8])),
        func!("adler32sum", adler32sum, (&[u8])),
    ];
}
