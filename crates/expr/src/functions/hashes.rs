//! Hashes of texts and of files, and uuidv5.

use super::{Arguments, Failure, Function, Gives, Kind, Parameter, encoding::base64, files};
use firma_model::value::Value;
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use uuid::Uuid;

const STR: &[Parameter] = &[Parameter::new("str", Kind::Text)];
const PATH: &[Parameter] = &[Parameter::new("path", Kind::Text)];

fn of_text<D: Digest>(arguments: &Arguments<'_>) -> Vec<u8> {
    D::digest(arguments.text(0).as_bytes()).to_vec()
}

fn of_file<D: Digest>(arguments: &Arguments<'_>) -> Result<Vec<u8>, Failure> {
    Ok(D::digest(files::read(arguments)?).to_vec())
}

fn hexadecimal(bytes: Vec<u8>) -> Value {
    Value::from(hex::encode(bytes))
}

pub(super) const MD5: Function =
    Function::new("md5", "The MD5 hash of a text, in hexadecimal.", STR, Gives::Text, |arguments| {
        Ok(hexadecimal(of_text::<Md5>(arguments)))
    });

pub(super) const SHA1: Function =
    Function::new("sha1", "The SHA-1 hash of a text, in hexadecimal.", STR, Gives::Text, |arguments| {
        Ok(hexadecimal(of_text::<Sha1>(arguments)))
    });

pub(super) const SHA256: Function =
    Function::new("sha256", "The SHA-256 hash of a text, in hexadecimal.", STR, Gives::Text, |arguments| {
        Ok(hexadecimal(of_text::<Sha256>(arguments)))
    });

pub(super) const SHA512: Function =
    Function::new("sha512", "The SHA-512 hash of a text, in hexadecimal.", STR, Gives::Text, |arguments| {
        Ok(hexadecimal(of_text::<Sha512>(arguments)))
    });

pub(super) const BASE64SHA256: Function =
    Function::new("base64sha256", "The SHA-256 hash of a text, in base64.", STR, Gives::Text, |arguments| {
        Ok(base64(&of_text::<Sha256>(arguments)))
    });

pub(super) const BASE64SHA512: Function =
    Function::new("base64sha512", "The SHA-512 hash of a text, in base64.", STR, Gives::Text, |arguments| {
        Ok(base64(&of_text::<Sha512>(arguments)))
    });

pub(super) const FILEMD5: Function =
    Function::new("filemd5", "The MD5 hash of a file, in hexadecimal.", PATH, Gives::Text, |arguments| {
        of_file::<Md5>(arguments).map(hexadecimal)
    })
    .reads_files();

pub(super) const FILESHA1: Function =
    Function::new("filesha1", "The SHA-1 hash of a file, in hexadecimal.", PATH, Gives::Text, |arguments| {
        of_file::<Sha1>(arguments).map(hexadecimal)
    })
    .reads_files();

pub(super) const FILESHA256: Function =
    Function::new("filesha256", "The SHA-256 hash of a file, in hexadecimal.", PATH, Gives::Text, |arguments| {
        of_file::<Sha256>(arguments).map(hexadecimal)
    })
    .reads_files();

pub(super) const FILESHA512: Function =
    Function::new("filesha512", "The SHA-512 hash of a file, in hexadecimal.", PATH, Gives::Text, |arguments| {
        of_file::<Sha512>(arguments).map(hexadecimal)
    })
    .reads_files();

pub(super) const FILEBASE64SHA256: Function =
    Function::new("filebase64sha256", "The SHA-256 hash of a file, in base64.", PATH, Gives::Text, |arguments| {
        of_file::<Sha256>(arguments).map(|bytes| base64(&bytes))
    })
    .reads_files();

pub(super) const FILEBASE64SHA512: Function =
    Function::new("filebase64sha512", "The SHA-512 hash of a file, in base64.", PATH, Gives::Text, |arguments| {
        of_file::<Sha512>(arguments).map(|bytes| base64(&bytes))
    })
    .reads_files();

pub(super) const UUIDV5: Function = Function::new(
    "uuidv5",
    "The UUID of a name within a namespace (dns, url, oid, x500 or a UUID): always the same.",
    &[Parameter::new("namespace", Kind::Text), Parameter::new("name", Kind::Text)],
    Gives::Text,
    |arguments| {
        let namespace = match arguments.text(0) {
            "dns" => Uuid::NAMESPACE_DNS,
            "url" => Uuid::NAMESPACE_URL,
            "oid" => Uuid::NAMESPACE_OID,
            "x500" => Uuid::NAMESPACE_X500,
            other => Uuid::parse_str(other)
                .map_err(|_| Failure::Argument(0, "must be dns, url, oid, x500 or a UUID".to_owned()))?,
        };
        Ok(Value::from(Uuid::new_v5(&namespace, arguments.text(1).as_bytes()).to_string()))
    },
);
