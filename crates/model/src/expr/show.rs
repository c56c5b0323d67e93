//! Expressions for people: as they would be written, and what a residual still waits for.

use super::{BinaryOp, Expr, ExprKind, For, UnaryOp};
use crate::{
    address::Node,
    path::is_plain_name,
    value::{Map, Value},
};
use std::{collections::BTreeSet, fmt};

/// Elements of a list or map that are written; whoever reads has seen enough then.
const MOST: usize = 20;

/// Levels that are written.
const DEEPEST: usize = 24;

/// Characters of a text that are written.
const LONGEST: usize = 200;

impl fmt::Display for Expr {
    /// As it would be written between `${` and `}`; sensitive values as `(sensitive)`. Long lists and texts, and what nests
    /// deeply, are cut with `...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown { expr: self, depth: 0 }.fmt(f)
    }
}

impl Expr {
    /// The attributes a residual waits for, each once, in order: `vpc.vpc.main.id`. Where a whole object is meant, its
    /// address.
    pub fn awaited(&self) -> Vec<String> {
        let mut found = BTreeSet::new();
        gather(self, &mut found);
        found.into_iter().collect()
    }
}

fn gather(expr: &Expr, found: &mut BTreeSet<String>) {
    match &expr.kind {
        ExprKind::Node(node) => {
            found.insert(node_name(node));
        }
        ExprKind::Attribute(of, name) => match &of.kind {
            ExprKind::Node(node) => {
                found.insert(format!("{}.{name}", node_name(node)));
            }
            _ => gather(of, found),
        },
        ExprKind::Literal(_) | ExprKind::Name(_) => {}
        ExprKind::Unary(_, of) | ExprKind::Sensitive(of) => gather(of, found),
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) => {
            gather(a, found);
            gather(b, found);
        }
        ExprKind::Splat(of, each) => match expr.as_attribute_of_all() {
            Some((node, name)) => {
                found.insert(format!("{}.{name}", node_name(node)));
            }
            None => {
                gather(of, found);
                gather(each, found);
            }
        },
        ExprKind::Template(items) | ExprKind::List(items) | ExprKind::Call(_, items, _) => {
            items.iter().for_each(|item| gather(item, found));
        }
        ExprKind::Map(entries) => entries.iter().for_each(|(key, value)| {
            gather(key, found);
            gather(value, found);
        }),
        ExprKind::Conditional(a, b, c) => [a, b, c].into_iter().for_each(|part| gather(part, found)),
        ExprKind::For(inner) => {
            gather(&inner.collection, found);
            gather(&inner.value, found);
            inner.key.iter().chain(&inner.condition).for_each(|part| gather(part, found));
        }
    }
}

fn node_name(node: &Node) -> String {
    match node {
        Node::Instance(address) => address.to_string(),
        Node::Block(block) => format!("{block}[*]"),
    }
}

struct Shown<'e> {
    expr: &'e Expr,
    depth: usize,
}

