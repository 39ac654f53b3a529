//! What tests on the real plane share: a namespace each, a controller, charts, waits that say what
//! they saw, and a proxy that counts, cuts, loses answers, and makes some up.

mod bed;
mod charts;
mod normal;
mod process;
mod proxy;

pub use bed::{Bed, DEADLINE, blobs, grant, install_definitions, is};
pub use charts::{chart_archive, example_archive, raw_archive};
pub use normal::normalised;
pub use process::Process;
pub use proxy::{Call, Calls, Cut, Proxy, WatchEnd};
