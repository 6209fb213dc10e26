//! How far a long run is, on one line of a terminal: share, rate, time left.
//!
//! It does not know what is counted, and where standard error is no terminal it says nothing.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::engine::Progress;

const BETWEEN: Duration = Duration::from_millis(200);

/// Does `work` and meanwhile tells how far it is, unless nobody wants to know.
pub fn told<T>(quiet: bool, work: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::default();
    if quiet || !io::stderr().is_terminal() {
        return work(&progress);
    }
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| draw(&progress, &is_done));
        let result = work(&progress);
        is_done.store(true, Ordering::Relaxed);
        result
    })
}

fn draw(progress: &Progress, is_done: &AtomicBool) {
    let start = Instant::now();
    while !is_done.load(Ordering::Relaxed) {
        thread::sleep(BETWEEN);
        let line = line(progress.done(), progress.total(), start.elapsed());
        // A terminal that cannot be written to is no reason to stop.
        let _ = write!(io::stderr(), "\r\x1b[K{line}").and_then(|()| io::stderr().flush());
    }
    let _ = write!(io::stderr(), "\r\x1b[K").and_then(|()| io::stderr().flush());
}

fn line(done: u64, total: u64, elapsed: Duration) -> String {
    if total == 0 || done == 0 {
        return "reading commits and trees".to_owned();
    }
    let seconds = elapsed.as_secs_f64().max(0.001);
    let rate = done as f64 / seconds;
    let left = total.saturating_sub(done) as f64 / rate;
    format!("{:>3} %  {done} of {total} blobs, {rate:.0} a second, {left:.0} s left", 100 * done.min(total) / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn share_rate_and_time_left_are_told() {
        assert_eq!(line(0, 0, Duration::ZERO), "reading commits and trees");
        assert_eq!(line(250, 1_000, Duration::from_secs(5)), " 25 %  250 of 1000 blobs, 50 a second, 15 s left");
    }
}
