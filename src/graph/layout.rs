//! What each path is to its neighbours: chart template, values, patch, generator input; and which paths exist.
//!
//! It does not know the content of anything but kustomizations.

use std::collections::HashMap;

use crate::document::Role;
use crate::model::RepoPath;

#[derive(Debug, Default)]
pub struct Layout {
    roles: HashMap<RepoPath, Role>,
}

impl Layout {
    /// The role of a file; `Plain` where nobody says anything.
    pub fn role(&self, path: &RepoPath) -> &Role {
        static PLAIN: Role = Role::Plain;
        self.roles.get(path).unwrap_or(&PLAIN)
    }
}
