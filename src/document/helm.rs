//! Which files make up a chart, by their names.
//!
//! It does not know which folders are charts, nor what a template renders to.

/// Marks the folder that it lies in as a chart. Case counts.
pub const CHART_FILE: &str = "Chart.yaml";

/// The folder of a chart, below which every file is a template.
pub const TEMPLATES: &str = "templates";

/// The folder of a chart in which one values file per environment is often kept.
pub const VALUES: &str = "values";

/// True for `values.yaml` and what people make of it: `values-prod.yaml`, `values.prod.yaml`, `prod.values.yaml`,
/// `prod-values.yaml`, and the same with `_`.
pub fn is_values_name(name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    let Some(stem) = name.strip_suffix(b".yaml").or_else(|| name.strip_suffix(b".yml")) else { return false };
    let is_joint = |byte: Option<&u8>| matches!(byte, None | Some(b'.' | b'-' | b'_'));
    let begins = stem.strip_prefix(b"values").is_some_and(|rest| is_joint(rest.first()));
    begins || stem.strip_suffix(b"values").is_some_and(|rest| is_joint(rest.last()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_files_are_known_by_their_names() {
        for name in [
            "values.yaml",
            "values.yml",
            "Values.yaml",
            "values-prod.yaml",
            "values.prod.yaml",
            "values_prod.yaml",
            "prod.values.yaml",
            "postgres-values.yaml",
        ] {
            assert!(is_values_name(name.as_bytes()), "{name}");
        }
        for name in ["values.json", "values.schema.json", "valuesets.yaml", "eigenvalues.yaml", "values", ".yaml"] {
            assert!(!is_values_name(name.as_bytes()), "{name}");
        }
    }
}
