//! Request signing and verification for JD Cloud's OpenAPI, both schemes, from one canonicalisation.
//!
//! A request is reduced to a canonical text ([`canonical`]), hashed into a string to sign, and authenticated with a key
//! derived from the secret, the day, the region and the service. [`sign`](sign()) makes the `Authorization` header,
//! [`verify`](verify()) recomputes it for whatever headers the other side declared. The official signers disagree only
//! on how a path (and a header value) is normalised: that is the [`PathRule`], a parameter.
//!
//! Pure: the date and the nonce are arguments. Clock skew and replayed nonces are for the caller to judge.

pub mod scheme;

pub mod credential;

pub mod canonical;

pub mod sign;

pub mod authorization;

pub mod verify;

pub use authorization::{Authorization, AuthorizationError};
pub use canonical::PathRule;
pub use credential::Credential;
pub use scheme::{NO_REGION, Scheme};
pub use sign::{Coverage, SignRequest, Signed, sign};
pub use verify::{Received, VerifyError, verify};
