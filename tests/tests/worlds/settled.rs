//! A plan after an apply is empty.

use crate::{
    running::{check, kept},
    story::any_story,
    telling::{refusals, tell},
};

#[test]
fn a_plan_after_an_apply_is_empty() {
    check(40, any_story(), |story| tell(story, async |_| Ok(())));
    println!("refused on the way: {}", refusals());
}

#[test]
fn stories_that_failed_once_do_not_fail_again() {
    for (name, story) in kept() {
        assert!(!story.why.is_empty(), "{name} does not say why it is kept");
        let looks = tell(&story, async |round| {
            crate::pure::look(round).await?;
            crate::audited::look(round)?;
            crate::linear::look(round).await?;
            crate::failing::look(round).await?;
            match story.only_moves() {
                true => crate::moved::look(round).await,
                false => Ok(()),
            }
        });
        looks.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}
