//! Time and memory of one piece of work, with an end to both.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;

/// The stack of the thread that does the work: that of any thread, on purpose.
const STACK: usize = 2 << 20;

/// How often time and memory are looked at while the work goes on.
const GLANCE: Duration = Duration::from_millis(20);

/// How much longer than its processor time work may take before it is given up: machines are busy.
const PATIENCE: u32 = 20;

/// What a piece of work may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Processor time of its thread.
    pub time: Duration,
    /// Bytes on top of what was allocated before.
    pub memory: usize,
}

/// What a piece of work took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spent {
    /// Processor time of its thread.
    pub time: Duration,
    /// The most bytes at once, on top of what was allocated before.
    pub memory: usize,
}

/// Why work was not good.
#[derive(Debug)]
pub enum Exceeded {
    /// It took more than this already when it was given up.
    Time(Duration),
    /// It held this many bytes.
    Memory(usize),
    /// It panicked.
    Panicked(String),
}

impl std::fmt::Display for Exceeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Exceeded::Time(time) => write!(f, "took longer than {:.1} s", time.as_secs_f64()),
            Exceeded::Memory(bytes) => write!(f, "held {} MiB", bytes >> 20),
            Exceeded::Panicked(message) => write!(f, "panicked: {message}"),
        }
    }
}

/// Memory is that of the process, so one thing is measured at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Does the work in a thread of its own, and gives up on it past its bounds: the thread is then left
/// behind, and the process had better end.
///
/// # Errors
/// The work went past a bound, or panicked.
pub fn measured<T: Send + 'static>(
    bounds: Bounds,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<(T, Spent), Exceeded> {
    let _alone = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let before = PeakAlloc.current_usage();
    PeakAlloc.reset_peak_usage();
    let begin = Instant::now();
    let (sender, receiver) = channel();
    let worker = move || run(&sender, work);
    let spawned = std::thread::Builder::new().stack_size(STACK).spawn(worker);
    let thread = match spawned {
        Ok(thread) => thread,
        Err(error) => return Err(Exceeded::Panicked(format!("no thread: {error}"))),
    };
    loop {
        match receiver.recv_timeout(GLANCE) {
            Ok((value, time)) => {
                let _ = thread.join();
                let memory = PeakAlloc.peak_usage().saturating_sub(before);
                return checked(bounds, value, Spent { time, memory });
            }
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Exceeded::Panicked(message(thread.join())));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let held = PeakAlloc.current_usage().saturating_sub(before);
        if held > bounds.memory {
            return Err(Exceeded::Memory(held));
        }
        if begin.elapsed() > bounds.time * PATIENCE {
            return Err(Exceeded::Time(bounds.time));
        }
    }
}

fn run<T>(sender: &Sender<(T, Duration)>, work: impl FnOnce() -> T) {
    let begin = processor_time();
    let value = work();
    // Nobody listens any more if it was given up.
    let _ = sender.send((value, processor_time().saturating_sub(begin)));
}

fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

fn checked<T>(bounds: Bounds, value: T, spent: Spent) -> Result<(T, Spent), Exceeded> {
    if spent.memory > bounds.memory {
        return Err(Exceeded::Memory(spent.memory));
    }
    if spent.time > bounds.time {
        return Err(Exceeded::Time(bounds.time));
    }
    Ok((value, spent))
}

fn message(ended: std::thread::Result<()>) -> String {
    let Err(payload) = ended else { return "ended without a word".to_owned() };
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => {
            payload.downcast::<&str>().map_or_else(|_| String::new(), |it| (*it).to_owned())
        }
    }
}
