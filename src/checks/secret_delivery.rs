//! How Secrets reach the programs that read them: files as variables, everything at once, rotation that nobody notices,
//! static keys beside an identity.
//!
//! It does not know whether a Secret exists.

use super::secret_references::describe;
use super::{Deployment, UnitReporter};
use crate::facts::consumers::{CONTAINERS, Delivery, pod_spec};
use crate::graph::{Consumer, Data, Fate, Object, Place, all, may_be_same};
use crate::model::Confidence;
use crate::syntax::{Change, New};
use crate::text::{is_slip, only_closest};

/// Ends of keys whose content is a file: what reads it wants a path, and a variable cannot hold all of them.
const FILES: [&str; 9] =
    [".p12", ".pfx", ".jks", ".keystore", "kubeconfig", "tls.key", "ssh-privatekey", ".dockerconfigjson", ".ppk"];

/// `file-secret-as-environment`
pub fn file_as_environment(deployment: &Deployment, reporter: &mut UnitReporter) {
    for consumer in consumers(deployment, Delivery::Variable) {
        for (key, place) in consumer.keys.iter().filter(|(key, _)| FILES.iter().any(|end| key.ends_with(end))) {
            let draft = reporter.at(*place, &**key).blank("key", &**key).blank("name", &*consumer.name);
            draft.emit();
        }
    }
}

/// `raw-payload-in-environment`
pub fn raw_payload(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (consumer, producers) in found(deployment).filter(|(consumer, _)| consumer.delivery == Delivery::Environment) {
        let with_raw = producers.iter().find(|member| deployment.graph.producer(**member).keys.holds("_raw"));
        let Some(member) = with_raw else { continue };
        let producer = deployment.graph.producer(*member);
        let maker = describe(deployment.graph.object(member.0, producer.object));
        let draft = reporter.at(consumer.place, &*consumer.name).blank("name", &*consumer.name).blank("maker", maker);
        draft.related(producer.place, "made here").emit();
    }
}

/// `rotated-secret-never-reread`
pub fn never_reread(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (consumer, producers) in found(deployment) {
        let is_variable = matches!(consumer.delivery, Delivery::Variable | Delivery::Environment);
        let workload = deployment.object(consumer.object);
        let (Some(member), true) = (producers.first(), is_variable && outlives_rotation(workload)) else { continue };
        let producer = deployment.graph.producer(*member);
        let object = deployment.graph.object(member.0, producer.object);
        let rotates = object.is("secrets.hashicorp.com", "VaultDynamicSecret");
        if !rotates || restarts(object, workload) || is_reloaded(workload) {
            continue;
        }
        let draft = reporter.at(producer.place, describe(workload)).blank("workload", describe(workload));
        let draft =
            draft.blank("name", &*consumer.name).confidence(deployment.confidence_in(object, Confidence::Medium));
        let draft = draft.related(consumer.place, "read once, when the container starts");
        draft.fix(restarted(object, workload)).emit();
    }
}

/// The workload among those that the operator restarts.
fn restarted(secret: &Object, workload: &Object) -> Option<(Place, Change)> {
    let name = workload.name_text()?;
    let target = New::Mapping(vec![("kind".into(), New::text(workload.kind())), ("name".into(), New::text(name))]);
    let spec = secret.data.get("spec")?;
    Some(match spec.get("rolloutRestartTargets") {
        Some(targets) => (targets.place, Change::Item(target)),
        None => (spec.place, Change::entry("rolloutRestartTargets", New::List(vec![target]))),
    })
}

/// Jobs end before their credentials do.
fn outlives_rotation(workload: &Object) -> bool {
    matches!(workload.kind(), "Deployment" | "StatefulSet" | "DaemonSet" | "Rollout")
}

fn restarts(secret: &Object, workload: &Object) -> bool {
    let targets = secret.data.at("spec.rolloutRestartTargets");
    targets.is_some_and(|targets| {
        targets.is_unknown() || targets.items().iter().any(|target| target.str_at("name") == workload.name_text())
    })
}

