//! URLs and IP addresses as Go's `net/url` and `net/netip` read and write them, errors included.
//!
//! Go is lenient in places where the standards are not (any escape in a path, spaces in zones,
//! `mongodb://a:1,b:2`) and strict in others, and its errors are seen by users of charts. So this
//! is a port of Go 1.26 (`net/url/url.go`, `net/netip/netip.go`) and no wrapper around the `url`
//! crate, which reads as browsers do. Texts are bytes, as in Go. There is what Pintle asks for: no
//! queries, no references resolved against a base, and of addresses only whether they are some.

mod address;
mod escape;
mod url;

pub use address::{Address, AddressError};
pub use escape::{EscapeError, path_escape, path_unescape};
pub use url::{ParseError, Url, Userinfo};
