//! List prices in CNY, as public pages print them; pages of several dates, so an estimate and no bill.

use crate::fault::Fault;

/// How long something is paid for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Term {
    /// In advance, so many months.
    Months(f64),
    /// Afterwards, so many hours.
    Hours(f64),
}

impl Term {
    /// By the prices of a month and of an hour.
    fn of(self, month: f64, hour: f64) -> f64 {
        match self {
            Term::Months(months) => months * month,
            Term::Hours(hours) => hours * hour,
        }
    }
}

/// Instance types: price of a month, of an hour.
const TYPES: [(&str, f64, f64); 66] = [
    ("g.s1.micro", 56.0, 0.15),
    ("g.s1.small", 80.0, 0.22),
    ("g.n2.medium", 136.5, 0.47),
    ("g.n2.large", 242.25, 0.845),
    ("g.n2.xlarge", 484.5, 1.682),
    ("g.n2.2xlarge", 969.0, 3.363),
    ("g.n2.4xlarge", 1938.0, 6.726),
    ("g.n2.8xlarge", 3876.0, 13.462),
    ("g.n2.16xlarge", 7752.0, 26.913),
    ("g.n2.18xlarge", 8721.0, 30.277),
    ("g.n1.medium", 141.0, 0.33),
    ("g.n1.large", 294.0, 0.67),
    ("g.n1.xlarge_m", 496.0, 1.12),
    ("g.n1.xlarge", 588.0, 1.35),
    ("g.n1.2xlarge", 1176.0, 2.7),
    ("g.n1.4xlarge", 2352.0, 5.41),
    ("g.n1.8xlarge", 4704.0, 10.82),
    ("c.n2.large", 168.0, 0.589),
    ("c.n2.xlarge", 358.0, 1.178),
    ("c.n2.2xlarge", 716.0, 2.356),
    ("c.n2.4xlarge", 1432.0, 4.721),
    ("c.n2.8xlarge", 2864.0, 9.443),
    ("c.n2.16xlarge", 5728.0, 18.895),
    ("c.n2.18xlarge", 6444.0, 21.256),
    ("c.n1.medium", 140.0, 0.33),
    ("c.n1.large", 188.0, 0.45),
    ("c.n1.xlarge_m", 288.0, 0.67),
    ("c.n1.xlarge", 388.0, 0.9),
    ("c.n1.2xlarge_s", 576.0, 1.34),
    ("c.n1.2xlarge_m", 692.0, 1.57),
    ("c.n1.2xlarge", 776.0, 1.8),
    ("c.n1.4xlarge_m", 1152.0, 2.69),
    ("c.n1.4xlarge", 1552.0, 3.6),
    ("c.n1.8xlarge", 3104.0, 7.2),
    ("m.n2.large", 309.7, 1.073),
    ("m.n2.xlarge", 619.4, 2.147),
    ("m.n2.2xlarge", 1238.8, 4.304),
    ("m.n2.4xlarge", 2477.6, 8.607),
    ("m.n2.8xlarge", 4955.2, 17.205),
    ("m.n2.16xlarge", 9910.4, 34.409),
    ("m.n2.18xlarge", 11149.2, 38.71),
    ("m.n1.small", 249.0, 0.56),
    ("m.n1.medium", 398.0, 0.9),
    ("m.n1.large", 498.0, 1.13),
    ("m.n1.xlarge", 996.0, 2.26),
    ("m.n1.2xlarge", 1992.0, 4.52),
    ("m.n1.4xlarge", 3984.0, 9.04),
    ("h.g2.large", 332.0, 1.092),
    ("h.g2.xlarge", 664.0, 2.194),
    ("h.g2.2xlarge", 1328.0, 4.38),
    ("h.g2.4xlarge", 2656.0, 8.759),
    ("h.g2.8xlarge", 5312.0, 17.518),
    ("h.g1.large", 343.0, 1.75),
    ("h.g1.xlarge", 686.0, 3.5),
    ("h.g1.2xlarge", 1372.0, 7.0),
    ("h.g1.4xlarge", 2744.0, 14.0),
    ("h.g1.6xlarge", 4116.0, 21.0),
    ("p.n1p40.3xlarge", 4241.5, 14.73),
    ("p.n1p40.7xlarge", 8967.5, 31.14),
    ("p.n1p40.14xlarge", 17935.0, 62.27),
    ("p.n1p40h.3xlarge", 4073.5, 14.14),
    ("p.n1p40h.7xlarge", 8631.5, 29.97),
    ("p.n1p40h.14xlarge", 17263.0, 59.94),
    ("p.n1v100.2xlarge", 5969.0, 20.73),
    ("p.n1v100.5xlarge", 12422.5, 43.13),
    ("p.n1v100.10xlarge", 24845.0, 86.27),
];

/// Types of cloud disks, 10 GB of each: a month, an hour.
const DISKS: [(&str, f64, f64); 5] = [
    ("ssd", 10.0, 0.014),
    ("premium-hdd", 3.0, 0.0042),
    ("ssd.gp1", 3.9, 0.00625),
    ("hdd.std1", 2.4, 0.0034),
    ("ssd.io1", 8.0, 0.0112),
];

/// What the first five Mbps of an address cost, and each further one.
struct Bandwidth {
    hours: [f64; 5],
    further_hour: f64,
    months: [f64; 5],
    further_month: f64,
}

