//! A project as blocks that refer to each other: what a story's instructions are carried out on.
//!
//! Whatever is done to it, it stays a project without mistakes: a block refers to earlier ones only, and what refers to
//! something that is gone loses the reference. What a block is made of hangs on its serial number, so that it keeps its
//! content wherever it moves.

use crate::story::{Edit, Make, Story, Use};

/// Kinds in play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Value,
    Vpc,
    Subnet,
    Group,
    Address,
    Keypair,
    Disk,
}

impl Kind {
    pub(crate) fn id(self) -> &'static str {
        match self {
            Kind::Value => "firma.value",
            Kind::Vpc => "vpc.vpc",
            Kind::Subnet => "vpc.subnet",
            Kind::Group => "vpc.network_security_group",
            Kind::Address => "vpc.elastic_ip",
            Kind::Keypair => "vm.keypair",
            Kind::Disk => "disk.disk",
        }
    }

    /// Whether it lies in a VPC.
    pub(crate) fn is_inside(self) -> bool {
        matches!(self, Kind::Subnet | Kind::Group)
    }
}

/// How a block repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    Single,
    /// `count`.
    Count(u32),
    /// `for_each` with keys `k0`, `k1`, `k2`.
    Each(Vec<u32>),
    /// `for_each` over another block that has keys.
    Chained(u32),
    /// `for_each` over the ids of another block, which an apply may have to show first.
    Ids(u32),
}

/// How a block refers to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// The id of one instance.
    Id,
    /// An attribute of one instance that may change in place.
    Attribute,
    /// The ids of all instances.
    Whole,
    /// `depends_on`.
    DependsOn,
    /// An id in `triggers_replace`.
    Trigger,
    /// `replace_triggered_by`.
    Triggered,
}

impl How {
    fn of(number: u8) -> How {
        [How::Id, How::Attribute, How::Whole, How::DependsOn, How::Trigger, How::Triggered, How::Id, How::Id]
            [usize::from(number % 8)]
    }
}

/// A reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) how: How,
    /// The serial number of the block.
    pub(crate) of: u32,
    /// Picks an instance.
    pub(crate) pick: u32,
}

/// Its lifecycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Life {
    pub(crate) first: bool,
    pub(crate) prevent: bool,
    pub(crate) ignore: bool,
    pub(crate) retain: bool,
}

impl Life {
    fn of(number: u8) -> Life {
        let part = number % 16;
        Life {
            first: matches!(part, 1..=7),
            prevent: matches!(part, 7 | 8),
            ignore: matches!(part, 6 | 9 | 10),
            retain: matches!(part, 11),
        }
    }
}

/// A block of the manifests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) serial: u32,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    /// The serial number of its module.
    pub(crate) module: Option<u32>,
    pub(crate) repeat: Repeat,
    pub(crate) uses: Vec<Reference>,
    /// What changes in place.
    pub(crate) value: u32,
    /// What makes another object of it.
    pub(crate) generation: u32,
    pub(crate) life: Life,
}

/// A module that is called once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Module {
    pub(crate) serial: u32,
    pub(crate) name: String,
    pub(crate) count: Option<u32>,
}

/// A statement about what was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Statement {
    Moved(String, String),
    Removed { from: String, retain: bool },
}

/// A project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Project {
    pub(crate) blocks: Vec<Block>,
    pub(crate) modules: Vec<Module>,
    pub(crate) statements: Vec<Statement>,
    serial: u32,
    names: u32,
    /// What repeats otherwise since the last apply: from a single one to the first of a count no statement leads.
    redone: Vec<u32>,
}

/// A VPC has an instance at least, so that what lies in it has a place.
fn inhabited(kind: Kind, repeat: Repeat) -> Repeat {
    match (kind, repeat) {
        (Kind::Vpc, Repeat::Count(0)) => Repeat::Count(1),
        (Kind::Vpc, Repeat::Each(keys)) if keys.is_empty() => Repeat::Each(vec![0]),
        (_, repeat) => repeat,
    }
}

/// Something that happens outside the manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outside {
    Drift(u8),
    Lose(u8),
    Forget(u8),
}

/// Blocks at most: serial numbers go into ranges of addresses.
const MOST: u32 = 36;

