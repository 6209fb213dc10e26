//! The way of secrets, drawn: a tree for people, Mermaid and DOT for pictures, JSON for programs.
//!
//! It does not know how the flow was found.

mod edges;
mod json;
mod picture;
mod tree;

use std::io::{self, BufWriter, Write};

use crate::model::Flow;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FlowFormat {
    /// An indented tree.
    #[default]
    Text,
    /// <https://mermaid.js.org/syntax/flowchart.html>
    Mermaid,
    /// <https://graphviz.org/doc/info/lang.html>
    Dot,
    Json,
}

pub fn write_flow(format: FlowFormat, flow: &Flow, out: &mut dyn Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    match format {
        FlowFormat::Text => tree::write(flow, &mut out)?,
        FlowFormat::Mermaid => picture::mermaid(flow, &mut out)?,
        FlowFormat::Dot => picture::dot(flow, &mut out)?,
        FlowFormat::Json => json::write(flow, &mut out)?,
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FlowMaker, FlowPlace, FlowReader, FlowSecret, FlowStore, FlowUnit, RepoPath};

    fn flow() -> Flow {
        let place = |path: &str, line| FlowPlace { path: RepoPath::from(path), line };
        let secret = FlowSecret {
            name: "db".into(),
            namespace: Some("shop".into()),
            keys: vec!["password".into()],
            open: false,
            makers: vec![FlowMaker {
                object: "ExternalSecret db".into(),
                place: place("es.yaml", 4),
                stores: vec![FlowStore { object: "ClusterSecretStore vault".into(), fault: None }],
                remote: vec![("password".into(), "kv/db#password".into())],
            }],
            readers: vec![FlowReader {
                object: "Deployment \"web\"".into(),
                place: place("web.yaml", 20),
                keys: vec!["passwrd".into()],
                delivery: "environment",
                optional: false,
                fault: Some("no key passwrd".into()),
            }],
            fault: None,
        };
        let unit = FlowUnit { name: "prod".into(), kind: "kustomization", complete: true, secrets: vec![secret] };
        Flow { units: vec![unit] }
    }

    fn written(format: FlowFormat) -> String {
        let mut out = Vec::new();
        write_flow(format, &flow(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_tree_marks_what_is_broken() {
        let expected = "\
prod (kustomization)
  Secret shop/db: password
    made by  ExternalSecret db  es.yaml:4
      store  ClusterSecretStore vault
      key    password <- kv/db#password
    read by  Deployment \"web\" passwrd, environment  web.yaml:20
      BROKEN no key passwrd

1 Secret, 1 broken
";
        assert_eq!(written(FlowFormat::Text), expected);
    }

    #[test]
    fn pictures_quote_names_and_mark_broken_edges() {
        let mermaid = written(FlowFormat::Mermaid);
        assert!(mermaid.starts_with("flowchart LR\n"), "{mermaid}");
        assert!(mermaid.contains("-. \"BROKEN: no key passwrd\" .->"), "{mermaid}");
        assert!(!mermaid.contains("Deployment \"web\""), "{mermaid}");
        let dot = written(FlowFormat::Dot);
        assert!(
            dot.starts_with("digraph") && dot.contains("Deployment \\\"web\\\"") && dot.contains("color=red"),
            "{dot}"
        );
    }

    #[test]
    fn json_says_all_there_is() {
        let value: serde_json::Value = serde_json::from_str(&written(FlowFormat::Json)).unwrap();
        let secret = &value["units"][0]["secrets"][0];
        assert_eq!(secret["makers"][0]["remote"][0]["remote"], "kv/db#password");
        assert_eq!(secret["readers"][0]["fault"], "no key passwrd");
        assert_eq!(secret["broken"], true);
    }
}