const USUAL: Bandwidth = Bandwidth {
    hours: [0.06, 0.10, 0.14, 0.18, 0.22],
    further_hour: 0.14,
    months: [23.0, 46.0, 71.0, 96.0, 125.0],
    further_month: 80.0,
};
const EAST_1: Bandwidth = Bandwidth {
    hours: [0.05, 0.08, 0.11, 0.14, 0.17],
    further_hour: 0.11,
    months: [17.25, 34.5, 53.25, 72.0, 93.75],
    further_month: 60.0,
};

/// What an address costs that is paid for by what goes through it: a day, and a GB.
pub(super) const BY_USAGE: (f64, f64) = (0.48, 0.80);

/// Classes of MySQL without their storage: a month, an hour.
const MYSQL: [(&str, f64, f64); 11] = [
    ("db.mysql.s1.micro", 92.0, 0.21),
    ("db.mysql.s1.small", 184.0, 0.42),
    ("db.mysql.s1.medium", 368.0, 0.84),
    ("db.mysql.s1.large", 736.0, 1.68),
    ("db.mysql.s1.xlarge", 1472.0, 3.36),
    ("db.mysql.s1.2xlarge", 2944.0, 6.72),
    ("db.mysql.s1.4xlarge", 5888.0, 13.44),
    ("db.mysql.m1.xlarge", 1422.0, 3.25),
    ("db.mysql.m1.2xlarge", 2844.0, 6.50),
    ("db.mysql.m1.4xlarge", 5688.0, 13.00),
    ("db.mysql.m1.8xlarge", 11376.0, 26.00),
];

/// Their storage, a GB: a month, an hour.
const MYSQL_STORAGE: [(&str, f64, f64); 3] =
    [("LOCAL_SSD", 0.8, 0.0018), ("LOCAL_NVMe", 1.2, 0.0027), ("EBS_SSD", 1.6, 0.00224)];

/// Redis, a GB: a month, an hour.
const REDIS: [(&str, f64, f64); 2] = [("redis.m1.", 60.0, 0.14), ("redis.c1.", 90.0, 0.1875)];

/// Sizes of NAT gateways: an hour.
const GATEWAYS: [(&str, f64); 3] = [("small", 0.5), ("medium", 1.5), ("large", 5.0)];

fn unpriced(what: &str, name: &str) -> Fault {
    Fault::invalid(format!("there is no price of {what} `{name}`"))
}

fn row(rows: &[(&str, f64, f64)], what: &str, name: &str) -> Result<(f64, f64), Fault> {
    let found = rows.iter().find(|(known, ..)| *known == name);
    found.map(|(_, month, hour)| (*month, *hour)).ok_or_else(|| unpriced(what, name))
}

/// An instance of this type; cn-east-1 is a quarter cheaper.
pub(super) fn instance(region: &str, name: &str, term: Term) -> Result<f64, Fault> {
    let (month, hour) = row(&TYPES, "instance type", name)?;
    let factor = if region == "cn-east-1" { 0.75 } else { 1.0 };
    Ok(term.of(month, hour) * factor)
}

/// A disk.
pub(super) fn disk(name: &str, size_gb: f64, term: Term) -> Result<f64, Fault> {
    let (month, hour) = row(&DISKS, "disk type", name)?;
    Ok(term.of(month, hour) * size_gb / 10.0)
}

/// An elastic IP that is paid for by its bandwidth.
pub(super) fn address(region: &str, mbps: f64, term: Term) -> Result<f64, Fault> {
    if !(1.0..=1000.0).contains(&mbps) || mbps.fract() != 0.0 {
        return Err(Fault::out_of_range("the bandwidth must be 1 to 1000"));
    }
    let prices = if region == "cn-east-1" { EAST_1 } else { USUAL };
    let first = (mbps.min(5.0) as usize).saturating_sub(1);
    let further = (mbps - 5.0).max(0.0);
    let month = prices.months[first] + further * prices.further_month;
    let hour = prices.hours[first] + further * prices.further_hour;
    Ok(term.of(month, hour))
}

/// A MySQL instance with its storage.
pub(super) fn mysql(class: &str, storage: &str, size_gb: f64, term: Term) -> Result<f64, Fault> {
    let (month, hour) = row(&MYSQL, "instance class", class)?;
    let (month_gb, hour_gb) = row(&MYSQL_STORAGE, "storage", storage)?;
    Ok(term.of(month + month_gb * size_gb, hour + hour_gb * size_gb))
}

/// A Redis instance.
pub(super) fn redis(class: &str, size_gb: f64, term: Term) -> Result<f64, Fault> {
    let found = REDIS.iter().find(|(family, ..)| class.starts_with(family));
    let (_, month, hour) = found.ok_or_else(|| unpriced("instance class", class))?;
    Ok(term.of(*month, *hour) * size_gb)
}

/// A NAT gateway, which is not sold in advance.
pub(super) fn gateway(size: &str, term: Term) -> Result<f64, Fault> {
    let found = GATEWAYS.iter().find(|(known, _)| *known == size);
    let (_, hour) = found.ok_or_else(|| unpriced("NAT gateway", size))?;
    match term {
        Term::Hours(hours) => Ok(hours * hour),
        Term::Months(_) => Err(Fault::invalid("NAT gateways are not sold in advance")),
    }
}