impl Project {
    /// The project a story begins with.
    pub(crate) fn begin(story: &Story) -> Project {
        let mut project = Project::default();
        for (serial, count) in [(1, None), (2, None), (3, Some(2))] {
            project.modules.push(Module { serial, name: format!("m{serial}"), count });
        }
        for make in &story.first {
            project.add(make);
        }
        project
    }

    /// Edits it. What happens outside is handed back.
    pub(crate) fn edit(&mut self, edits: &[Edit]) -> Vec<Outside> {
        self.statements.clear();
        self.redone.clear();
        let mut outside = Vec::new();
        for edit in edits {
            match edit {
                Edit::Add(make) => self.add(make),
                Edit::Drift(pick) => outside.push(Outside::Drift(*pick)),
                Edit::Lose(pick) => outside.push(Outside::Lose(*pick)),
                Edit::Forget(pick) => outside.push(Outside::Forget(*pick)),
                Edit::RenameModule(of) => self.rename_module(*of),
                Edit::Change(of)
                | Edit::Renew(of)
                | Edit::Remove(of, _)
                | Edit::Resize(of, _)
                | Edit::Rewire(of, _)
                | Edit::Live(of, _)
                | Edit::Rename(of)
                | Edit::Relocate(of, _)
                | Edit::Redo(of) => {
                    if !self.blocks.is_empty() {
                        self.at(usize::from(*of) % self.blocks.len(), edit);
                    }
                }
            }
        }
        outside
    }

    fn at(&mut self, at: usize, edit: &Edit) {
        match edit {
            Edit::Change(_) => self.blocks[at].value += 1,
            Edit::Renew(_) => self.blocks[at].generation += 1,
            Edit::Remove(_, how) => self.remove(at, *how),
            Edit::Resize(_, to) => self.resize(at, *to),
            Edit::Rewire(_, to) => {
                let reference = self.reference(at, to);
                let block = &mut self.blocks[at];
                match reference {
                    Some(reference) if block.uses.is_empty() || to.of % 3 == 0 => block.uses.push(reference),
                    Some(reference) => block.uses[0] = reference,
                    None => block.uses.clear(),
                }
            }
            Edit::Live(_, life) => self.blocks[at].life = Life::of(*life),
            Edit::Rename(_) => {
                let name = self.name();
                self.moved(at, |block| block.name = name);
            }
            Edit::Relocate(_, to) => {
                let module = [None, Some(1), Some(2)][usize::from(*to) % 3];
                let (whole, address) =
                    (self.count_of(self.blocks[at].module).is_none(), self.address(&self.blocks[at]));
                // There and back in one round would be a circle of statements.
                let came = |s: &Statement| matches!(s, Statement::Moved(_, to) if to.starts_with(&address));
                if whole && !self.statements.iter().any(came) {
                    self.moved(at, |block| block.module = module);
                }
            }
            Edit::Redo(_) => self.redo(at),
            _ => {}
        }
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("r{}", self.names)
    }

    /// The block of a serial number.
    pub(crate) fn find(&self, serial: u32) -> Option<&Block> {
        self.blocks.iter().find(|block| block.serial == serial)
    }

    /// How often a module is called.
    pub(crate) fn count_of(&self, module: Option<u32>) -> Option<u32> {
        self.modules.iter().find(|one| Some(one.serial) == module).and_then(|one| one.count)
    }

