//! Repositories that mean harm: packs that lie, chains without end, names that lead out. Each run ends, says what it could
//! not look at, and finds what is there.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{self, tightlip};
use crate::repository::Repository;

fn token() -> String {
    harness::generate(r#"@{"ghp_" base62*30 crc32-base62}"#)
}

fn history(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let output = tightlip(folder, &[&["history", "--format", "json"], arguments].concat());
    let document = serde_json::from_slice(&output.stdout);
    let document = document.unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().expect("no signal ends it"), document)
}

fn reason(report: &Value, reason: &str) -> u64 {
    report["coverage"]["reasons"][reason].as_u64().unwrap_or(0)
}

/// A pack and its index, with ids that are made up: nobody checks them while reading.
#[derive(Default)]
struct Pack {
    bytes: Vec<u8>,
    offsets: Vec<u32>,
}

impl Pack {
    const BLOB: u8 = 3;
    const OFFSET_DELTA: u8 = 6;
    const OBJECT_DELTA: u8 = 7;

    fn id(number: usize) -> [u8; 20] {
        let mut id = [0; 20];
        id[..4].copy_from_slice(&(number as u32).to_be_bytes());
        id[19] = 1;
        id
    }

    fn next_offset(&self) -> u32 {
        self.bytes.len() as u32 + 12
    }

    /// An entry that claims `size` bytes.
    fn entry(&mut self, kind: u8, size: usize, base: &[u8], stream: &[u8]) {
        self.offsets.push(self.next_offset());
        let (mut first, mut rest) = (kind << 4 | (size & 15) as u8, size >> 4);
        while rest > 0 {
            self.bytes.push(first | 0x80);
            (first, rest) = ((rest & 0x7f) as u8, rest >> 7);
        }
        self.bytes.push(first);
        self.bytes.extend_from_slice(base);
        self.bytes.extend_from_slice(stream);
    }

    fn write(&self, repository: &Repository) {
        let count = self.offsets.len() as u32;
        let pack = [b"PACK", &2u32.to_be_bytes()[..], &count.to_be_bytes(), &self.bytes, &[0; 20]].concat();
        let mut index = vec![0xff, b't', b'O', b'c', 0, 0, 0, 2];
        for first in 0..=255u32 {
            let below = (0..count).filter(|&number| u32::from(Pack::id(number as usize)[0]) <= first).count();
            index.extend_from_slice(&(below as u32).to_be_bytes());
        }
        (0..count).for_each(|number| index.extend_from_slice(&Pack::id(number as usize)));
        index.extend(std::iter::repeat_n(0, 4 * count as usize));
        self.offsets.iter().for_each(|offset| index.extend_from_slice(&offset.to_be_bytes()));
        index.extend_from_slice(&[0; 40]);
        let folder = repository.path().join(".git/objects/pack");
        let name = format!("pack-{}", "0".repeat(40));
        fs::write(folder.join(format!("{name}.pack")), pack).unwrap();
        fs::write(folder.join(format!("{name}.idx")), index).unwrap();
    }
}

