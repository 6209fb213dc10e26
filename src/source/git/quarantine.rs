//! Objects that a server has taken in and not yet accepted: those of a push, while its hook decides.
//!
//! It does not know the environment (the caller says where they lie), and it writes nothing into the repository: what
//! joins the object folders stands in a temporary folder for as long as it is read.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// A folder that names others as its alternates; it goes away with this value.
pub(super) struct Quarantine {
    folder: PathBuf,
}

impl Quarantine {
    /// Makes `repository` read from all of `folders`, and from its own objects.
    pub fn open(repository: &mut gix::ThreadSafeRepository, folders: &[PathBuf]) -> Result<Quarantine, String> {
        let own = repository.objects_dir().to_path_buf();
        let quarantine = Quarantine::new(folders.iter().chain([&own]))
            .map_err(|error| format!("the objects of the push cannot be joined with the others: {error}"))?;
        let hash = repository.to_thread_local().object_hash();
        let options = gix::odb::store::init::Options {
            use_multi_pack_index: true,
            alloc_limit_bytes: usize::try_from(super::MOST_DECODED).ok(),
            ..Default::default()
        };
        let store = gix::odb::Store::at_opts(quarantine.folder.clone(), hash, &mut std::iter::empty(), options);
        repository.objects = Arc::new(store.map_err(|error| format!("the objects of the push: {error}"))?);
        Ok(quarantine)
    }

    fn new<'p>(folders: impl Iterator<Item = &'p PathBuf>) -> std::io::Result<Quarantine> {
        let moment = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        let folder = std::env::temp_dir().join(format!("tightlip-{}-{moment}", std::process::id()));
        // Somebody else's folder of this name is an error.
        fs::create_dir(&folder)?;
        let quarantine = Quarantine { folder };
        fs::create_dir(quarantine.folder.join("info"))?;
        let mut lines = Vec::new();
        for folder in folders {
            lines.extend_from_slice(bytes(&folder.canonicalize()?));
            lines.push(b'\n');
        }
        fs::write(quarantine.folder.join("info/alternates"), lines)?;
        Ok(quarantine)
    }
}

impl Drop for Quarantine {
    fn drop(&mut self) {
        // What cannot be removed is three small files in a temporary folder.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(unix)]
fn bytes(path: &Path) -> &[u8] {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str())
}

#[cfg(not(unix))]
fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}
