//! Partial evaluation: what becomes known although resources are not, what stays, and which dependencies it leaves.

use crate::support::{Known, Names, error, instance, instances, parsed, reduced, resolved, show, value};
use firma_expr::{Limits, Trace, evaluate};
use firma_model::{
    expr::{Expr, ExprKind},
    types::Type,
    value::{Unknown, Value},
};

/// Two subnets by key, one VPC whose prefix is configured, an empty block.
fn scope() -> Names {
    Names::default()
        .with("vpc.subnet.web", instances("vpc.subnet.web", &["a", "b"]))
        .with("vpc.subnet.web[\"a\"]", instance("vpc.subnet.web[\"a\"]"))
        .with("vpc.subnet.web[\"b\"]", instance("vpc.subnet.web[\"b\"]"))
        .with("vpc.subnet.none", Expr { kind: ExprKind::Map(Vec::new()), span: Default::default() })
        .with("vpc.vpc.main", instance("vpc.vpc.main"))
        .attribute("vpc.vpc.main.address_prefix", Expr::literal(Value::from("10.0.0.0/16")))
        .with("each.value", instance("vpc.subnet.web[\"a\"]"))
        .value("each.key", "a")
        .value("var.env", "prod")
        .value("var.secret", Value::from("not-a-secret").sensitive())
}

fn nodes() -> Known {
    Known::default()
        .with("vpc.subnet.web[\"a\"]", &[("id", Value::from("subnet-a")), ("size", Value::from(3_i64))])
        .with("vpc.subnet.web[\"b\"]", &[("id", Value::from("subnet-b")), ("size", Value::from(4_i64))])
        .with("vpc.vpc.main", &[("id", Value::unknown()), ("name", Value::from("main"))])
}

