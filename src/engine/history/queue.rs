//! Units of work on several threads: the heaviest first, and parts given away while somebody is idle.
//!
//! It does not know what a unit is.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use super::super::in_parallel;

/// Work that is waiting, shared by the workers of one run.
pub struct Queue<U> {
    units: Mutex<State<U>>,
    changed: Condvar,
    idle: AtomicUsize,
    workers: usize,
}

struct State<U> {
    /// The next is the last.
    units: Vec<U>,
    idle: usize,
}

impl<U: Send> Queue<U> {
    /// Has `work` done on each of `threads` threads, which take units until none is left. What they come to, in no order.
    pub fn run<T: Send>(threads: usize, mut units: Vec<U>, work: impl Fn(&Queue<U>) -> T + Sync) -> Vec<T> {
        units.reverse();
        let queue = |workers| Queue {
            units: Mutex::new(State { units, idle: 0 }),
            changed: Condvar::new(),
            idle: AtomicUsize::new(0),
            workers,
        };
        if threads <= 1 {
            return vec![work(&queue(1))];
        }
        in_parallel(threads, || {
            let queue = queue(rayon::current_num_threads());
            rayon::broadcast(|_| work(&queue))
        })
    }

    /// The next unit; `None` once there is none and nobody can make one.
    pub fn next(&self) -> Option<U> {
        let mut state = self.units.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(unit) = state.units.pop() {
                return Some(unit);
            }
            state.idle += 1;
            self.idle.store(state.idle, Ordering::Relaxed);
            if state.idle >= self.workers {
                self.changed.notify_all();
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            if state.idle >= self.workers {
                return None;
            }
            state.idle -= 1;
            self.idle.store(state.idle, Ordering::Relaxed);
        }
    }

    pub fn is_anybody_idle(&self) -> bool {
        self.idle.load(Ordering::Relaxed) > 0
    }

    pub fn give_away(&self, unit: U) {
        self.units.lock().unwrap_or_else(PoisonError::into_inner).units.push(unit);
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_done_once_also_those_that_were_given_away() {
        for threads in [1, 2, 7] {
            let sums = Queue::run(threads, (0..100u64).collect(), |queue| {
                let mut sum = 0;
                while let Some(unit) = queue.next() {
                    sum += unit % 1_000;
                    if unit < 1_000 {
                        queue.give_away(unit + 1_000);
                    }
                }
                sum
            });
            assert_eq!(sums.iter().sum::<u64>(), 2 * (0..100).sum::<u64>(), "{threads} threads");
        }
    }
}
