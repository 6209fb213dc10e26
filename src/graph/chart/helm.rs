//! What Helm itself wrote for a chart, with places in the chart: of each node that our own reading also has the place it
//! has there, of others that of what they lie in.
//!
//! It does not run Helm.

use std::collections::HashMap;
use std::sync::Arc;

use data_encoding::BASE64;

use super::rendered::{Sink, ValueFlow};
use super::source::Chart;
use crate::graph::data::{Data, FileId, Place};
use crate::graph::inventory::Inventory;
use crate::graph::object::Object;
use crate::syntax::Syntax;

/// A shorter text could be the same by chance.
const SHORTEST: usize = 8;

/// The objects that `text` holds; `own` are those of our own reading. `None` where it is no YAML.
pub fn objects(text: &str, chart: &Chart, own: &[Object], inventory: &Inventory) -> Option<Vec<Object>> {
    let mut objects = Vec::new();
    for document in text.split("\n---") {
        let tree = Syntax::Yaml.parse(document);
        if !tree.errors.is_empty() {
            return None;
        }
        let template = document.lines().find_map(|line| template(line, chart, inventory));
        let file = template.unwrap_or(chart.metadata.place.file);
        for root in tree.documents(document) {
            let Some(mut object) = Object::of(Data::of(root, file)) else { continue };
            let is_same = |other: &&Object| {
                other.kind() == object.kind()
                    && other.name_text() == object.name_text()
                    && template.is_none_or(|file| other.data.place.file == file)
            };
            let twin = own.iter().find(is_same).map(|twin| &twin.data);
            place(&mut object.data, twin, twin.map_or(Place::start_of(file), |twin| twin.place));
            objects.push(object);
        }
    }
    Some(objects)
}

/// The file that a line `# Source: chart/templates/secret.yaml` names.
fn template(line: &str, chart: &Chart, inventory: &Inventory) -> Option<FileId> {
    let (_, path) = line.trim().strip_prefix("# Source: ")?.split_once('/')?;
    inventory.id(&chart.folder.join(path.as_bytes())?)
}

fn place(data: &mut Data, twin: Option<&Data>, above: Place) {
    let here = twin.map_or(above, |twin| twin.place);
    data.place = here;
    for (key, value) in data.entries_mut().into_iter().flatten() {
        let twin = key.as_str().and_then(|key| twin?.entry(key));
        key.place = twin.map_or(here, |(key, _)| key.place);
        place(value, twin.map(|(_, value)| value), key.place);
    }
    for (at, item) in data.items_mut().into_iter().flatten().enumerate() {
        let items = twin.map(Data::items).unwrap_or_default();
        let named = item.str_at("name").and_then(|name| items.iter().find(|twin| twin.str_at("name") == Some(name)));
        place(item, named.or(items.get(at)), here);
    }
}

/// Values that stand, whole, in a Secret of `objects`: where our own reading does not see the way, the text shows it.
pub fn flows(objects: &[Object], values: &[&Data]) -> Vec<ValueFlow> {
    let mut written: HashMap<Arc<str>, Vec<Place>> = HashMap::new();
    values.iter().for_each(|values| texts(values, &mut written));
    let secrets = objects.iter().filter(|object| object.is("", "Secret"));
    let entries = secrets.flat_map(|secret| {
        let field = |name: &str| secret.data.get(name).map(Data::entries).unwrap_or_default().to_vec();
        let decoded = |text: &str| String::from_utf8(BASE64.decode(text.trim().as_bytes()).ok()?).ok();
        let data = field("data")
            .into_iter()
            .filter_map(move |(key, value)| Some((key, decoded(value.as_str()?)?, value.place)));
        let plain = field("stringData").into_iter();
        data.chain(plain.filter_map(|(key, value)| Some((key, value.as_str()?.to_owned(), value.place))))
            .collect::<Vec<_>>()
    });
    let flow = |(key, text, template): (Data, String, Place)| {
        let [value] = written.get(text.as_str())?.as_slice() else { return None };
        Some(ValueFlow { value: *value, text: text.into(), sink: Sink::Secret(key.shared_text()?.clone()), template })
    };
    entries.filter_map(flow).collect()
}

fn texts(data: &Data, written: &mut HashMap<Arc<str>, Vec<Place>>) {
    if let Some(text) = data.shared_text().filter(|text| text.len() >= SHORTEST) {
        written.entry(text.clone()).or_default().push(data.place);
    }
    data.items().iter().for_each(|item| texts(item, written));
    data.entries().iter().for_each(|(_, value)| texts(value, written));
}
