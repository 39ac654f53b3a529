//! Nodes printed back, as Go's `Node.String` does: error messages quote them.

use super::{Arg, At, Branch, Command, Node, Pipe, Run, Unit};

impl Unit {
    /// A list of nodes, printed.
    pub(crate) fn print_nodes(&self, run: Run) -> String {
        let mut out = Vec::new();
        self.write_nodes(&mut out, run);
        lossy(out)
    }

    /// One node, printed.
    pub(crate) fn print(&self, at: At<'_>) -> String {
        let mut out = Vec::new();
        match at {
            At::Nowhere => {}
            At::Node(node) => self.write_node(&mut out, node),
            At::Pipe(pipe) => self.write_pipe(&mut out, pipe),
            At::Command(command) => self.write_command(&mut out, command),
            At::Arg(arg) => self.write_arg(&mut out, arg),
        }
        lossy(out)
    }

    fn write_nodes(&self, out: &mut Vec<u8>, run: Run) {
        for node in self.nodes(run) {
            self.write_node(out, node);
        }
    }

    fn write_node(&self, out: &mut Vec<u8>, node: &Node) {
        match node {
            Node::Text(span) => out.extend_from_slice(self.source(*span)),
            Node::Comment(span) => {
                out.extend_from_slice(b"{{");
                out.extend_from_slice(self.source(*span));
                out.extend_from_slice(b"}}");
            }
            Node::Action(pipe) => {
                out.extend_from_slice(b"{{");
                self.write_pipe(out, self.pipe(*pipe));
                out.extend_from_slice(b"}}");
            }
            Node::Branch(branch) => self.write_branch(out, branch),
            Node::Template { name, pipe, .. } => {
                out.extend_from_slice(b"{{template ");
                pintle_go_fmt::append_quote(out, self.names[*name as usize].as_bytes());
                if let Some(pipe) = pipe {
                    out.push(b' ');
                    self.write_pipe(out, self.pipe(*pipe));
                }
                out.extend_from_slice(b"}}");
            }
            Node::Break(_) => out.extend_from_slice(b"{{break}}"),
            Node::Continue(_) => out.extend_from_slice(b"{{continue}}"),
        }
    }

    fn write_branch(&self, out: &mut Vec<u8>, branch: &Branch) {
        out.extend_from_slice(b"{{");
        out.extend_from_slice(branch.kind.keyword().as_bytes());
        out.push(b' ');
        self.write_pipe(out, self.pipe(branch.pipe));
        out.extend_from_slice(b"}}");
        self.write_nested(out, branch.list);
        if let Some(list) = branch.else_list {
            out.extend_from_slice(b"{{else}}");
            self.write_nested(out, list);
        }
        out.extend_from_slice(b"{{end}}");
    }

    /// Nodes one level deeper, on a stack that grows: texts may nest as deep as the parser allows.
    fn write_nested(&self, out: &mut Vec<u8>, run: Run) {
        crate::stack::grow(|| self.write_nodes(out, run));
    }

    fn write_pipe(&self, out: &mut Vec<u8>, pipe: &Pipe) {
        for (index, decl) in self.decls(pipe.decls).iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(self.source(decl.name));
        }
        if pipe.decls.len() > 0 {
            out.extend_from_slice(if pipe.assign { b" = ".as_slice() } else { b" := " });
        }
        for (index, command) in self.commands(pipe.commands).iter().enumerate() {
            if index > 0 {
                out.extend_from_slice(b" | ");
            }
            self.write_command(out, command);
        }
    }

    fn write_command(&self, out: &mut Vec<u8>, command: &Command) {
        for (index, arg) in self.args(command.args).iter().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            self.write_operand(out, arg);
        }
    }

    /// An operand; a pipeline in parentheses.
    fn write_operand(&self, out: &mut Vec<u8>, arg: &Arg) {
        if matches!(arg, Arg::Pipe(_)) {
            out.push(b'(');
            crate::stack::grow(|| self.write_arg(out, arg));
            out.push(b')');
        } else {
            self.write_arg(out, arg);
        }
    }

    fn write_arg(&self, out: &mut Vec<u8>, arg: &Arg) {
        match arg {
            Arg::Bool { value, .. } => {
                out.extend_from_slice(if *value { b"true".as_slice() } else { b"false" });
            }
            Arg::Nil(_) => out.extend_from_slice(b"nil"),
            Arg::Dot(_) => out.push(b'.'),
            Arg::Number { number, .. } => {
                if let Some(text) = self.number(*number).text {
                    out.extend_from_slice(self.source(text));
                }
            }
            Arg::String { quoted, .. } => out.extend_from_slice(self.source(*quoted)),
            Arg::Field { idents, .. } => self.write_fields(out, *idents),
            Arg::Variable { name, fields, .. } => {
                out.extend_from_slice(self.source(*name));
                self.write_fields(out, *fields);
            }
            Arg::Ident { name, .. } => out.extend_from_slice(self.source(*name)),
            Arg::Pipe(pipe) => self.write_pipe(out, self.pipe(*pipe)),
            Arg::Chain { node, fields, .. } => {
                self.write_operand(out, self.arg(*node));
                self.write_fields(out, *fields);
            }
        }
    }

    fn write_fields(&self, out: &mut Vec<u8>, fields: Run) {
        for field in self.idents(fields) {
            out.push(b'.');
            out.extend_from_slice(self.source(*field));
        }
    }
}

fn lossy(bytes: Vec<u8>) -> String {
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}
