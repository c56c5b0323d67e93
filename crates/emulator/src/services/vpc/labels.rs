//! Name and description: most objects of the service have both, and are given others in the same way.

use crate::call::Call;
use crate::fault::Fault;
use crate::names;

/// What a call says about them. What it leaves out stays as it is.
pub(super) struct Labels<'c> {
    name: Option<&'c str>,
    description: Option<&'c str>,
}

impl<'c> Labels<'c> {
    /// Reads and checks them; `field` is what the name of such an object is called.
    pub(super) fn read(call: &Call<'c>, field: &str) -> Result<Labels<'c>, Fault> {
        let labels = Labels { name: call.args.opt_text(field), description: call.args.opt_text("description") };
        if let Some(name) = labels.name {
            names::plain(field, name)?;
        }
        labels.description.map_or(Ok(()), names::description)?;
        Ok(labels)
    }

    /// Gives them to an object.
    pub(super) fn write(&self, name: &mut String, description: &mut String) {
        if let Some(new) = self.name {
            new.clone_into(name);
        }
        if let Some(new) = self.description {
            new.clone_into(description);
        }
    }
}
