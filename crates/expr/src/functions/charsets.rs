//! Text in other encodings than UTF-8: textencodebase64 and textdecodebase64.

use super::{
    Failure, Function, Gives, Kind, Parameter,
    encoding::{base64, unbase64},
};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_2022_JP, ISO_8859_2, ISO_8859_3, ISO_8859_4, ISO_8859_5,
    ISO_8859_6, ISO_8859_7, ISO_8859_8, ISO_8859_10, ISO_8859_13, ISO_8859_14, ISO_8859_15, ISO_8859_16, KOI8_R,
    KOI8_U, MACINTOSH, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
    WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};
use firma_model::suggest::closest;

/// How an encoding is done.
#[derive(Clone, Copy)]
enum Way {
    Utf8,
    /// Byte order, and whether a mark says so.
    Utf16 {
        big: bool,
        mark: bool,
    },
    /// One byte a character, up to this one.
    Bytes(u32),
    Table(&'static Encoding),
    /// The table of Windows, which puts letters where the standard has control characters.
    Turkish,
}

/// Encodings by their registered names and aliases, in lower case.
const WAYS: &[(&[&str], Way)] = &[
    (&["utf-8", "csutf8"], Way::Utf8),
    (&["utf-16", "csutf16"], Way::Utf16 { big: true, mark: true }),
    (&["utf-16le", "csutf16le"], Way::Utf16 { big: false, mark: false }),
    (&["utf-16be", "csutf16be"], Way::Utf16 { big: true, mark: false }),
    (&["us-ascii", "ascii", "iso-ir-6", "iso646-us", "us", "ibm367", "cp367", "csascii"], Way::Bytes(0x7f)),
    (&["iso-8859-1", "iso_8859-1", "iso-ir-100", "latin1", "l1", "ibm819", "cp819", "csisolatin1"], Way::Bytes(0xff)),
    (&["iso-8859-2", "iso_8859-2", "latin2", "l2"], Way::Table(ISO_8859_2)),
    (&["iso-8859-3", "iso_8859-3", "latin3", "l3"], Way::Table(ISO_8859_3)),
    (&["iso-8859-4", "iso_8859-4", "latin4", "l4"], Way::Table(ISO_8859_4)),
    (&["iso-8859-5", "iso_8859-5", "cyrillic"], Way::Table(ISO_8859_5)),
    (&["iso-8859-6", "iso_8859-6", "arabic"], Way::Table(ISO_8859_6)),
    (&["iso-8859-7", "iso_8859-7", "greek"], Way::Table(ISO_8859_7)),
    (&["iso-8859-8", "iso_8859-8", "hebrew"], Way::Table(ISO_8859_8)),
    (&["iso-8859-9", "iso_8859-9", "latin5", "l5"], Way::Turkish),
    (&["iso-8859-10", "latin6", "l6"], Way::Table(ISO_8859_10)),
    (&["iso-8859-13"], Way::Table(ISO_8859_13)),
    (&["iso-8859-14", "latin8", "l8"], Way::Table(ISO_8859_14)),
    (&["iso-8859-15", "latin-9"], Way::Table(ISO_8859_15)),
    (&["iso-8859-16", "latin10", "l10"], Way::Table(ISO_8859_16)),
    (&["windows-874"], Way::Table(WINDOWS_874)),
    (&["windows-1250"], Way::Table(WINDOWS_1250)),
    (&["windows-1251"], Way::Table(WINDOWS_1251)),
    (&["windows-1252"], Way::Table(WINDOWS_1252)),
    (&["windows-1253"], Way::Table(WINDOWS_1253)),
    (&["windows-1254"], Way::Table(WINDOWS_1254)),
    (&["windows-1255"], Way::Table(WINDOWS_1255)),
    (&["windows-1256"], Way::Table(WINDOWS_1256)),
    (&["windows-1257"], Way::Table(WINDOWS_1257)),
    (&["windows-1258"], Way::Table(WINDOWS_1258)),
    (&["koi8-r", "cskoi8r"], Way::Table(KOI8_R)),
    (&["koi8-u"], Way::Table(KOI8_U)),
    (&["macintosh", "mac"], Way::Table(MACINTOSH)),
    (&["ibm866", "cp866", "866"], Way::Table(IBM866)),
    (&["shift_jis", "ms_kanji", "csshiftjis"], Way::Table(SHIFT_JIS)),
    (&["euc-jp", "cseucpkdfmtjapanese"], Way::Table(EUC_JP)),
    (&["iso-2022-jp", "csiso2022jp"], Way::Table(ISO_2022_JP)),
    (&["euc-kr", "cseuckr"], Way::Table(EUC_KR)),
    (&["gbk", "cp936", "ms936", "windows-936"], Way::Table(GBK)),
    (&["gb18030"], Way::Table(GB18030)),
    (&["big5", "csbig5"], Way::Table(BIG5)),
];

fn way(name: &str) -> Result<Way, Failure> {
    let lower = name.to_ascii_lowercase();
    if let Some((_, way)) = WAYS.iter().find(|(names, _)| names.contains(&lower.as_str())) {
        return Ok(*way);
    }
    let names = WAYS.iter().map(|(names, _)| names[0]);
    Err(Failure::Argument(
        1,
        match closest(&lower, names) {
            Some(close) => format!("is no encoding that is known here; did you mean {}?", close.to_uppercase()),
            None => "is no encoding that is known here, such as UTF-16LE, ISO-8859-1, windows-1252 or GBK".to_owned(),
        },
    ))
}

const ENCODING: Parameter = Parameter::new("encoding", Kind::Text);

pub(super) const TEXTENCODEBASE64: Function = Function::new(
    "textencodebase64",
    "The bytes of a text in an encoding, in base64.",
    &[Parameter::new("string", Kind::Text), ENCODING],
    Gives::Text,
    |arguments| {
        let text = arguments.text(0);
        arguments.afford(text.len().saturating_mul(2))?;
        let lacks = || Failure::Argument(0, format!("has characters that {} lacks", arguments.text(1)));
        let bytes = match way(arguments.text(1))? {
            Way::Utf8 => text.as_bytes().to_vec(),
            Way::Utf16 { big, mark } => {
                let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
                units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
            }
            Way::Bytes(last) => {
                let byte = |c: char| u8::try_from(u32::from(c)).ok().filter(|_| u32::from(c) <= last);
                text.chars().map(byte).collect::<Option<Vec<u8>>>().ok_or_else(lacks)?
            }
            Way::Table(table) => match table.encode(text) {
                (bytes, _, false) => bytes.into_owned(),
                (_, _, true) => return Err(lacks()),
            },
            Way::Turkish => match WINDOWS_1254.encode(text) {
                (bytes, _, false) if !bytes.iter().any(|byte| (0x80..0xa0).contains(byte)) => bytes.into_owned(),
                _ => return Err(lacks()),
            },
        };
        Ok(base64(&bytes))
    },
);

pub(super) const TEXTDECODEBASE64: Function = Function::new(
    "textdecodebase64",
    "The text that bytes, in base64, stand for in an encoding.",
    &[Parameter::new("source", Kind::Text), ENCODING],
    Gives::Text,
    |arguments| {
        let bytes = unbase64(arguments.text(0)).map_err(|_| Failure::Argument(0, "is not base64".to_owned()))?;
        let wrong = || Failure::Argument(0, format!("stands for bytes that are no {} text", arguments.text(1)));
        let text = match way(arguments.text(1))? {
            Way::Utf8 => String::from_utf8(bytes).map_err(|_| wrong())?,
            Way::Utf16 { big, mark } => {
                let (big, bytes) = match (mark, &bytes[..]) {
                    (true, [0xfe, 0xff, rest @ ..]) => (true, rest),
                    (true, [0xff, 0xfe, rest @ ..]) => (false, rest),
                    (_, bytes) => (big, bytes),
                };
                let unit = |pair: &[u8]| match (pair, big) {
                    ([a, b], true) => Some(u16::from_be_bytes([*a, *b])),
                    ([a, b], false) => Some(u16::from_le_bytes([*a, *b])),
                    _ => None,
                };
                let units: Option<Vec<u16>> = bytes.chunks(2).map(unit).collect();
                String::from_utf16(&units.ok_or_else(wrong)?).map_err(|_| wrong())?
            }
            Way::Bytes(last) => {
                let all = bytes.iter().all(|byte| u32::from(*byte) <= last);
                let text = bytes.iter().map(|byte| char::from(*byte)).collect();
                if all { text } else { return Err(wrong()) }
            }
            Way::Turkish if bytes.iter().any(|byte| (0x80..0xa0).contains(byte)) => return Err(wrong()),
            Way::Turkish => WINDOWS_1254.decode_without_bom_handling(&bytes).0.into_owned(),
            Way::Table(table) => {
                let text = table.decode_without_bom_handling_and_without_replacement(&bytes);
                text.ok_or_else(wrong)?.into_owned()
            }
        };
        arguments.made(text)
    },
);