fn is_reloaded(workload: &Object) -> bool {
    let places = ["metadata.annotations", "spec.template.metadata.annotations"];
    let keys = places.iter().filter_map(|path| workload.data.at(path)).flat_map(Data::entries);
    keys.filter_map(|(key, _)| key.as_str())
        .any(|key| key.contains("reloader.stakater.com") || key.starts_with("checksum/"))
}

/// `restart-target-not-found`
pub fn restart_target(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (_, secret) in deployment.objects().filter(|(_, object)| object.group() == "secrets.hashicorp.com") {
        let namespace = deployment.unit().namespace_of(secret);
        for target in all(&secret.data, "spec.rolloutRestartTargets[]") {
            let (Some(kind), Some(name)) = (target.str_at("kind"), target.get("name")) else { continue };
            let (kind, text) = (kind.rsplit('.').next().unwrap_or(kind), name.as_str().unwrap_or_default());
            let same = |(_, object): &(usize, &Object)| {
                object.kind() == kind && may_be_same(deployment.unit().namespace_of(object), namespace)
            };
            let names: Vec<&str> =
                deployment.objects().filter(same).filter_map(|(_, object)| object.name_text()).collect();
            if names.is_empty() || names.contains(&text) || crate::graph::is_open(text) {
                continue;
            }
            let near = names.iter().find(|near| is_slip(text, near));
            let hint = near
                .map_or_else(|| format!("there is {}.", names.join(", ")), |near| format!("did you mean `{near}`?"));
            let usual = if near.is_some() { Confidence::High } else { Confidence::Medium };
            let draft = reporter.at(name.place, text).blank("kind", kind).blank("name", text).blank("hint", hint);
            let draft = draft.confidence(deployment.confidence_of_absence(usual));
            let only = near.filter(|_| names.iter().filter(|other| is_slip(text, other)).count() == 1);
            draft.fix(only.map(|near| (name.place, Change::value(text, *near)))).emit();
        }
    }
}

/// `reload-annotation-invalid`
pub fn reload_annotation(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (index, object) in deployment.objects() {
        let is_workload = pod_spec(object.group(), object.kind()).is_some();
        for (key, value) in object.data.at("metadata.annotations").into_iter().flat_map(Data::entries) {
            let Some(name) = key.as_str().filter(|name| name.contains("reloader.stakater.com/")) else { continue };
            let mut fix = None;
            let fault = match name {
                _ if value.is_true() => {
                    let text = value.as_str().unwrap_or_default();
                    fix = Some(Change::value(text, "true"));
                    "is a truth value where an annotation needs text: write \"true\".".to_owned()
                }
                "secret.reloader.stakater.com/reload" if is_workload => match stranger(deployment, index, value) {
                    Some((item, Some(near))) => {
                        fix = value.as_str().map(|list| Change::value(list, with_item(list, &item, &near)));
                        format!("names `{item}`, which it does not use: did you mean `{near}`?")
                    }
                    Some((item, None)) => format!("names `{item}`, which it does not use."),
                    None => continue,
                },
                "reloader.stakater.com/search" if is_workload && is_on(object, "reloader.stakater.com/auto") => {
                    "is not looked at beside `reloader.stakater.com/auto`.".to_owned()
                }
                "secret.reloader.stakater.com/reload"
                | "reloader.stakater.com/auto"
                | "secret.reloader.stakater.com/auto"
                    if makes_secrets(object) =>
                {
                    "stands on what makes a Secret, where it belongs on the workload that reads it.".to_owned()
                }
                _ => continue,
            };
            let draft = reporter.at(value.place, name).blank("annotation", name).blank("fault", fault);
            draft.fix(fix.map(|fix| (value.place, fix))).emit();
        }
    }
}

/// The list with `near` in the place of `item`.
fn with_item(list: &str, item: &str, near: &str) -> String {
    let items = list.split(',').map(|it| if it.trim() == item { it.replace(item, near) } else { it.to_owned() });
    items.collect::<Vec<_>>().join(",")
}

fn is_on(object: &Object, annotation: &str) -> bool {
    let annotations = object.data.at("metadata.annotations");
    annotations.and_then(|all| all.get(annotation)).is_some_and(|value| value.as_str() == Some("true"))
}

