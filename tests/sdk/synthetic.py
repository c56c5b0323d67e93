"""Parameters that nobody would send but every client accepts: what an operation requires, made up from its types."""

from cloud import REGION, models, operations


def parameters(service, operation):
    made = {}
    for parameter in operations(service)[operation]["params"]:
        if parameter["name"] == "regionId":
            made["regionId"] = REGION
        elif parameter.get("required") or parameter.get("in") == "path":
            made[parameter["name"]] = value(service, parameter, 0)
    return made


def value(service, field, depth):
    kind = field["type"]
    allowed = field.get("values_seen") or field.get("enum")
    if kind.startswith("["):
        item = dict(field, type=kind[1:-1])
        return [value(service, item, depth + 1)]
    if kind in ("integer", "long"):
        return 1
    if kind in ("float", "double"):
        return 1.5
    if kind == "boolean":
        return True
    if kind == "string":
        return allowed[0] if isinstance(allowed, list) and allowed else "x"
    if kind in ("any", "object"):
        return {}
    other, _, name = kind.rpartition(".")
    model = models(other or service).get(name)
    if model is None or depth > 4:
        return {}
    fields = [field for field in model["fields"] if field.get("required")]
    return {field["name"]: value(other or service, field, depth + 1) for field in fields}
