//! What an editor can do about findings: the fixes that are safe, worked out and proven when they are chosen.
//!
//! It does not know how a fix is proven: the engine does, on the texts as they are in the editor.

use std::collections::HashMap;

use lsp_types::{CodeAction, CodeActionKind, Range, TextEdit, WorkspaceEdit};
use serde::{Deserialize, Serialize};

use super::positions::Text;
use super::workspace::Workspace;
use crate::engine::{self, FixedFile, Wish};
use crate::model::{Finding, RepoPath, Safety};

/// What an action remembers until it is chosen.
#[derive(Serialize, Deserialize)]
pub struct Chosen {
    pub uri: lsp_types::Uri,
    /// The finding that is to be cured; `None` is all that are safe in the file.
    fingerprint: Option<String>,
}

const FIX_ALL: CodeActionKind = CodeActionKind::SOURCE_FIX_ALL;

/// The actions for a part of a file, without what they would change.
pub fn offered(
    workspace: &Workspace,
    path: &RepoPath,
    range: Range,
    only: Option<&[CodeActionKind]>,
) -> Vec<CodeAction> {
    let (Some(text), Some(uri)) = (workspace.text(path), workspace.uri(path)) else { return Vec::new() };
    let is_safe = |finding: &&Finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe);
    let safe: Vec<&Finding> = workspace.findings(path).iter().filter(is_safe).collect();
    let touches = |finding: &&&Finding| {
        let place = text.range(finding.location.region);
        place.start <= range.end && range.start <= place.end
    };
    let remember = |fingerprint| serde_json::to_value(Chosen { uri: uri.clone(), fingerprint }).ok();
    let fix = |finding: &&Finding| CodeAction {
        title: format!("Fix: {}", finding.rule.title),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![workspace.diagnostic(&text, finding)]),
        is_preferred: Some(true),
        data: remember(Some(finding.fingerprint.to_string())),
        ..CodeAction::default()
    };
    let mut actions: Vec<CodeAction> = safe.iter().filter(touches).map(fix).collect();
    if !safe.is_empty() {
        actions.push(CodeAction {
            title: "Fix what is safe in this file".to_owned(),
            kind: Some(FIX_ALL),
            data: remember(None),
            ..CodeAction::default()
        });
    }
    actions.retain(|action| {
        only.is_none_or(|only| only.iter().any(|kind| action.kind.as_ref().is_some_and(|own| holds(kind, own))))
    });
    actions
}

/// Kinds are a tree: `source` holds `source.fixAll`.
fn holds(asked: &CodeActionKind, own: &CodeActionKind) -> bool {
    own.as_str().strip_prefix(asked.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The action with its changes, or why there are none.
pub fn resolve(
    workspace: &Workspace,
    path: &RepoPath,
    chosen: &Chosen,
    action: CodeAction,
) -> Result<CodeAction, String> {
    let mut wish = Wish::default();
    match &chosen.fingerprint {
        None => wish.scope = vec![path.clone()],
        Some(wanted) => {
            let finding = workspace.findings(path).iter().find(|it| it.fingerprint.to_string() == *wanted);
            wish.only = Some(finding.ok_or("It is not found any more.")?.fingerprint);
        }
    }
    let fixed = engine::fix(&workspace.tree, workspace.session.plan(), &wish);
    if fixed.files.is_empty() {
        let why = fixed.left.first().map_or("nothing is found any more", |left| &left.why);
        return Err(format!("It is not fixed: {why}."));
    }
    #[allow(clippy::mutable_key_type)] // The protocol's own type: nothing in a URI is ever changed.
    let changes: HashMap<_, _> = fixed.files.iter().filter_map(|file| change(workspace, file)).collect();
    let edit = WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
    Ok(CodeAction { edit: Some(edit), ..action })
}

/// The smallest stretch of a file that differs, as one edit.
fn change(workspace: &Workspace, file: &FixedFile) -> Option<(lsp_types::Uri, Vec<TextEdit>)> {
    let text: Text = workspace.text(&file.path)?;
    let after = std::str::from_utf8(&file.after).ok()?;
    let before = &text.text;
    let pairs = before.chars().zip(after.chars());
    let start: usize = pairs.take_while(|(one, other)| one == other).map(|(same, _)| same.len_utf8()).sum();
    let pairs = before[start..].chars().rev().zip(after[start..].chars().rev());
    let end: usize = pairs.take_while(|(one, other)| one == other).map(|(same, _)| same.len_utf8()).sum();
    let range = text.range_of(start, before.len() - end);
    let new_text = after[start..after.len() - end].to_owned();
    Some((workspace.uri(&file.path)?, vec![TextEdit { range, new_text }]))
}
