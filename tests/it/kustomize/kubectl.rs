//! The truth: `kubectl kustomize`, where there is one.
//!
//! It does not know which kustomize is inside; the answers recorded in the fixtures are those of 5.5.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use tightlip::graph::{Data, Object, unlisted};
use tightlip::syntax::Syntax;

/// True where kubectl can be run; says aloud when it cannot.
pub fn is_here() -> bool {
    static HERE: LazyLock<bool> = LazyLock::new(|| {
        let found =
            Command::new("kubectl").args(["version", "--client"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
        let here = found.is_ok_and(|status| status.success());
        if !here {
            eprintln!("no kubectl: builds are not compared with it");
        }
        here
    });
    *HERE
}

/// What kustomize builds of `folder`, or what it says instead.
pub fn build(folder: &Path) -> Result<Vec<Object>, String> {
    let output =
        Command::new("kubectl").arg("kustomize").arg(folder).stdin(Stdio::null()).output().expect("kubectl runs");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let tree = Syntax::Yaml.parse(&text);
    assert!(tree.errors.is_empty(), "{}: {:?}", folder.display(), tree.errors);
    let documents: Vec<Data> = tree.documents(&text).map(|root| Data::of(root, 0)).collect();
    Ok(documents.iter().flat_map(unlisted).cloned().filter_map(Object::of).collect())
}
