//! Regions, zones and billing methods: the table, and what is said of mistakes.

use firma_catalog::{Catalog, billing, places};
use firma_model::{address::KindId, diagnostic::Diagnostics, place::Billing, span::Span};

fn said(diagnostics: &Diagnostics) -> Vec<String> {
    diagnostics.list.iter().map(|d| format!("{} {}", d.code, d.message)).collect()
}

#[test]
fn regions_and_zones() {
    let ids: Vec<&str> = places::regions().iter().map(|region| region.id.as_str()).collect();
    assert_eq!(ids, ["cn-north-1", "cn-east-1", "cn-east-2", "cn-south-1"]);
    let rows = [
        ("cn-north-1", "cn-north-1a", Some(("cn-north-1a", false))),
        ("cn-north-1", "cn-north-1c", Some(("cn-north-1c", false))),
        ("cn-east-1", "cn-east-1a", Some(("cn-east-1a", false))),
        ("cn-east-2", "cn-east-2a", Some(("cn-east-2a", false))),
        ("cn-east-2", "cn-north-2a", Some(("cn-east-2a", true))),
        ("cn-east-2", "cn-north-2b", Some(("cn-east-2b", true))),
        ("cn-south-1", "cn-south-1a", Some(("cn-south-1a", false))),
        ("cn-north-1", "cn-north-2a", None),
        ("cn-north-1", "cn-east-1a", None),
        ("mars", "cn-east-1a", None),
    ];
    for (region, name, expected) in rows {
        let found = places::zone(region, name).map(|zone| (zone.canonical, zone.printed));
        assert_eq!(found, expected, "{region} {name}");
        assert_eq!(places::is_zone_of(region, name), expected.is_some());
    }
    assert_eq!(places::zones("cn-east-2"), ["cn-east-2a", "cn-east-2b", "cn-east-2c"]);
}

#[test]
fn a_wrong_place_is_named_with_the_right_ones() {
    let kind = |id: &str| Catalog::builtin().kind(&KindId::new(id)).expect("a kind");
    let (disk, vpc) = (kind("disk.disk"), kind("vpc.vpc"));
    let at = Span::default();
    assert_eq!(said(&places::check_region("cn-north-2", at)), ["E0440 `cn-north-2` is not a region"]);
    assert_eq!(said(&places::check_zone(&disk, "cn-east-1", None, at)), ["E0441 disk.disk needs a zone"]);
    assert!(places::check_zone(&vpc, "cn-east-1", None, at).is_empty());
    let wrong = places::check_zone(&disk, "cn-east-1", Some("cn-north-1a"), at);
    assert_eq!(said(&wrong), ["E0442 `cn-north-1a` is not a zone of cn-east-1"]);
    assert_eq!(wrong.list[0].label.as_deref(), Some("it lies in cn-north-1"));
    assert!(wrong.list[0].hints.iter().any(|hint| hint == "zones of cn-east-1 are cn-east-1a, cn-east-1b"));
    let printed = places::check_zone(&disk, "cn-east-2", Some("cn-north-2a"), at);
    assert!(!printed.has_errors());
    assert_eq!(said(&printed), ["E0443 zone `cn-north-2a` is usually spelled `cn-east-2a`"]);
    assert!(places::check_zone(&disk, "cn-east-2", Some("cn-east-2b"), at).is_empty());
}

#[test]
fn billing_table() {
    let billing = |method: &str, unit: Option<&str>, duration: Option<u32>| Billing {
        method: method.into(),
        unit: unit.map(Into::into),
        duration,
        auto_renew: None,
    };
    let (prepaid, later, usage) = ("prepaid_by_duration", "postpaid_by_duration", "postpaid_by_usage");
    let rows: [(&str, Option<Billing>, &[&str]); 13] = [
        ("disk.disk", None, &["E0444 disk.disk costs money and has no billing method"]),
        ("vpc.vpc", None, &[]),
        ("disk.disk", Some(billing(later, None, None)), &[]),
        ("disk.disk", Some(billing(usage, None, None)), &["E0446 disk.disk is not sold by postpaid_by_usage"]),
        ("vpc.elastic_ip", Some(billing(usage, None, None)), &[]),
        ("disk.disk", Some(billing("postpaid", None, None)), &["E0445 `postpaid` is not a billing method"]),
        ("disk.disk", Some(billing(prepaid, Some("month"), Some(9))), &[]),
        ("disk.disk", Some(billing(prepaid, Some("month"), Some(10))), &["E0447 a duration of 10 months is not sold"]),
        ("disk.disk", Some(billing(prepaid, Some("year"), Some(4))), &["E0447 a duration of 4 years is not sold"]),
        (
            "disk.disk",
            Some(billing(prepaid, Some("week"), Some(1))),
            &["E0447 `week` is not a unit that prepaid_by_duration is sold in"],
        ),
        (
            "disk.disk",
            Some(billing(prepaid, None, None)),
            &["E0447 prepaid_by_duration needs `unit`", "E0447 prepaid_by_duration needs `duration`"],
        ),
        ("disk.disk", Some(billing(prepaid, Some("year"), None)), &["E0447 prepaid_by_duration needs `duration`"]),
        (
            "disk.disk",
            Some(billing(later, Some("year"), None)),
            &["E0447 `unit` means nothing for postpaid_by_duration"],
        ),
    ];
    for (kind, billing, expected) in rows {
        let procedure = Catalog::builtin().kind(&KindId::new(kind)).expect("a kind");
        assert_eq!(said(&billing::check(&procedure, billing.as_ref(), Span::default())), expected, "{billing:?}");
    }
}
