// SPDX-License-Identifier: GPL-2.0

//! Lays out tables in Markdown, whose columns have fixed widths.

use std::fmt;

/// A column's width in characters, and where its cells stand in it.
#[derive(Clone, Copy)]
pub struct Column {
    width: usize,
    is_left: bool,
}

/// A column of text.
pub const fn left(width: usize) -> Column {
    Column { width, is_left: true }
}

/// A column of numbers.
pub const fn right(width: usize) -> Column {
    Column { width, is_left: false }
}

/// A table: its heading, and rows.
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with a heading alone.
    pub fn new(columns: &[Column], heading: &[&str]) -> Self {
        let heading = heading.iter().map(|&cell| cell.to_owned()).collect();
        Self { columns: columns.to_vec(), rows: vec![heading] }
    }

    pub fn add(&mut self, row: impl Into<Vec<String>>) {
        self.rows.push(row.into());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, row) in self.rows.iter().enumerate() {
            for (column, cell) in self.columns.iter().zip(row) {
                match *column {
                    Column { width, is_left: true } => write!(f, "| {cell:<width$} ")?,
                    Column { width, is_left: false } => write!(f, "| {cell:>width$} ")?,
                }
            }
            writeln!(f, "|")?;
            if number == 0 {
                for column in &self.columns {
                    let dashes = "-".repeat(column.width + 1);
                    write!(f, "|{dashes}{}", if column.is_left { '-' } else { ':' })?;
                }
                writeln!(f, "|")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_on_their_side() {
        let mut table = Table::new(&[left(6), right(4), right(5)], &["name", "a", "b … c"]);
        table.add(["one".into(), "1".into(), String::new()]);
        assert_eq!(
            table.to_string(),
            "| name   |    a | b … c |\n\
             |--------|-----:|------:|\n\
             | one    |    1 |       |\n"
        );
    }

    #[test]
    fn long_cells_keep_their_text() {
        let mut table = Table::new(&[left(2)], &["a"]);
        table.add(["longer".into()]);
        assert_eq!(table.to_string(), "| a  |\n|----|\n| longer |\n");
    }
}
