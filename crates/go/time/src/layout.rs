//! Layouts: the reference time cut into its elements (Go `nextStdChunk`).

/// One element of a layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    LongMonth,
    ShortMonth,
    Month { zero: bool },
    LongWeekday,
    ShortWeekday,
    Day { pad: Pad },
    YearDay { pad: Pad },
    Hour,
    Hour12 { zero: bool },
    Minute { zero: bool },
    Second { zero: bool },
    LongYear,
    ShortYear,
    Noon { upper: bool },
    ZoneName,
    Offset(Offset),
    Fraction(Fraction),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pad {
    None,
    Space,
    Zero,
}

/// A numeric zone: `-07`, `Z07:00`, `-070000`, …
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offset {
    /// Zero is written as `Z`.
    pub(crate) zulu: bool,
    pub(crate) colon: bool,
    /// 1 for hours, 2 with minutes, 3 with seconds.
    pub(crate) parts: u8,
}

/// A fraction of a second: `.000` or `,999`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fraction {
    pub(crate) digits: usize,
    pub(crate) separator: u8,
    /// Nines: trailing zeros are left out.
    pub(crate) trim: bool,
}

/// What is before the first element, the element, its text, and what is after it.
pub(crate) struct Chunk<'l> {
    pub(crate) prefix: &'l [u8],
    pub(crate) element: Option<Element>,
    pub(crate) text: &'l [u8],
    pub(crate) suffix: &'l [u8],
}

/// The texts of elements, longer ones before those they start with.
const OFFSETS: [(&str, bool, u8); 5] = [
    ("070000", false, 3),
    ("07:00:00", true, 3),
    ("0700", false, 2),
    ("07:00", true, 2),
    ("07", false, 1),
];

/// Finds the first element.
pub(crate) fn next_chunk(layout: &[u8]) -> Chunk<'_> {
    for at in 0..layout.len() {
        let Some((skip, element, length)) = element_at(&layout[at..]) else { continue };
        let start = at + skip;
        return Chunk {
            prefix: &layout[..start],
            element: Some(element),
            text: &layout[start..start + length],
            suffix: &layout[start + length..],
        };
    }
    Chunk { prefix: layout, element: None, text: &[], suffix: &[] }
}

/// The element at the very start: bytes to skip, the element, its length.
fn element_at(text: &[u8]) -> Option<(usize, Element, usize)> {
    let starts = |prefix: &str| text.starts_with(prefix.as_bytes());
    let lower_after = |at: usize| text.get(at).is_some_and(u8::is_ascii_lowercase);
    let found = match text.first()? {
        b'J' if starts("January") => (Element::LongMonth, 7),
        b'J' if starts("Jan") && !lower_after(3) => (Element::ShortMonth, 3),
        b'M' if starts("Monday") => (Element::LongWeekday, 6),
        b'M' if starts("Mon") && !lower_after(3) => (Element::ShortWeekday, 3),
        b'M' if starts("MST") => (Element::ZoneName, 3),
        b'0' => zero_element(text)?,
        b'1' if starts("15") => (Element::Hour, 2),
        b'1' => (Element::Month { zero: false }, 1),
        b'2' if starts("2006") => (Element::LongYear, 4),
        b'2' => (Element::Day { pad: Pad::None }, 1),
        // An underscore before a year is itself.
        b'_' if starts("_2006") => return Some((1, Element::LongYear, 4)),
        b'_' if starts("_2") => (Element::Day { pad: Pad::Space }, 2),
        b'_' if starts("__2") => (Element::YearDay { pad: Pad::Space }, 3),
        b'3' => (Element::Hour12 { zero: false }, 1),
        b'4' => (Element::Minute { zero: false }, 1),
        b'5' => (Element::Second { zero: false }, 1),
        b'P' if starts("PM") => (Element::Noon { upper: true }, 2),
        b'p' if starts("pm") => (Element::Noon { upper: false }, 2),
        first @ (b'-' | b'Z') => {
            let tail = &text[1..];
            let (known, colon, parts) =
                OFFSETS.into_iter().find(|(known, ..)| tail.starts_with(known.as_bytes()))?;
            let offset = Offset { zulu: *first == b'Z', colon, parts };
            (Element::Offset(offset), 1 + known.len())
        }
        b'.' | b',' => fraction(text)?,
        _ => return None,
    };
    Some((0, found.0, found.1))
}

fn zero_element(text: &[u8]) -> Option<(Element, usize)> {
    Some(match text.get(1)? {
        b'1' => (Element::Month { zero: true }, 2),
        b'2' => (Element::Day { pad: Pad::Zero }, 2),
        b'3' => (Element::Hour12 { zero: true }, 2),
        b'4' => (Element::Minute { zero: true }, 2),
        b'5' => (Element::Second { zero: true }, 2),
        b'6' => (Element::ShortYear, 2),
        b'0' if text.get(2) == Some(&b'2') => (Element::YearDay { pad: Pad::Zero }, 3),
        _ => return None,
    })
}

fn fraction(text: &[u8]) -> Option<(Element, usize)> {
    let digit = *text.get(1).filter(|digit| matches!(digit, b'0' | b'9'))?;
    let digits = text[1..].iter().take_while(|byte| **byte == digit).count();
    // More digits would be something else.
    if text.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    // Go keeps twelve bits of the count.
    let kept = digits & 0xfff;
    let fraction = Fraction { digits: kept, separator: text[0], trim: digit == b'9' };
    Some((Element::Fraction(fraction), 1 + digits))
}
