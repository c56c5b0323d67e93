//! Did you mean.

/// The candidate closest to `name`, if one is close enough to be a slip of the keyboard or of memory.
pub fn closest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // A third of the length: `vcp` finds `vpc`, `zone` does not find `name`.
    let allowed = (name.chars().count().max(3) / 3).min(4);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != name)
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= allowed || (name.len() >= 4 && candidate.contains(name) && candidate.len() <= name.len() * 3)
        })
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
}
