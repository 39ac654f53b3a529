//! Executing templates: the state of one render, and what functions may ask of it.

mod call;
mod eval;
mod field;
mod walk;

pub(crate) use walk::{formatted, printable};

use foldhash::HashMap;
use pintle_go_value::{Heap, Value};

use crate::ast::{At, Tree, Unit};
use crate::limits::PARSED_BYTES_PER_STEP;
use crate::reflect::Slot;
use crate::set::Text;
use crate::{CallError, Layer, Limits, Location, MissingKey, Session, Set, TextError, stack};

/// An execution in progress. `'h` is the render (heap and templates), `'c` the host's borrow.
pub struct Exec<'c, 'h, H: ?Sized + 'static> {
    set: &'h Set<H>,
    session: &'h Session,
    host: &'c H,
    limits: Limits,
    steps: u64,
    depth: usize,
    /// Texts being executed: each sees what it and those before it define.
    texts: Vec<&'h Text>,
    /// Texts that were executed, by their source.
    known: HashMap<&'h [u8], &'h Text>,
    frame: Frame<'h>,
    /// Whether the operand evaluated last was found in an interface, which only `slice` asks.
    in_interface: bool,
    vars: Vec<Var<'h>>,
    /// Buffers for included texts, kept for the next.
    buffers: Vec<Vec<u8>>,
}

/// The template being executed (Go's `state`).
#[derive(Clone, Copy)]
struct Frame<'h> {
    /// None before the first template.
    tree: Option<&'h Tree>,
    unit: &'h Unit,
    /// The node being evaluated, for errors.
    at: At<'h>,
    /// Where this template's variables begin.
    base: usize,
    /// How many template actions led here since the last execution began.
    depth: usize,
}

#[derive(Clone, Copy)]
struct Var<'h> {
    name: &'h [u8],
    slot: Slot<'h>,
}