    fn add(&mut self, make: &Make) {
        if self.serial >= MOST {
            return;
        }
        let at = self.blocks.len() - usize::from(make.before) % (self.blocks.len() + 1);
        let module = [None, None, None, None, Some(1), Some(1), Some(2), Some(3)][usize::from(make.within % 8)];
        let kinds = [
            Kind::Value,
            Kind::Value,
            Kind::Value,
            Kind::Value,
            Kind::Vpc,
            Kind::Vpc,
            Kind::Subnet,
            Kind::Group,
            Kind::Address,
            Kind::Keypair,
            Kind::Disk,
            Kind::Subnet,
        ];
        let mut kind = kinds[usize::from(make.kind) % kinds.len()];
        if kind.is_inside() && self.blocks[..at].iter().all(|block| block.kind != Kind::Vpc) {
            kind = Kind::Value;
        }
        self.serial += 1;
        let (serial, name) = (self.serial, self.name());
        let keyed: Vec<u32> =
            self.blocks[..at].iter().filter(|b| matches!(b.repeat, Repeat::Each(_))).map(|b| b.serial).collect();
        let repeat = match (make.repeat % 12, keyed.first(), self.blocks[..at].last()) {
            (4 | 5, ..) => Repeat::Count(u32::from(make.repeat / 12) % 4),
            (6 | 7, ..) => Repeat::Each((0..=u32::from(make.repeat / 12) % 3).collect()),
            (8, Some(on), _) if kind == Kind::Value => Repeat::Chained(*on),
            (9, _, Some(on)) if kind == Kind::Value => Repeat::Ids(on.serial),
            _ => Repeat::Single,
        };
        let repeat = inhabited(kind, repeat);
        let life = Life::of(make.life);
        let block = Block { serial, kind, name, module, repeat, uses: Vec::new(), value: 0, generation: 0, life };
        self.blocks.insert(at, block);
        for one in &make.uses {
            if let Some(reference) = self.reference(at, one) {
                self.blocks[at].uses.push(reference);
            }
        }
        if kind.is_inside() {
            let vpcs: Vec<u32> =
                self.blocks[..at].iter().filter(|block| block.kind == Kind::Vpc).map(|block| block.serial).collect();
            let of = vpcs[usize::from(make.repeat) % vpcs.len()];
            self.blocks[at].uses.insert(0, Reference { how: How::Id, of, pick: 0 });
        }
    }

    /// A reference of the block at a place to an earlier one.
    fn reference(&self, at: usize, wanted: &Use) -> Option<Reference> {
        let (block, earlier) = (&self.blocks[at], &self.blocks[..at]);
        let fits = |one: &&Block| !block.kind.is_inside() || one.kind == Kind::Vpc;
        let able: Vec<&Block> = earlier.iter().filter(fits).collect();
        let of = able.get(usize::from(wanted.of) % able.len().max(1))?;
        let how = match How::of(wanted.how) {
            // What a block in a VPC refers to first is its VPC.
            _ if block.kind.is_inside() => How::Id,
            how if block.kind == Kind::Value => how,
            How::Triggered => How::Triggered,
            _ => How::DependsOn,
        };
        Some(Reference { how, of: of.serial, pick: u32::from(wanted.of) / 7 })
    }

    fn remove(&mut self, at: usize, how: u8) {
        let gone = self.blocks.remove(at);
        if self.count_of(gone.module).is_some() {
            // Its instances may have moved one by one: what is said of them then leads nowhere, and no more is said.
            return self.drop_references(gone.serial);
        }
        // What moved in this round and is gone after all left where it was.
        let mut from = self.address(&gone);
        while let Some(way) = self.statements.iter().position(|s| matches!(s, Statement::Moved(_, to) if *to == from)) {
            if let Statement::Moved(before, _) = self.statements.remove(way) {
                from = before;
            }
        }
        if how > 1 {
            self.statements.push(Statement::Removed { from, retain: how == 3 && gone.kind != Kind::Vpc });
        }
        self.drop_references(gone.serial);
    }

    fn drop_references(&mut self, gone: u32) {
        for block in &mut self.blocks {
            block.uses.retain(|reference| reference.of != gone);
            if matches!(block.repeat, Repeat::Chained(on) | Repeat::Ids(on) if on == gone) {
                block.repeat = Repeat::Single;
            }
        }
        let lost = |block: &Block| block.kind.is_inside() && block.uses.is_empty();
        let homeless: Vec<u32> = self.blocks.iter().filter(|b| lost(b)).map(|block| block.serial).collect();
        for serial in homeless {
            self.blocks.retain(|block| block.serial != serial);
            self.drop_references(serial);
        }
    }

    fn chained_on(&self, serial: u32) -> bool {
        self.blocks.iter().any(|block| block.repeat == Repeat::Chained(serial))
    }

