//! Compressed objects to bytes, whatever the header promises.
//!
//! It does not know packs or objects: it is given a stream and the size that somebody claims for it.

use gix::zlib::{Decompress, FlushDecompress, Status};

/// DEFLATE makes at most this many bytes of one; a size beyond it is a lie, and nothing is allocated for it.
const BEST_RATIO: u64 = 1032;
/// How much is inflated at once where nobody says how much there is.
const STEP: usize = 8 << 10;

/// One decoder, reused from stream to stream.
#[derive(Default)]
pub struct Inflater(Decompress);

/// Why an object has no bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The stream, a delta or a header does not hold together.
    Corrupt,
    /// Larger than what is held in memory.
    TooLarge,
    /// What it is a difference from is not in the repository.
    BaseMissing,
}

/// A larger object is not decoded: git itself makes no deltas of files above this size.
pub const LARGEST: u64 = 512 << 20;

impl Inflater {
    /// Makes `out` hold the `size` bytes that `stream` begins with.
    pub fn exactly(&mut self, stream: &[u8], size: u64, out: &mut Vec<u8>) -> Result<(), Broken> {
        match size {
            _ if size > LARGEST => return Err(Broken::TooLarge),
            _ if size > (stream.len() as u64 + 64).saturating_mul(BEST_RATIO) => return Err(Broken::Corrupt),
            _ => {}
        }
        let size = size as usize;
        // Bytes that are there already need no zeroing.
        out.resize(size, 0);
        self.0.reset();
        let mut filled = 0;
        loop {
            let read = usize::try_from(self.0.total_in()).map_err(|_| Broken::Corrupt)?;
            let input = stream.get(read..).unwrap_or_default();
            let status = self.0.decompress(input, &mut out[filled..], FlushDecompress::Finish);
            let now = usize::try_from(self.0.total_out()).map_err(|_| Broken::Corrupt)?;
            match status {
                Ok(Status::StreamEnd) if now == size => return Ok(()),
                Ok(Status::Ok | Status::BufError) if now > filled => filled = now,
                _ => return Err(Broken::Corrupt),
            }
        }
    }

    /// Makes `out` hold all of `stream`, or its first `most` bytes.
    pub fn up_to(&mut self, stream: &[u8], most: usize, out: &mut Vec<u8>) -> Result<(), Broken> {
        out.clear();
        self.0.reset();
        while out.len() < most {
            let filled = out.len();
            out.resize((filled * 2).max(STEP).min(most), 0);
            let read = usize::try_from(self.0.total_in()).map_err(|_| Broken::Corrupt)?;
            let input = stream.get(read..).unwrap_or_default();
            let status = self.0.decompress(input, &mut out[filled..], FlushDecompress::None);
            let now = usize::try_from(self.0.total_out()).map_err(|_| Broken::Corrupt)?;
            out.truncate(now);
            match status {
                Ok(Status::StreamEnd) => return Ok(()),
                Ok(_) if now > filled => {}
                _ => return Err(Broken::Corrupt),
            }
        }
        Ok(())
    }
}
