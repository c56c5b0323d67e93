//! Codes of the diagnostics about kinds, attributes, places and billing, each with its explanation.

/// No such kind.
pub const UNKNOWN_KIND: &str = "E0340";
/// No such look-up.
pub const UNKNOWN_LOOKUP: &str = "E0341";
/// No such attribute, at the top or inside another.
pub const UNKNOWN_ATTRIBUTE: &str = "E0342";
/// An attribute that only the cloud sets.
pub const READ_ONLY: &str = "E0343";
/// A value of the wrong type.
pub const WRONG_TYPE: &str = "E0344";
/// A required attribute or field is absent.
pub const MISSING_ATTRIBUTE: &str = "E0345";
/// No such region.
pub const UNKNOWN_REGION: &str = "E0440";
/// A zone that is needed is absent.
pub const MISSING_ZONE: &str = "E0441";
/// A zone outside the resource's region.
pub const WRONG_ZONE: &str = "E0442";
/// A zone in the spelling of the introduction.
pub const PRINTED_ZONE: &str = "E0443";
/// A billed kind without a billing method.
pub const MISSING_BILLING: &str = "E0444";
/// No such billing method.
pub const UNKNOWN_METHOD: &str = "E0445";
/// A billing method that the kind does not sell.
pub const METHOD_NOT_SOLD: &str = "E0446";
/// Unit or duration of a prepaid method missing, not sold, or given where it means nothing.
pub const BILLING_TERM: &str = "E0447";

/// Code, title and explanation of every diagnostic of this crate.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        UNKNOWN_KIND,
        "unknown kind",
        "The table's header names a kind that Firma does not know. `firma catalog kinds` lists those it knows; a kind is \
         written as the service's id and the kind's name.\n\n```toml\n[vpc.subnets.web]   # wrong\n[vpc.subnet.web]    # right\n```",
    ),
    (
        UNKNOWN_LOOKUP,
        "unknown look-up",
        "`[data.SERVICE.KIND.NAME]` asks the cloud for something that exists, and this kind of thing cannot be looked up \
         yet. `firma catalog kinds` lists look-ups too.\n\n```toml\n[data.vm.image.ubuntu]\nplatform = \"Ubuntu\"\n```",
    ),
    (
        UNKNOWN_ATTRIBUTE,
        "unknown attribute",
        "The kind, or the table inside one of its attributes, has nothing of this name. Attributes are the input \
         parameters of JD Cloud's API in snake case; `firma catalog kind KIND` lists them.\n\n```toml\n\
         [vpc.vpc.main]\nvpcName  = \"main\"   # wrong\nvpc_name = \"main\"   # right\n```",
    ),
    (
        READ_ONLY,
        "read-only attribute",
        "The cloud decides this attribute. Other resources can refer to it, a manifest cannot set it. Remove the line.\
         \n\n```toml\n[vm.keypair.me]\nkey_fingerprint = \"...\"   # remove\n```",
    ),
    (
        WRONG_TYPE,
        "wrong type",
        "The attribute takes a value of another type: a number where text stands, a list where one value stands. Text \
         that reads as a number (or as `true`, `false`) is taken for one where one is wanted.\n\n```toml\n\
         disk_size_gb = \"large\"   # wrong\ndisk_size_gb = 200       # right\n```",
    ),
    (
        MISSING_ATTRIBUTE,
        "missing attribute",
        "The API demands this attribute, so the resource cannot be made without it. An expression that yields `null` \
         counts as absent.\n\n```toml\n[vpc.subnet.web]\nvpc_id         = \"${vpc.vpc.main.id}\"\n\
         subnet_name    = \"web\"\naddress_prefix = \"10.0.1.0/24\"\n```",
    ),
    (
        UNKNOWN_REGION,
        "unknown region",
        "The region is none of JD Cloud's: cn-north-1 (Beijing), cn-east-1 (Suqian), cn-east-2 (Shanghai), cn-south-1 \
         (Guangzhou). `firma catalog regions` prints them.\n\n```toml\n[defaults]\nregion = \"cn-north-1\"\n```",
    ),
    (
        MISSING_ZONE,
        "missing zone",
        "The kind lives in a zone of its region, and neither the resource nor the defaults name one. A default zone is \
         used only where it lies in the resource's region.\n\n```toml\n[defaults]\nregion = \"cn-north-1\"\n\
         zone   = \"cn-north-1a\"\n[defaults.regions.cn-east-2]\nzone = \"cn-east-2a\"\n```",
    ),
    (
        WRONG_ZONE,
        "zone outside the region",
        "The zone does not lie in the resource's region. `firma catalog zones` prints the zones of each region.\n\n\
         ```toml\nregion = \"cn-east-2\"\nzone   = \"cn-north-1a\"   # wrong\nzone   = \"cn-east-2a\"    # right\n```",
    ),
    (
        PRINTED_ZONE,
        "unusual spelling of a zone",
        "JD Cloud's introduction prints `cn-north-2a` and `cn-north-2b` as zones of cn-east-2; its other pages and the \
         calls that list zones say `cn-east-2a` and `cn-east-2b`. Firma accepts both and sends what is written. If the \
         cloud refuses the zone, write the usual spelling.",
    ),
    (
        MISSING_BILLING,
        "missing billing method",
        "The kind costs money, and neither the resource nor the defaults say how it is paid. Nothing is bought by a \
         silent default.\n\n```toml\n[defaults]\nbilling = { method = \"postpaid_by_duration\" }\n```",
    ),
    (
        UNKNOWN_METHOD,
        "unknown billing method",
        "JD Cloud has three methods: `prepaid_by_duration`, `postpaid_by_usage` and `postpaid_by_duration`. `firma \
         catalog billing` says what each means.\n\n```toml\nbilling = { method = \"postpaid\" }               # wrong\n\
         billing = { method = \"postpaid_by_duration\" }   # right\n```",
    ),
    (
        METHOD_NOT_SOLD,
        "billing method not sold",
        "The kind is not sold by this method; the hint names those it is sold by. Instances and disks, for example, are \
         not sold by usage.\n\n```toml\n[disk.disk.data]\nbilling = { method = \"postpaid_by_usage\" }      # wrong\n\
         billing = { method = \"postpaid_by_duration\" }   # right\n```",
    ),
    (
        BILLING_TERM,
        "wrong billing term",
        "What is paid in advance is bought for a term: `unit` is `month` (1 to 9) or `year` (1 to 3), `duration` how \
         many. Other methods have no term.\n\n```toml\n\
         billing = { method = \"prepaid_by_duration\", unit = \"month\", duration = 1, auto_renew = true }\n```",
    ),
];
