//! Releases of charts that lie in the tree: what a Flux HelmRelease or an Argo CD Application gives them.
//!
//! It does not know charts. What comes from a cluster, or cannot be read, leaves the values open.

use std::sync::Arc;

use super::values::over;
use crate::document::Role;
use crate::document::helm::CHART_FILE;
use crate::graph::data::{Content, Data, Place};
use crate::graph::inventory::Inventory;
use crate::graph::layout::Layout;
use crate::graph::unit::unlisted;
use crate::model::RepoPath;

pub struct Release {
    pub name: Arc<str>,
    pub namespace: Option<Arc<str>>,
    /// The chart's folder.
    pub folder: RepoPath,
    pub values: Data,
    /// There may be other values, which nobody here can see.
    pub open: bool,
    /// Where it names the chart.
    pub place: Place,
}

/// The releases of charts that are in the tree, in the order of their files.
pub fn releases(inventory: &Inventory, layout: &Layout) -> Vec<Release> {
    let mut releases = Vec::new();
    for file in 0..inventory.files.len() {
        let contents = u32::try_from(file).ok().and_then(|file| inventory.contents(file));
        let Some(contents) = contents.filter(|contents| contents.role == Role::Plain) else { continue };
        for object in contents.documents.iter().flat_map(unlisted) {
            let group = object.str_at("apiVersion").unwrap_or_default().split('/').next().unwrap_or_default();
            match (group, object.str_at("kind")) {
                ("helm.toolkit.fluxcd.io", Some("HelmRelease")) => releases.extend(flux(object, layout)),
                ("argoproj.io", Some("Application")) => releases.extend(argo(object, inventory, layout)),
                _ => {}
            }
        }
    }
    releases
}

fn flux(object: &Data, layout: &Layout) -> Option<Release> {
    let spec = object.get("spec")?;
    let chart = spec.at("chart.spec.chart")?;
    if !matches!(spec.str_at("chart.spec.sourceRef.kind"), Some("GitRepository" | "Bucket")) {
        return None;
    }
    let text =
        |data: &Data, path: &str| data.at(path).and_then(Data::shared_text).filter(|text| !text.is_empty()).cloned();
    let (own, target) = (text(object, "metadata.name")?, text(spec, "targetNamespace"));
    let usual = || target.as_ref().map_or_else(|| own.clone(), |target| format!("{target}-{own}").into());
    Some(Release {
        name: text(spec, "releaseName").unwrap_or_else(usual),
        namespace: target.or_else(|| text(object, "metadata.namespace")),
        folder: folder(chart, layout)?,
        values: spec.get("values").cloned().unwrap_or_else(|| Data::mapping(Vec::new(), chart.place)),
        open: spec.get("valuesFrom").is_some() || spec.at("chart.spec.valuesFiles").is_some(),
        place: chart.place,
    })
}

fn argo(object: &Data, inventory: &Inventory, layout: &Layout) -> Vec<Release> {
    let several = object.at("spec.sources").map(Data::items).unwrap_or_default();
    let sources = several.iter().chain(object.at("spec.source"));
    let name = object.at("metadata.name").and_then(Data::shared_text);
    let namespace = object.at("spec.destination.namespace").and_then(Data::shared_text);
    let release = |source: &Data| {
        let path = source.get("path")?;
        let folder = folder(path, layout)?;
        let helm = source.get("helm");
        let mut release = Release {
            name: helm.and_then(|helm| helm.get("releaseName")).and_then(Data::shared_text).or(name)?.clone(),
            namespace: namespace.cloned(),
            folder,
            values: Data::mapping(Vec::new(), path.place),
            open: false,
            place: path.place,
        };
        helm.into_iter().for_each(|helm| release.take(helm, inventory));
        Some(release)
    };
    sources.filter_map(release).collect()
}

/// The folder that a path from the root leads to, if a chart is there.
fn folder(path: &Data, layout: &Layout) -> Option<RepoPath> {
    let folder = RepoPath::from("").join(path.as_str()?.trim_start_matches('/').as_bytes())?;
    layout.exists(&folder.join(CHART_FILE.as_bytes())?).then_some(folder)
}

impl Release {
    /// Argo CD's ways to say values, the weakest first.
    fn take(&mut self, helm: &Data, inventory: &Inventory) {
        for file in helm.get("valueFiles").map(Data::items).unwrap_or_default() {
            let written = file.as_str().unwrap_or_default();
            // `$values/…` begins at the root of a repository that another source names.
            let path = match written.strip_prefix('$').and_then(|rest| rest.split_once('/')) {
                Some((_, path)) => RepoPath::from("").join(path.as_bytes()),
                None if written.starts_with('/') => RepoPath::from("").join(&written.as_bytes()[1..]),
                None => self.folder.join(written.as_bytes()),
            };
            let contents = path.and_then(|path| inventory.contents_at(&path));
            match contents.and_then(|contents| contents.documents.first()) {
                Some(values) => over(&mut self.values, values),
                None => self.open = true,
            }
        }
        if let Some(text) = helm.get("values").filter(|text| text.as_str().is_some_and(|text| !text.is_empty())) {
            match inventory.embedded(text.place).and_then(<[Data]>::first) {
                Some(values) => over(&mut self.values, values),
                None => self.open = true,
            }
        }
        helm.get("valuesObject").into_iter().for_each(|values| over(&mut self.values, values));
        for parameter in helm.get("parameters").map(Data::items).unwrap_or_default() {
            self.open |= self.parameter(parameter).is_none();
        }
        self.open |= helm.get("fileParameters").is_some();
    }

    /// `name: a.b` and its value; lists and escapes are not read.
    fn parameter(&mut self, parameter: &Data) -> Option<()> {
        let (name, value) = (parameter.str_at("name")?, parameter.get("value")?);
        if name.contains(['[', '\\', '{', ',']) {
            return None;
        }
        let plain = !parameter.get("forceString").is_some_and(Data::is_true);
        let text = value.shared_text()?.clone();
        let leaf = Data { place: value.place, content: Content::Scalar { text, plain } };
        let nested = name
            .rsplit('.')
            .fold(leaf, |inner, key| Data::mapping(vec![(Data::text(key, value.place), inner)], value.place));
        over(&mut self.values, &nested);
        Some(())
    }
}
