//! A project as TOML: a file for each block, so that their order can be any.

use crate::project::{Block, How, Kind, Project, Reference, Repeat, Statement};
use firma_model::span::Source;
use std::{collections::BTreeSet, fmt::Write as _};

/// Ranges and names of the instances of one block: two instances of a module with three of a block each.
const STRIDE: u32 = 6;

const HEAD: &str = "[project]\nname = \"worlds\"\n\n[cloud]\nendpoint = \"emulator\"\n\n\
    [defaults]\nregion = \"cn-north-1\"\nbilling = { method = \"postpaid_by_duration\" }\n\n";

/// The manifests of a project; those of modules have a directory in their names.
pub(crate) fn files(project: &Project) -> Vec<Source> {
    let mut files = vec![Source { name: "firma.toml".into(), text: HEAD.to_owned() + &calls(project) }];
    for block in &project.blocks {
        let name = match block.module {
            Some(module) => format!("m{module}/b{}.toml", block.serial),
            None => format!("b{}.toml", block.serial),
        };
        files.push(Source { name, text: print(project, block) });
    }
    for module in &project.modules {
        if project.blocks.iter().any(|block| block.module == Some(module.serial)) {
            files.push(Source { name: format!("m{}/io.toml", module.serial), text: inputs(project, module.serial) });
        }
    }
    for (number, statement) in project.statements.iter().enumerate() {
        let text = match statement {
            Statement::Moved(from, to) => format!("[[moved]]\nfrom = '{from}'\nto = '{to}'\n"),
            Statement::Removed { from, retain: true } => {
                format!("[[removed]]\nfrom = '{from}'\non_remove = \"retain\"\n")
            }
            Statement::Removed { from, retain: false } => format!("[[removed]]\nfrom = '{from}'\n"),
        };
        files.push(Source { name: format!("s{number}.toml"), text });
    }
    files
}

/// Blocks that a block names in expressions.
fn named(block: &Block) -> impl Iterator<Item = u32> + '_ {
    let uses = block.uses.iter().filter(|reference| !matches!(reference.how, How::DependsOn | How::Triggered));
    let over = match block.repeat {
        Repeat::Chained(on) | Repeat::Ids(on) => Some(on),
        _ => None,
    };
    uses.map(|reference| reference.of).chain(over)
}

/// Blocks elsewhere that the blocks of a module name.
fn imports(project: &Project, module: u32) -> BTreeSet<u32> {
    let inside = project.blocks.iter().filter(|block| block.module == Some(module));
    let outside = |serial: &u32| project.find(*serial).is_some_and(|block| block.module != Some(module));
    inside.flat_map(named).filter(outside).collect()
}

/// The calls of the modules, with what they are given.
fn calls(project: &Project) -> String {
    let mut text = String::new();
    for module in &project.modules {
        if !project.blocks.iter().any(|block| block.module == Some(module.serial)) {
            continue;
        }
        let _ = writeln!(text, "[module.{}]\nsource = \"./m{}\"", module.name, module.serial);
        match module.count {
            Some(count) => text += &format!("count = {count}\nnumber = \"${{count.index}}\"\n"),
            None => text += "number = 0\n",
        }
        for serial in imports(project, module.serial) {
            if let Some(block) = project.find(serial) {
                let _ = writeln!(text, "v{serial} = '${{{}}}'", path(project, block, None));
            }
        }
        text.push('\n');
    }
    text
}

/// What a module is given, and what it shows.
fn inputs(project: &Project, module: u32) -> String {
    let mut text = String::from("[variable.number]\ntype = \"number\"\n\n");
    for serial in imports(project, module) {
        let _ = writeln!(text, "[variable.v{serial}]\ntype = \"any\"\n");
    }
    for block in project.blocks.iter().filter(|block| block.module == Some(module)) {
        let _ = writeln!(text, "[output.t{}]\nvalue = \"${{{}.{}}}\"\n", block.serial, block.kind.id(), block.name);
    }
    text
}

