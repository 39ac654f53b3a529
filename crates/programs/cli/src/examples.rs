//! The example charts that the binary carries.

use pintle_helm_chart::{Chart, File, load_files};

use crate::fault::Fault;

/// Every file of every example, by its path below `examples/`.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// The chart of an example: `shop`, `stateless`, `stateful`, `daemon`, `batch`.
pub(crate) fn chart(name: &str) -> anyhow::Result<Chart> {
    let files = FILES.iter().filter_map(|(path, data)| {
        let path = path.strip_prefix(name)?.strip_prefix('/')?;
        // What the chart's .helmignore would leave out is never under version control here.
        (path != ".helmignore").then(|| File::new(path, *data))
    });
    let files: Vec<File> = files.collect();
    if files.is_empty() {
        return Err(Fault::new(format!("there is no example {name:?}")).into());
    }
    let chart = load_files(files, &mut Vec::new());
    chart.map_err(|it| anyhow::Error::new(it).context(format!("the example {name}")))
}

#[cfg(test)]
mod tests {
    use super::chart;

    #[test]
    fn every_example_is_a_chart() {
        for name in ["shop", "stateless", "stateful", "daemon", "batch"] {
            assert_eq!(chart(name).unwrap().name(), name);
        }
        assert!(chart("sho").is_err());
    }
}
