//! Repositories for tests, made with plain git commands in a folder that vanishes.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A repository with a working tree. Every commit is one minute after the one before, so that runs are alike.
pub struct Repository {
    folder: TempDir,
    minutes: std::cell::Cell<u64>,
}

impl Repository {
    /// An empty repository whose branch is `main`.
    pub fn new() -> Repository {
        let repository = Repository::without_git();
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// A folder that is no repository yet: the test says how it becomes one.
    pub fn without_git() -> Repository {
        Repository { folder: TempDir::new().expect("a temporary folder"), minutes: std::cell::Cell::new(0) }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file and the folders above it.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let file = self.path().join(path);
        fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("folders can be made");
        fs::write(file, content).expect("a file can be written");
        self
    }

    pub fn remove(&self, path: &str) -> &Self {
        fs::remove_file(self.path().join(path)).expect("the file is there");
        self
    }

    pub fn stage(&self) -> &Self {
        self.git(&["add", "--all"]);
        self
    }

    /// Stages everything and commits it; the id of the commit.
    pub fn commit(&self, message: &str) -> String {
        self.stage();
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Runs git and returns what it prints, trimmed. It must succeed.
    pub fn git(&self, arguments: &[&str]) -> String {
        let output = self.try_git(arguments);
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs git with nobody's configuration and a clock of its own; it may fail.
    pub fn try_git(&self, arguments: &[&str]) -> Output {
        let minute = self.minutes.get();
        self.minutes.set(minute + 1);
        let date = format!("{} +0000", 1_700_000_000 + 60 * minute);
        Command::new("git")
            .current_dir(self.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .args(["-c", "user.name=Ada Example", "-c", "user.email=ada@example.org", "-c", "commit.gpgSign=false"])
            .args(["-c", "core.autocrlf=false", "-c", "gc.auto=0", "-c", "protocol.file.allow=always"])
            .args(arguments)
            .output()
            .expect("git is installed")
    }
}

#[test]
fn two_runs_make_the_same_commits() {
    let make = || {
        let repository = Repository::new();
        repository.write("a.txt", "one\n").commit("First");
        repository.remove("a.txt").commit("Second")
    };
    assert_eq!(make(), make());
}
