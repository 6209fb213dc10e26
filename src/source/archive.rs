//! The files inside an archive (zip, tar, gzip, zstd, in each other), known by their first bytes and not by their names.
//!
//! It does not know what is looked for. What it unpacks is bounded: an archive cannot make it hold or do more.

use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use zip::ZipArchive;

/// Archives in archives.
const DEEPEST: usize = 4;
/// Files of one archive, and of those in it.
const MOST_ENTRIES: usize = 20_000;
/// Bytes that one archive may unpack to, and how many for each of its own.
const MOST_UNPACKED: u64 = 512 << 20;
const MOST_RATIO: u64 = 200;
/// Small archives may unpack to this much, whatever their ratio.
const ALWAYS_UNPACKED: u64 = 16 << 20;
/// A longer file is left out.
const LARGEST_ENTRY: u64 = 64 << 20;

/// A file in an archive, or why there is none.
pub struct Entry<'a> {
    /// From the archive's own name on: `!inner.tar!k8s/secret.yaml`; empty for the archive itself.
    pub path: &'a [u8],
    pub content: Result<&'a [u8], String>,
}

/// True for what `entries` would open.
pub fn is_archive(bytes: &[u8]) -> bool {
    Packing::of(bytes).is_some()
}

/// Calls `each` with every file in the archive, and with every part of it that could not be read.
pub fn entries(bytes: &[u8], each: &mut dyn FnMut(Entry)) {
    let unpacked = (bytes.len() as u64).saturating_mul(MOST_RATIO) + ALWAYS_UNPACKED;
    let mut unpacker = Unpacker { bytes: unpacked.min(MOST_UNPACKED), entries: MOST_ENTRIES, each };
    unpacker.open(bytes, &mut Vec::new(), 0);
}

#[derive(Clone, Copy)]
enum Packing {
    Zip,
    Tar,
    Gzip,
    Zstd,
}

impl Packing {
    fn of(bytes: &[u8]) -> Option<Packing> {
        match bytes {
            [b'P', b'K', 3, 4, ..] => Some(Packing::Zip),
            [0x1f, 0x8b, 8, ..] => Some(Packing::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Packing::Zstd),
            _ if bytes.get(257..262) == Some(b"ustar") => Some(Packing::Tar),
            _ => None,
        }
    }
}

/// What may still be unpacked.
struct Unpacker<'e> {
    bytes: u64,
    entries: usize,
    each: &'e mut dyn FnMut(Entry),
}

impl Unpacker<'_> {
    fn open(&mut self, bytes: &[u8], path: &mut Vec<u8>, depth: usize) {
        let Some(packing) = Packing::of(bytes) else { return };
        if depth == DEEPEST {
            return self.refuse(path, format!("is packed more than {DEEPEST} times and was not opened"));
        }
        match packing {
            Packing::Zip => self.zip(bytes, path, depth),
            Packing::Tar => self.tar(bytes, path, depth),
            Packing::Gzip => self.stream(MultiGzDecoder::new(bytes), path, depth),
            Packing::Zstd => match StreamingDecoder::new(bytes) {
                Ok(stream) => self.stream(stream, path, depth),
                Err(error) => self.refuse(path, format!("cannot be unpacked: {error}")),
            },
        }
    }

    fn zip(&mut self, bytes: &[u8], path: &mut Vec<u8>, depth: usize) {
        let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
            Ok(archive) => archive,
            Err(error) => return self.refuse(path, format!("cannot be unpacked: {error}")),
        };
        for index in 0..archive.len() {
            match archive.by_index(index) {
                Ok(file) if !file.is_file() => {}
                Ok(file) => {
                    let name = file.name_raw().to_vec();
                    if !self.file(&name, file, path, depth) {
                        return;
                    }
                }
                Err(error) => self.refuse(path, format!("holds a file that cannot be unpacked: {error}")),
            }
        }
    }

    fn tar(&mut self, bytes: &[u8], path: &mut Vec<u8>, depth: usize) {
        let mut archive = tar::Archive::new(bytes);
        let entries = match archive.entries() {
            Ok(entries) => entries,
            Err(error) => return self.refuse(path, format!("cannot be unpacked: {error}")),
        };
        for entry in entries {
            match entry {
                Ok(entry) if !entry.header().entry_type().is_file() => {}
                Ok(entry) => {
                    let name = entry.path_bytes().into_owned();
                    if !self.file(&name, entry, path, depth) {
                        return;
                    }
                }
                // What follows a broken header cannot be found.
                Err(error) => return self.refuse(path, format!("cannot be unpacked to its end: {error}")),
            }
        }
    }

    /// One packed stream is one file, or an archive under the same name: `app.tar.gz`.
    fn stream(&mut self, stream: impl Read, path: &mut Vec<u8>, depth: usize) {
        match self.read(stream) {
            Ok(bytes) if is_archive(&bytes) => self.open(&bytes, path, depth + 1),
            Ok(bytes) => (self.each)(Entry { path, content: Ok(&bytes) }),
            Err(why) => self.refuse(path, why),
        }
    }

    /// One file of an archive; false where no other one may follow.
    fn file(&mut self, name: &[u8], content: impl Read, path: &mut Vec<u8>, depth: usize) -> bool {
        if self.entries == 0 {
            self.refuse(path, format!("holds more than {MOST_ENTRIES} files; the others were not looked at"));
            return false;
        }
        self.entries -= 1;
        let outer = path.len();
        path.push(b'!');
        path.extend_from_slice(name);
        match self.read(content) {
            Ok(bytes) => {
                (self.each)(Entry { path, content: Ok(&bytes) });
                self.open(&bytes, path, depth + 1);
            }
            Err(why) => self.refuse(path, why),
        }
        path.truncate(outer);
        true
    }

    fn read(&mut self, content: impl Read) -> Result<Vec<u8>, String> {
        let limit = LARGEST_ENTRY.min(self.bytes);
        let mut bytes = Vec::new();
        let read = content.take(limit + 1).read_to_end(&mut bytes);
        self.bytes -= limit.min(bytes.len() as u64);
        match read {
            Err(error) => Err(failed(&error)),
            Ok(length) if length as u64 > limit => {
                Err(format!("unpacks to more than {} MiB and was not looked at", limit >> 20))
            }
            Ok(_) => Ok(bytes),
        }
    }

    fn refuse(&mut self, path: &[u8], why: String) {
        (self.each)(Entry { path, content: Err(why) });
    }
}

