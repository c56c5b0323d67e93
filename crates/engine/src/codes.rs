//! The diagnostics of this crate, each with its page for `firma explain`.

/// Code, title, and an explanation in Markdown.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        "E0801",
        "a step failed",
        "The cloud refused a call of this step, or the object did not become ready in time. What does not depend on it went \
         on; what does was skipped.\n\n\
         The message carries the service's own words and the request id, which JD Cloud's support asks for. Mend the cause \
         (a quota, a permission, a value) and run `firma apply` again: it continues from where things stand. An object that \
         was made and not finished is recorded as *incomplete* and finished in place.",
    ),
    (
        "E0802",
        "the outcome of a call is not known",
        "The call was sent and no clear answer came, and looking at the cloud did not settle it either. The journal keeps \
         the call open, and nothing is done to that resource until it is settled.\n\n\
         ```sh\nfirma recover\n```\n\n\
         looks again. `firma apply` does the same before it plans.",
    ),
    (
        "E0803",
        "the run was interrupted",
        "Somebody asked the run to stop. After the first request nothing new was begun and what ran was finished; after the \
         second it stopped waiting too. The state is safe either way.\n\n\
         Run `firma apply` again to do the rest.",
    ),
    (
        "E0804",
        "the journal could not be written",
        "A change that cannot be written down is not made: the run stopped at once. At most one call per running step was \
         under way; each is in the journal as open.\n\n\
         Mend the state's disk (room, permissions), then run `firma recover`.",
    ),
    (
        "E0805",
        "an output cannot be evaluated",
        "Everything the output refers to is done, and its expression fails with the values that came out. The output keeps \
         the value it had.\n\n\
         Change the expression, for example with `try(..., null)` where an attribute may be missing, and apply again.",
    ),
    (
        "E0806",
        "the plan is stale",
        "Something that this plan touches or reads was written after the plan was made, so what was reviewed is no longer \
         what would happen. Nothing was changed. Changes elsewhere in the state do not matter.\n\n\
         ```sh\nfirma plan --out next.plan\nfirma apply next.plan\n```",
    ),
    (
        "E0807",
        "an open call cannot be settled",
        "An earlier run sent this call and never learned its outcome, and nothing in the cloud identifies what it may have \
         made. Firma does not guess: adopting the wrong object, or making a second one, would both be worse.\n\n\
         If one of the candidates shown is the object, say so:\n\n\
         ```sh\nfirma recover --adopt vpc-0123456789\n```\n\n\
         If none is, and the message says why it could not be looked at (permission, throttling), mend that and run \
         `firma recover` again. If you have looked and it made nothing that is wanted, `firma recover --forget ADDRESS` closes \
         it; should there be an object after all, it is then nobody's.",
    ),
];
