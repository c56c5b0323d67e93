//! Names in manifests: the API's camelCase names in snake_case, and the way back.
//!
//! `diskSizeGB` is `disk_size_gb`, `vpcId` is `vpc_id`. The way back cannot be computed (`disk_size_gb` might be
//! `diskSizeGb`), so it is a look-up among the names that a place really has.

/// Endings that belong to the capitals in front of them: `instanceIDs`, `accessIPv6`.
const CAPITAL_TAILS: [&str; 3] = ["s", "v4", "v6"];

/// The snake case of an API name.
pub fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (at, &c) in chars.iter().enumerate() {
        if c.is_ascii_uppercase() && at > 0 && begins_word(&chars, at) && !out.ends_with('_') {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Whether the capital at `at` (not the first character) begins a word.
fn begins_word(chars: &[char], at: usize) -> bool {
    let before = chars.get(at.wrapping_sub(1));
    if before.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit()) {
        return true;
    }
    // Inside a run of capitals the last one begins a word when small letters follow: `IPAddress`, but not `IPv6`.
    let rest: String = chars.iter().skip(at + 1).take_while(|c| !c.is_ascii_uppercase() && **c != '_').collect();
    rest.chars().next().is_some_and(|c| c.is_ascii_lowercase()) && !CAPITAL_TAILS.contains(&rest.as_str())
}

/// The name among `names` whose snake case is `wanted`, or that is spelled so itself.
pub fn find<'n>(names: impl IntoIterator<Item = &'n str>, wanted: &str) -> Option<&'n str> {
    let mut literal = None;
    for name in names {
        if snake(name) == wanted {
            return Some(name);
        }
        if name == wanted {
            literal = Some(name);
        }
    }
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snake_case_of_names_the_api_uses() {
        for (name, expected) in [
            ("addressPrefix", "address_prefix"),
            ("diskSizeGB", "disk_size_gb"),
            ("vpcId", "vpc_id"),
            ("regionId", "region_id"),
            ("az", "az"),
            ("elasticIpIds", "elastic_ip_ids"),
            ("bandwidthMbps", "bandwidth_mbps"),
            ("IPAddress", "ip_address"),
            ("natIPCidr", "nat_ip_cidr"),
            ("instanceIDs", "instance_ids"),
            ("accessIPv6", "access_ipv6"),
            ("ipv6Address", "ipv6_address"),
            ("already_snake", "already_snake"),
            ("Name", "name"),
            ("totalCount", "total_count"),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
    }

    #[test]
    fn the_way_back_is_a_look_up() {
        let names = ["diskSizeGB", "vpcId", "odd_name"];
        assert_eq!(find(names, "disk_size_gb"), Some("diskSizeGB"));
        assert_eq!(find(names, "odd_name"), Some("odd_name"));
        assert_eq!(find(names, "disk_size_g_b"), None);
    }
}