fn failed(error: &io::Error) -> String {
    format!("cannot be unpacked: {error}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in files {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn gzipped(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    fn tarred(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, content) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder.append_data(&mut header, name, *content).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn listed(bytes: &[u8]) -> Vec<(String, Result<Vec<u8>, String>)> {
        let mut all = Vec::new();
        entries(bytes, &mut |entry| {
            all.push((String::from_utf8_lossy(entry.path).into_owned(), entry.content.map(<[u8]>::to_vec)));
        });
        all
    }

    #[test]
    fn archives_in_archives_are_opened_whatever_their_names() {
        let inner = zipped(&[("plan", b"token")]);
        let archive = gzipped(&tarred(&[("a/readme", b"hello"), ("a/tfplan", &inner)]));
        let names: Vec<String> = listed(&archive).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["!a/readme", "!a/tfplan", "!a/tfplan!plan"]);
        assert_eq!(listed(&archive)[2].1, Ok(b"token".to_vec()));
        assert_eq!(listed(&gzipped(b"one file")), [(String::new(), Ok(b"one file".to_vec()))]);
    }

    #[test]
    fn zstd_is_read() {
        // A frame of one raw block, as the format's specification (RFC 8878) lays it out.
        let frame = [&[0x28, 0xb5, 0x2f, 0xfd, 0x20, 5, 0x29, 0, 0][..], b"token"].concat();
        assert_eq!(listed(&frame), [(String::new(), Ok(b"token".to_vec()))]);
    }

    #[test]
    fn a_bomb_is_refused_and_the_rest_is_read() {
        let bomb = vec![0; (LARGEST_ENTRY + 1) as usize];
        let archive = zipped(&[("bomb", &bomb), ("note", b"token")]);
        let found = listed(&archive);
        assert!(found[0].1.as_ref().is_err_and(|why| why.contains("unpacks to more than")), "{:?}", found[0].1);
        assert_eq!(found.len(), 2);
        let mut nested = b"token".to_vec();
        for _ in 0..=DEEPEST {
            nested = gzipped(&nested);
        }
        assert!(listed(&nested)[0].1.is_err());
    }

    #[test]
    fn damage_is_said_and_never_fatal() {
        let whole = gzipped(&tarred(&[("a", &[b'x'; 4_000]), ("b", b"y")]));
        for length in 3..whole.len() {
            assert!(!listed(&whole[..length]).is_empty());
        }
        let zip = zipped(&[("a", b"x"), ("b", b"y")]);
        for at in 0..zip.len() {
            let mut damaged = zip.clone();
            damaged[at] ^= 0xff;
            listed(&damaged);
        }
    }
}
