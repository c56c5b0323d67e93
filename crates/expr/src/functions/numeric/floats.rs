//! Powers and logarithms of floats, computed step by step as Go's library does, to have the same last digit everywhere.
//!
//! `f64::powf` and `f64::ln` call the platform's library, whose last digits differ between systems.

/// `x` raised to `y`: repeated squaring of the whole part, the rest by exponential and logarithm.
pub(super) fn pow(x: f64, y: f64) -> f64 {
    if y == 0.0 || x == 1.0 {
        return 1.0;
    }
    if y == 1.0 {
        return x;
    }
    if x == 0.0 || !x.is_finite() || !y.is_finite() {
        return x.powf(y);
    }
    if y == 0.5 {
        return x.sqrt();
    }
    if y == -0.5 {
        return 1.0 / x.sqrt();
    }
    let mut whole = y.abs().trunc();
    let mut rest = y.abs() - whole;
    if rest != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    if whole >= 9.2e18 {
        return x.powf(y);
    }
    // The result is `mantissa * 2^exponent`.
    let mut mantissa = 1.0;
    let mut exponent: i64 = 0;
    if rest != 0.0 {
        if rest > 0.5 {
            rest -= 1.0;
            whole += 1.0;
        }
        mantissa = (rest * log(x)).exp();
    }
    let (mut square, mut square_exponent) = split(x);
    let mut left = whole as i64;
    while left != 0 {
        if !(-4096..=4096).contains(&square_exponent) {
            // It overflows, or underflows, whatever comes.
            exponent += square_exponent;
            break;
        }
        if left & 1 == 1 {
            mantissa *= square;
            exponent += square_exponent;
        }
        square *= square;
        square_exponent <<= 1;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        left >>= 1;
    }
    if y < 0.0 {
        mantissa = 1.0 / mantissa;
        exponent = -exponent;
    }
    scaled(mantissa, exponent)
}

/// A float as a mantissa from a half to one, and an exponent.
fn split(x: f64) -> (f64, i64) {
    let (x, shift) = if x.abs() < f64::MIN_POSITIVE { (x * (1_u64 << 52) as f64, -52) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i64 - 1022;
    (f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52)), exponent + shift)
}

/// `mantissa * 2^exponent`
fn scaled(mantissa: f64, exponent: i64) -> f64 {
    let mut result = mantissa;
    let mut left = exponent.clamp(-5000, 5000);
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        result *= f64::from_bits(((step + 1023) as u64) << 52);
        left -= step;
    }
    result
}

/// The natural logarithm, by the polynomial of FreeBSD's `e_log.c`.
pub(super) fn log(x: f64) -> f64 {
    const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const L: [f64; 7] = [
        f64::from_bits(0x3fe5_5555_5555_5593),
        f64::from_bits(0x3fd9_9999_9997_fa04),
        f64::from_bits(0x3fd2_4924_9422_9359),
        f64::from_bits(0x3fcc_71c5_1d8e_78af),
        f64::from_bits(0x3fc7_4664_96cb_03de),
        f64::from_bits(0x3fc3_9a09_d078_c69f),
        f64::from_bits(0x3fc2_f112_df3e_5244),
    ];
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut mantissa, mut exponent) = split(x);
    if mantissa < std::f64::consts::SQRT_2 / 2.0 {
        mantissa *= 2.0;
        exponent -= 1;
    }
    let f = mantissa - 1.0;
    let k = exponent as f64;
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let t1 = s2 * (L[0] + s4 * (L[2] + s4 * (L[4] + s4 * L[6])));
    let t2 = s4 * (L[1] + s4 * (L[3] + s4 * L[5]));
    let r = t1 + t2;
    let half = 0.5 * f * f;
    k * LN2_HIGH - ((half - (s * (half + r) + k * LN2_LOW)) - f)
}