/// The nodes an expression uses.
fn used(text: &str) -> String {
    let mut trace = Trace::new();
    evaluate(&parsed(text).expect("an expression"), &scope(), &mut trace, &Limits::default()).expect("no errors");
    trace.nodes().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

fn left(text: &str) -> Expr {
    let expr = reduced(text, &scope()).expect("no errors");
    assert!(expr.as_value().is_none(), "{text} is {expr:?}");
    expr
}

#[test]
fn known_while_planning() {
    let cases = [
        ("${vpc.vpc.main.address_prefix}", "\"10.0.0.0/16\""),
        ("${cidrsubnet(vpc.vpc.main.address_prefix, 8, 1)}", "\"10.0.1.0/24\""),
        ("${keys(vpc.subnet.web)}", "[\"a\",\"b\"]"),
        ("${length(vpc.subnet.web)}", "2"),
        ("${length(values(vpc.subnet.web)[*].id)}", "2"),
        ("${length([for s in vpc.subnet.web : s.id])}", "2"),
        ("${[for k, s in vpc.subnet.web : k]}", "[\"a\",\"b\"]"),
        ("${keys({ for k, s in vpc.subnet.web : upper(k) => s.id })}", "[\"A\",\"B\"]"),
        ("${keys(merge({ for k, s in vpc.subnet.web : k => s.id }, { c = 1 }))}", "[\"a\",\"b\",\"c\"]"),
        ("${merge({ for k, s in vpc.subnet.web : k => s.id }, { c = 1 }).c}", "1"),
        ("${lookup({ a = 1, b = each.value.id }, \"a\", 2)}", "1"),
        ("${concat([1], [each.value.id])[0]}", "1"),
        ("${element([each.value.id, 7], 1)}", "7"),
        ("${flatten([[1], [vpc.vpc.main]])[0]}", "1"),
        ("${length(flatten([[1, 2], [{ x = each.value.id }]]))}", "3"),
        ("${[each.value.id, 5][1]}", "5"),
        ("${{ a = each.value.id, b = 6 }.b}", "6"),
        ("${zipmap([\"x\", \"y\"], [each.value.id, 8]).y}", "8"),
        ("${true || each.value.ready}", "true"),
        ("${each.value.ready || true}", "true"),
        ("${each.value.ready && false}", "false"),
        ("${var.env == \"prod\" ? 1 : each.value.size}", "1"),
        ("${vpc.subnet.none[*].id}", "[]"),
        ("${[for s in vpc.subnet.none : s.id]}", "[]"),
        ("${vpc.subnet.none}", "{}"),
        ("${length(vpc.subnet.none)}", "0"),
        ("${try(vpc.vpc.main.address_prefix, \"x\")}", "\"10.0.0.0/16\""),
        ("${slice([each.value.id, 1, 2], 1, 3)}", "[1,2]"),
        ("${reverse([each.value.id, 1])[0]}", "1"),
        ("${issensitive(sensitive(each.value.id))}", "true"),
        ("${one([for k, s in vpc.subnet.web : k if k == \"a\"])}", "\"a\""),
    ];
    for (text, expected) in cases {
        assert_eq!(show(&value(text, &scope())), expected, "{text}");
    }
}

#[test]
fn known_after_apply() {
    let cases = [
        ("${each.value.id}", "\"subnet-a\""),
        ("x-${each.value.id}-${var.env}", "\"x-subnet-a-prod\""),
        ("${vpc.subnet.web[\"b\"].id}", "\"subnet-b\""),
        ("${vpc.subnet.web[each.key].id}", "\"subnet-a\""),
        ("${vpc.subnet.web[*].id}", "[\"subnet-a\",\"subnet-b\"]"),
        ("${values(vpc.subnet.web)[*].id}", "[\"subnet-a\",\"subnet-b\"]"),
        ("${{ for k, s in vpc.subnet.web : k => s.id }}", "{\"a\":\"subnet-a\",\"b\":\"subnet-b\"}"),
        ("${[for s in vpc.subnet.web : s.id if s.size > 3]}", "[\"subnet-b\"]"),
        ("${{ for k, s in vpc.subnet.web : s.id => k }}", "{\"subnet-a\":\"a\",\"subnet-b\":\"b\"}"),
        ("${{ for k, s in vpc.subnet.web : s.id => k... }}", "{\"subnet-a\":[\"a\"],\"subnet-b\":[\"b\"]}"),
        ("${{ (each.value.id) = 1 }}", "{\"subnet-a\":1}"),
        ("${each.value.size + 1}", "4"),
        ("${-each.value.size}", "-3"),
        ("${each.value.size > 2 ? \"big\" : \"small\"}", "\"big\""),
        ("${join(\",\", [for s in vpc.subnet.web : s.id])}", "\"subnet-a,subnet-b\""),
        ("${upper(each.value.id)}", "\"SUBNET-A\""),
        ("${max([for s in vpc.subnet.web : s.size]...)}", "4"),
        ("${try(each.value.missing, each.value.id)}", "\"subnet-a\""),
        ("${can(each.value.missing)}", "false"),
        ("${each.value[\"id\"]}", "\"subnet-a\""),
        ("${{ subnet-a = 1 }[each.value.id]}", "1"),
        ("${[10, 20, 30, 40][each.value.size]}", "40"),
        ("${jsonencode({ id = each.value.id })}", "\"{\\\"id\\\":\\\"subnet-a\\\"}\""),
        (
            "${[for a in vpc.subnet.web : [for b in vpc.subnet.web : \"${a.id}/${b.id}\"]][0][1]}",
            "\"subnet-a/subnet-b\"",
        ),
        ("${vpc.subnet.web[\"a\"]}", "{\"id\":\"subnet-a\",\"size\":3}"),
        ("${keys(each.value)}", "[\"id\",\"size\"]"),
        ("${[for c in split(\"-\", each.value.id) : upper(c)]}", "[\"SUBNET\",\"A\"]"),
        (
            "${[for c in split(\"-\", each.value.id) : [for d in [c] : [for c in split(\"b\", each.value.id) : \"${d}.${c}\"]]][0][0]}",
            "[\"subnet.su\",\"subnet.net-a\"]",
        ),
        ("${split(\"-\", each.value.id)[*]}", "[\"subnet\",\"a\"]"),
        ("${vpc.vpc.main.id}", "?"),
        ("${vpc.vpc.main.name}/${vpc.vpc.main.id}", "?string!\"main/\""),
        ("${[vpc.vpc.main.id, 1]}", "[?,1]"),
        ("${length([vpc.vpc.main.id, 1])}", "2"),
        ("${vpc.vpc.main.id == null}", "?bool!"),
        ("${sensitive(each.value.id)}", "!(\"subnet-a\")"),
        ("${var.secret}${each.value.id}", "!(\"not-a-secretsubnet-a\")"),
        ("${upper(sensitive(vpc.vpc.main.id))}", "!(?string!)"),
    ];
    for (text, expected) in cases {
        let found = resolved(text, &scope(), &nodes()).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
        assert_eq!(show(&found), expected, "{text}");
    }
}

#[test]
fn errors_after_apply() {
    let found = resolved("${each.value.idd}", &scope(), &nodes()).expect_err("an error");
    assert_eq!(found.list[0].code, "E0206");
    assert_eq!(found.list[0].hints, ["did you mean `id`?"]);
    assert_eq!(found.list[0].span.map(|span| (span.start, span.end)), Some((2, 16)));
}

#[test]
fn only_nodes_stay_free() {
    let texts = [
        "${each.value.id}",
        "${[for s in vpc.subnet.web : \"${var.env}-${s.id}\" if s.size > 2]}",
        "${var.env == each.value.id ? var.env : each.key}",
        "${split(var.env, each.value.id)[*]}",
        "${[for part in split(\"-\", each.value.id) : \"${part}${var.env}\"]}",
    ];
    for text in texts {
        let shown = format!("{:?}", left(text));
        assert!(!shown.contains("Name(\"var\")") && !shown.contains("Name(\"each\")"), "{text}: {shown}");
        // Reducing again needs no names and changes nothing.
        let again = evaluate(&left(text), &Names::default(), &mut Trace::new(), &Limits::default());
        assert_eq!(again.expect("no errors"), left(text), "{text}");
    }
}

#[test]
fn what_was_used() {
    let cases = [
        ("${var.env}", ""),
        ("${vpc.vpc.main.address_prefix}", "vpc.vpc.main"),
        ("${vpc.vpc.main.id}", "vpc.vpc.main"),
        ("${each.value.id}", "vpc.subnet.web[\"a\"]"),
        ("${vpc.subnet.web[\"b\"].id}", "vpc.subnet.web[\"b\"]"),
        ("${vpc.subnet.web[each.key].id}", "vpc.subnet.web[\"a\"]"),
        ("${vpc.subnet.web[*].id}", "vpc.subnet.web[*]"),
        ("${[for s in vpc.subnet.web : s.id]}", "vpc.subnet.web[*]"),
        ("${vpc.subnet.web}", "vpc.subnet.web[*]"),
        ("${keys(vpc.subnet.web)}", ""),
        ("${false && vpc.vpc.main.ready}", ""),
        ("${true ? 1 : vpc.vpc.main.id}", ""),
        ("${[vpc.vpc.main.id, each.value.id]}", "vpc.subnet.web[\"a\"] vpc.vpc.main"),
    ];
    for (text, expected) in cases {
        assert_eq!(used(text), expected, "{text}");
    }
}

#[test]
fn unknown_values() {
    let typed = |ty: Type| Value::Unknown(Box::new(Unknown { ty: Some(ty), not_null: false, prefix: None }));
    let begins =
        Value::Unknown(Box::new(Unknown { ty: Some(Type::String), not_null: true, prefix: Some("vpc-".to_owned()) }));
    let scope = Names::default()
        .with("u", Expr::literal(Value::unknown()))
        .with("id", Expr::literal(begins))
        .with("text", Expr::literal(typed(Type::String)))
        .with("secret", Expr::literal(Value::unknown().sensitive()));
    let cases = [
        ("${u}", "?"),
        ("${u.a.b}", "?"),
        ("${u[0]}", "?"),
        ("${[1, 2][u]}", "?"),
        ("a${u}b", "?string!\"a\""),
        ("a${id}", "?string!\"avpc-\""),
        ("${u + 1}", "?number!"),
        ("${u < 1}", "?bool!"),
        ("${-u}", "?number!"),
        ("${!u}", "?bool!"),
        ("${u == 1}", "?bool!"),
        ("${[u] == [1, 2]}", "false"),
        ("${[u, 1] == [2, 2]}", "false"),
        ("${id == null}", "false"),
        ("${id == \"subnet-1\"}", "false"),
        ("${id == \"vpc-1\"}", "?bool!"),
        ("${id != \"x\"}", "true"),
        ("${u && false}", "false"),
        ("${u || true}", "true"),
        ("${u && true}", "?bool!"),
        ("${u ? 1 : 2}", "?number!"),
        ("${u ? 1 : \"a\"}", "?string!"),
        ("${u ? null : \"a\"}", "?string"),
        ("${u ? [1] : [\"a\"]}", "?tuple([string])!"),
        ("${[for x in u : x]}", "?!"),
        ("${[for x in [1, u] : x]}", "[1,?]"),
        ("${[for x in [1, u] : x if x == 1]}", "?!"),
        ("${{ for x in [u] : x => 1 }}", "?!"),
        ("${{ (u) = 1 }}", "?!"),
        ("${u[*].id}", "?!"),
        ("${upper(u)}", "?string!"),
        ("${length(u)}", "?number!"),
        ("${length([u])}", "1"),
        ("${keys({ a = u })}", "[\"a\"]"),
        ("${values({ a = u })}", "[?]"),
        ("${merge({ a = u }, { b = 1 })}", "{\"a\":?,\"b\":1}"),
        ("${merge({ a = 1 }, u)}", "?"),
        ("${lookup({ a = u }, \"a\")}", "?"),
        ("${contains([u, 1], 1)}", "true"),
        ("${contains([u], 1)}", "?bool!"),
        ("${join(\",\", [u])}", "?string!"),
        ("${concat([u], [1])}", "[?,1]"),
        ("${flatten([[u], [1]])}", "?"),
        ("${flatten([[text], [1]])}", "[?string,1]"),
        ("${coalesce(u, \"x\")}", "?!"),
        ("${coalesce(\"x\", u)}", "\"x\""),
        ("${try(u, 1)}", "?"),
        ("${can(u)}", "true"),
        ("${alltrue([u, false])}", "false"),
        ("${anytrue([u, true])}", "true"),
        ("${alltrue([u, true])}", "?bool!"),
        ("${secret}x", "!(?string!)"),
        ("${tolist([u, 1])}", "[?,?!]"),
        ("${tolist([u, \"a\"])}", "[?,\"a\"]"),
        ("${u ? \"net-a\" : \"net-b\"}", "?string!\"net-\""),
        ("${u ? \"a\" : \"a\"}", "\"a\""),
        ("${u == 1 ? [1] : [1]}", "[1]"),
        ("${u ? 1 : u}", "?"),
        ("${length(u ? [1, 2] : [3, 4])}", "2"),
        ("${keys(u ? { a = 1, b = 2 } : { a = 3, b = 4 })}", "[\"a\",\"b\"]"),
        ("${u ? { a = 1 } : { a = \"x\" }}", "?object({a = string})!"),
        ("${(u ? { a = 1 } : { a = \"x\" }).a}", "?string"),
        ("${join(\"-\", [\"a\", \"b\", u, \"c\"])}", "?string!\"a-b-\""),
        ("${format(\"net-%s-%s\", 1, u)}", "?string!\"net-\""),
        ("${startswith(\"net-${u}\", \"net\")}", "true"),
        ("${toset([u])}", "[?]"),
        ("${toset([u, \"a\"])}", "?!"),
        ("${try(u.a, 1)}", "?"),
        ("${can(u.a)}", "?bool!"),
        ("${can(u)}", "true"),
        ("${can(tonumber(u))}", "?bool!"),
        ("${try(tonumber(u), \"x\")}", "?"),
        ("${try([u, 1], \"x\")}", "[?,1]"),
        ("${tostring(u)}", "?string"),
        ("${zipmap([\"a\"], [u])}", "{\"a\":?}"),
        ("${zipmap([u], [1])}", "?"),
        ("${max([1, 2]..., u)}", "?number!"),
    ];
    for (text, expected) in cases {
        if text.contains("..., u") {
            assert_eq!(error_code(text, &scope), "E0201");
            continue;
        }
        assert_eq!(show(&value(text, &scope)), expected, "{text}");
    }
    // Mistakes in what is known show although something else is not.
    assert_eq!(error("${upper([])}${u}", &scope).code, "E0222");
    assert_eq!(error("${substr(u, [], 1)}", &scope).code, "E0222");
}

fn error_code(text: &str, scope: &Names) -> &'static str {
    match parsed(text) {
        Err(error) => error.code,
        Ok(_) => error(text, scope).code,
    }
}