/// How a block is called from inside a module, or from the root.
fn path(project: &Project, block: &Block, from: Option<u32>) -> String {
    match (block.module, from) {
        (own, from) if own == from => format!("{}.{}", block.kind.id(), block.name),
        (_, Some(_)) => format!("var.v{}", block.serial),
        (Some(own), None) => {
            let module = project.modules.iter().find(|module| module.serial == own);
            let (name, count) = module.map_or(("", None), |module| (module.name.as_str(), module.count));
            let key = if count.is_some() { "[0]" } else { "" };
            format!("module.{name}{key}.t{}", block.serial)
        }
        (None, None) => format!("{}.{}", block.kind.id(), block.name),
    }
}

/// One instance of a block, as an expression; none where it has none, or nobody knows which.
fn instance(path: &str, block: &Block, pick: u32) -> Option<String> {
    match &block.repeat {
        Repeat::Single => Some(path.to_owned()),
        Repeat::Count(count) => Some(format!("{path}[{}]", pick.checked_rem(*count)?)),
        Repeat::Each(keys) => {
            let key = keys.get((pick as usize).checked_rem(keys.len())?)?;
            Some(format!("{path}[\"k{key}\"]"))
        }
        Repeat::Chained(_) | Repeat::Ids(_) => None,
    }
}

fn all_ids(path: &str, block: &Block) -> String {
    match block.repeat {
        Repeat::Single => format!("[{path}.id]"),
        _ => format!("[for one in {path} : one.id]"),
    }
}

/// What a reference comes to, without `${}`.
fn value(project: &Project, by: &Block, reference: &Reference) -> Option<String> {
    let block = project.find(reference.of)?;
    let path = path(project, block, by.module);
    match reference.how {
        How::Id | How::Trigger => Some(format!("{}.id", instance(&path, block, reference.pick)?)),
        How::Attribute => {
            let one = instance(&path, block, reference.pick)?;
            Some(match block.kind {
                Kind::Value => format!("{one}.output.own"),
                Kind::Vpc => format!("{one}.description"),
                Kind::Subnet => format!("{one}.subnet_name"),
                Kind::Group => format!("{one}.network_security_group_name"),
                Kind::Address => format!("{one}.elastic_ip_address"),
                Kind::Keypair => format!("{one}.key_name"),
                Kind::Disk => format!("{one}.disk_size_gb"),
            })
        }
        How::Whole => Some(all_ids(&path, block)),
        How::DependsOn | How::Triggered => None,
    }
}

/// One block.
fn print(project: &Project, block: &Block) -> String {
    let head = format!("{}.{}", block.kind.id(), block.name);
    let mut text = format!("[{head}]\n");
    let over = |serial: u32| project.find(serial).map(|on| (path(project, on, block.module), on));
    let index = match &block.repeat {
        Repeat::Single => "0",
        Repeat::Count(count) => {
            let _ = writeln!(text, "count = {count}");
            "count.index"
        }
        Repeat::Each(keys) => {
            let keys: Vec<String> = keys.iter().map(|key| format!("k{key} = {key}")).collect();
            let _ = writeln!(text, "for_each = {{ {} }}", keys.join(", "));
            "each.value"
        }
        Repeat::Chained(serial) => {
            if let Some((path, _)) = over(*serial) {
                let _ = writeln!(text, "for_each = '${{{path}}}'");
            }
            "0"
        }
        Repeat::Ids(serial) => {
            if let Some((path, on)) = over(*serial) {
                let _ = writeln!(text, "for_each = '${{toset({})}}'", all_ids(&path, on));
            }
            "0"
        }
    };
    let index = match block.module {
        Some(_) => format!("(3 * var.number + {index})"),
        None => index.to_owned(),
    };
    attributes(project, block, &index, &mut text);
    let near = |how: How| {
        let uses = block.uses.iter().filter(move |reference| reference.how == how);
        let found = uses.filter_map(|reference| project.find(reference.of)).filter(|on| on.module == block.module);
        let names: BTreeSet<String> = found.map(|on| format!("\"{}.{}\"", on.kind.id(), on.name)).collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    };
    let depends_on = near(How::DependsOn);
    if !depends_on.is_empty() {
        let _ = writeln!(text, "depends_on = [{depends_on}]");
    }
    let _ = writeln!(text, "[{head}.lifecycle]");
    let life = block.life;
    for (name, set) in [("create_before_destroy", life.first), ("prevent_destroy", life.prevent)] {
        if set {
            let _ = writeln!(text, "{name} = true");
        }
    }
    if life.ignore {
        let ignored = match block.kind {
            Kind::Value => "input.own",
            Kind::Address => "bandwidth_mbps",
            Kind::Keypair => "public_key",
            Kind::Disk => "name",
            Kind::Vpc | Kind::Subnet | Kind::Group => "description",
        };
        let _ = writeln!(text, "ignore_changes = [\"{ignored}\"]");
    }
    if life.retain && block.kind != Kind::Vpc {
        text += "on_remove = \"retain\"\n";
    }
    let triggers = near(How::Triggered);
    if !triggers.is_empty() {
        let _ = writeln!(text, "replace_triggered_by = [{triggers}]");
    }
    text
}

