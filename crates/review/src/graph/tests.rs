//! Graphs of small worlds, of hostile names, and of many nodes.

use super::{Edge, Graph, Vertex};
use firma_model::{
    address::{Address, Node},
    desired::{Desired, DesiredResource, Lifecycle},
    span::Span,
};

fn desired<'a>(resources: impl IntoIterator<Item = (String, &'a [&'a str])>) -> Desired {
    let mut desired = Desired::default();
    for (name, dependencies) in resources {
        let address: Address = name.parse().expect("an address");
        let dependencies = dependencies.iter().map(|d| d.parse::<Node>().expect("a node")).collect();
        let resource = DesiredResource {
            address: address.clone(),
            region: None,
            zone: None,
            billing: None,
            attributes: Default::default(),
            dependencies,
            lifecycle: Lifecycle::NOTHING.into(),
            span: Span::default(),
        };
        desired.resources.insert(address, Box::new(resource));
    }
    desired
}

#[test]
fn a_small_world() {
    let world = desired([
        ("vpc.vpc.main".to_owned(), &[][..]),
        ("vpc.subnet.web[\"a\"]".to_owned(), &["vpc.vpc.main"]),
        ("vpc.subnet.web[\"b\"]".to_owned(), &["vpc.vpc.main"]),
        ("module.app.firma.value.all".to_owned(), &["vpc.subnet.web[*]"]),
    ]);
    let graph = Graph::of_desired(&world);
    let dot = "digraph firma {\n  rankdir = \"LR\";\n  node [shape = \"box\"];\n  n0 [label = \"vpc.subnet.web[\\\"a\\\"]\"];\n  \
               n1 [label = \"vpc.subnet.web[\\\"b\\\"]\"];\n  n2 [label = \"vpc.vpc.main\"];\n  \
               n4 [label = \"vpc.subnet.web[*]\", shape = \"ellipse\"];\n  subgraph cluster_0 {\n    label = \"module.app\";\n    \
               n3 [label = \"module.app.firma.value.all\"];\n  }\n  n0 -> n2;\n  n1 -> n2;\n  n3 -> n4;\n  n4 -> n0;\n  \
               n4 -> n1;\n}\n";
    assert_eq!(graph.dot(), dot);
    let mermaid = graph.mermaid();
    assert!(mermaid.starts_with("flowchart LR\n  n0[\"vpc.subnet.web[#34;a#34;]\"]\n"), "{mermaid}");
    assert!(
        mermaid.contains("  subgraph c0 [\"module.app\"]\n    n3[") && mermaid.contains("  n3 --> n4\n"),
        "{mermaid}"
    );
    assert_eq!(Graph::of_desired(&world), graph);
}

#[test]
fn hostile_names_stay_inside_of_their_quotes() {
    let vertex =
        Vertex { label: "a\"]; x -> y; <b> \\ \u{1b}[2J\n".into(), modules: vec!["m\"{".into()], gathers: false };
    let edges = vec![Edge { from: 0, to: 0, label: "rule" }];
    let graph = Graph { vertices: vec![vertex], edges };
    for printed in [graph.dot(), graph.mermaid()] {
        assert!(!printed.contains('\u{1b}') && !printed.contains("a\"]"), "{printed}");
        let lines = printed.lines().count();
        assert!((5..=10).contains(&lines), "{printed}");
    }
}

#[test]
fn many_instances_of_which_each_uses_all_stay_linear() {
    let count = 10_000;
    let left = (0..count).map(|n| (format!("firma.value.left[{n}]"), &[][..]));
    let right = (0..count).map(|n| (format!("firma.value.right[{n}]"), &["firma.value.left[*]"][..]));
    let graph = Graph::of_desired(&desired(left.chain(right)));
    assert_eq!((graph.vertices.len(), graph.edges.len()), (2 * count + 1, 2 * count));
    assert_eq!(graph.dot().lines().count(), 4 * count + 1 + 4);
    assert!(graph.mermaid().lines().count() > 4 * count);
}
