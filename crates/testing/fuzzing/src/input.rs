//! Bytes to the parts that a target needs.

/// What parts of an input are separated by.
pub(crate) const SEPARATOR: u8 = 0;

/// The parts of an input, one at least.
pub(crate) fn parts(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|byte| *byte == SEPARATOR)
}

/// The first part, and what follows it.
pub(crate) fn two(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == SEPARATOR) {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &[]),
    }
}

/// Text out of bytes; what is no UTF-8 is replaced.
pub(crate) fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// Joins parts to an input.
pub(crate) fn joined<P: AsRef<[u8]>>(parts: impl IntoIterator<Item = P>) -> Vec<u8> {
    let mut data = Vec::new();
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            data.push(SEPARATOR);
        }
        data.extend_from_slice(part.as_ref());
    }
    data
}
