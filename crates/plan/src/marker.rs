//! The marker of a create: Firma's own mark on an object, by which a create whose answer was lost is found again.

/// Tag that carries a marker. It stays on the object and is invisible to comparisons.
pub const MARKER_TAG: &str = "firma";

/// Name under which an observed object keeps the marker found in its description.
pub const MARKER_FIELD: &str = "$marker";

/// A description with a marker at its end.
pub fn marked_description(text: &str, marker: &str) -> String {
    match text.is_empty() {
        true => format!("[{MARKER_TAG}:{marker}]"),
        false => format!("{text} [{MARKER_TAG}:{marker}]"),
    }
}

/// A description without its marker, and the marker.
pub fn split_marker(text: &str) -> (&str, Option<&str>) {
    let open = format!("[{MARKER_TAG}:");
    match text.rfind(&open) {
        Some(at) if text.ends_with(']') => {
            (text[..at].trim_end_matches(' '), Some(&text[at + open.len()..text.len() - 1]))
        }
        _ => (text, None),
    }
}
