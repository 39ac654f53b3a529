//! The order of keys: goyaml's natural sort, v2's and v3's.

use super::letters::{is_digit, is_letter};
use crate::resolve::Version;

/// Up to here an insertion costs less than a merge.
const RUN: usize = 32;

/// Sorts entries as goyaml does. Its comparison is not always transitive, at which the standard
/// sort may panic, so this is a plain merge sort; keys that come in order cost one comparison each.
pub(super) fn sort<T: Copy>(entries: &mut [(&[u8], T)], version: Version) {
    if entries.len() > RUN {
        let (left, right) = entries.split_at_mut(entries.len() / 2);
        sort(left, version);
        sort(right, version);
        if let (Some(last), Some(first)) = (left.last(), right.first())
            && less(first.0, last.0, version)
        {
            merge(entries, version);
        }
        return;
    }
    for at in 1..entries.len() {
        if !less(entries[at].0, entries[at - 1].0, version) {
            continue;
        }
        let entry = entries[at];
        let place = entries[..at].partition_point(|other| !less(entry.0, other.0, version));
        entries[place..=at].rotate_right(1);
    }
}

/// Merges two sorted halves.
fn merge<T: Copy>(entries: &mut [(&[u8], T)], version: Version) {
    let left = entries[..entries.len() / 2].to_vec();
    let (mut from_left, mut from_right) = (0, left.len());
    for to in 0..entries.len() {
        let Some(entry) = left.get(from_left) else { return };
        let right = entries.get(from_right).copied();
        match right.filter(|right| less(right.0, entry.0, version)) {
            Some(right) => {
                entries[to] = right;
                from_right += 1;
            }
            None => {
                entries[to] = *entry;
                from_left += 1;
            }
        }
    }
}

/// `keyList.Less` for strings.
fn less(a: &[u8], b: &[u8], version: Version) -> bool {
    // Most keys differ early, in letters: no need to decode the rest.
    let same = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    match (a.get(same), b.get(same)) {
        (Some(x), Some(y)) if x.is_ascii_alphabetic() && y.is_ascii_alphabetic() => x < y,
        (None, Some(_)) => true,
        (_, None) => false,
        _ => less_by_chars(&String::from_utf8_lossy(a), &String::from_utf8_lossy(b), version),
    }
}

fn less_by_chars(a: &str, b: &str, version: Version) -> bool {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut digits = false;
    for (at, (&x, &y)) in a.iter().zip(&b).enumerate() {
        if x == y {
            digits = is_digit(x);
            continue;
        }
        let (x_letter, y_letter) = (is_letter(x), is_letter(y));
        if x_letter && y_letter {
            return x < y;
        }
        if x_letter || y_letter {
            // v3 puts a number before the letter that follows it: `1a` before `10`.
            return if version == Version::V3 && digits { x_letter } else { y_letter };
        }
        // A zero inside a number weighs as one.
        let inside_number = (x == '0' || y == '0')
            && a[..at].iter().rev().take_while(|c| is_digit(**c)).any(|c| *c != '0');
        let start = i64::from(inside_number);
        let (x_number, x_end) = number(&a, at, start);
        let (y_number, y_end) = number(&b, at, start);
        if x_number != y_number {
            return x_number < y_number;
        }
        if x_end != y_end {
            return x_end < y_end;
        }
        return x < y;
    }
    a.len() < b.len()
}

/// The number that the digits from `at` on make, and where they end; it wraps as Go's does.
fn number(chars: &[char], at: usize, start: i64) -> (i64, usize) {
    let digits = chars[at..].iter().take_while(|char| is_digit(**char));
    let mut end = at;
    let mut value = start;
    for digit in digits {
        let digit = i64::from(u32::from(*digit)) - i64::from(b'0');
        value = value.wrapping_mul(10).wrapping_add(digit);
        end += 1;
    }
    (value, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(version: Version, want: &[&str]) {
        let mut entries: Vec<(&[u8], usize)> =
            want.iter().rev().enumerate().map(|(at, key)| (key.as_bytes(), at)).collect();
        sort(&mut entries, version);
        let have: Vec<_> = entries.iter().map(|(key, _)| String::from_utf8_lossy(key)).collect();
        assert_eq!(have, want);
    }

    #[test]
    fn numbers_sort_by_value_and_letters_last() {
        check(Version::V2, &["_x", "1", "10.0", "1a", "B", "a-b", "a2", "a10", "b"]);
        check(Version::V3, &["_x", "1", "1a", "10.0", "B", "a-b", "a2", "a10", "b"]);
        check(Version::V2, &["a", "a.b", "ab", "é", "中"]);
        let many: Vec<String> = (0..10 * RUN).map(|n| format!("key-{n}")).collect();
        check(Version::V2, &many.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
