//! Codes of the diagnostics about API calls, each with its explanation.

/// No such service.
pub const UNKNOWN_SERVICE: &str = "E0750";
/// No such operation.
pub const UNKNOWN_OPERATION: &str = "E0751";
/// No such parameter.
pub const UNKNOWN_PARAMETER: &str = "E0752";
/// A required parameter is absent.
pub const MISSING_PARAMETER: &str = "E0753";
/// A parameter of another type.
pub const WRONG_TYPE: &str = "E0754";
/// A value that cannot stand in a path.
pub const UNUSABLE_IN_PATH: &str = "E0755";
/// A body that is no JSON object.
pub const BODY: &str = "E0756";
/// A path that leads nowhere in an operation's facts.
pub const NO_SUCH_PATH: &str = "E0757";

/// Code, title and explanation of every diagnostic of this crate.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        UNKNOWN_SERVICE,
        "unknown service",
        "The name is not the id of a service in JD Cloud's OpenAPI. Ids are short and in lower case: `vpc`, `vm`, \
         `disk`, `rds`.\n\n`firma catalog services` lists all of them.\n\n```sh\nfirma api vcp describeVpcs   # wrong\nfirma api vpc describeVpcs   # right\n```",
    ),
    (
        UNKNOWN_OPERATION,
        "unknown operation",
        "The service exists but offers no operation of this name. Names are spelled as in JD Cloud's API reference, in \
         camelCase.\n\n```sh\nfirma api vpc describe-vpcs   # wrong\nfirma api vpc describeVpcs    # right\n```",
    ),
    (
        UNKNOWN_PARAMETER,
        "unknown parameter",
        "The operation, or the object inside one of its parameters, has nothing of this name. The cloud would ignore \
         it silently, so Firma refuses to send it.\n\nParameters of a raw call keep the API's own camelCase: \
         `vpcName`, not `vpc_name`.",
    ),
    (
        MISSING_PARAMETER,
        "missing parameter",
        "The operation needs this parameter. `null` counts as absent.\n\nGive it, as in `{\"vpcName\": \"main\"}` for `createVpc`; `--region` fills `regionId`.",
    ),
    (
        WRONG_TYPE,
        "wrong type",
        "The value of a parameter has another type than the API describes: text where a number belongs, one value \
         where a list belongs. Write numbers and booleans without quotes and lists in brackets:\n\n```json\n\
         {\"pageSize\": 100, \"instanceIds\": [\"i-abc\"]}\n```",
    ),
    (
        UNUSABLE_IN_PATH,
        "value cannot stand in a path",
        "This parameter becomes a segment of the URL's path. Empty, `.` or `..` it would turn the call into a \
         different one: `GET .../subnets/` with an empty id lists every subnet, and a delete could hit its \
         parent. Give the id of the object that is meant.",
    ),
    (
        BODY,
        "body is not a JSON object",
        "POST, PUT and PATCH carry their parameters as one JSON object, for example `{\"vpcName\": \"main\"}`. An \
         array, a bare value or malformed JSON is refused.",
    ),
    (
        NO_SUCH_PATH,
        "path leads nowhere",
        "A path such as `vpcs[].vpcId` names something that the operation's facts do not have: a field of another \
         name, a `[]` on something that is no list, or a `.name` on something that is no object. `firma catalog` \
         and the API reference show the real fields.",
    ),
];
