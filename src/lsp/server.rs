//! The conversation with one editor, from `initialize` to `exit`.
//!
//! It does not know how files are judged, only when: what was typed at once, what it means for others when the typing
//! pauses.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{self as told, Notification as _};
use lsp_types::request::{self as asked, Request as _};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability, CompletionOptions,
    CompletionParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, FileChangeType, FileSystemWatcher, GlobPattern, Hover, HoverContents, HoverParams,
    HoverProviderCapability, InitializeParams, InitializeResult, LogMessageParams, MarkupContent, MarkupKind,
    MessageType, Position, PublishDiagnosticsParams, Registration, RegistrationParams, SaveOptions, ServerCapabilities,
    ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::positions::{Encoding, path_of};
use super::transport::{Heard, listen, say};
use super::workspace::{News, Opened, Workspace};
use super::{actions, completion, hover};
use crate::model::RepoPath;
use crate::syntax::Syntax;

/// How long nobody types before everything is looked at together, which keeps the next key waiting.
const PAUSE: Duration = Duration::from_millis(100);

/// Reads what is to be known of a folder before it is looked at, or says why that cannot be.
pub type Open<'a> = &'a dyn Fn(&Path) -> Result<Opened, String>;

/// Talks until the editor takes its leave; true where it did so in good order.
pub fn serve(open: Open) -> io::Result<bool> {
    let mut server = Server::new(open);
    let heard = listen();
    loop {
        let next = match server.patience() {
            Some(patience) => heard.recv_timeout(patience),
            None => heard.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(Heard::Message(Message::Notification(it))) if it.method == told::Exit::METHOD => {
                return Ok(server.stage == Stage::Leaving);
            }
            Ok(Heard::Message(message)) => server.hear(message)?,
            Ok(Heard::Garbage) => {
                server.log(MessageType::WARNING, "A message could not be read; it is passed over.")?
            }
            Err(RecvTimeoutError::Timeout) => server.catch_up()?,
            Err(RecvTimeoutError::Disconnected) => return Ok(false),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    New,
    Talking,
    Leaving,
}

struct Server<'a> {
    open: Open<'a>,
    stage: Stage,
    encoding: Encoding,
    /// The editor asks for what an action changes when it is chosen.
    resolves: bool,
    watches: bool,
    folders: Vec<PathBuf>,
    workspaces: Vec<Workspace>,
    /// Files that say something else than when they were looked at, by workspace.
    changed: BTreeSet<(usize, RepoPath)>,
    /// Workspaces whose settings or list of files changed.
    outdated: BTreeSet<usize>,
    /// When everything is to be looked at.
    due: Option<Instant>,
}

/// Why a request has no answer.
struct Refusal(ErrorCode, String);

type Answer = Result<Value, Refusal>;

impl<'a> Server<'a> {
    fn new(open: Open<'a>) -> Server<'a> {
        Server {
            open,
            stage: Stage::New,
            encoding: Encoding::default(),
            resolves: false,
            watches: false,
            folders: Vec::new(),
            workspaces: Vec::new(),
            changed: BTreeSet::new(),
            outdated: BTreeSet::new(),
            due: None,
        }
    }

    /// How long to wait for a message before there is something else to do; `None` is for ever.
    fn patience(&self) -> Option<Duration> {
        match self.changed.is_empty() && self.outdated.is_empty() {
            true => self.due.map(|due| due.saturating_duration_since(Instant::now())),
            false => Some(Duration::ZERO),
        }
    }

    /// Nothing more came: looks at what changed, and after a pause at what that means for the rest.
    fn catch_up(&mut self) -> io::Result<()> {
        let (changed, outdated) = (std::mem::take(&mut self.changed), std::mem::take(&mut self.outdated));
        if changed.is_empty() && outdated.is_empty() {
            self.due = None;
            let news: Vec<News> = self.workspaces.iter_mut().flat_map(Workspace::look_at_all).collect();
            return publish(news);
        }
        self.due = Some(Instant::now() + PAUSE);
        for (index, path) in changed.into_iter().filter(|(index, _)| !outdated.contains(index)) {
            publish(self.workspaces[index].look_at(&path))?;
        }
        for index in outdated {
            match (self.open)(&self.workspaces[index].root) {
                Ok(opened) => self.workspaces[index].reopen(opened),
                Err(why) => self.log(MessageType::ERROR, &why)?,
            }
        }
        Ok(())
    }

    fn hear(&mut self, message: Message) -> io::Result<()> {
        match message {
            Message::Request(Request { id, method, params }) => {
                let answer = self.answer(&method, params);
                let response = match answer {
                    Ok(result) => Response::new_ok(id, result),
                    Err(Refusal(code, why)) => Response::new_err(id, code as i32, why),
                };
                say(response)
            }
            Message::Notification(Notification { method, params }) => self.take_note(&method, params),
            // To our one request, which needs no answer.
            Message::Response(_) => Ok(()),
        }
    }

    fn answer(&mut self, method: &str, params: Value) -> Answer {
        match (self.stage, method) {
            (Stage::New, asked::Initialize::METHOD) => answer(self.initialize(&read(params)?)),
            (Stage::New, _) => Err(Refusal(ErrorCode::ServerNotInitialized, "`initialize` comes first.".to_owned())),
            (Stage::Leaving, _) | (_, asked::Initialize::METHOD) => {
                Err(Refusal(ErrorCode::InvalidRequest, format!("`{method}` is not for now.")))
            }
            (_, asked::Shutdown::METHOD) => {
                self.stage = Stage::Leaving;
                Ok(Value::Null)
            }
            (_, asked::HoverRequest::METHOD) => answer(self.hover(&read(params)?)),
            (_, asked::Completion::METHOD) => answer(self.complete(&read(params)?)),
            (_, asked::CodeActionRequest::METHOD) => answer(self.actions(&read(params)?)),
            (_, asked::CodeActionResolveRequest::METHOD) => answer(self.resolve(read(params)?)?),
            _ => Err(Refusal(ErrorCode::MethodNotFound, format!("`{method}` is not known."))),
        }
    }

    /// A notification that cannot be read, or that is not for now, says nothing.
    fn take_note(&mut self, method: &str, params: Value) -> io::Result<()> {
        if self.stage != Stage::Talking {
            return Ok(());
        }
        match method {
            told::Initialized::METHOD => return self.begin(),
            told::DidOpenTextDocument::METHOD => {
                let opened: Option<DidOpenTextDocumentParams> = serde_json::from_value(params).ok();
                opened.into_iter().for_each(|it| self.edited(&it.text_document.uri, Some(it.text_document.text)));
            }
            told::DidChangeTextDocument::METHOD => {
                let changed: Option<DidChangeTextDocumentParams> = serde_json::from_value(params).ok();
                let Some(mut changed) = changed else { return Ok(()) };
                // The whole text is asked for: the last one counts.
                let last = changed.content_changes.pop().filter(|change| change.range.is_none());
                last.into_iter().for_each(|it| self.edited(&changed.text_document.uri, Some(it.text)));
            }
            told::DidCloseTextDocument::METHOD => {
                let closed: Option<DidCloseTextDocumentParams> = serde_json::from_value(params).ok();
                closed.into_iter().for_each(|it| self.edited(&it.text_document.uri, None));
            }
            told::DidSaveTextDocument::METHOD => {
                let saved: Option<DidSaveTextDocumentParams> = serde_json::from_value(params).ok();
                saved.into_iter().for_each(|it| self.changed_on_disk(&it.text_document.uri, false));
            }
            told::DidChangeWatchedFiles::METHOD => {
                let changed: Option<DidChangeWatchedFilesParams> = serde_json::from_value(params).ok();
                for change in changed.into_iter().flat_map(|it| it.changes) {
                    self.changed_on_disk(&change.uri, change.typ != FileChangeType::CHANGED);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn initialize(&mut self, client: &InitializeParams) -> InitializeResult {
        self.stage = Stage::Talking;
        self.encoding = Encoding::agreed(&client.capabilities);
        let text = client.capabilities.text_document.as_ref();
        let resolving = text.and_then(|it| it.code_action.as_ref()?.resolve_support.as_ref());
        self.resolves = resolving.is_some_and(|it| it.properties.iter().any(|property| property == "edit"));
        let workspace = client.capabilities.workspace.as_ref();
        let watching = workspace.and_then(|it| it.did_change_watched_files?.dynamic_registration);
        self.watches = watching.unwrap_or(false);
        #[allow(deprecated)] // Clients of one folder say it this way.
        let root = client.root_uri.as_ref().and_then(path_of);
        let several = client.workspace_folders.iter().flatten().filter_map(|folder| path_of(&folder.uri));
        self.folders = several.collect();
        if self.folders.is_empty() {
            self.folders.extend(root);
        }
        InitializeResult {
            capabilities: self.capabilities(),
            server_info: Some(ServerInfo {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        }
    }

    fn capabilities(&self) -> ServerCapabilities {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::FULL),
            save: Some(SaveOptions { include_text: Some(false) }.into()),
            ..TextDocumentSyncOptions::default()
        };
        let actions = CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL]),
            resolve_provider: Some(true),
            ..CodeActionOptions::default()
        };
        ServerCapabilities {
            position_encoding: Some(self.encoding.kind()),
            text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some(vec![" ".to_owned()]),
                ..CompletionOptions::default()
            }),
            code_action_provider: Some(CodeActionProviderCapability::Options(actions)),
            ..ServerCapabilities::default()
        }
    }

    /// Opens the folders, and asks to be told of files that change behind the editor's back.
    fn begin(&mut self) -> io::Result<()> {
        for folder in std::mem::take(&mut self.folders) {
            match (self.open)(&folder) {
                Ok(opened) => self.workspaces.push(Workspace::open(opened, self.encoding)),
                Err(why) => self.log(MessageType::ERROR, &why)?,
            }
        }
        self.due = Some(Instant::now());
        if !self.watches {
            return Ok(());
        }
        let watcher = FileSystemWatcher { glob_pattern: GlobPattern::String("**/*".to_owned()), kind: None };
        let options = DidChangeWatchedFilesRegistrationOptions { watchers: vec![watcher] };
        let registration = Registration {
            id: "files".to_owned(),
            method: told::DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        let params = RegistrationParams { registrations: vec![registration] };
        let id = RequestId::from("files".to_owned());
        say(Request::new(id, asked::RegisterCapability::METHOD.to_owned(), params))
    }

    /// The workspace that holds a file: the innermost.
    fn find(&self, uri: &Uri) -> Option<(usize, RepoPath)> {
        let holders = self.workspaces.iter().enumerate().filter_map(|(index, it)| Some((index, it.path(uri)?)));
        holders.min_by_key(|(_, path)| path.as_bytes().len())
    }

    /// A file is open and says `text`, or is no longer open.
    fn edited(&mut self, uri: &Uri, text: Option<String>) {
        let Some((index, path)) = self.find(uri) else { return };
        let workspace = &mut self.workspaces[index];
        let was_listed = workspace.session.holds(&path);
        match text {
            Some(text) => workspace.put(&path, uri.clone(), text),
            None => workspace.close(&path),
        }
        match was_listed == workspace.is_wanted(&path) {
            true => drop(self.changed.insert((index, path))),
            false => drop(self.outdated.insert(index)),
        }
    }

    /// A file on disk says something else; `moved`: it came or went.
    fn changed_on_disk(&mut self, uri: &Uri, moved: bool) {
        let Some((index, path)) = self.find(uri).filter(|(_, path)| !path.is_within(&RepoPath::from(".git"))) else {
            return;
        };
        match moved || Workspace::is_settings(&path) {
            true => drop(self.outdated.insert(index)),
            false => drop(self.changed.insert((index, path))),
        }
    }

    /// The page of the rule whose finding stands there, or whose id does.
    fn hover(&self, asked: &HoverParams) -> Option<Hover> {
        let at = &asked.text_document_position_params;
        let (index, path) = self.find(&at.text_document.uri)?;
        let workspace = &self.workspaces[index];
        let text = workspace.text(&path)?;
        let is_here = |range: lsp_types::Range| range.start <= at.position && at.position <= range.end;
        let findings = workspace.findings(&path).iter().map(|it| (text.range(it.location.region), it));
        let here: Vec<_> = findings.filter(|(range, _)| is_here(*range)).collect();
        let said = here.iter().map(|(_, finding)| format!("{}\n\n{}", finding.message, hover::page(finding.rule)));
        let named = || workspace.session.plan().rule(hover::word_at(&text.text, text.offset(at.position)));
        let pages: Vec<String> = match here.is_empty() {
            true => vec![hover::page(named()?)],
            false => said.collect(),
        };
        let value = pages.join("\n\n---\n\n");
        Some(Hover {
            contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
            range: here.first().map(|(range, _)| *range),
        })
    }

    fn complete(&mut self, asked: &CompletionParams) -> Option<Vec<lsp_types::CompletionItem>> {
        let (uri, position): (&Uri, Position) =
            (&asked.text_document_position.text_document.uri, asked.text_document_position.position);
        let (index, path) = self.find(uri)?;
        let syntax = Syntax::of_path(&path)?;
        let workspace = &mut self.workspaces[index];
        let text = workspace.text(&path)?;
        Some(completion::complete(&text, text.offset(position), syntax, workspace.names()))
    }

    fn actions(&self, asked: &CodeActionParams) -> Option<Vec<CodeAction>> {
        let (index, path) = self.find(&asked.text_document.uri)?;
        let offered = actions::offered(&self.workspaces[index], &path, asked.range, asked.context.only.as_deref());
        match self.resolves {
            true => Some(offered),
            // An editor that cannot ask later is told now.
            false => Some(offered.into_iter().filter_map(|action| self.resolve(action).ok()).collect()),
        }
    }

    fn resolve(&self, action: CodeAction) -> Result<CodeAction, Refusal> {
        let chosen: actions::Chosen = read(action.data.clone().unwrap_or_default())?;
        let gone = || Refusal(ErrorCode::RequestFailed, "The file is in no folder of the workspace.".to_owned());
        let (index, path) = self.find(&chosen.uri).ok_or_else(gone)?;
        let resolved = actions::resolve(&self.workspaces[index], &path, &chosen, action);
        resolved.map_err(|why| Refusal(ErrorCode::RequestFailed, why))
    }

    fn log(&self, typ: MessageType, message: &str) -> io::Result<()> {
        tell::<told::LogMessage>(LogMessageParams { typ, message: message.to_owned() })
    }
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    let refused = |error: serde_json::Error| Refusal(ErrorCode::InvalidParams, error.to_string());
    serde_json::from_value(params).map_err(refused)
}

fn answer(result: impl serde::Serialize) -> Answer {
    serde_json::to_value(result).map_err(|error| Refusal(ErrorCode::InternalError, error.to_string()))
}

fn publish(news: Vec<News>) -> io::Result<()> {
    news.into_iter().try_for_each(|(uri, diagnostics)| {
        tell::<told::PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version: None })
    })
}

fn tell<N: lsp_types::notification::Notification>(params: N::Params) -> io::Result<()> {
    say(Notification::new(N::METHOD.to_owned(), params))
}
