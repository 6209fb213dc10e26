//! Every kustomization of real repositories, built by us and by kubectl.
//!
//! It does not bring repositories: `TIGHTLIP_KUSTOMIZE_REPOS` names a folder of them.

use std::fs;
use std::path::{Path, PathBuf};

use super::{kubectl, ours, survey, told};

/// Of the objects of what kustomize can build, so many in a thousand may be opaque.
const MOST_OPAQUE: usize = 20;

/// Of the kustomizations that kustomize can build, so many in a thousand must agree.
const FEWEST_AGREEING: usize = 950;

#[test]
fn real_kustomizations_are_built_as_kustomize_builds_them() {
    let Some(folder) = std::env::var_os("TIGHTLIP_KUSTOMIZE_REPOS") else {
        return eprintln!("TIGHTLIP_KUSTOMIZE_REPOS is not set: no real kustomization is built");
    };
    if !kubectl::is_here() {
        return;
    }
    let mut total = Tally::default();
    for repository in repositories(Path::new(&folder)) {
        let tally = compare(&repository);
        println!("{}: {tally}", repository.file_name().unwrap_or_default().to_string_lossy());
        total.add(&tally);
    }
    println!("all: {total}");
    assert!(total.built > 0, "nothing to compare in {}", folder.to_string_lossy());
    assert!(total.agreeing * 1000 >= total.built * FEWEST_AGREEING, "{total}");
    assert!(total.opaque.0 * 1000 <= total.opaque.1 * MOST_OPAQUE, "{total}");
}

#[derive(Default)]
struct Tally {
    found: usize,
    built: usize,
    agreeing: usize,
    /// Ours has gaps although kustomize builds it.
    with_gaps: usize,
    /// kustomize refuses, and so do we.
    refused: usize,
    silent: usize,
    opaque: (usize, usize),
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Tally { found, built, agreeing, with_gaps, refused, silent, opaque, .. } = self;
        write!(
            f,
            "{found} kustomizations, {built} buildable: {agreeing} agree, {with_gaps} with a gap; {} not buildable: \
             {refused} we refuse too, {silent} in silence; opaque {} of {} objects",
            found - built,
            opaque.0,
            opaque.1
        )
    }
}

impl Tally {
    fn add(&mut self, other: &Tally) {
        self.found += other.found;
        self.built += other.built;
        self.agreeing += other.agreeing;
        self.with_gaps += other.with_gaps;
        self.refused += other.refused;
        self.silent += other.silent;
        self.opaque.0 += other.opaque.0;
        self.opaque.1 += other.opaque.1;
    }
}

fn repositories(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a readable folder").flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn compare(repository: &Path) -> Tally {
    let (inventory, layout) = survey(repository);
    let mut tally = Tally::default();
    let verbose = std::env::var_os("TIGHTLIP_KUSTOMIZE_VERBOSE").is_some();
    for path in layout.kustomizations() {
        let folder = path.parent();
        let theirs = kubectl::build(&repository.join(folder.to_path()));
        let ours = ours(&inventory, &layout, &folder);
        tally.found += 1;
        match theirs {
            Ok(objects) => {
                tally.built += 1;
                tally.opaque.0 += ours.opaque.0;
                tally.opaque.1 += ours.opaque.1;
                let agrees = told(&objects) == ours.lines;
                tally.agreeing += usize::from(agrees);
                tally.with_gaps += usize::from(!ours.causes.is_empty());
                if verbose && (!agrees || !ours.causes.is_empty()) {
                    println!("DIFFERS {path} {:?}\n{}", ours.causes, difference(&told(&objects), &ours.lines));
                }
            }
            Err(message) => {
                let refused = !ours.causes.is_empty();
                tally.refused += usize::from(refused);
                tally.silent += usize::from(!refused);
                if verbose && !refused {
                    println!(
                        "SILENT {path}: {}",
                        message.trim().chars().rev().take(300).collect::<String>().chars().rev().collect::<String>()
                    );
                }
            }
        }
    }
    tally
}

/// The lines that only one side has.
fn difference(theirs: &str, ours: &str) -> String {
    let only = |one: &str, other: &str, mark: &str| -> String {
        let other: Vec<&str> = other.lines().collect();
        one.lines().filter(|line| !other.contains(line)).take(12).map(|line| format!("{mark}{line}\n")).collect()
    };
    only(theirs, ours, "kustomize: ") + &only(ours, theirs, "ours:      ")
}
