//! A request to the cloud before it is signed, and the answer as it came.

/// HTTP methods JD Cloud's OpenAPI uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Read.
    Get,
    /// Create, or an action.
    Post,
    /// Full overwrite.
    Put,
    /// Change attributes.
    Patch,
    /// Delete; extra parameters go into the query.
    Delete,
    /// Existence check.
    Head,
}

impl Method {
    /// Upper-case name as it stands on the request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
            Method::Head => "HEAD",
        }
    }

    /// The method with this upper-case name.
    pub fn parse(name: &str) -> Option<Method> {
        Some(match name {
            "GET" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "PATCH" => Method::Patch,
            "DELETE" => Method::Delete,
            "HEAD" => Method::Head,
            _ => return None,
        })
    }

    /// Whether the method promises to change nothing.
    pub fn is_read(self) -> bool {
        matches!(self, Method::Get | Method::Head)
    }
}

/// One call, fully encoded but not yet signed: what a `Transport` carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Service id (`vpc`): the host's first label and the credential scope's service.
    pub service: String,
    /// Operation name (`createVpc`), for logs, limits and journals; never sent.
    pub operation: String,
    /// HTTP method.
    pub method: Method,
    /// Region of the call; `None` signs with the literal `jdcloud-api`.
    pub region: Option<String>,
    /// Path as it goes on the wire: percent-encoded except that `:` stays raw.
    pub path: String,
    /// Query as it goes on the wire, without `?`; empty for none.
    pub query: String,
    /// Body bytes; empty for none.
    pub body: Vec<u8>,
    /// Whether sending this request may change the cloud (describe calls by POST do not).
    pub mutating: bool,
}

/// A raw answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body bytes.
    pub body: Vec<u8>,
}

impl Response {
    /// First header with this lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}