fn attributes(project: &Project, block: &Block, index: &str, text: &mut String) {
    let Block { serial, value: own, generation, .. } = block;
    let number = |times: u32| format!("({} + {index} + {}) % 250", serial * STRIDE, generation * times);
    let references = |trigger: bool| {
        let wanted = block.uses.iter().filter(move |reference| (reference.how == How::Trigger) == trigger);
        wanted.filter_map(|reference| value(project, block, reference)).enumerate()
    };
    let vpc = || {
        let reference = block.uses.first()?;
        let on = project.find(reference.of)?;
        instance(&path(project, on, block.module), on, reference.pick)
    };
    let _ = match block.kind {
        Kind::Value => {
            let refers: String = references(false).map(|(at, e)| format!(", u{at} = '${{{e}}}'")).collect();
            let _ = writeln!(text, "input = {{ own = {own}, at = '${{{index}}}'{refers} }}");
            let fires: String = references(true).map(|(at, e)| format!(", t{at} = '${{{e}}}'")).collect();
            writeln!(text, "triggers_replace = {{ generation = {generation}{fires} }}")
        }
        Kind::Vpc => writeln!(
            text,
            "vpc_name = 'n{serial}-${{{index}}}'\naddress_prefix = '10.${{{}}}.0.0/16'\ndescription = 'd{own}'",
            number(97)
        ),
        Kind::Subnet | Kind::Group => {
            let vpc = vpc().expect("what lies in a VPC names it first, and it has an instance");
            let _ = writeln!(text, "vpc_id = '${{{vpc}.id}}'\ndescription = 'd{own}'");
            match block.kind {
                Kind::Subnet => {
                    let range = format!("cidrsubnet({vpc}.address_prefix, 8, {})", number(101));
                    writeln!(text, "subnet_name = 'n{serial}-${{{index}}}'\naddress_prefix = '${{{range}}}'")
                }
                _ => writeln!(
                    text,
                    "network_security_group_name = 'n{serial}-${{{index}}}'\nrules = [{{ direction = 0, protocol = 6, \
                     from_port = {port}, to_port = {port}, address_prefix = \"0.0.0.0/0\" }}]",
                    port = 80 + own
                ),
            }
        }
        Kind::Address => writeln!(
            text,
            "bandwidth_mbps = {}\nprovider = \"{}\"",
            1 + own % 9,
            if generation % 2 == 0 { "bgp" } else { "no_bgp" }
        ),
        Kind::Keypair => writeln!(
            text,
            "key_name = 'k{serial}-${{{index}}}-{}'\npublic_key = \"ssh-ed25519 \
             AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGUgb25seTogbm8gcHJpdmF0ZSBoYWxmLi4{} a@example\"",
            generation / 2,
            if generation % 2 == 0 { "u" } else { "v" }
        ),
        Kind::Disk => writeln!(
            text,
            "zone = \"cn-north-1a\"\nname = 'n{serial}-${{{index}}}'\ndisk_type = \"{}\"\ndisk_size_gb = {}",
            if generation % 2 == 0 { "ssd.gp1" } else { "ssd.io1" },
            20 + 10 * (own % 20)
        ),
    };
}
