//! Paths of a kustomization that kustomize cannot use: missing, out of its reach, or of the wrong kind.
//!
//! It does not know what is in the files, nor the flags of whoever runs the build.

use super::{Context, Reporter};
use crate::document::Document;
use crate::document::kustomize::{Kustomization, Reference, Usage};
use crate::graph::{Destination, KustomizationKind, Layout};
use crate::model::{Confidence, RepoPath};

/// `kustomize-resource-missing`
pub fn missing(document: &Document, context: &Context, reporter: &mut Reporter) {
    for (reference, fault) in faults(document, context.layout) {
        let Fault::Missing { found } = fault else { continue };
        let draft = tell(reporter, &reference).blank("found", found);
        match reference.usage {
            // Something may write the file just before the build; then it should be ignored by git.
            Usage::GeneratorInput => draft.confidence(Confidence::Medium).emit(),
            _ => draft.emit(),
        }
    }
}

/// `kustomize-file-outside-root`
pub fn outside_root(document: &Document, context: &Context, reporter: &mut Reporter) {
    for (reference, fault) in faults(document, context.layout) {
        if let Fault::OutsideRoot = fault {
            tell(reporter, &reference).emit();
        }
    }
}

/// `kustomization-listed-as-resource`
pub fn listed_as_resource(document: &Document, context: &Context, reporter: &mut Reporter) {
    for (reference, fault) in faults(document, context.layout) {
        if let Fault::ListedAsResource = fault {
            tell(reporter, &reference).emit();
        }
    }
}

/// `kustomize-folder-without-kustomization`
pub fn folder_without(document: &Document, context: &Context, reporter: &mut Reporter) {
    for (reference, fault) in faults(document, context.layout) {
        if let Fault::FolderWithout = fault {
            tell(reporter, &reference).emit();
        }
    }
}

/// `kustomize-component-mismatch`
pub fn component_mismatch(document: &Document, context: &Context, reporter: &mut Reporter) {
    for (reference, fault) in faults(document, context.layout) {
        if let Fault::ComponentMismatch { found } = fault {
            tell(reporter, &reference).blank("found", found).emit();
        }
    }
}

/// One path has at most one fault: the one that kustomize would stop at.
enum Fault {
    Missing { found: &'static str },
    OutsideRoot,
    ListedAsResource,
    FolderWithout,
    ComponentMismatch { found: &'static str },
}

fn faults<'a>(document: &Document<'a>, layout: &Layout) -> Vec<(Reference<'a>, Fault)> {
    let Some(kustomization) = Kustomization::of(document) else { return Vec::new() };
    let references = kustomization.references().into_iter();
    let fault = |reference: &Reference| match layout.resolve(document.path, reference) {
        Destination::OutOfSight => None,
        Destination::Missing if is_pulled_chart(&kustomization, reference) => None,
        Destination::Missing => Some(Fault::Missing { found: "which does not exist" }),
        Destination::File(path) => fault_of_file(&path, reference.usage, document.path, layout),
        Destination::Folder(path) => fault_of_folder(&path, reference.usage, layout),
    };
    references.filter_map(|reference| Some((reference, fault(&reference)?))).collect()
}

fn fault_of_file(path: &RepoPath, usage: Usage, from: &RepoPath, layout: &Layout) -> Option<Fault> {
    let is_kustomization = matches!(
        layout.kustomization_kind(path),
        Some(KustomizationKind::Kustomization | KustomizationKind::Component)
    );
    match usage {
        Usage::Component => Some(Fault::ComponentMismatch { found: "is a file, not the folder of a Component" }),
        Usage::Resource | Usage::Plugin if is_kustomization => Some(Fault::ListedAsResource),
        _ => (!path.is_within(&from.parent())).then_some(Fault::OutsideRoot),
    }
}

fn fault_of_folder(path: &RepoPath, usage: Usage, layout: &Layout) -> Option<Fault> {
    if !matches!(usage, Usage::Resource | Usage::Component | Usage::Plugin) {
        return Some(Fault::Missing { found: "which is a folder where kustomize needs a file" });
    }
    let Some(kustomization) = layout.kustomizations_in(path).into_iter().next() else {
        return Some(Fault::FolderWithout);
    };
    match (usage, layout.kustomization_kind(&kustomization)?) {
        (Usage::Component, KustomizationKind::Kustomization) => {
            Some(Fault::ComponentMismatch { found: "holds a Kustomization, not a Component" })
        }
        (Usage::Resource | Usage::Plugin, KustomizationKind::Component) => {
            Some(Fault::ComponentMismatch { found: "holds a Component, which only `components` takes" })
        }
        _ => None,
    }
}

/// Values inside a chart that kustomize downloads at build time into its chart home.
fn is_pulled_chart(kustomization: &Kustomization, reference: &Reference) -> bool {
    let home = kustomization.root.str_at("helmGlobals.chartHome").unwrap_or("charts");
    let below = |path: &str, home: &str| {
        let rest = path.trim_start_matches("./").strip_prefix(home.trim_start_matches("./").trim_end_matches('/'));
        rest.is_some_and(|rest| rest.starts_with('/'))
    };
    reference.usage == Usage::ChartValues && below(reference.path, home)
}

fn tell<'r>(reporter: &'r mut Reporter<'_, '_>, reference: &Reference) -> crate::model::DraftBuilder<'r> {
    reporter.at(reference.node).blank("field", reference.field).blank("path", reference.path)
}
