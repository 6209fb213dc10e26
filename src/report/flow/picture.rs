//! The flow in the languages of drawing programs: Mermaid and DOT.
//!
//! It does not know how they lay it out.

use std::io::{self, Write};

use super::edges::{Edge, Network, Shape};
use crate::model::{Flow, FlowUnit};
use crate::text::visible;

pub fn mermaid(flow: &Flow, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    for (index, unit) in flow.units.iter().enumerate() {
        let network = Network::of(unit);
        writeln!(out, "  subgraph u{index}[{}]", mermaid_text(&title(unit)))?;
        for (node, (shape, label)) in network.nodes.iter().enumerate() {
            let (open, close) = match shape {
                Shape::Store => ("[(", ")]"),
                Shape::Maker => ("[", "]"),
                Shape::Secret => ("([", "])"),
                Shape::Reader => ("[[", "]]"),
            };
            writeln!(out, "    u{index}n{node}{open}{}{close}", mermaid_text(label))?;
        }
        for edge in &network.edges {
            let (from, to) = (format!("u{index}n{}", edge.from), format!("u{index}n{}", edge.to));
            match (&edge.fault, edge.label.is_empty()) {
                (Some(_), _) => writeln!(out, "    {from} -. {} .-> {to}", mermaid_text(&label(edge)))?,
                (None, true) => writeln!(out, "    {from} --> {to}")?,
                (None, false) => writeln!(out, "    {from} -- {} --> {to}", mermaid_text(&edge.label))?,
            }
        }
        writeln!(out, "  end")?;
    }
    Ok(())
}

pub fn dot(flow: &Flow, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph secrets {{\n  rankdir=LR;\n  node [shape=box];")?;
    for (index, unit) in flow.units.iter().enumerate() {
        let network = Network::of(unit);
        writeln!(out, "  subgraph cluster_{index} {{\n    label={};", dot_text(&title(unit)))?;
        for (node, (shape, label)) in network.nodes.iter().enumerate() {
            let shape = match shape {
                Shape::Store => "cylinder",
                Shape::Maker => "box",
                Shape::Secret => "ellipse",
                Shape::Reader => "component",
            };
            writeln!(out, "    u{index}n{node} [label={}, shape={shape}];", dot_text(label))?;
        }
        for edge in &network.edges {
            let broken = if edge.fault.is_some() { ", color=red, fontcolor=red, style=dashed" } else { "" };
            let text = dot_text(&label(edge));
            writeln!(out, "    u{index}n{} -> u{index}n{} [label={text}{broken}];", edge.from, edge.to)?;
        }
        writeln!(out, "  }}")?;
    }
    writeln!(out, "}}")
}

fn title(unit: &FlowUnit) -> String {
    format!("{} ({})", unit.name, unit.kind)
}

fn label(edge: &Edge) -> String {
    edge.fault.as_ref().map_or_else(|| edge.label.clone(), |fault| format!("BROKEN: {fault}"))
}

/// Entities stand for what would end the text.
fn mermaid_text(text: &str) -> String {
    let escaped = visible(text).replace('#', "#35;").replace('"', "#quot;").replace('<', "#lt;").replace('>', "#gt;");
    format!("\"{escaped}\"")
}

fn dot_text(text: &str) -> String {
    format!("\"{}\"", visible(text).replace('\\', "\\\\").replace('"', "\\\""))
}
