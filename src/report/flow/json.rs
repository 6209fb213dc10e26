//! The flow as one JSON document, `version` 1.
//!
//! It does not leave anything out that the tree shows.

use std::io::{self, Write};

use serde::Serialize;

use crate::model::{Flow, FlowMaker, FlowPlace, FlowReader, FlowSecret, FlowUnit};

pub fn write(flow: &Flow, out: &mut dyn Write) -> io::Result<()> {
    let document = Document { version: 1, units: flow.units.iter().map(Unit::of).collect() };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    units: Vec<Unit<'a>>,
}

#[derive(Serialize)]
struct Unit<'a> {
    name: &'a str,
    kind: &'a str,
    complete: bool,
    secrets: Vec<Secret<'a>>,
}

#[derive(Serialize)]
struct Secret<'a> {
    name: &'a str,
    namespace: Option<&'a str>,
    keys: &'a [String],
    /// There may be other keys.
    open: bool,
    broken: bool,
    fault: Option<&'a str>,
    makers: Vec<Maker<'a>>,
    readers: Vec<Reader<'a>>,
}

#[derive(Serialize)]
struct Maker<'a> {
    object: &'a str,
    #[serde(flatten)]
    place: Place,
    stores: Vec<Store<'a>>,
    remote: Vec<Remote<'a>>,
}

#[derive(Serialize)]
struct Store<'a> {
    object: &'a str,
    fault: Option<&'a str>,
}

#[derive(Serialize)]
struct Remote<'a> {
    key: Option<&'a str>,
    remote: &'a str,
}

#[derive(Serialize)]
struct Reader<'a> {
    object: &'a str,
    #[serde(flatten)]
    place: Place,
    keys: &'a [String],
    delivery: &'a str,
    optional: bool,
    fault: Option<&'a str>,
}

#[derive(Serialize)]
struct Place {
    path: String,
    line: u32,
}

impl<'a> Unit<'a> {
    fn of(unit: &'a FlowUnit) -> Unit<'a> {
        let secrets = unit.secrets.iter().map(Secret::of).collect();
        Unit { name: &unit.name, kind: unit.kind, complete: unit.complete, secrets }
    }
}

impl<'a> Secret<'a> {
    fn of(secret: &'a FlowSecret) -> Secret<'a> {
        Secret {
            name: &secret.name,
            namespace: secret.namespace.as_deref(),
            keys: &secret.keys,
            open: secret.open,
            broken: secret.is_broken(),
            fault: secret.fault.as_deref(),
            makers: secret.makers.iter().map(Maker::of).collect(),
            readers: secret.readers.iter().map(Reader::of).collect(),
        }
    }
}

impl<'a> Maker<'a> {
    fn of(maker: &'a FlowMaker) -> Maker<'a> {
        let stores = maker.stores.iter().map(|store| Store { object: &store.object, fault: store.fault.as_deref() });
        let remote = maker
            .remote
            .iter()
            .map(|(key, remote)| Remote { key: Some(key.as_str()).filter(|key| !key.is_empty()), remote });
        Maker {
            object: &maker.object,
            place: Place::of(&maker.place),
            stores: stores.collect(),
            remote: remote.collect(),
        }
    }
}

impl<'a> Reader<'a> {
    fn of(reader: &'a FlowReader) -> Reader<'a> {
        Reader {
            object: &reader.object,
            place: Place::of(&reader.place),
            keys: &reader.keys,
            delivery: reader.delivery,
            optional: reader.optional,
            fault: reader.fault.as_deref(),
        }
    }
}

impl Place {
    fn of(place: &FlowPlace) -> Place {
        Place { path: place.path.to_text().into_owned(), line: place.line }
    }
}