impl<'c, 'h, H: ?Sized + 'static> Exec<'c, 'h, H> {
    /// An execution of templates of `set`, with the standard limits.
    pub fn new(set: &'h Set<H>, session: &'h Session, host: &'c H) -> Self {
        Exec {
            set,
            session,
            host,
            limits: Limits::STANDARD,
            steps: Limits::STANDARD.steps,
            depth: 0,
            texts: Vec::new(),
            known: HashMap::default(),
            frame: Frame { tree: None, unit: Unit::empty(), at: At::Nowhere, base: 0, depth: 0 },
            in_interface: false,
            vars: Vec::new(),
            buffers: Vec::new(),
        }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self.steps = limits.steps;
        self
    }

    /// The heap of this render.
    #[must_use]
    pub fn heap(&self) -> &'h Heap {
        self.session.heap()
    }

    /// What functions need of their surroundings.
    #[must_use]
    pub fn host(&self) -> &'c H {
        self.host
    }

    /// The name of the set: `gotpl` in Helm.
    #[must_use]
    pub fn set_name(&self) -> &'h str {
        self.set.name()
    }

    /// What a missing key gives.
    #[must_use]
    pub fn missing_key(&self) -> MissingKey {
        self.set.missing_key()
    }

    /// How many commands and loop turns were executed so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.limits.steps - self.steps
    }

    /// `ExecuteTemplate`: appends what the template `name` makes of `data`. Of a failed one, what
    /// was appended before stays.
    ///
    /// # Errors
    ///
    /// Go's `ExecError`, or that no template has that name.
    pub fn execute_template(
        &mut self,
        name: &str,
        data: Value<'h>,
        out: &mut Vec<u8>,
    ) -> Result<(), CallError> {
        let tree = self.lookup(name).ok_or_else(|| self.no_template(name.as_bytes()))?;
        self.execute(tree, data, out)
    }

    /// The same with the name and the result as bytes on the heap, which is what `include` needs.
    ///
    /// # Errors
    ///
    /// See [`Exec::execute_template`].
    pub fn include(&mut self, name: &[u8], data: Value<'h>) -> Result<&'h [u8], CallError> {
        let tree = std::str::from_utf8(name).ok().and_then(|name| self.lookup(name));
        let tree = tree.ok_or_else(|| self.no_template(name))?;
        let mut buffer = self.buffers.pop().unwrap_or_default();
        let done = self.execute(tree, data, &mut buffer);
        let text = done.map(|()| self.heap().bytes(&buffer));
        buffer.clear();
        self.buffers.push(buffer);
        text
    }

    /// Parses `text` under the set's name into a copy of the set, in which all that it calls runs,
    /// and appends what it makes of `data`: what `tpl` does. What it defines ends with it.
    ///
    /// # Errors
    ///
    /// The text is no template, or fails.
    pub fn execute_text(
        &mut self,
        text: &[u8],
        data: Value<'h>,
        out: &mut Vec<u8>,
    ) -> Result<(), TextError> {
        if memchr::memmem::find(text, b"{{").is_none() {
            out.extend_from_slice(text);
            return Ok(());
        }
        let text = self.parsed(text)?;
        self.texts.push(text);
        let done = self.execute(&text.main, data, out);
        self.texts.pop();
        Ok(done?)
    }

    /// A text, parsed; in one execution each text is parsed, and counted, once. It counts the same
    /// whether an earlier execution has left it to the set or not.
    fn parsed(&mut self, text: &[u8]) -> Result<&'h Text, TextError> {
        if let Some(known) = self.known.get(text) {
            return Ok(known);
        }
        self.charge((text.len() / PARSED_BYTES_PER_STEP) as u64)?;
        let parsed: &'h Text = self.session.keep(self.set.text(text)?);
        self.known.insert(&parsed.source, parsed);
        Ok(parsed)
    }

    /// Builds a string on the heap through a buffer that is used again and again.
    pub fn build(&mut self, fill: impl FnOnce(&mut Vec<u8>)) -> Value<'h> {
        let mut buffer = self.buffers.pop().unwrap_or_default();
        fill(&mut buffer);
        let value = self.heap().string(&buffer);
        buffer.clear();
        self.buffers.push(buffer);
        value
    }

    fn no_template(&self, name: &[u8]) -> CallError {
        let (name, set) =
            (pintle_go_fmt::quote(name), pintle_go_fmt::quote(self.set.name().as_bytes()));
        CallError::new(format!("template: no template {name} associated with template {set}"))
    }

    /// The template of that name in the current copy of the set.
    fn lookup(&self, name: &str) -> Option<&'h Tree> {
        let mut blank = None;
        for text in self.texts.iter().rev() {
            let text: &'h Text = text;
            for tree in text.defined.iter().chain(std::iter::once(&text.main)) {
                if *tree.name == *name {
                    if !tree.unit.is_blank(tree.root) {
                        return Some(tree);
                    }
                    // A blank template redefines nothing.
                    blank = blank.or(Some(&**tree));
                }
            }
        }
        let set: &'h Set<H> = self.set;
        set.templates().get(name).map(|tree| &**tree).or(blank)
    }

    /// A new execution: its own template depth, its own variables.
    fn execute(
        &mut self,
        tree: &'h Tree,
        data: Value<'h>,
        out: &mut Vec<u8>,
    ) -> Result<(), CallError> {
        let dot = match data {
            Value::Nil => Value::Missing,
            data => data,
        };
        self.run(tree, Slot::of(dot), 0, out)
    }

    /// Executes a template's body in a frame of its own, on a stack that grows.
    fn run(
        &mut self,
        tree: &'h Tree,
        dot: Slot<'h>,
        depth: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), CallError> {
        if self.depth >= self.limits.depth {
            return Err(self.limit(format!(
                "exceeded the limit of {} templates executing within each other",
                self.limits.depth
            )));
        }
        self.depth += 1;
        let base = self.vars.len();
        let outer = self.frame;
        let unit: &'h Unit = &tree.unit;
        self.vars.push(Var { name: b"$", slot: dot });
        self.frame = Frame { tree: Some(tree), unit, at: At::Nowhere, base, depth };
        let done = stack::grow(|| self.walk_list(&dot, tree.root, out)).map(|_| ());
        self.vars.truncate(base);
        self.frame = outer;
        self.depth -= 1;
        done
    }

    // Errors.

    /// An error at the current node.
    fn fail(&self, message: impl Into<String>) -> CallError {
        self.located(CallError::new(message))
    }

    /// A refusal by a limit at the current node.
    fn limit(&self, message: impl Into<String>) -> CallError {
        self.located(CallError::limit(message))
    }

    /// Go's `state.errorf`: an `ExecError` around what happened.
    #[cold]
    fn located(&self, error: CallError) -> CallError {
        let Frame { tree: Some(tree), unit, at, .. } = self.frame else { return error };
        let pos = unit.pos(at);
        let (line, column) = unit.line_and_column(pos);
        error.within(Layer::Exec {
            name: tree.name.clone(),
            location: Some(Location {
                parse_name: unit.parse_name.clone(),
                line,
                column,
                offset: pos as usize,
                node: unit.print(at),
            }),
        })
    }

    /// Counts what a function does beyond being called; see [`Limits::steps`].
    ///
    /// # Errors
    /// The limit is passed.
    pub fn charge(&mut self, steps: u64) -> Result<(), CallError> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => {
                self.steps = 0;
                Err(CallError::limit(format!("exceeded the limit of {} steps", self.limits.steps)))
            }
        }
    }

    /// Counts one step.
    #[inline]
    fn step(&mut self) -> Result<(), CallError> {
        match self.steps.checked_sub(1) {
            Some(left) if !self.heap().over_limit() => {
                self.steps = left;
                Ok(())
            }
            left => Err(self.exhausted(left.is_none())),
        }
    }

    #[cold]
    fn exhausted(&self, steps: bool) -> CallError {
        self.limit(if steps {
            format!("exceeded the limit of {} steps", self.limits.steps)
        } else {
            format!("exceeded the limit of {} bytes of values", self.heap().limit())
        })
    }

    /// The current frame's nodes.
    #[inline]
    fn unit(&self) -> &'h Unit {
        self.frame.unit
    }

    /// Marks the node being evaluated (Go's `state.at`).
    #[inline]
    fn at(&mut self, at: At<'h>) {
        self.frame.at = at;
    }
}
