//! Sets of templates that know each other, and the session that one render runs in.

use std::sync::{Arc, Mutex, PoisonError};

use foldhash::{HashMap, HashMapExt as _};
use pintle_go_value::Heap;
use typed_arena::Arena;

use crate::ast::Tree;
use crate::parse::{self, Names};
use crate::{FuncMap, ParseError};

/// Texts given to `tpl` are parsed once per set; past this many bytes of them, parsed, no more are
/// kept.
pub const TEXT_CACHE_LIMIT: usize = 16 << 20;

/// How many bytes the parsed templates of one set may take. Go has no limit; the largest known chart
/// takes some megabytes, and a small archive can hold gigabytes of `{{1}}`.
pub const SET_LIMIT: usize = 512 << 20;

/// What a map gives for a key that it does not have (`Option("missingkey=…")`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// No value, which prints as `<no value>`; Go's default.
    #[default]
    Invalid,
    /// The zero of the map's element type; Helm's choice.
    Zero,
    /// An error; Helm's `--strict`.
    Error,
}

/// Named templates that may call each other (`template.Template` with its associates).
///
/// Parsed once and shared by any number of renders, on any thread.
pub struct Set<H: ?Sized + 'static> {
    name: Arc<str>,
    funcs: &'static FuncMap<H>,
    missing_key: MissingKey,
    templates: Templates,
    /// What the parsed templates take.
    bytes: usize,
    texts: Mutex<TextCache>,
}

pub(crate) type Templates = HashMap<Arc<str>, Arc<Tree>>;

#[derive(Default)]
struct TextCache {
    texts: HashMap<Arc<[u8]>, Arc<Text>>,
    bytes: usize,
}

/// A text parsed at run time: the template that it is, and those that it defines.
pub(crate) struct Text {
    pub(crate) source: Arc<[u8]>,
    pub(crate) main: Arc<Tree>,
    pub(crate) defined: Vec<Arc<Tree>>,
    /// What it takes.
    bytes: usize,
}

impl<H: ?Sized + 'static> Set<H> {
    /// An empty set; `name` is that of `template.New`, and shows in error texts.
    #[must_use]
    pub fn new(name: &str, funcs: &'static FuncMap<H>) -> Self {
        Set {
            name: name.into(),
            funcs,
            missing_key: MissingKey::default(),
            templates: HashMap::new(),
            bytes: 0,
            texts: Mutex::default(),
        }
    }

    /// Sets what a missing key gives.
    #[must_use]
    pub fn with_missing_key(mut self, missing_key: MissingKey) -> Self {
        self.missing_key = missing_key;
        self
    }

    /// The set's name.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Whether a template of that name has a body.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.templates.contains_key(name)
    }

    /// The names of all templates, in no order.
    pub fn names(&self) -> impl Iterator<Item = &Arc<str>> {
        self.templates.keys()
    }

    /// A template printed back from its nodes, as Go's `Tree.Root.String()`: without comments and
    /// without what was trimmed. Parsed again, it prints the same.
    #[must_use]
    pub fn print(&self, name: &str) -> Option<String> {
        self.templates.get(name).map(|tree| tree.unit.print_nodes(tree.root))
    }

    /// Parses a text as the template `name`, and adds what it defines: `t.New(name).Parse(text)`.
    ///
    /// # Errors
    ///
    /// Go's parse error; the set is then unchanged.
    pub fn parse(&mut self, name: &str, text: impl Into<Arc<[u8]>>) -> Result<(), ParseError> {
        let names = FuncNames(self.funcs);
        let name: Arc<str> = name.into();
        let trees = parse::parse(&name, text.into(), &names)?;
        self.bytes += trees.first().map_or(0, |tree| tree.unit.bytes());
        if self.bytes > SET_LIMIT {
            let message = format!("exceeded the limit of {SET_LIMIT} bytes of parsed templates");
            return Err(ParseError { parse_name: name, line: 1, offset: 0, message });
        }
        for tree in trees {
            add(&mut self.templates, tree);
        }
        Ok(())
    }

    pub(crate) fn funcs(&self) -> &'static FuncMap<H> {
        self.funcs
    }

    pub(crate) fn missing_key(&self) -> MissingKey {
        self.missing_key
    }

    pub(crate) fn templates(&self) -> &Templates {
        &self.templates
    }

    /// A text given at run time, parsed under the set's own name, from the cache if it is there.
    pub(crate) fn text(&self, text: &[u8]) -> Result<Arc<Text>, ParseError> {
        let lock = || self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().texts.get(text) {
            return Ok(known.clone());
        }
        let source: Arc<[u8]> = text.into();
        let mut trees = parse::parse(&self.name, source.clone(), &FuncNames(self.funcs))?;
        // The parser gives the text's own template first, whatever was defined in between.
        let main = trees.remove(0);
        let bytes = main.unit.bytes();
        let text = Arc::new(Text { source: source.clone(), main, defined: trees, bytes });
        let mut cache = lock();
        if cache.bytes + bytes <= TEXT_CACHE_LIMIT {
            cache.bytes += bytes;
            cache.texts.insert(source, text.clone());
        }
        Ok(text)
    }
}

/// `Template.AddParseTree`: a template redefines an earlier one unless it is blank.
fn add(templates: &mut Templates, tree: Arc<Tree>) {
    if tree.unit.is_blank(tree.root) && templates.contains_key(&tree.name) {
        return;
    }
    templates.insert(tree.name.clone(), tree);
}

struct FuncNames<H: ?Sized + 'static>(&'static FuncMap<H>);

impl<H: ?Sized + 'static> Names for FuncNames<H> {
    fn position(&self, name: &[u8]) -> Option<u32> {
        self.0.position(name)
    }
}

/// What one render allocates and keeps until its end: its heap, and the texts that it parsed.
#[derive(Default)]
pub struct Session {
    heap: Heap,
    texts: Arena<Arc<Text>>,
}

impl Session {
    /// A session with a heap of the default limit.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A session on a heap with a limit of its own.
    #[must_use]
    pub fn with_heap(heap: Heap) -> Self {
        Session { heap, ..Self::default() }
    }

    /// The heap, on which the data for the templates is built.
    #[must_use]
    pub fn heap(&self) -> &Heap {
        &self.heap
    }

    /// Keeps a text, and counts what it takes as values are counted: whether others
    /// left it in the set's cache must not decide whether this render passes its limit.
    pub(crate) fn keep(&self, text: Arc<Text>) -> &Text {
        self.heap.reserve(text.bytes);
        self.texts.alloc(text)
    }
}