    fn resize(&mut self, at: usize, to: u8) {
        let chained = self.chained_on(self.blocks[at].serial);
        let to = u32::from(to);
        let block = &mut self.blocks[at];
        let changed = match (&block.repeat, to % 5) {
            (Repeat::Each(_), _) if chained => Repeat::Each((0..3).filter(|key| (to >> key) & 1 == 0).collect()),
            (Repeat::Single, 0) => Repeat::Count(to / 5 % 4),
            (_, 1) => Repeat::Single,
            (_, 2) => Repeat::Each((0..3).filter(|key| (to >> (key + 3)) & 1 == 0).collect()),
            (Repeat::Count(_), _) => Repeat::Count(to / 5 % 4),
            (Repeat::Each(_), _) => Repeat::Each((0..3).filter(|key| (to >> (key + 3)) & 1 == 0).collect()),
            (other, _) => (*other).clone(),
        };
        // What its statements of this round say of positions or keys would name what is declared.
        let otherwise = std::mem::discriminant(&block.repeat) != std::mem::discriminant(&changed);
        if otherwise && self.redone.contains(&block.serial) {
            return;
        }
        block.repeat = inhabited(block.kind, changed);
    }

    /// Changes the address of a block, and says so. Of a module that is called several times each instance is named.
    fn moved(&mut self, at: usize, change: impl FnOnce(&mut Block)) {
        let from = self.address(&self.blocks[at]);
        change(&mut self.blocks[at]);
        let to = self.address(&self.blocks[at]);
        if from == to {
            return;
        }
        let module = self.modules.iter().find(|module| Some(module.serial) == self.blocks[at].module);
        match module.and_then(|module| module.count.map(|count| (format!("module.{}.", module.name), count))) {
            None => self.statements.push(Statement::Moved(from, to)),
            Some((path, count)) => {
                for key in 0..count {
                    let one = format!("{}[{key}].", path.trim_end_matches('.'));
                    self.statements.push(Statement::Moved(from.replace(&path, &one), to.replace(&path, &one)));
                }
            }
        }
    }

    /// From positions to keys and back.
    fn redo(&mut self, at: usize) {
        if self.chained_on(self.blocks[at].serial) || self.count_of(self.blocks[at].module).is_some() {
            return;
        }
        let address = self.address(&self.blocks[at]);
        let in_a_row = |keys: &[u32]| keys.iter().enumerate().all(|(at, key)| at as u32 == *key);
        let (repeat, moves): (Repeat, Vec<(String, String)>) = match &self.blocks[at].repeat {
            Repeat::Single => (Repeat::Count(1), Vec::new()),
            Repeat::Count(count) => {
                let names = (0..*count).map(|key| (format!("{address}[{key}]"), format!("{address}[\"k{key}\"]")));
                (Repeat::Each((0..*count).collect()), names.collect())
            }
            Repeat::Each(keys) if in_a_row(keys) => {
                let names = keys.iter().map(|key| (format!("{address}[\"k{key}\"]"), format!("{address}[{key}]")));
                (Repeat::Count(keys.len() as u32), names.collect())
            }
            _ => return,
        };
        // Back and forth in one round would be a circle of statements, and what moved has its statement already.
        let named = |statement: &Statement| match statement {
            Statement::Moved(from, to) => from.starts_with(&address) || to.starts_with(&address),
            Statement::Removed { .. } => false,
        };
        let serial = self.blocks[at].serial;
        if self.redone.contains(&serial) || self.statements.iter().any(named) {
            return;
        }
        self.redone.push(serial);
        self.blocks[at].repeat = repeat;
        self.statements.extend(moves.into_iter().map(|(from, to)| Statement::Moved(from, to)));
    }

    fn rename_module(&mut self, of: u8) {
        let at = usize::from(of) % self.modules.len();
        let used = self.blocks.iter().any(|block| block.module == Some(self.modules[at].serial));
        let touched = |statement: &Statement| match statement {
            Statement::Moved(from, to) => from.contains("module.") || to.contains("module."),
            Statement::Removed { from, .. } => from.contains("module."),
        };
        // Statements about what was in the module speak of its former name.
        if !used || self.statements.iter().any(touched) {
            return;
        }
        let name = format!("m{}", self.name());
        let from = std::mem::replace(&mut self.modules[at].name, name.clone());
        self.statements.push(Statement::Moved(format!("module.{from}"), format!("module.{name}")));
    }

    /// The address of a block, seen from the root, without a key.
    pub(crate) fn address(&self, block: &Block) -> String {
        let module = self.modules.iter().find(|module| Some(module.serial) == block.module);
        let module = module.map_or(String::new(), |module| format!("module.{}.", module.name));
        format!("{module}{}.{}", block.kind.id(), block.name)
    }
}
