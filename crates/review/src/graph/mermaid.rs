//! Graphs for Mermaid, which pages of Markdown draw.

use super::make::{Cluster, Graph};
use std::fmt::Write as _;

impl Graph {
    /// In the language of Mermaid.
    pub fn mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        let mut number = 0;
        self.mermaid_cluster(&self.clusters(), 1, &mut number, &mut out);
        for edge in &self.edges {
            let label = if edge.label.is_empty() { String::new() } else { format!("|{}|", quoted(edge.label)) };
            push(&mut out, 1, format_args!("n{} -->{label} n{}", edge.from, edge.to));
        }
        out
    }

    /// As deep as modules nest, which the language bounds.
    fn mermaid_cluster(&self, cluster: &Cluster, depth: usize, number: &mut usize, out: &mut String) {
        for &at in &cluster.vertices {
            let vertex = &self.vertices[at];
            let (open, close) = if vertex.gathers { ("([", "])") } else { ("[", "]") };
            push(out, depth, format_args!("n{at}{open}{}{close}", quoted(&vertex.label)));
        }
        for (name, inside) in &cluster.inside {
            push(out, depth, format_args!("subgraph c{number} [{}]", quoted(name)));
            *number += 1;
            self.mermaid_cluster(inside, depth + 1, number, out);
            push(out, depth, format_args!("end"));
        }
    }
}

fn push(out: &mut String, depth: usize, line: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{:indent$}{line}", "", indent = depth * 2);
}

/// A quoted label. Mermaid knows characters by their number, and reads HTML and Markdown in labels.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | ';' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c if c.is_control() => out.push('?'),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
