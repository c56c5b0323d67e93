//! IPv4 arithmetic: prefixes of VPCs and subnets, reserved addresses, free addresses.

use crate::fault::Fault;
use core::net::Ipv4Addr;
use ipnet::Ipv4Net;

const PRIVATE: [(Ipv4Addr, u8); 3] =
    [(Ipv4Addr::new(10, 0, 0, 0), 8), (Ipv4Addr::new(172, 16, 0, 0), 12), (Ipv4Addr::new(192, 168, 0, 0), 16)];

/// Reads a prefix of a VPC or subnet: private, mask 16-28, host bits zero.
pub(crate) fn private_prefix(field: &str, text: &str) -> Result<Ipv4Net, Fault> {
    let net: Ipv4Net = text.parse().map_err(|_| Fault::invalid(format!("{field} `{text}` is not a CIDR block")))?;
    if !(16..=28).contains(&net.prefix_len()) {
        return Err(Fault::invalid(format!("the mask of {field} `{text}` must be 16 to 28")));
    }
    if net.trunc() != net {
        return Err(Fault::invalid(format!("{field} `{text}` has host bits set: write {}", net.trunc())));
    }
    let inside = PRIVATE.iter().any(|(base, len)| Ipv4Net::new(*base, *len).is_ok_and(|range| range.contains(&net)));
    if !inside {
        return Err(Fault::invalid(format!(
            "{field} `{text}` is not inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
        )));
    }
    Ok(net)
}

/// Whether two prefixes share an address.
pub(crate) fn overlap(a: Ipv4Net, b: Ipv4Net) -> bool {
    a.contains(&b) || b.contains(&a)
}

/// First and last address a subnet gives out: the network address, the gateway, the DHCP server and the broadcast
/// address are reserved.
pub(crate) fn usable(net: Ipv4Net) -> (u32, u32) {
    (u32::from(net.network()) + 3, u32::from(net.broadcast()) - 1)
}

/// How many addresses a subnet gives out.
pub(crate) fn capacity(net: Ipv4Net) -> u64 {
    let (first, last) = usable(net);
    u64::from(last - first) + 1
}

/// A prefix of a rule: an address alone is a single host; host bits are dropped; IPv6 is taken as it is.
/// Returns the normal form and the IP version.
pub(crate) fn rule_prefix(text: &str) -> Result<(String, u8), Fault> {
    if let Ok(net) = text.parse::<Ipv4Net>() {
        return Ok((net.trunc().to_string(), 4));
    }
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Ok((format!("{address}/32"), 4));
    }
    if let Ok(net) = text.parse::<ipnet::Ipv6Net>() {
        return Ok((net.trunc().to_string(), 6));
    }
    Err(Fault::invalid(format!("addressPrefix `{text}` is not a CIDR block")))
}
