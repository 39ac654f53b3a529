//! A hash of the fields that a manager owns: the whole of drift detection.
//!
//! A foreign change of a field that we applied takes it out of our `managedFields` entry, so the
//! hash of the entry's `fieldsV1` changes; a status update or an addition by others leaves it
//! alone; a forced re-apply brings the identical hash back. It is kept in the status of releases,
//! so its value must never depend on the order in which a server sends keys, on a build, or on a
//! platform: map entries are added up, each well mixed.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use std::fmt;

/// FNV-1a's offset basis and prime, for the texts of keys.
const FNV_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;
/// The golden ratio's fraction, splitmix64's step: tells an empty map from nothing.
const MAP: u64 = 0x9e37_79b9_7f4a_7c15;
const LIST: u64 = 0x2545_f491_4f6c_dd1d;

/// The hash of what an entry of `metadata.managedFields` owns (its `fieldsV1`).
///
/// `cluster/apply` computes the same from the answer of an apply.
#[must_use]
pub fn owned_hash(entry: &Value) -> u64 {
    let fields = entry.get("fieldsV1").unwrap_or(&Value::Null);
    // Every JSON value can be hashed, so that there is no error to hand on.
    Fields::read(fields).map_or(0, |it| it.hash)
}

/// What is kept of a `fieldsV1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    /// The hash of all of it.
    pub(crate) hash: u64,
    /// Whether `/spec/replicas` is in it.
    pub(crate) replicas: bool,
}

impl Fields {
    pub(crate) fn read<'de, D: Deserializer<'de>>(fields: D) -> Result<Self, D::Error> {
        let mut replicas = false;
        let hash = Node { place: Place::Root, replicas: &mut replicas }.deserialize(fields)?;
        Ok(Fields { hash, replicas })
    }
}

impl<'de> serde::Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fields::read(deserializer)
    }
}

/// Where in the tree a node stands, as far as it matters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Spec,
    Elsewhere,
}

/// Hashes a tree as it is read, without building it.
struct Node<'a> {
    place: Place,
    replicas: &'a mut bool,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a set of fields")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<u64, A::Error> {
        let mut sum = MAP;
        while let Some((key, next)) = map.next_key_seed(Key(self.place))? {
            if self.place == Place::Spec && next == Found::Replicas {
                *self.replicas = true;
            }
            let place = if next == Found::Spec { Place::Spec } else { Place::Elsewhere };
            let child = map.next_value_seed(Node { place, replicas: &mut *self.replicas })?;
            sum = sum.wrapping_add(mix(key ^ mix(child).rotate_left(23)));
        }
        Ok(mix(sum))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<u64, A::Error> {
        let mut all = LIST;
        let place = Place::Elsewhere;
        while let Some(item) =
            list.next_element_seed(Node { place, replicas: &mut *self.replicas })?
        {
            all = mix(all ^ item);
        }
        Ok(all)
    }

    fn visit_str<E>(self, text: &str) -> Result<u64, E> {
        Ok(mix(fnv(text)))
    }

    fn visit_bool<E>(self, it: bool) -> Result<u64, E> {
        Ok(mix(u64::from(it) + 1))
    }

    fn visit_i64<E>(self, it: i64) -> Result<u64, E> {
        Ok(mix(it.cast_unsigned().rotate_left(7)))
    }

    fn visit_u64<E>(self, it: u64) -> Result<u64, E> {
        Ok(mix(it.rotate_left(7)))
    }

    fn visit_f64<E>(self, it: f64) -> Result<u64, E> {
        Ok(mix(it.to_bits()))
    }

    fn visit_unit<E>(self) -> Result<u64, E> {
        Ok(0)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    Spec,
    Replicas,
    Other,
}

struct Key(Place);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = (u64, Found);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = (u64, Found);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        let found = match (self.0, key) {
            (Place::Root, "f:spec") => Found::Spec,
            (Place::Spec, "f:replicas") => Found::Replicas,
            _ => Found::Other,
        };
        Ok((fnv(key), found))
    }
}

fn fnv(text: &str) -> u64 {
    text.bytes().fold(FNV_BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
}

/// splitmix64's finalizer.
fn mix(mut it: u64) -> u64 {
    it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    it ^ (it >> 31)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ENTRY: &str = r#"{"fieldsV1": {"f:metadata": {"f:labels": {"f:a": {}, "f:b": {}}},
        "f:spec": {"f:replicas": {}, "f:template": {"f:spec": {"f:containers":
        {"k:{\"name\":\"api\"}": {".": {}, "f:image": {}, "f:name": {}}}}}}}}"#;

    #[test]
    fn order_is_of_no_matter_and_the_value_is_for_ever() {
        let one: Value = serde_json::from_str(ENTRY).unwrap();
        let text = r#"{"f:spec": {"f:template": {"f:spec": {"f:containers":
            {"k:{\"name\":\"api\"}": {"f:name": {}, "f:image": {}, ".": {}}}}}, "f:replicas": {}},
            "f:metadata": {"f:labels": {"f:b": {}, "f:a": {}}}}"#;
        let other = Fields::read(&mut serde_json::Deserializer::from_str(text)).unwrap();
        assert_eq!(owned_hash(&one), other.hash);
        assert!(other.replicas);
        // Statuses of releases hold such values: this one may never change.
        assert_eq!(owned_hash(&one), STORED);
    }

    const STORED: u64 = 6_215_994_566_493_280_488;

    #[test]
    fn every_field_counts_and_its_place_too() {
        let hash = |fields: Value| owned_hash(&json!({"fieldsV1": fields}));
        let all = [
            hash(json!({})),
            hash(json!({"f:a": {}})),
            hash(json!({"f:b": {}})),
            hash(json!({"f:a": {}, "f:b": {}})),
            hash(json!({"f:a": {"f:b": {}}})),
            hash(json!({"f:b": {"f:a": {}}})),
            hash(json!({"f:a": {"f:b": {}}, "f:b": {"f:a": {}}})),
            hash(json!({"f:a": {"f:a": {}}, "f:b": {"f:b": {}}})),
            hash(json!({"f:a": {".": {}, "f:b": {}}})),
        ];
        let different: std::collections::HashSet<u64> = all.into_iter().collect();
        assert_eq!(different.len(), all.len());
    }

    #[test]
    fn replicas_count_only_in_the_spec() {
        let replicas = |fields: Value| Fields::read(&fields).unwrap().replicas;
        assert!(replicas(json!({"f:spec": {"f:replicas": {}}})));
        assert!(!replicas(json!({"f:status": {"f:replicas": {}}})));
        assert!(!replicas(json!({"f:spec": {"f:other": {"f:replicas": {}}}})));
        assert!(!replicas(json!({"f:replicas": {}, "f:a": {"f:spec": {"f:replicas": {}}}})));
    }

    #[test]
    fn any_shape_is_hashed() {
        for shape in
            [json!(null), json!(5), json!(-5), json!(0.5), json!("x"), json!([1, [2]]), json!(true)]
        {
            assert_eq!(
                owned_hash(&json!({"fieldsV1": shape.clone()})),
                owned_hash(&json!({"fieldsV1": shape}))
            );
        }
        assert_eq!(owned_hash(&json!(7)), owned_hash(&json!({})));
    }
}
