//! Tables as kubectl prints them: columns as wide as their widest cell, three blanks between.

/// Lines of cells under a header. Cells may be coloured: only what is seen counts.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

/// Blanks between two columns.
const GAP: usize = 3;

impl Table {
    /// A table with these headers.
    pub(crate) fn new(headers: &[&str]) -> Self {
        Table { rows: vec![headers.iter().map(|&it| it.to_owned()).collect()] }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The text.
    pub(crate) fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|it| seen(it)).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(width - seen(cell) + GAP));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Columns that a text takes, without its colours.
pub(crate) fn seen(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().chars().count()
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_line_up_whatever_their_colour() {
        let mut table = Table::new(&["NAME", "PHASE"]);
        table.row(vec!["\x1b[31ma-long-name\x1b[0m".into(), "x".into()]);
        table.row(vec!["b".into(), "→ y".into()]);
        let text = anstream::adapter::strip_str(&table.text()).to_string();
        assert_eq!(text, "NAME          PHASE\na-long-name   x\nb             → y\n");
    }
}