impl<'e> Shown<'e> {
    fn below(&self, expr: &'e Expr) -> Shown<'e> {
        Shown { expr, depth: self.depth + 1 }
    }

    /// An operand, in parentheses where it would be read otherwise.
    fn operand(&self, f: &mut fmt::Formatter<'_>, expr: &'e Expr, around: u8) -> fmt::Result {
        match strength(expr) < around {
            true => write!(f, "({})", self.below(expr)),
            false => write!(f, "{}", self.below(expr)),
        }
    }

    fn items(&self, f: &mut fmt::Formatter<'_>, items: &'e [Expr]) -> fmt::Result {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                f.write_str(", ")?;
            }
            if at == MOST {
                return f.write_str("...");
            }
            write!(f, "{}", self.below(item))?;
        }
        Ok(())
    }

    fn walk(&self, f: &mut fmt::Formatter<'_>, walk: &'e For) -> fmt::Result {
        let (open, close) = if walk.key.is_some() { ('{', '}') } else { ('[', ']') };
        write!(f, "{open}for ")?;
        if let Some(name) = &walk.key_name {
            write!(f, "{name}, ")?;
        }
        write!(f, "{} in {} : ", walk.value_name, self.below(&walk.collection))?;
        if let Some(key) = &walk.key {
            write!(f, "{} => ", self.below(key))?;
        }
        write!(f, "{}", self.below(&walk.value))?;
        if walk.grouping {
            f.write_str("...")?;
        }
        if let Some(condition) = &walk.condition {
            write!(f, " if {}", self.below(condition))?;
        }
        write!(f, "{close}")
    }

    fn template(&self, f: &mut fmt::Formatter<'_>, parts: &'e [Expr]) -> fmt::Result {
        f.write_str("\"")?;
        for part in parts {
            match part.as_value() {
                Some(Value::String(text)) => f.write_str(&escaped(text))?,
                _ => write!(f, "${{{}}}", self.below(part))?,
            }
        }
        f.write_str("\"")
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.depth > DEEPEST {
            return f.write_str("...");
        }
        match &self.expr.kind {
            ExprKind::Literal(value) => shown_value(f, value, self.depth),
            ExprKind::Name(name) => f.write_str(name),
            ExprKind::Node(node) => write!(f, "{node}"),
            ExprKind::Attribute(of, name) => {
                self.operand(f, of, POSTFIX)?;
                write!(f, ".{name}")
            }
            ExprKind::Index(of, key) => {
                self.operand(f, of, POSTFIX)?;
                write!(f, "[{}]", self.below(key))
            }
            ExprKind::Splat(of, each) => {
                // A block stands for all of its instances already.
                if let Some((Node::Block(block), name)) = self.expr.as_attribute_of_all() {
                    return write!(f, "{block}[*].{name}");
                }
                self.operand(f, of, POSTFIX)?;
                let each = self.below(each).to_string();
                write!(f, "[*]{}", each.strip_prefix('*').unwrap_or(&each))
            }
            ExprKind::Template(parts) => self.template(f, parts),
            ExprKind::List(items) => {
                f.write_str("[")?;
                self.items(f, items)?;
                f.write_str("]")
            }
            ExprKind::Map(entries) => {
                f.write_str("{ ")?;
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        f.write_str(", ")?;
                    }
                    if at == MOST {
                        f.write_str("...")?;
                        break;
                    }
                    match key.as_value() {
                        Some(Value::String(name)) => write!(f, "{} = {}", key_name(name), self.below(value))?,
                        _ => write!(f, "({}) = {}", self.below(key), self.below(value))?,
                    }
                }
                f.write_str(" }")
            }
            // How a value is kept from showing its type; it says nothing to people.
            ExprKind::Call(name, only, false) if &**name == "try" && only.len() == 1 => {
                write!(f, "{}", self.below(&only[0]))
            }
            ExprKind::Call(name, arguments, expand) => {
                write!(f, "{name}(")?;
                self.items(f, arguments)?;
                f.write_str(if *expand { "...)" } else { ")" })
            }
            ExprKind::Unary(op, of) => {
                f.write_str(match op {
                    UnaryOp::Not => "!",
                    UnaryOp::Negate => "-",
                })?;
                self.operand(f, of, UNARY)
            }
            ExprKind::Binary(op, a, b) => {
                let own = binding(*op);
                self.operand(f, a, own)?;
                write!(f, " {} ", op.sign())?;
                self.operand(f, b, own + 1)
            }
            // What stands beside a result that was chosen only says what it is brought to.
            ExprKind::Conditional(condition, yes, _) if condition.as_value() == Some(&Value::Bool(true)) => {
                write!(f, "{}", self.below(yes))
            }
            ExprKind::Conditional(condition, yes, no) => {
                self.operand(f, condition, CONDITIONAL + 1)?;
                write!(f, " ? {} : {}", self.below(yes), self.below(no))
            }
            ExprKind::For(walk) => self.walk(f, walk),
            ExprKind::Sensitive(_) => f.write_str("(sensitive)"),
        }
    }
}

const CONDITIONAL: u8 = 0;
const UNARY: u8 = 8;
const POSTFIX: u8 = 9;

/// How strongly an operator binds.
fn binding(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Or => 1,
        BinaryOp::And => 2,
        BinaryOp::Equal | BinaryOp::NotEqual => 3,
        BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => 4,
        BinaryOp::Add | BinaryOp::Subtract => 5,
        BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Modulo => 6,
    }
}

fn strength(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Conditional(condition, yes, _) if condition.as_value() == Some(&Value::Bool(true)) => strength(yes),
        ExprKind::Call(name, only, false) if &**name == "try" && only.len() == 1 => strength(&only[0]),
        ExprKind::Conditional(..) => CONDITIONAL,
        ExprKind::Binary(op, ..) => binding(*op),
        ExprKind::Unary(..) => UNARY,
        _ => POSTFIX,
    }
}

fn key_name(name: &str) -> String {
    if is_plain_name(name) { name.to_owned() } else { format!("\"{}\"", escaped(name)) }
}

/// Text as it stands in quotes, cut where it is long.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST {
            out.push_str("...");
            break;
        }
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Nothing that a terminal would obey.
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.replace("${", "$${").replace("%{", "%%{")
}

fn shown_value(f: &mut fmt::Formatter<'_>, value: &Value, depth: usize) -> fmt::Result {
    if depth > DEEPEST {
        return f.write_str("...");
    }
    match value {
        Value::Null => f.write_str("null"),
        Value::Bool(truth) => write!(f, "{truth}"),
        Value::Number(number) => write!(f, "{number}"),
        Value::String(text) => write!(f, "\"{}\"", escaped(text)),
        Value::List(items) | Value::Set(items) => {
            f.write_str("[")?;
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    f.write_str(", ")?;
                }
                if at == MOST {
                    f.write_str("...")?;
                    break;
                }
                shown_value(f, item, depth + 1)?;
            }
            f.write_str("]")
        }
        Value::Map(map) => shown_map(f, map, depth),
        Value::Unknown(_) => f.write_str("(known after apply)"),
        Value::Sensitive(_) => f.write_str("(sensitive)"),
    }
}

fn shown_map(f: &mut fmt::Formatter<'_>, map: &Map, depth: usize) -> fmt::Result {
    if map.is_empty() {
        return f.write_str("{}");
    }
    f.write_str("{ ")?;
    for (at, (key, item)) in map.iter().enumerate() {
        if at > 0 {
            f.write_str(", ")?;
        }
        if at == MOST {
            f.write_str("...")?;
            break;
        }
        write!(f, "{} = ", key_name(key))?;
        shown_value(f, item, depth + 1)?;
    }
    f.write_str(" }")
}
