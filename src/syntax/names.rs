//! Which loose syntax a file has, by its name and, where the name says nothing, by its first line.
//!
//! It does not know documents: `Syntax::of_path` names their syntaxes.

use super::Syntax;
use crate::model::RepoPath;

/// Endings of names, sorted.
const EXTENSIONS: &[(&str, Syntax)] = &[
    ("bash", Syntax::Shell),
    ("bat", Syntax::Shell),
    ("bats", Syntax::Shell),
    ("cfg", Syntax::Ini),
    ("cmd", Syntax::Shell),
    ("cnf", Syntax::Ini),
    ("conf", Syntax::Ini),
    ("config", Syntax::Xml),
    ("containerfile", Syntax::Dockerfile),
    ("csproj", Syntax::Xml),
    ("dockerfile", Syntax::Dockerfile),
    ("envrc", Syntax::Shell),
    ("hcl", Syntax::Hcl),
    ("ini", Syntax::Ini),
    ("ksh", Syntax::Shell),
    ("mk", Syntax::Shell),
    ("nomad", Syntax::Hcl),
    ("plist", Syntax::Xml),
    ("properties", Syntax::Ini),
    ("props", Syntax::Xml),
    ("pubxml", Syntax::Xml),
    ("service", Syntax::Ini),
    ("sh", Syntax::Shell),
    ("targets", Syntax::Xml),
    ("tf", Syntax::Hcl),
    ("tfbackend", Syntax::Hcl),
    ("tfvars", Syntax::Hcl),
    ("timer", Syntax::Ini),
    ("tofu", Syntax::Hcl),
    ("toml", Syntax::Toml),
    ("wsdl", Syntax::Xml),
    ("xml", Syntax::Xml),
    ("zsh", Syntax::Shell),
];

/// Whole names in lower case, sorted.
const NAMES: &[(&str, Syntax)] = &[
    (".authinfo", Syntax::Netrc),
    (".bash_history", Syntax::Shell),
    (".bash_profile", Syntax::Shell),
    (".bashrc", Syntax::Shell),
    (".boto", Syntax::Ini),
    (".condarc", Syntax::Ini),
    (".envrc", Syntax::Shell),
    (".gitconfig", Syntax::Ini),
    (".netrc", Syntax::Netrc),
    (".npmrc", Syntax::Ini),
    (".pgpass", Syntax::Pgpass),
    (".profile", Syntax::Shell),
    (".pypirc", Syntax::Ini),
    (".s3cfg", Syntax::Ini),
    (".yarnrc", Syntax::Ini),
    (".zsh_history", Syntax::Shell),
    (".zshrc", Syntax::Shell),
    ("_netrc", Syntax::Netrc),
    ("config", Syntax::Ini),
    ("containerfile", Syntax::Dockerfile),
    ("credentials", Syntax::Ini),
    ("dockerfile", Syntax::Dockerfile),
    ("gnumakefile", Syntax::Shell),
    ("justfile", Syntax::Shell),
    ("makefile", Syntax::Shell),
    ("netrc", Syntax::Netrc),
    ("pgpass.conf", Syntax::Pgpass),
    ("procfile", Syntax::Shell),
];

/// Shebangs are shorter.
const LONGEST_FIRST_LINE: usize = 64;

impl Syntax {
    /// The syntax of a file that is no document but has keys and values all the same.
    pub fn of_loose(path: &RepoPath, text: &[u8]) -> Option<Syntax> {
        let name = String::from_utf8_lossy(path.file_name()).to_ascii_lowercase();
        if name.starts_with("dockerfile.") || name.starts_with("containerfile.") {
            return Some(Syntax::Dockerfile);
        }
        // The endings of templates say nothing about the text.
        let bare = [".j2", ".tpl", ".tmpl", ".gotmpl", ".erb", ".bak", ".old", ".orig", ".local"];
        let name = bare.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
        let extension = name.rsplit_once('.').map(|(_, extension)| extension);
        let known = look_up(NAMES, name).or_else(|| look_up(EXTENSIONS, extension?));
        match known {
            Some(Syntax::Xml) if extension == Some("config") && !text.trim_ascii_start().starts_with(b"<") => {
                Some(Syntax::Ini)
            }
            None if extension.is_none() => of_first_line(text),
            known => known,
        }
    }
}

fn look_up(table: &[(&str, Syntax)], name: &str) -> Option<Syntax> {
    table.binary_search_by(|(known, _)| (*known).cmp(name)).ok().map(|at| table[at].1)
}

/// `#!/bin/sh`, `#!/usr/bin/env bash`.
fn of_first_line(text: &[u8]) -> Option<Syntax> {
    let first = text.strip_prefix(b"#!")?;
    let first = &first[..first.len().min(LONGEST_FIRST_LINE)];
    let line = first.split(|byte| *byte == b'\n').next()?;
    line.windows(2).any(|two| two == b"sh").then_some(Syntax::Shell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(EXTENSIONS.is_sorted_by(|one, next| one.0 < next.0) && NAMES.is_sorted_by(|one, next| one.0 < next.0));
    }

    #[test]
    fn names_promise_a_syntax() {
        let of = |name: &str, text: &str| Syntax::of_loose(&RepoPath::from(name), text.as_bytes());
        assert_eq!(of("deploy/Dockerfile.prod", ""), Some(Syntax::Dockerfile));
        assert_eq!(of("a/terraform.tfvars", ""), Some(Syntax::Hcl));
        assert_eq!(of("a/app.conf.j2", ""), Some(Syntax::Ini));
        assert_eq!(of("web.config", "<configuration>"), Some(Syntax::Xml));
        assert_eq!(of("app.config", "a = b"), Some(Syntax::Ini));
        assert_eq!(of("bin/deploy", "#!/usr/bin/env bash\n"), Some(Syntax::Shell));
        assert_eq!(of("bin/deploy", "#!/usr/bin/python\n"), None);
        assert_eq!(of("README.md", "#!/bin/sh"), None);
    }
}
