//! A file's name inside the tree that is looked at.
//!
//! It does not know where that tree lies on a disk, nor whether the file exists.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

/// Bytes with `/` between the parts, relative to the root; names need not be UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<[u8]>);

impl RepoPath {
    pub fn new(bytes: impl AsRef<[u8]>) -> Self {
        RepoPath(Arc::from(bytes.as_ref()))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The name as text, with U+FFFD where it is not UTF-8. Control characters are still in it.
    pub fn to_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The last part of the name.
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit(|&byte| byte == b'/').next().unwrap_or_default()
    }

    /// What follows the last dot of the file name, as it is written; nothing for `.env`.
    pub fn extension(&self) -> Option<&[u8]> {
        let name = self.file_name();
        let dot = memchr::memrchr(b'.', name)?;
        (dot > 0).then(|| &name[dot + 1..])
    }

    /// The folder that holds it; the root is the empty path.
    pub fn parent(&self) -> RepoPath {
        let cut = memchr::memrchr(b'/', &self.0).unwrap_or(0);
        RepoPath::new(&self.0[..cut])
    }

    /// `reference` as a file at this folder would mean it; `None` where it leaves the root or is absolute.
    pub fn join(&self, reference: &[u8]) -> Option<RepoPath> {
        if reference.starts_with(b"/") {
            return None;
        }
        let mut parts: Vec<&[u8]> = self.0.split(|&byte| byte == b'/').filter(|part| !part.is_empty()).collect();
        for part in reference.split(|&byte| byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => drop(parts.pop()?),
                name => parts.push(name),
            }
        }
        Some(RepoPath::new(parts.join(&b'/')))
    }

    /// True when this path is `folder` or lies below it.
    pub fn is_within(&self, folder: &RepoPath) -> bool {
        folder.0.is_empty()
            || self.0.strip_prefix(&*folder.0).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    }

    /// This path as `folder` would name it; `None` where it lies elsewhere.
    pub fn below(&self, folder: &RepoPath) -> Option<RepoPath> {
        if folder.0.is_empty() {
            return Some(self.clone());
        }
        self.0.strip_prefix(&*folder.0)?.strip_prefix(b"/").map(RepoPath::new)
    }

    #[cfg(unix)]
    pub fn to_path(&self) -> Cow<'_, Path> {
        use std::os::unix::ffi::OsStrExt;
        Cow::Borrowed(Path::new(std::ffi::OsStr::from_bytes(&self.0)))
    }

    #[cfg(not(unix))]
    pub fn to_path(&self) -> Cow<'_, Path> {
        Cow::Owned(self.to_text().into_owned().into())
    }

    #[cfg(unix)]
    pub fn from_path(path: &Path) -> RepoPath {
        use std::os::unix::ffi::OsStrExt;
        RepoPath::new(path.as_os_str().as_bytes())
    }

    #[cfg(not(unix))]
    pub fn from_path(path: &Path) -> RepoPath {
        RepoPath::new(path.to_string_lossy().replace('\\', "/"))
    }
}

/// Safe on one line of a terminal: control and bidirectional characters are written as escapes.
impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::text::write_visible(&self.to_text(), f)
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_text())
    }
}

impl From<&str> for RepoPath {
    fn from(path: &str) -> Self {
        RepoPath::new(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn join_resolves_dots_and_refuses_to_leave_the_root() {
        let folder = RepoPath::from("apps/overlays/prod");
        assert_eq!(folder.join(b"../../base"), Some(RepoPath::from("apps/base")));
        assert_eq!(folder.join(b"./a//b.yaml"), Some(RepoPath::from("apps/overlays/prod/a/b.yaml")));
        assert_eq!(folder.join(b"../../../.."), None);
        assert_eq!(folder.join(b"/etc/passwd"), None);
        assert_eq!(RepoPath::from("").join(b"a"), Some(RepoPath::from("a")));
    }

    #[test]
    fn names_and_extensions() {
        let path = RepoPath::from("a/b.tar.gz");
        assert_eq!(path.file_name(), b"b.tar.gz");
        assert_eq!(path.extension(), Some(&b"gz"[..]));
        assert_eq!(RepoPath::from("a/.env").extension(), None);
        assert_eq!(path.parent(), RepoPath::from("a"));
        assert_eq!(RepoPath::from("a").parent(), RepoPath::from(""));
    }

    #[test]
    fn within_respects_whole_names() {
        assert!(RepoPath::from("apps/a").is_within(&RepoPath::from("apps")));
        assert!(RepoPath::from("apps").is_within(&RepoPath::from("apps")));
        assert!(!RepoPath::from("apps-old/a").is_within(&RepoPath::from("apps")));
    }

    #[test]
    fn a_hostile_name_stays_on_one_line() {
        let path = RepoPath::new(b"a\n\x1b[31m\xffb");
        assert_eq!(path.to_string(), "a\\n\\u{1b}[31m\u{fffd}b");
    }
}