#[test]
fn sensitive_values() {
    let scope = Names::default()
        .value("s", Value::from("not-a-secret").sensitive())
        .value("n", Value::from(3_i64).sensitive())
        .value("flag", Value::from(true).sensitive())
        .value("list", Value::List(vec![Value::from("a"), Value::from("b").sensitive()]))
        .value("all", Value::List(vec![Value::from("a")]).sensitive())
        .value("map", Value::Map([("k".to_owned(), Value::from("v"))].into()).sensitive());
    let cases = [
        ("${s}", "!(\"not-a-secret\")"),
        ("a${s}b", "!(\"anot-a-secretb\")"),
        ("${upper(s)}", "!(\"NOT-A-SECRET\")"),
        ("${n + 1}", "!(4)"),
        ("${-n}", "!(-3)"),
        ("${n > 1}", "!(true)"),
        ("${s == \"x\"}", "!(false)"),
        ("${list == [\"a\", \"b\"]}", "!(true)"),
        ("${flag ? 1 : 2}", "!(1)"),
        ("${flag && true}", "!(true)"),
        ("${list[0]}", "\"a\""),
        ("${list[1]}", "!(\"b\")"),
        ("${length(list)}", "2"),
        ("${length(all)}", "!(1)"),
        ("${all[0]}", "!(\"a\")"),
        ("${map.k}", "!(\"v\")"),
        ("${keys(map)}", "!([\"k\"])"),
        ("${join(\",\", list)}", "!(\"a,b\")"),
        ("${concat(list, [\"c\"])}", "[\"a\",!(\"b\"),\"c\"]"),
        ("${[for x in list : upper(x)]}", "[\"A\",!(\"B\")]"),
        ("${[for x in all : x]}", "!([\"a\"])"),
        ("${[for x in [1, 2] : x if flag]}", "!([1,2])"),
        ("${{ (s) = 1 }}", "!({\"not-a-secret\":1})"),
        ("${{ k = s }}", "{\"k\":!(\"not-a-secret\")}"),
        ("${all[*]}", "!([\"a\"])"),
        ("${[1, 2, 3, 4][n]}", "!(4)"),
        ("${sensitive(s)}", "!(\"not-a-secret\")"),
        ("${nonsensitive(s)}", "\"not-a-secret\""),
        ("${issensitive(s)}", "true"),
        ("${try(s, 1)}", "!(\"not-a-secret\")"),
        ("${merge({ a = s }, { b = 1 })}", "{\"a\":!(\"not-a-secret\"),\"b\":1}"),
        ("${contains(list, \"b\")}", "!(true)"),
        ("${coalesce(\"\", s)}", "!(\"not-a-secret\")"),
        ("${md5(s) == \"\"}", "!(false)"),
        ("${tostring(n)}", "!(\"3\")"),
        ("${anytrue([flag])}", "!(true)"),
        ("${alltrue([flag, false])}", "!(false)"),
    ];
    for (text, expected) in cases {
        assert_eq!(show(&value(text, &scope)), expected, "{text}");
    }
    // Messages do not give secrets away.
    for text in [
        "${tonumber(s)}",
        "${parseint(s, 10)}",
        "${map.z}",
        "${regex(s, \"a\")}",
        "${lookup(map, s)}",
        "${map[s]}",
        "${file(s)}",
    ] {
        let shown = format!("{:?}", error(text, &scope));
        assert!(
            !shown.contains("not-a-secret") && !shown.contains("\"k\"") && !shown.contains(": k"),
            "{text}: {shown}"
        );
    }
}

