//! Values as one canonical text: what a version's identity is computed over.

use pintle_go_value::Tree;

use crate::ChartError;

/// Values as JSON with sorted keys and no spaces: equal values give equal texts.
///
/// # Errors
/// For what JSON can't hold; values that were read from YAML never contain it.
pub fn canonical_json(values: &Tree) -> Result<String, ChartError> {
    let mut text = Vec::new();
    pintle_go_yaml::to_raw_json(&mut text, values)
        .map_err(|error| ChartError::values(error.to_string()))?;
    String::from_utf8(text).map_err(|error| ChartError::values(error.to_string()))
}
