//! Executing templates: the state of one render, and what functions may ask of it.

use pintle_go_value::{Heap, Value};

use crate::{CallError, Limits, MissingKey, Session, Set, TextError};

/// An execution in progress. `'h` is the render (heap and templates), `'c` the host's borrow.
pub struct Exec<'c, 'h, H: ?Sized + 'static> {
    set: &'h Set<H>,
    session: &'h Session,
    host: &'c H,
    limits: Limits,
}

impl<'c, 'h, H: ?Sized + 'static> Exec<'c, 'h, H> {
    /// An execution of templates of `set`, with the standard limits.
    pub fn new(set: &'h Set<H>, session: &'h Session, host: &'c H) -> Self {
        Exec { set, session, host, limits: Limits::STANDARD }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
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
        let _ = (name, data, out);
        Err(CallError::new("template: not executable yet"))
    }

    /// The same with the name and the result as bytes on the heap, which is what `include` needs.
    ///
    /// # Errors
    ///
    /// See [`Exec::execute_template`].
    pub fn include(&mut self, name: &[u8], data: Value<'h>) -> Result<&'h [u8], CallError> {
        let _ = (name, data);
        Err(CallError::new("template: not executable yet"))
    }

    /// Parses `text` under the set's name into a copy of the set, in which all that it calls runs,
    /// and appends what it makes of `data`: what `tpl` does. What it defines ends with it.
    ///
    /// # Errors
    ///
    /// The text is no template, or fails.
    pub fn execute_text(
        &mut self,
        text: &'h [u8],
        data: Value<'h>,
        out: &mut Vec<u8>,
    ) -> Result<(), TextError> {
        let _ = (text, data, out);
        Err(CallError::new("template: not executable yet").into())
    }

    /// Builds a string on the heap through a buffer that is used again and again.
    pub fn build(&mut self, fill: impl FnOnce(&mut Vec<u8>)) -> Value<'h> {
        let mut buffer = Vec::new();
        fill(&mut buffer);
        self.heap().string(buffer)
    }
}