fn makes_secrets(object: &Object) -> bool {
    matches!(
        (object.group(), object.kind()),
        ("", "Secret") | ("external-secrets.io", "ExternalSecret") | ("bitnami.com", "SealedSecret")
    )
}

/// An item of the list that is no Secret of the workload, with the one that was probably meant.
fn stranger(deployment: &Deployment, object: usize, list: &Data) -> Option<(String, Option<String>)> {
    let used: Vec<&str> =
        deployment.flow().consumers.iter().filter(|it| it.object == object).map(|consumer| &*consumer.name).collect();
    let is_name = |item: &&str| !item.is_empty() && !item.contains(['*', '[', '(', '|', '$', '{', '^', '+', '?', '\\']);
    let items = list.as_str()?.split(',').map(str::trim).filter(is_name);
    let item = items.into_iter().find(|item| !used.iter().any(|used| used == item || crate::graph::is_open(used)))?;
    Some((item.to_owned(), only_closest(item, used.iter().copied()).map(str::to_owned)))
}

/// `workload-identity-with-static-key`
pub fn static_key(deployment: &Deployment, reporter: &mut UnitReporter) {
    for (_, workload) in deployment.objects() {
        let Some(spec) = pod_spec(workload.group(), workload.kind()).and_then(|path| workload.data.at(path)) else {
            continue;
        };
        let Some((account, identity, variables)) = identity(deployment, workload, spec) else { continue };
        let containers = CONTAINERS.iter().filter_map(|list| spec.get(list)).flat_map(Data::items);
        for variable in containers.flat_map(|container| all(container, "env[]")) {
            let Some(name) =
                variable.get("name").filter(|name| name.as_str().is_some_and(|it| variables.contains(&it)))
            else {
                continue;
            };
            let draft = reporter.at_data(name).blank("variable", name.as_str().unwrap_or_default());
            let draft = draft.blank("account", account.name_text().unwrap_or_default()).blank("identity", identity.0);
            draft
                .confidence(deployment.confidence_in(workload, Confidence::High))
                .related(identity.1, "the identity")
                .emit();
        }
    }
}

/// The annotations that give a ServiceAccount an identity in a cloud, and the variables of a static key for the same.
const IDENTITIES: [(&str, &[&str]); 3] = [
    ("iam.gke.io/gcp-service-account", &["GOOGLE_APPLICATION_CREDENTIALS"]),
    ("eks.amazonaws.com/role-arn", &["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]),
    ("azure.workload.identity/client-id", &["AZURE_CLIENT_SECRET"]),
];

type Identity<'a> = (&'a Object, (&'static str, Place), &'static [&'static str]);

fn identity<'a>(deployment: &Deployment<'a>, workload: &Object, spec: &Data) -> Option<Identity<'a>> {
    let name = spec.str_at("serviceAccountName")?;
    let namespace = deployment.unit().namespace_of(workload);
    let mut accounts = deployment.objects().map(|(_, object)| object).filter(|object| {
        object.is("", "ServiceAccount")
            && object.name_text() == Some(name)
            && may_be_same(deployment.unit().namespace_of(object), namespace)
    });
    let account = accounts.next()?;
    let annotations = account.data.at("metadata.annotations")?;
    IDENTITIES.iter().find_map(|(annotation, variables)| {
        let value = annotations.get(annotation).filter(|value| value.as_str().is_some_and(|text| !text.is_empty()))?;
        Some((account, (*annotation, value.place), *variables))
    })
}

fn consumers<'a>(deployment: &'a Deployment, delivery: Delivery) -> impl Iterator<Item = &'a Consumer> {
    deployment.flow().consumers.iter().filter(move |consumer| consumer.delivery == delivery)
}

/// Consumers whose Secret the unit makes, with its makers.
fn found<'a>(deployment: &'a Deployment) -> impl Iterator<Item = (&'a Consumer, &'a [crate::graph::Member])> {
    let fates = deployment.graph.fates(deployment.unit);
    deployment.flow().consumers.iter().zip(fates).filter_map(|(consumer, fate)| match fate {
        Fate::Found { producers, .. } => Some((consumer, producers.as_slice())),
        _ => None,
    })
}
