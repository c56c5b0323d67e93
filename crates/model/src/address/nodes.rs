//! A set of nodes: what something depends on.

use super::Node;
use std::{collections::BTreeSet, fmt, ops::Deref, sync::Arc};

/// Nodes in order, each once. What a block says it depends on, its step, its record and what a command prints of it are the
/// same set: copies share it.
#[derive(Clone, Default, Eq)]
pub struct NodeSet(Option<Arc<[Node]>>);

impl NodeSet {
    /// No nodes.
    pub const fn new() -> NodeSet {
        NodeSet(None)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Whether a node is there.
    pub fn contains(&self, node: &Node) -> bool {
        self.binary_search(node).is_ok()
    }

    /// Adds a node; `false` when it was there.
    pub fn insert(&mut self, node: Node) -> bool {
        match self.binary_search(&node) {
            Ok(_) => false,
            Err(at) => {
                let mut all = self.to_vec();
                all.insert(at, node);
                self.0 = Some(all.into());
                true
            }
        }
    }

    /// Takes a node out; `false` when it was not there.
    pub fn remove(&mut self, node: &Node) -> bool {
        match self.binary_search(node) {
            Err(_) => false,
            Ok(at) => {
                let mut all = self.to_vec();
                all.remove(at);
                *self = NodeSet::of_sorted(all);
                true
            }
        }
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0 = None;
    }

    fn of_sorted(nodes: Vec<Node>) -> NodeSet {
        NodeSet((!nodes.is_empty()).then(|| nodes.into()))
    }
}

impl Deref for NodeSet {
    type Target = [Node];

    fn deref(&self) -> &[Node] {
        self.0.as_deref().unwrap_or(&[])
    }
}

impl PartialEq for NodeSet {
    fn eq(&self, other: &NodeSet) -> bool {
        match (&self.0, &other.0) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
            (None, None) => true,
            _ => false,
        }
    }
}

impl fmt::Debug for NodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl FromIterator<Node> for NodeSet {
    fn from_iter<I: IntoIterator<Item = Node>>(nodes: I) -> NodeSet {
        let mut nodes = nodes.into_iter();
        let Some(first) = nodes.next() else { return NodeSet::new() };
        let Some(second) = nodes.next() else { return NodeSet(Some(Arc::new([first]))) };
        let mut all: Vec<Node> = [first, second].into_iter().chain(nodes).collect();
        if !all.is_sorted_by(|a, b| a < b) {
            all.sort_unstable();
            all.dedup();
        }
        NodeSet::of_sorted(all)
    }
}

impl<const N: usize> From<[Node; N]> for NodeSet {
    fn from(nodes: [Node; N]) -> NodeSet {
        nodes.into_iter().collect()
    }
}

impl From<BTreeSet<Node>> for NodeSet {
    fn from(nodes: BTreeSet<Node>) -> NodeSet {
        nodes.into_iter().collect()
    }
}

impl Extend<Node> for NodeSet {
    fn extend<I: IntoIterator<Item = Node>>(&mut self, nodes: I) {
        if self.is_empty() {
            *self = nodes.into_iter().collect();
            return;
        }
        let mut more: Vec<Node> = nodes.into_iter().collect();
        if !more.is_empty() {
            more.extend(self.iter().cloned());
            *self = more.into_iter().collect();
        }
    }
}

impl<'s> IntoIterator for &'s NodeSet {
    type Item = &'s Node;
    type IntoIter = std::slice::Iter<'s, Node>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::NodeSet;
    use crate::address::Node;

    #[test]
    fn nodes_stand_in_order_and_once() {
        let node = |text: &str| text.parse::<Node>().expect("a node");
        let mut set: NodeSet = ["a.a.c", "a.a.a", "a.a.c", "a.a.b[*]"].map(node).into();
        let shared = set.clone();
        assert_eq!(set.len(), 3);
        assert!(set.is_sorted());
        assert!(!set.insert(node("a.a.a")) && set.insert(node("a.a.d")));
        set.extend([node("a.a.A"), node("a.a.d")]);
        assert!(set.is_sorted() && set.len() == 5);
        assert!(set.remove(&node("a.a.A")) && set.remove(&node("a.a.d")) && !set.remove(&node("a.a.d")));
        assert_eq!(set, shared);
        set.clear();
        assert_eq!(set, NodeSet::new());
        assert_ne!(set, shared);
    }
}
