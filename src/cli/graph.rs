//! `tightlip graph`: the way of secrets through the deployments of a tree.
//!
//! It does not know how the flow is worked out, nor how it is drawn.

use std::path::PathBuf;

use super::args::Graph;
use super::check::{PolicyFile, available_threads, read_policy};
use super::exit::Exit;
use super::output::{Failure, say};
use crate::catalog::Catalog;
use crate::engine;
use crate::model::FlowFilter;
use crate::policy::glob_set;
use crate::report::write_flow;
use crate::source::{Settings, Worktree, find_root};

pub fn run(arguments: &Graph) -> Result<Exit, Failure> {
    let path = std::slice::from_ref(&arguments.path);
    if let Err(error) = arguments.path.symlink_metadata() {
        return Err(Failure::new(format!("{}: {error}", arguments.path.display())));
    }
    let root = find_root(path).map_err(|error| Failure::new(format!("{}: {error}", arguments.path.display())))?;
    let policy =
        read_policy(arguments.policy.as_ref(), root.policy.clone().map(PolicyFile::Disk), &Catalog::built_in())?;
    let threads = available_threads();
    let source = Worktree::new(Settings {
        root: root.folder.clone(),
        gitignore: true,
        exclude: glob_set(&policy.exclude),
        named: Vec::new(),
        folders: if root.is_whole { Vec::new() } else { root.scope.clone() },
        threads,
    });
    let filter = FlowFilter {
        secret: arguments.secret.clone(),
        workload: arguments.workload.clone(),
        store: arguments.store.clone(),
    };
    let scope: Vec<PathBuf> = root.scope.iter().map(|path| path.to_path().into_owned()).collect();
    let mut flow = engine::flow(&source, &policy, threads).only(&filter);
    flow.units.retain(|unit| scope.iter().any(|asked| PathBuf::from(&unit.name).starts_with(asked)));
    say(|out| write_flow(arguments.format.into(), &flow, out))?;
    Ok(Exit::Clean)
}
