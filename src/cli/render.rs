//! `--render`: Helm's own rendering of the charts on disk, where the user has a `helm` and asks for it.
//!
//! It does not read what Helm writes. It opens no connection: dependencies that are not beside a chart are Helm's error,
//! and no cluster is named to it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::engine::Renderer;
use crate::model::RepoPath;

/// For one chart with one set of values.
const LONGEST: Duration = Duration::from_secs(30);

/// Bytes that one rendering may have.
const MOST: u64 = 64 << 20;

/// Renders the charts below `root` with the `helm` on the path; the reason where there is none.
pub fn renderer(root: &Path) -> Renderer {
    let (root, helm) = (root.to_path_buf(), find());
    Box::new(move |chart, values, release| {
        let helm = helm.as_deref().ok_or_else(|| "there is no `helm` on the PATH".to_owned())?;
        template(helm, &root, chart, values, release)
    })
}

/// Only absolute folders count: what is checked may lie in a relative one.
fn find() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let name = format!("helm{}", std::env::consts::EXE_SUFFIX);
    folders
        .into_iter()
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(&name))
        .find(|path| path.is_file())
}

fn template(
    helm: &Path,
    root: &Path,
    chart: &RepoPath,
    values: Option<&RepoPath>,
    release: &str,
) -> Result<String, String> {
    let mut command = Command::new(helm);
    command.arg("template").arg(release).arg(root.join(chart.to_path()));
    if let Some(values) = values {
        command.arg("--values").arg(root.join(values.to_path()));
    }
    // No cluster and no plugin: they could run anything.
    command.env("HELM_NO_PLUGINS", "1").env("KUBECONFIG", "").env_remove("HELM_KUBECONTEXT");
    command.current_dir(root).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| format!("`helm` cannot be started: {error}"))?;
    wait(child)
}

fn wait(mut child: Child) -> Result<String, String> {
    let written = child.stdout.take().map(read);
    let said = child.stderr.take().map(read);
    let deadline = Instant::now() + LONGEST;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            Ok(None) => {
                // It may have ended just now.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("`helm template` did not end within {} seconds", LONGEST.as_secs()));
            }
            Err(error) => return Err(format!("`helm` cannot be waited for: {error}")),
        }
    };
    let text = |reader: Option<std::thread::JoinHandle<Vec<u8>>>| {
        let bytes = reader.and_then(|reader| reader.join().ok()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let (written, said) = (text(written), text(said));
    match status.success() {
        true => Ok(written),
        false => Err(format!("`helm template` failed: {}", said.lines().next().unwrap_or("it does not say why"))),
    }
}

/// Reads on a thread of its own, so that a full pipe stops nobody.
fn read(stream: impl Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What came before an error is kept: the status says whether it is all.
        let _ = stream.take(MOST).read_to_end(&mut bytes);
        bytes
    })
}
