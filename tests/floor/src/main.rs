//! The floor of a plan: `firma-floor DIR` parses the TOML of a project's directory, file by file, with the parser that
//! Firma uses, and reads the rows of its state with the same library. Nothing is made of either.
//!
//! No planner that keeps to these formats can do less, so `tests/compare/run` states its budgets as multiples of this.
//! One thread; prints how much it read.

use rusqlite::{Connection, OpenFlags, types::ValueRef};
use std::{error::Error, fs, path::Path, process::ExitCode};
use toml::de::DeTable;

/// What was read.
#[derive(Default)]
struct Read {
    files: usize,
    bytes: usize,
    tables: usize,
    rows: usize,
    columns: usize,
}

fn main() -> ExitCode {
    let directory = std::env::args_os().nth(1).unwrap_or_else(|| ".".into());
    match floor(Path::new(&directory)) {
        Ok(read) => {
            println!(
                "{} files of {} bytes with {} tables, {} rows of {} bytes",
                read.files, read.bytes, read.tables, read.rows, read.columns
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("firma-floor: {error}");
            ExitCode::FAILURE
        }
    }
}

fn floor(directory: &Path) -> Result<Read, Box<dyn Error>> {
    let mut read = Read::default();
    manifests(directory, &mut read)?;
    let state = directory.join(".firma").join("state.db");
    if state.exists() {
        rows(&state, &mut read)?;
    }
    Ok(read)
}

fn manifests(directory: &Path, read: &mut Read) -> Result<(), Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name();
        if name.to_str().is_some_and(|name| name.ends_with(".toml") && !name.starts_with('.')) {
            names.push(name);
        }
    }
    names.sort();
    for name in names {
        let text = fs::read_to_string(directory.join(&name))?;
        let table = DeTable::parse(&text).map_err(|e| format!("{}: {e}", name.to_string_lossy()))?;
        read.files += 1;
        read.bytes += text.len();
        // service, kind, name
        let kinds = table.get_ref().values().filter_map(|service| service.get_ref().as_table());
        let names = kinds.flat_map(DeTable::values).filter_map(|kind| kind.get_ref().as_table());
        read.tables += names.map(DeTable::len).sum::<usize>();
    }
    Ok(())
}

/// Every column of every object, looked at where SQLite has it.
fn rows(state: &Path, read: &mut Read) -> Result<(), Box<dyn Error>> {
    let connection = Connection::open_with_flags(state, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut statement = connection.prepare("SELECT * FROM object")?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        read.rows += 1;
        for column in 0..columns {
            read.columns += match row.get_ref(column)? {
                ValueRef::Text(text) | ValueRef::Blob(text) => text.len(),
                ValueRef::Null => 0,
                ValueRef::Integer(_) | ValueRef::Real(_) => 8,
            };
        }
    }
    Ok(())
}
