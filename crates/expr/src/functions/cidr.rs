//! Networks: cidrhost, cidrnetmask, cidrsubnet, cidrsubnets, cidrcontains.

use super::{Arguments, Failure, Function, Gives, Kind, Parameter};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use firma_model::value::Value;
use ipnet::IpNet;

const PREFIX: Parameter = Parameter::new("prefix", Kind::Text);

/// A network as numbers: its first address, the length of its prefix, and of its addresses.
#[derive(Clone, Copy)]
struct Network {
    first: u128,
    prefix: u32,
    width: u32,
}

impl Network {
    fn read(text: &str, at: usize) -> Result<Network, Failure> {
        let net: IpNet =
            text.parse().map_err(|_| Failure::Argument(at, "must be a network such as 10.0.0.0/16".to_owned()))?;
        let (first, width) = match net.network() {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        Ok(Network { first, prefix: u32::from(net.prefix_len()), width })
    }

    fn address(&self, number: u128) -> IpAddr {
        match self.width {
            32 => IpAddr::V4(Ipv4Addr::from(number as u32)),
            _ => IpAddr::V6(Ipv6Addr::from(number)),
        }
    }

    /// The last address.
    fn last(&self) -> u128 {
        self.first | hosts_mask(self.width - self.prefix)
    }

    fn text(&self) -> Value {
        Value::from(format!("{}/{}", self.address(self.first), self.prefix))
    }
}

/// As many low bits as given.
fn hosts_mask(bits: u32) -> u128 {
    match bits {
        128 => u128::MAX,
        bits => (1 << bits) - 1,
    }
}

pub(super) const CIDRHOST: Function = Function::new(
    "cidrhost",
    "The address with a number in a network; negative numbers count from its end.",
    &[PREFIX, Parameter::new("hostnum", Kind::Number)],
    Gives::Text,
    |arguments| {
        let network = Network::read(arguments.text(0), 0)?;
        let number =
            arguments.number(1).as_i128().ok_or_else(|| Failure::Argument(1, "must be a whole number".to_owned()))?;
        let largest = hosts_mask(network.width - network.prefix);
        let offset = match number < 0 {
            false => number as u128,
            true => largest.wrapping_sub(number.unsigned_abs() - 1),
        };
        if (number < 0 && number.unsigned_abs() - 1 > largest) || offset > largest {
            let what = format!("is too large: a prefix of {} bits has no host {number}", network.prefix);
            return Err(Failure::Argument(1, what));
        }
        Ok(Value::from(network.address(network.first | offset).to_string()))
    },
);

pub(super) const CIDRNETMASK: Function =
    Function::new("cidrnetmask", "The mask of an IPv4 network.", &[PREFIX], Gives::Text, |arguments| {
        match arguments.text(0).parse::<IpNet>() {
            Ok(IpNet::V4(net)) => Ok(Value::from(net.netmask().to_string())),
            Ok(IpNet::V6(_)) => Err(Failure::Argument(0, "must be an IPv4 network: IPv6 has no masks".to_owned())),
            Err(_) => Err(Failure::Argument(0, "must be a network such as 10.0.0.0/16".to_owned())),
        }
    });

fn longer(network: Network, newbits: usize, at: usize) -> Result<u32, Failure> {
    u32::try_from(newbits)
        .ok()
        .and_then(|bits| network.prefix.checked_add(bits))
        .filter(|prefix| *prefix <= network.width)
        .ok_or_else(|| {
            let what = format!("is too large: {} bits are left after the prefix", network.width - network.prefix);
            Failure::Argument(at, what)
        })
}

pub(super) const CIDRSUBNET: Function = Function::new(
    "cidrsubnet",
    "The subnet with a number, when a prefix is made longer by some bits.",
    &[PREFIX, Parameter::new("newbits", Kind::Number), Parameter::new("netnum", Kind::Number)],
    Gives::Text,
    |arguments| {
        let network = Network::read(arguments.text(0), 0)?;
        let newbits = arguments.size(1)?;
        let prefix = longer(network, newbits, 1)?;
        let number = arguments
            .number(2)
            .as_i128()
            .and_then(|n| u128::try_from(n).ok())
            .ok_or_else(|| Failure::Argument(2, "must be a whole number that is not negative".to_owned()))?;
        if number > hosts_mask(prefix - network.prefix) {
            return Err(Failure::Argument(2, format!("is too large: {newbits} bits have no number {number}")));
        }
        let first = match network.width - prefix {
            128 => network.first,
            shift => network.first | (number << shift),
        };
        Ok(Network { first, prefix, width: network.width }.text())
    },
);

fn subnets(arguments: &Arguments<'_>) -> Result<Value, Failure> {
    let network = Network::read(arguments.text(0), 0)?;
    let mut next = Some(network.first);
    let mut out = Vec::new();
    for at in 1..arguments.len() {
        arguments.charge(1)?;
        let newbits = arguments.size(at)?;
        if newbits == 0 {
            return Err(Failure::Argument(at, "must be at least 1".to_owned()));
        }
        let prefix = longer(network, newbits, at)?;
        let mask = hosts_mask(network.width - prefix);
        let full = || Failure::Argument(at, "is for a subnet that has no room left in the network".to_owned());
        // The next address at which a subnet of this size may begin.
        let first = next.and_then(|next| next.checked_add(mask)).ok_or_else(full)? & !mask;
        let last = first | mask;
        if first > network.last() || last > network.last() {
            return Err(full());
        }
        out.push(Network { first, prefix, width: network.width }.text());
        next = last.checked_add(1);
    }
    Ok(Value::List(out))
}

pub(super) const CIDRSUBNETS: Function =
    Function::new("cidrsubnets", "Consecutive subnets, each of so many more bits.", &[PREFIX], Gives::Texts, subnets)
        .variadic(Parameter::new("newbits", Kind::Number));

pub(super) const CIDRCONTAINS: Function = Function::new(
    "cidrcontains",
    "Whether a network contains an address or another network.",
    &[Parameter::new("containing_prefix", Kind::Text), Parameter::new("contained", Kind::Text)],
    Gives::Bool,
    |arguments| {
        let outer = Network::read(arguments.text(0), 0)?;
        let inner = arguments.text(1);
        let inner = match inner.parse::<IpAddr>() {
            Ok(IpAddr::V4(_)) => Network::read(&format!("{inner}/32"), 1)?,
            Ok(IpAddr::V6(_)) => Network::read(&format!("{inner}/128"), 1)?,
            Err(_) => Network::read(inner, 1)?,
        };
        if outer.width != inner.width {
            return Err(Failure::Call("one is IPv4 and the other IPv6".to_owned()));
        }
        Ok(Value::Bool(outer.first <= inner.first && inner.last() <= outer.last()))
    },
);
