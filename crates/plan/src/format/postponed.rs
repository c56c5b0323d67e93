//! The mirror image of what a plan leaves for later.

use super::adapt::{Form, Seq, Text, mirrors};
use crate::{
    postponed::{Postponed, Wait, What, Why},
    step::Action,
};
use firma_model::{
    address::Address,
    deferral::{Asks, Subject},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

mirrors!(
    PostponedForm => Postponed,
    WaitForm => Wait,
);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Postponed", deny_unknown_fields)]
pub(super) struct PostponedForm {
    #[serde(with = "WhatForm")]
    what: What,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<WaitForm>")]
    waits: Vec<Wait>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<Text<Address>>")]
    stays: Vec<Address>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Wait", deny_unknown_fields)]
struct WaitForm {
    on: String,
    #[serde(with = "Text::<Why>")]
    why: Why,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "What", rename_all = "snake_case", deny_unknown_fields)]
enum WhatForm {
    Subject {
        #[serde(with = "Text::<Subject>")]
        subject: Subject,
        #[serde(with = "Text::<Asks>")]
        asks: Asks,
    },
    Instance {
        #[serde(with = "Text::<Address>")]
        address: Address,
        #[serde(with = "Text::<Action>")]
        action: Action,
    },
    Held {
        #[serde(with = "Text::<Address>")]
        address: Address,
        #[serde(with = "Text::<Action>")]
        action: Action,
    },
    Output {
        name: String,
    },
}
