//! The flow as an indented tree.
//!
//! It does not know colours: `BROKEN` says it in any terminal.

use std::io::{self, Write};

use crate::model::{Flow, FlowMaker, FlowReader, FlowSecret};
use crate::text::visible;

pub fn write(flow: &Flow, out: &mut dyn Write) -> io::Result<()> {
    for unit in &flow.units {
        let partial = if unit.complete { "" } else { ", not all of it can be seen" };
        writeln!(out, "{} ({}{partial})", visible(&unit.name), unit.kind)?;
        unit.secrets.iter().try_for_each(|secret| self::secret(secret, out))?;
        writeln!(out)?;
    }
    let secrets = || flow.units.iter().flat_map(|unit| &unit.secrets);
    let (count, broken) = (secrets().count(), secrets().filter(|secret| secret.is_broken()).count());
    writeln!(out, "{count} {}, {broken} broken", if count == 1 { "Secret" } else { "Secrets" })
}

fn secret(secret: &FlowSecret, out: &mut dyn Write) -> io::Result<()> {
    let namespace = secret.namespace.as_ref().map_or_else(String::new, |namespace| format!("{namespace}/"));
    let mut keys = secret.keys.clone();
    keys.extend(secret.open.then(|| "…".to_owned()));
    let keys = if keys.is_empty() { String::new() } else { format!(": {}", keys.join(", ")) };
    writeln!(out, "  Secret {}", visible(&format!("{namespace}{}{keys}", secret.name)))?;
    broken(&secret.fault, "    ", out)?;
    secret.makers.iter().try_for_each(|maker| self::maker(maker, out))?;
    secret.readers.iter().try_for_each(|reader| self::reader(reader, out))
}

fn maker(maker: &FlowMaker, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    made by  {}  {}:{}", visible(&maker.object), maker.place.path, maker.place.line)?;
    for store in &maker.stores {
        writeln!(out, "      store  {}", visible(&store.object))?;
        broken(&store.fault, "      ", out)?;
    }
    for (key, remote) in &maker.remote {
        let key = if key.is_empty() { "all" } else { key };
        writeln!(out, "      key    {}", visible(&format!("{key} <- {remote}")))?;
    }
    Ok(())
}

fn reader(reader: &FlowReader, out: &mut dyn Write) -> io::Result<()> {
    let keys = if reader.keys.is_empty() { String::new() } else { format!(" {}", reader.keys.join(", ")) };
    let optional = if reader.optional { ", optional" } else { "" };
    let what = visible(&format!("{}{keys}", reader.object));
    let place = format!("{}:{}", reader.place.path, reader.place.line);
    writeln!(out, "    read by  {what}, {}{optional}  {place}", reader.delivery)?;
    broken(&reader.fault, "      ", out)
}

fn broken(fault: &Option<String>, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    fault.iter().try_for_each(|fault| writeln!(out, "{indent}BROKEN {}", visible(fault)))
}