/// A zlib stream that compresses nothing.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let chunks: Vec<&[u8]> = bytes.chunks(0xffff).collect();
    for (index, chunk) in chunks.iter().enumerate() {
        let length = chunk.len() as u16;
        out.push(u8::from(index + 1 == chunks.len()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(chunk);
    }
    let sums = bytes.iter().fold((1u32, 0u32), |(one, two), &byte| {
        let one = (one + u32::from(byte)) % 65_521;
        (one, (two + one) % 65_521)
    });
    out.extend_from_slice(&(sums.1 << 16 | sums.0).to_be_bytes());
    out
}

/// A delta that copies all of its base (less than 64 KiB) and adds `more` (less than 128 bytes).
fn appending(base: usize, more: &[u8]) -> Vec<u8> {
    let number = |mut number: usize| {
        let mut out = Vec::new();
        while number > 0x7f {
            out.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        out.push(number as u8);
        out
    };
    let copy = [0xb0, (base & 0xff) as u8, (base >> 8) as u8, more.len() as u8];
    [number(base), number(base + more.len()), copy.to_vec(), more.to_vec()].concat()
}

/// How far back a base lies, as packs write it.
fn distance(mut distance: u32) -> Vec<u8> {
    let mut out = vec![(distance & 0x7f) as u8];
    while distance > 0x7f {
        distance = (distance >> 7) - 1;
        out.push((distance & 0x7f) as u8 | 0x80);
    }
    out.reverse();
    out
}

#[test]
fn a_chain_of_five_thousand_deltas_is_read_to_its_end() {
    let repository = Repository::new();
    let mut pack = Pack::default();
    let (mut size, mut last) = (6, pack.next_offset());
    pack.entry(Pack::BLOB, size, &[], &stored(b"start\n"));
    for number in 0..5_000 {
        let line = if number == 4_999 { format!("{}\n", token()) } else { "next\n".to_owned() };
        let delta = appending(size, line.as_bytes());
        let here = pack.next_offset();
        pack.entry(Pack::OFFSET_DELTA, delta.len(), &distance(here - last), &stored(&delta));
        (size, last) = (size + line.len(), here);
    }
    pack.write(&repository);
    let (code, report) = history(repository.path(), &["--unreachable"]);
    assert_eq!((code, report["summary"]["findings"].as_u64()), (1, Some(1)), "{report:#}");
    assert_eq!((report["coverage"]["files"].as_u64(), &report["complete"]), (Some(5_001), &true.into()));
}

#[test]
fn circles_of_deltas_and_sizes_that_lie_are_said_and_the_rest_is_read() {
    let repository = Repository::new();
    let mut pack = Pack::default();
    let found = format!("{}\n", token());
    pack.entry(Pack::BLOB, found.len(), &[], &stored(found.as_bytes()));
    // Two differences from each other.
    let delta = appending(10, b"x");
    pack.entry(Pack::OBJECT_DELTA, delta.len(), &Pack::id(2), &stored(&delta));
    pack.entry(Pack::OBJECT_DELTA, delta.len(), &Pack::id(1), &stored(&delta));
    // Four gigabytes in ten bytes, a stream that is none, a base that nobody has, a kind that there is not.
    pack.entry(Pack::BLOB, 4 << 30, &[], &stored(b"small"));
    pack.entry(Pack::BLOB, 100 << 20, &[], &stored(b"small"));
    pack.entry(Pack::BLOB, 5, &[], b"no zlib stream");
    pack.entry(Pack::OBJECT_DELTA, delta.len(), &[0xee; 20], &stored(&delta));
    pack.entry(5, 5, &[], &stored(b"small"));
    pack.write(&repository);
    let start = Instant::now();
    let (code, report) = history(repository.path(), &["--unreachable"]);
    assert_eq!((code, report["summary"]["findings"].as_u64()), (1, Some(1)), "{report:#}");
    assert_eq!(report["complete"], false);
    assert_eq!(reason(&report, "corrupt-object") + reason(&report, "truncated"), 7, "{report:#}");
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn names_that_lead_out_of_the_tree_are_only_names() {
    let repository = Repository::new();
    repository.write("a.txt", format!("{}\n", token()));
    let blob = repository.git(&["hash-object", "-w", "a.txt"]);
    let id = data_encoding::HEXLOWER.decode(blob.as_bytes()).unwrap();
    let entry = |name: &str| [format!("100644 {name}\0").as_bytes(), &id].concat();
    let tree = ["../../etc/passwd", "..", "/etc/shadow", "", "a\u{1b}[2J"].map(entry).concat();
    repository.write("tree", &tree);
    let tree = repository.git(&["hash-object", "-t", "tree", "-w", "--literally", "tree"]);
    let commit = repository.git(&["commit-tree", "-m", "Hostile", &tree]);
    repository.git(&["update-ref", "refs/heads/main", &commit]);
    let (code, report) = history(repository.path(), &[]);
    assert_eq!((code, report["summary"]["findings"].as_u64()), (1, Some(1)), "{report:#}");
    assert_eq!(report["findings"][0]["history"]["paths"].as_array().unwrap().len(), 5);
    let text = tightlip(repository.path(), &["history"]).stdout;
    assert!(!text.contains(&0x1b), "a name reaches the terminal");
}

#[test]
fn a_tree_of_trees_that_multiplies_ends() {
    let repository = Repository::new();
    repository.write("a.txt", format!("{}\n", token()));
    let mut id = repository.git(&["hash-object", "-w", "a.txt"]);
    let mut mode = "100644";
    for _ in 0..12 {
        let bytes = data_encoding::HEXLOWER.decode(id.as_bytes()).unwrap();
        let entries = (0..10).map(|name| [format!("{mode} d{name}\0").as_bytes(), &bytes].concat());
        repository.write("tree", entries.collect::<Vec<_>>().concat());
        id = repository.git(&["hash-object", "-t", "tree", "-w", "--literally", "tree"]);
        mode = "40000";
    }
    let commit = repository.git(&["commit-tree", "-m", "Bomb", &id]);
    repository.git(&["update-ref", "refs/heads/main", &commit]);
    let start = Instant::now();
    let (code, report) = history(repository.path(), &[]);
    assert_eq!((code, report["summary"]["findings"].as_u64()), (1, Some(1)));
    assert!(report["findings"][0]["history"]["more_paths"].as_u64().unwrap() > 1_000);
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_hundred_thousand_refs_are_read() {
    let repository = Repository::new();
    let commit = repository.write("a.txt", format!("{}\n", token())).commit("First");
    let refs: String = (0..100_000).map(|number| format!("{commit} refs/pull/{number:06}/head\n")).collect();
    let head = "# pack-refs with: peeled fully-peeled sorted \n";
    fs::write(repository.path().join(".git/packed-refs"), format!("{head}{refs}")).unwrap();
    let start = Instant::now();
    let (code, report) = history(repository.path(), &[]);
    assert_eq!((code, report["summary"]["findings"].as_u64()), (1, Some(1)));
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn the_repository_is_the_same_before_and_after() {
    let repository = Repository::new();
    repository.write("a.txt", format!("{}\n", token())).commit("First");
    let listing = || {
        let output = Command::new("find").arg(repository.path()).args(["-printf", "%p %s %T@ %m\n"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let before = listing();
    history(repository.path(), &["--unreachable"]);
    assert_eq!(listing(), before);
}
