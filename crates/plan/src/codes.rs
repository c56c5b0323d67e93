//! The diagnostic codes of planning, each with its page for `firma explain`.

/// Code, title, explanation.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "E0501",
        "resources depend on each other",
        "A resource depends on itself through others: `a` uses an attribute of `b`, which uses one of `a`. The message names the members in order. Take one of the references or `depends_on` entries away; often a literal or a variable can stand for one side.",
    ),
    (
        "E0502",
        "steps wait for each other",
        "The order of the planned steps has a cycle, usually because dependencies were turned round in one edit: what was stored with the old objects says the opposite of what the manifests say now. Apply in two goes: first without the new references, then with them.",
    ),
    (
        "E0505",
        "look-ups depend on look-ups without end",
        "Look-ups may use what other look-ups found, a few levels deep. This chain is longer than that; break it with a variable.",
    ),
    (
        "E0520",
        "an object could not be looked at",
        "The cloud did not say whether a recorded object is still there: permission denied, too many calls, or an answer that makes no sense. That is not proof that it is gone, so nothing is planned for it. Mend the access and plan again; `--refresh=false` trusts the state instead.",
    ),
    (
        "E0521",
        "unknown kind in the state",
        "The state holds an object of a kind that this version does not know. Use the version that made it, or take it out of the state with `firma state rm ADDRESS`; it then stays in the cloud.",
    ),
    (
        "E0522",
        "prevent_destroy",
        "The plan would delete or replace an object whose `lifecycle.prevent_destroy` is true. Removing the block does not lift it: the state remembers. Set it to false, apply, and then make the change.\n\n```toml\n[disk.disk.archive.lifecycle]\nprevent_destroy = false\n```",
    ),
    (
        "E0523",
        "paid for and not expired",
        "JD Cloud does not take back what was paid in advance before it expires. Leave it with `lifecycle.on_remove = \"retain\"`, which forgets it in the state, or wait until the date in the message.",
    ),
    (
        "E0524",
        "too much is gone at once",
        "Many recorded objects are no longer in the cloud. Far more often than not that means the wrong account, region or a lost permission, and an apply would buy everything again. If they are really gone, plan with `--accept-loss`.",
    ),
    (
        "E0525",
        "no such kind",
        "The desired world holds a resource of a kind the catalogue does not know. `firma catalog kinds` lists those it knows.",
    ),
    (
        "E0526",
        "a sensitive value in a plain output",
        "An output would print a value that is marked sensitive. Mark the output with `sensitive = true`, or take the mark off with `nonsensitive()` where the value may be shown.",
    ),
    (
        "E0528",
        "a value is nested too deeply",
        "Attributes and outputs are written into the state and into plans, and what is nested deeper than 100 levels could not be read back. Flatten the value, or keep it as text with `jsonencode()`.",
    ),
    (
        "E0529",
        "another object is under the recorded id",
        "Somebody deleted the object that this project made, and its name or id was given to another one: its creation time, or what else tells objects of the kind apart, is not the recorded one. It is not this project's to change or delete: a plan that would do so is refused, and one that would not says so.\n\n```sh\nfirma state rm vm.keypair.admin\n```\n\nforgets what is gone. Where the manifest still wants the object, the next plan makes it, and the name must be free by then: choose another one, or have theirs removed.",
    ),
    (
        "E0530",
        "a CIDR block outside its parent's",
        "A subnet's range must lie inside the range of its VPC. `cidrsubnet(vpc.vpc.main.address_prefix, 8, 1)` cuts one that does.",
    ),
    (
        "E0531",
        "overlapping CIDR blocks",
        "Two subnets of one VPC share addresses, which JD Cloud refuses. Give each its own number in `cidrsubnet(prefix, newbits, number)`.",
    ),
    (
        "E0532",
        "an id cannot be sensitive",
        "Some kinds have no id but the name they are given: a key pair is its name. The id stands in every plan, record and message, so a sensitive value cannot be one. Take the mark off with `nonsensitive()` where the name may be shown, or choose another name.",
    ),
    (
        "E0540",
        "two objects of one key",
        "`lifecycle.create_before_destroy` makes the new object of a replacement while the old one still stands. Some things the cloud allows only once: the name of a key pair, a range of addresses in a VPC, a disk's attachment. Where old and new would both have such a key, the create could only fail. Let the old one go first, or change the key in the same edit. The wish spreads to everything that an object depends on, so it may stand on another resource: the message names it.\n\n```toml\n[vm.keypair.admin.lifecycle]\ncreate_before_destroy = false\n```",
    ),
    (
        "E0545",
        "not a pattern of addresses",
        "`--target`, `--exclude` and `--replace` take addresses and patterns of them:\n\n| pattern | matches |\n|---|---|\n| `vpc.subnet.web[\"a\"]` | one instance |\n| `vpc.subnet.web` | a resource with all its instances |\n| `module.net` | everything in a module |\n| `vpc.subnet.*`, `*.*.web*` | `*` is any run of characters of one name |\n| `module.net.**` | `**` is any number of names |\n\nShells read quotes and stars themselves, so put a pattern between single quotes:\n\n```sh\nfirma plan --target 'vpc.subnet.web[\"a\"]'\n```",
    ),
    (
        "E0546",
        "a pattern that matches nothing",
        "The pattern after `--target`, `--exclude` or `--replace` fits no address of the manifests or of the state. To go on would be to plan for everything, or for nothing, where a part was meant. When destroying, and when only taking note of the cloud, the address must be recorded; `firma state list` prints what is.",
    ),
    (
        "E0547",
        "the plan is partial",
        "`--target` and `--exclude` leave a part of the project out: it is not looked at, not compared and not changed. That is for emergencies and for a first step of a large change. Plan without these options before long, for what was left out may no longer fit.\n\nOf a plan that makes things, a target takes in what it depends on, and an exclusion what depends on it; of a deletion it is the other way round. Outputs that show what is left out keep their values.",
    ),
    (
        "E0548",
        "nothing to replace",
        "`--replace` makes an object anew that exists and is still wanted. What was never made is created by an ordinary apply, what left the manifests is deleted by one, and what `--target` or `--exclude` leave out of the plan is not touched at all.",
    ),
    (
        "E0549",
        "what is left out uses what is deleted",
        "A partial plan deletes an object, or replaces it by one with another id, while something that it leaves out was made to use it. The cloud may refuse the deletion, and if it does not, what is left out refers to what is gone until the next plan without `--target` and `--exclude`. Take in what uses it:\n\n```sh\nfirma plan --target vpc.vpc.main --target vpc.subnet.web\n```",
    ),
    (
        "E0555",
        "moved and still declared",
        "A `[[moved]]` statement says that a resource, an instance or a module has another address now, and the manifests still declare it under the old one. Its object cannot be in both places. Take the old block away, or the statement.\n\n```toml\n[vpc.vpc.network]   # was [vpc.vpc.main]\nvpc_name       = \"main\"\naddress_prefix = \"10.0.0.0/16\"\n\n[[moved]]\nfrom = \"vpc.vpc.main\"\nto   = \"vpc.vpc.network\"\n```",
    ),
    (
        "E0556",
        "an address that is taken",
        "A `[[moved]]` statement leads to an address that has an object already, or two objects are led to one address. Nothing is overwritten. Move one of them elsewhere, delete one and apply first, or forget one with `firma state rm ADDRESS`, which leaves it in the cloud.",
    ),
    (
        "E0557",
        "two statements about one object",
        "Two `[[moved]]` statements have the same `from` and lead to different addresses. An object has one address: keep the statement that is true. (Two statements with the same `to` are fine as long as only one of the old addresses has an object.)",
    ),
    (
        "E0558",
        "moves in a circle",
        "`[[moved]]` statements may follow one another: `a` to `b` and `b` to `c` bring an object of `a` to `c`. These come back to where they began, so nobody can tell where the object belongs. To change two names for each other, move one to a third name, apply, and then move both to their places.",
    ),
    (
        "E0559",
        "an object that moves has an open call",
        "A call about this object was begun in an earlier run, and nobody knows yet what became of it. It can only be found out under the address it was begun for, so the object stays there until then. `firma recover` settles it; then plan again.",
    ),
    (
        "E0560",
        "moved to nowhere",
        "A `[[moved]]` statement leads to an address that the manifests do not declare. The object is planned for deletion, as anything is that is no longer declared. Declare the new block; or, if the object is no longer wanted, say so with `[[removed]]`.",
    ),
    (
        "E0561",
        "this looks like a new name",
        "The plan deletes an object and makes one of the same kind with the same attributes. If it is the same object under another name, a `[[moved]]` statement keeps it; the message has the text to paste. If it is meant, nothing needs to be done.\n\n```toml\n[[moved]]\nfrom = \"vpc.vpc.main\"\nto   = \"vpc.vpc.network\"\n```",
    ),
    (
        "E0562",
        "removed and still declared",
        "A `[[removed]]` statement says that something left the manifests, and it is still there. Take the block away, or the statement.\n\n```toml\n[[removed]]\nfrom      = \"disk.disk.archive\"\non_remove = \"retain\"   # it stays in the cloud; without this line, what was written down with it decides\n```",
    ),
    (
        "E0563",
        "a condition does not hold",
        "A precondition or postcondition is false with the values that are known now; the message says what they are. Preconditions are looked at before anything is done to a resource, postconditions once it is as it should be. What depends on something that only the cloud can say is looked at while applying: a precondition that is false then keeps its resource from being touched, a postcondition keeps those that depend on it from being touched.",
    ),
    (
        "E0564",
        "a check fails",
        "An assertion of a `[check.NAME]` block is false. Checks only tell: nothing is held back because of one. Those that depend on something that only the cloud can say are told at the end of the apply.",
    ),
    (
        "E0565",
        "an object of another address",
        "The object that an import names is recorded under another address of this project already. Two addresses with one object would undo each other's work. To give an object another address, write `[[moved]]`.",
    ),
    (
        "E0566",
        "an import that would be replaced",
        "The object differs from its block in something that cannot be changed in place, so it would be deleted and made anew right after it was imported. That is hardly what an import is for. Write the attributes as the object has them, or name them in `lifecycle.ignore_changes`.",
    ),
    (
        "E0567",
        "nothing to import",
        "The cloud has no such object of this kind in this region, or objects of the kind live in the state alone. Check the id, and the region: an import looks in the region of its resource unless it names another. Without the statement the resource would be made.",
    ),
    (
        "E0568",
        "an import that does nothing",
        "The address has an object already, and it is another one than the import names. The statement has no effect and can be taken away. To have the other object there, forget this one first (`firma state rm ADDRESS`), which leaves it in the cloud.",
    ),
    (
        "E0569",
        "an object that another project may hold",
        "The object carries the mark with which Firma finds again what it made: it was made by a project of Firma, and no record of this state has it. If another state still holds it, the two will undo each other's work. Have the other project forget it first, with `[[removed]]` and `on_remove = \"retain\"`. Then, or if that state is lost, `force = true` in the import takes it over.\n\n```toml\n[[import]]\nto    = \"vm.instance.web\"\nid    = \"i-1234567890\"\nforce = true\n```",
    ),
    (
        "E0590",
        "the plan is not sound",
        "The planner checked its own work and found a mistake in it. Nothing was changed. This is a defect in Firma: please report it with the message.",
    ),
];