#[test]
fn files() {
    let scope = Names::default()
        .file("a.txt", b"hello")
        .file("t.tpl", b"${name}: ${join(\",\", list)}")
        .file("bad.tpl", b"x\n${nam}")
        .file("bin", &[0xff])
        .with("r", instance("vpc.vpc.main"));
    let cases = [
        ("${file(\"a.txt\")}", "\"hello\""),
        ("${fileexists(\"a.txt\")}", "true"),
        ("${fileexists(\"b.txt\")}", "false"),
        ("${filebase64(\"bin\")}", "\"/w==\""),
        ("${filemd5(\"a.txt\")}", "\"5d41402abc4b2a76b9719d911017c592\""),
        ("${filesha1(\"a.txt\") == sha1(\"hello\")}", "true"),
        ("${filesha256(\"a.txt\") == sha256(\"hello\")}", "true"),
        ("${filesha512(\"a.txt\") == sha512(\"hello\")}", "true"),
        ("${filebase64sha256(\"a.txt\") == base64sha256(\"hello\")}", "true"),
        ("${filebase64sha512(\"a.txt\") == base64sha512(\"hello\")}", "true"),
        ("${templatefile(\"t.tpl\", { name = \"n\", list = [1, 2] })}", "\"n: 1,2\""),
    ];
    for (text, expected) in cases {
        assert_eq!(show(&value(text, &scope)), expected, "{text}");
    }
    assert_eq!(error("${file(\"b\")}", &scope).message, "file: \"b\" cannot be read: there is no such file");
    assert_eq!(error("${file(\"bin\")}", &scope).code, "E0223");
    assert_eq!(error("${file(r.id)}", &scope).code, "E0224");
    let message = error("${templatefile(\"bad.tpl\", { name = 1 })}", &scope).message;
    assert_eq!(message, "templatefile: \"bad.tpl\", line 2: the template is not given `nam`");
}

#[test]
fn only_resources_have_a_meaning_after_planning() {
    let found = firma_expr::resolve(&parsed("${var.env}").expect("an expression"), &nodes(), &Limits::default())
        .expect_err("refused");
    assert_eq!(found.list[0].code, "E0205");
    assert!(found.list[0].message.contains("`var` has no meaning after planning"), "{found:?}");
}
