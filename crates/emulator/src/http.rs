//! A request as it arrived at the emulator's door. The answer is `firma_api`'s response.

/// One HTTP request, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// Method as it stood on the request line.
    pub method: String,
    /// Path as it stood on the request line, without the query.
    pub path: String,
    /// Query without `?`; empty for none.
    pub query: String,
    /// All headers; names in any case.
    pub headers: Vec<(String, String)>,
    /// Body bytes.
    pub body: Vec<u8>,
}

impl HttpRequest {
    /// First header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim())
    }
}
