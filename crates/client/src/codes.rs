//! The diagnostics of this crate, each with its page for `firma explain`.

/// Code, title, and an explanation in Markdown.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "E0721",
        "no credentials",
        "The endpoint wants signed requests and no key pair was found.\n\n\
         Set both variables:\n\n\
         ```sh\nexport JDCLOUD_ACCESS_KEY=...\nexport JDCLOUD_SECRET_KEY=...\n```\n\n\
         (`JDCLOUD_ACCESS_KEY_ID` and `JDCLOUD_ACCESS_KEY_SECRET` are read too; add `JDCLOUD_SECURITY_TOKEN` for a \
         temporary pair), or store a profile with the official command line, `jdc configure add`, which writes \
         `~/.jdc/config`. The embedded emulator (`endpoint = \"emulator\"`) needs none.",
    ),
    (
        "E0722",
        "half a key pair",
        "One half of the key pair is in the environment and the other is not. Firma does not fill the gap from the \
         profile file, because the halves would belong to different keys.\n\n\
         Set both `JDCLOUD_ACCESS_KEY` and `JDCLOUD_SECRET_KEY`, or unset both to use the profile.",
    ),
    (
        "E0723",
        "no such profile",
        "The profile asked for is not a section of `~/.jdc/config`.\n\n\
         A profile is a section of that file:\n\n\
         ```ini\n[default]\naccess_key = ...\nsecret_key = ...\n```\n\n\
         `jdc configure show-all` lists the profiles; `jdc configure add --profile NAME` adds one.",
    ),
    (
        "E0724",
        "incomplete profile",
        "The profile has no `access_key` or no `secret_key`, or one of them is empty. Both must stand in the same \
         section of `~/.jdc/config` (or in its `[DEFAULT]` section).",
    ),
    (
        "E0725",
        "profile file cannot be read",
        "`~/.jdc/config` is not of the form its owner, the official command line, writes: sections in square brackets, \
         and under them one `name = value` a line. The line number is given; the line itself is not shown, because it \
         may hold a secret.",
    ),
    (
        "E0731",
        "bad endpoint",
        "An endpoint is `http://` or `https://`, a host, and at most a port. `{service}` and `{region}` in the host \
         are replaced in every call:\n\n\
         ```toml\n[cloud]\nendpoint = \"https://{service}.jdcloud-api.com\"   # the real cloud\n\
         # endpoint = \"http://127.0.0.1:7700\"              # a running `firma emulator serve`\n```\n\n\
         A path, query, fragment or user name is refused: it would change what the signature covers.",
    ),
    (
        "E0732",
        "bad proxy",
        "The proxy is not a usable URL. Write it as `http://host:port`, or unset the variable it came from to connect \
         directly.",
    ),
];

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn codes_are_sorted_and_explained() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(
            CODES.iter().all(|(code, title, text)| code.starts_with("E07") && !title.is_empty() && text.len() > 80)
        );
    }
}
