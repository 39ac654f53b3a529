//! `.Files`: a chart's other files (`pkg/engine/files.go`).

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pintle_go_value::{Heap, Method, Object, Type, Value};
use pintle_helm_chart::FileIndex;

use crate::Glob;

const FILES: Type = Type::Named("engine.files", &Type::Map(&Type::String, &Type::BYTES));

const NO_PARAMS: Method = Method { params: &[], variadic: false };
const ONE_STRING: Method = Method { params: &[Type::String], variadic: false };

/// `engine.files`: a map of paths to contents, with methods.
#[derive(Debug)]
pub(crate) struct Files(FileIndex);

impl Files {
    pub(crate) fn new(files: FileIndex) -> Self {
        Files(files)
    }

    fn get(&self, name: &[u8]) -> Option<&[u8]> {
        let name = std::str::from_utf8(name).ok()?;
        self.0.get(name).map(AsRef::as_ref)
    }

    fn glob(&self, pattern: &[u8]) -> Files {
        let pattern = String::from_utf8_lossy(pattern);
        let glob = Glob::new(&pattern).unwrap_or_else(|_| Glob::everything());
        let matching = self.0.iter().filter(|(name, _)| glob.matches(name));
        Files(Arc::new(matching.map(|(name, data)| (name.clone(), data.clone())).collect()))
    }

    /// The files by their base names as YAML; of two with one base name the later path wins, where
    /// Go's walk over the map leaves it to chance.
    fn as_yaml<'h>(&self, heap: &'h Heap, text: impl Fn(&[u8]) -> Value<'h>) -> Value<'h> {
        let mut entries: BTreeMap<&str, Value<'h>> = BTreeMap::new();
        for (name, data) in self.0.iter() {
            entries.insert(base_name(name), text(data));
        }
        let map = heap.map_of(&Type::STRING_MAP, entries.len());
        for (name, value) in entries {
            map.insert(heap.bytes(name.as_bytes()), value);
        }
        let mut yaml = Vec::new();
        match pintle_go_yaml::to_yaml(&mut yaml, (heap, Value::Map(map))) {
            Ok(()) => heap.string(yaml.strip_suffix(b"\n").unwrap_or(&yaml)),
            // Helm swallows errors inside a template.
            Err(_) => Value::str(""),
        }
    }

    fn lines<'h>(&self, heap: &'h Heap, name: &[u8]) -> Result<Value<'h>, String> {
        let Some(data) = self.get(name) else { return Ok(heap.list(&Type::STRINGS, &[])) };
        if data.is_empty() {
            return Err("runtime error: index out of range [-1]".to_owned());
        }
        let data = data.strip_suffix(b"\n").unwrap_or(data);
        Ok(heap.strings(data.split(|byte| *byte == b'\n')))
    }
}

/// Go's `path.Base`.
fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl Object for Files {
    fn ty(&self) -> &'static Type {
        &FILES
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        match name {
            "Get" | "GetBytes" | "Glob" | "Lines" => Some(&ONE_STRING),
            "AsConfig" | "AsSecrets" => Some(&NO_PARAMS),
            _ => None,
        }
    }

    fn call<'h>(
        &self,
        heap: &'h Heap,
        name: &str,
        args: &[Value<'h>],
    ) -> Result<Value<'h>, String> {
        let arg = args.first().and_then(Value::as_bytes).unwrap_or_default();
        match name {
            "Get" => Ok(heap.string(self.get(arg).unwrap_or_default())),
            "GetBytes" => Ok(Value::Bytes(heap.bytes(self.get(arg).unwrap_or_default()))),
            "Glob" => Ok(heap.object(self.glob(arg))),
            "Lines" => self.lines(heap, arg),
            "AsConfig" => Ok(self.as_yaml(heap, |data| heap.string(data))),
            "AsSecrets" => Ok(self.as_yaml(heap, |data| heap.string(STANDARD.encode(data)))),
            other => Err(format!("no method {other}")),
        }
    }

    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h> {
        let map = heap.map_of(&FILES, self.0.len());
        for (name, data) in self.0.iter() {
            map.insert(heap.bytes(name.as_bytes()), Value::Bytes(heap.bytes(data)));
        }
        Value::Map(map)
    }
}
