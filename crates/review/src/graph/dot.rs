//! Graphs for Graphviz.

use super::make::{Cluster, Graph};
use std::fmt::Write as _;

impl Graph {
    /// In the language of `dot`.
    pub fn dot(&self) -> String {
        let mut out = String::from("digraph firma {\n  rankdir = \"LR\";\n  node [shape = \"box\"];\n");
        let mut number = 0;
        self.dot_cluster(&self.clusters(), 1, &mut number, &mut out);
        for edge in &self.edges {
            let label =
                if edge.label.is_empty() { String::new() } else { format!(" [label = {}]", quoted(edge.label)) };
            push(&mut out, 1, format_args!("n{} -> n{}{label};", edge.from, edge.to));
        }
        out.push_str("}\n");
        out
    }

    /// As deep as modules nest, which the language bounds.
    fn dot_cluster(&self, cluster: &Cluster, depth: usize, number: &mut usize, out: &mut String) {
        for &at in &cluster.vertices {
            let vertex = &self.vertices[at];
            let shape = if vertex.gathers { ", shape = \"ellipse\"" } else { "" };
            push(out, depth, format_args!("n{at} [label = {}{shape}];", quoted(&vertex.label)));
        }
        for (name, inside) in &cluster.inside {
            push(out, depth, format_args!("subgraph cluster_{number} {{"));
            *number += 1;
            push(out, depth + 1, format_args!("label = {};", quoted(name)));
            self.dot_cluster(inside, depth + 1, number, out);
            push(out, depth, format_args!("}}"));
        }
    }
}

fn push(out: &mut String, depth: usize, line: std::fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{:indent$}{line}", "", indent = depth * 2);
}

/// A quoted id: `"` is escaped, and `\`, which would begin an escape of labels; what steers a terminal is left out.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push('?'),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
