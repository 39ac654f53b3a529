//! Random texts and numbers, out of the generator's bytes.

use pintle_go_template::{CallError, Exec, Func, Int, func};

use crate::Generator;
use crate::encoding::base64_encode;
use crate::generator::below;
use crate::reflect::room;
use crate::table::Table;
use crate::text::runes;

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const DIGITS: &[u8] = b"0123456789";

/// `goutils.CryptoRandom`; a negative count is an error there, which sprig drops.
fn from_alphabet<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    count: Int,
    alphabet: &[u8],
) -> Result<Vec<u8>, CallError> {
    let count = usize::try_from(count.0).unwrap_or(0);
    room(exec.heap(), count, 1)?;
    let generator = exec.host();
    let choose = || alphabet[below(generator, alphabet.len() as u64) as usize];
    Ok((0..count).map(|_| choose()).collect())
}

fn rand_alpha<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    count: Int,
) -> Result<Vec<u8>, CallError> {
    from_alphabet(exec, count, LETTERS)
}

fn rand_numeric<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    count: Int,
) -> Result<Vec<u8>, CallError> {
    from_alphabet(exec, count, DIGITS)
}

fn rand_alpha_num<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    count: Int,
) -> Result<Vec<u8>, CallError> {
    from_alphabet(exec, count, &[LETTERS, DIGITS].concat())
}

fn rand_ascii<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    count: Int,
) -> Result<Vec<u8>, CallError> {
    let printable: Vec<u8> = (b' '..=b'~').collect();
    from_alphabet(exec, count, &printable)
}

fn rand_bytes<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    count: Int,
) -> Result<Vec<u8>, CallError> {
    let Ok(count) = usize::try_from(count.0) else {
        return Err(CallError::panic("runtime error: makeslice: len out of range"));
    };
    room(exec.heap(), count, 2)?;
    let mut bytes = vec![0; count];
    exec.host().random(&mut bytes);
    Ok(base64_encode(&bytes))
}

fn rand_int<H: Generator + ?Sized>(
    exec: &mut Exec<'_, '_, H>,
    min: Int,
    max: Int,
) -> Result<Int, CallError> {
    let bound = u64::try_from(max.0.wrapping_sub(min.0)).ok().filter(|bound| *bound > 0);
    let Some(bound) = bound else {
        return Err(CallError::panic("invalid argument to Intn"));
    };
    Ok(Int(min.0.wrapping_add(below(exec.host(), bound) as i64)))
}

/// `xstrings.Shuffle`
fn shuffle<H: Generator + ?Sized>(exec: &mut Exec<'_, '_, H>, text: &[u8]) -> String {
    let mut runes: Vec<char> = runes(text).collect();
    for last in (1..runes.len()).rev() {
        runes.swap(last, below(exec.host(), last as u64 + 1) as usize);
    }
    runes.into_iter().collect()
}

fn uuidv4<H: Generator + ?Sized>(exec: &mut Exec<'_, '_, H>) -> String {
    let mut bytes = [0; 16];
    exec.host().random(&mut bytes);
    // Version 4, variant 1.
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    let hex = format!("{number:032x}");
    let groups = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    groups.join("-")
}

fn get_host_by_name<H: Generator + ?Sized>(exec: &mut Exec<'_, '_, H>, name: &[u8]) -> String {
    exec.host().host_address(name)
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Random texts and numbers, and name resolution.
    pub(crate) const RANDOM: &'static [Func<H>] = &[
        func!("randAlpha", rand_alpha, exec, (Int)),
        func!("randAlphaNum", rand_alpha_num, exec, (Int)),
        func!("randAscii", rand_ascii, exec, (Int)),
        func!("randNumeric", rand_numeric, exec, (Int)),
        func!("randBytes", rand_bytes, exec, (Int)),
        func!("randInt", rand_int, exec, (Int, Int)),
        func!("shuffle", shuffle, exec, (&[u8])),
        func!("uuidv4", uuidv4, exec, ()),
        func!("getHostByName", get_host_by_name, exec, (&[u8])),
    ];
}
